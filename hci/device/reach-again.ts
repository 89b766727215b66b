import { HostClosedError } from "../host/host.ts";
import type { Abort, Address, Clock } from "../ports.ts";
import { asError } from "../smp/errors.ts";
import { unlessAborted } from "./abort.ts";
import type { DeviceLink } from "./device-link.ts";
import { BondFailedError, WeakBondError } from "./errors.ts";
import type { Failure } from "./retry.ts";
import { Retry } from "./retry.ts";
import type { Stack } from "./stack.ts";

export interface ReachAgainOptions {
  readonly clock: Clock;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  readonly signal?: Abort;
  /** Each failed attempt, and how long the next one waits. */
  readonly onFailed?: (error: Error, waitMs: number) => void;
}

/**
 * Comes back to a peer, as often as it takes. Rejects with what needs a person: a bond in doubt, a key that is too weak,
 * security that failed three times; with HostClosedError, and with the reason of the signal.
 */
export async function reachAgain(
  stack: Pick<Stack, "reach">,
  peer: Address,
  { clock, random, signal, onFailed }: ReachAgainOptions,
): Promise<DeviceLink> {
  const retry = new Retry(random);
  for (;;) {
    try {
      return await stack.reach(peer, signal && { signal });
    } catch (thrown) {
      const error = asError(thrown);
      const failure = kindOf(error, signal);
      const wait = failure && retry.after(failure);
      if (wait === undefined) throw error;
      onFailed?.(error, wait);
      await pause(clock, wait, signal);
    }
  }
}

/** Undefined for what another try cannot cure. */
function kindOf(error: Error, signal: Abort | undefined): Failure | undefined {
  if (signal?.aborted === true || error instanceof HostClosedError || error instanceof WeakBondError)
    return undefined;
  if (!(error instanceof BondFailedError)) return "link";
  return error.verdict.bond === "suspect" ? undefined : "security";
}

async function pause(clock: Clock, ms: number, signal: Abort | undefined): Promise<void> {
  const over = Promise.withResolvers<void>();
  const stop = clock.after(ms, over.resolve);
  await unlessAborted(over.promise, signal, stop);
}
