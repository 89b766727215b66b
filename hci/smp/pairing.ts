import type { Abort, Address, Bytes, Crypto, LongTermKey } from "../ports.ts";
import type { About, PairingDelegate, PairingProposal, PairingTerms } from "./delegate.ts";
import { PairingError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Agreement } from "./features.ts";
import type { OobMaterial } from "./oob.ts";
import type { FailureReason, PairingFeatures } from "./pdus.ts";
import type { Strength } from "./policy.ts";

/** What every procedure of phase 2 works with. */
export interface Pairing {
  readonly exchange: Exchange;
  readonly crypto: Crypto;
  readonly delegate: PairingDelegate;
  /** The addresses over the air when the link was made: they enter c1, f5 and f6 with their types. */
  readonly initiator: Address;
  readonly responder: Address;
  /** For the person: the peer's identity where it is known. */
  readonly peer: Address;
  readonly oob: OobMaterial;
}

/** What phase 1 leaves behind. */
export interface Phase1 {
  readonly agreement: Agreement;
  readonly request: PairingFeatures;
  readonly response: PairingFeatures;
  /** The PDUs as sent and received, reserved bits included: they enter the confirm and check values. */
  readonly preq: Bytes;
  readonly pres: Bytes;
}

/** What phase 2 leaves behind. */
export interface Phase2 {
  /** 16 octets: the LTK of Secure Connections, or the STK; already masked to the agreed size. */
  readonly key: Bytes;
  /** What really happened, never what was asked for. */
  readonly authenticated: boolean;
}

/** The key of phase 2 as the link takes it: no EDIV, no Rand (2.4.4). */
export function pairingKey({ key }: Phase2, keySize: number): LongTermKey {
  return { value: key, ediv: 0, rand: new Uint8Array(8), keySize };
}

/** What the link is worth once it is encrypted with the key of phase 2. */
export function strengthOfPhase2({ authenticated }: Phase2, agreement: Agreement): Strength {
  const { secureConnections, keySize } = agreement;
  return { secureConnections, authenticated, keySize };
}

/** Where both agreed on it, and the peer's person types, we hear of the keys pressed there. */
export function listenToKeypresses(
  pairing: Pairing,
  { method, keypress }: Agreement,
  peer: "initiator" | "responder",
): void {
  const { exchange, delegate } = pairing;
  if (!keypress || method.kind !== "passkey" || method[peer] !== "input") return;
  exchange.hearKeypresses((type) => delegate.keypress?.(type, exchange.abort, aboutOf(pairing)));
}

/** Whether a person wants this pairing. The peer has nothing to say before it knows. */
export function accepted(pairing: Pairing, proposal: PairingProposal): Promise<boolean> {
  const { exchange, delegate } = pairing;
  const question = ask(
    (abort) => delegate.accept(proposal, abort, aboutOf(pairing)),
    exchange.abort,
    "PairingNotSupported",
  );
  return exchange.whileAsking(undefined, question);
}

/** Whether a person takes what the peer's answer comes to. The peer has nothing to say before it knows. */
export async function agreed(pairing: Pairing, terms: PairingTerms): Promise<boolean> {
  const { exchange, delegate } = pairing;
  if (delegate.agree === undefined) return true;
  const question = ask(
    async (abort) => delegate.agree?.(terms, abort, aboutOf(pairing)) ?? true,
    exchange.abort,
    "AuthenticationRequirements",
  );
  return exchange.whileAsking(undefined, question);
}

/** For whoever speaks for the person: which pairing this is, and how long it still lives. */
export function aboutOf({ exchange, peer }: Pairing): About {
  return {
    peer,
    remainingMs: () => exchange.remainingMs,
    stop: () => exchange.fail("PasskeyEntryFailed", "the person stopped it"),
  };
}

/** Asks a person; a question that fails counts as "no", with the reason this kind of question has. */
export async function ask<T>(
  question: (abort: Abort) => Promise<T>,
  abort: Abort,
  refusal: FailureReason,
): Promise<T> {
  try {
    return await question(abort);
  } catch (cause) {
    throw new PairingError(refusal, "local", "the question to the person failed", { cause });
  }
}
