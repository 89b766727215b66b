/** The one failure path of a pairing: whatever ends it, the peer hears of it once, or not at all where it must not. */
import type { Abort } from "../ports.ts";
import { asError, PairingError, PairingSuperseded, PairingTimeout, SecurityBlocked } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { FailureReason } from "./pdus.ts";
import { FailureReason as codes, PairingConfirm, PairingRandom } from "./pdus.ts";

/**
 * Runs `procedure` until it settles, the exchange closes or `abort` fires. Rejects with what came first. Afterwards the
 * exchange is closed in every case.
 */
export async function runPairing<T>(
  exchange: Exchange,
  abort: Abort | undefined,
  procedure: () => Promise<T>,
): Promise<T> {
  const cancel = (): void => exchange.close(asError(abort?.reason));
  if (abort?.aborted === true) cancel();
  abort?.addEventListener("abort", cancel, { once: true });
  try {
    return await exchange.unlessClosed(procedure());
  } catch (thrown) {
    const error = exchange.error ?? asError(thrown);
    exchange.close(error); // questions end with what ended the pairing, not as if it had gone well
    if (exchange.spoken && mayTell(error)) exchange.sendFailed(codes[reasonOf(error)]);
    throw error;
  } finally {
    abort?.removeEventListener("abort", cancel);
    exchange.end();
  }
}

/** 3.5.5, 3.4: never in answer to a Pairing Failed, and nothing at all after a time-out. */
function mayTell(error: Error): boolean {
  if (error instanceof PairingSuperseded) return false; // the Pairing Request is the answer
  return !(error instanceof PairingTimeout) && !(error instanceof PairingError && error.by === "peer");
}

function reasonOf(error: Error): FailureReason {
  return error instanceof PairingError ? error.reason : "UnspecifiedReason";
}

const HARMLESS: ReadonlySet<FailureReason> = new Set([
  "OobNotAvailable",
  "AuthenticationRequirements",
  "PairingNotSupported",
  "EncryptionKeySize",
  "CommandNotSupported",
  "RepeatedAttempts",
  "BrEdrPairingInProgress",
  "CrossTransportKeyNotAllowed",
  "Busy",
]);

/**
 * Whether the next attempt has to wait: after everything that may have been a guess at a secret. Who breaks the link or
 * falls silent instead of failing has guessed as well, once values were exchanged.
 */
export function wasAttempt(error: Error, exchange: Exchange, abort: Abort | undefined): boolean {
  if (error instanceof SecurityBlocked || abort?.aborted === true) return false;
  if (error instanceof PairingError) return !HARMLESS.has(error.reason);
  return exchange.heard(PairingConfirm) || exchange.heard(PairingRandom);
}
