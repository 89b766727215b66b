import type { Abort, Bond } from "../ports.ts";
import type { PairingResult } from "../smp/bonding.ts";
import { asError } from "../smp/errors.ts";
import type { PairOptions } from "../smp/plans.ts";
import type { DeviceLink } from "./device-link.ts";
import { BondFailedError, NotBondedError } from "./errors.ts";
import type { Stack } from "./stack.ts";

/** What became of a new bond when its key was read back from the store and tried on a new link. */
export type Proof =
  /** The new link is secured and its attributes are ready. */
  | { readonly kind: "proven"; readonly link: DeviceLink }
  /** The key does not encrypt. `restored`: the bond it replaced is in its place again. */
  | { readonly kind: "failed"; readonly error: Error; readonly restored: Bond | undefined }
  /** The device did not come back, or not long enough: nothing is known yet, and the new bond stays. */
  | { readonly kind: "undecided"; readonly error: Error };

export interface PairAndProve extends PairOptions {
  readonly signal?: Abort;
}

/**
 * Pairs on this link, then proves the bond on another one. The proof is what counts: a legacy pairing encrypts its own
 * link with a short-term key, and a store may have kept nothing. Rejects as DeviceLink.pair does.
 */
export async function pairAndProve(
  stack: Stack,
  link: DeviceLink,
  { signal, ...options }: PairAndProve = {},
): Promise<{ readonly result: PairingResult; readonly proof: Proof | undefined }> {
  const { replaces } = options;
  const replaced = replaces && (await stack.keys.get(stack.identity.address, replaces));
  const result = await link.pair(options, signal);
  if (result.bond === null) return { result, proof: undefined };
  return { result, proof: await proveBond(stack, link, result.bond, replaced, signal) };
}

/** Ends `link`, connects anew and encrypts with the key that the store gives back. */
export async function proveBond(
  stack: Stack,
  link: DeviceLink,
  bond: Bond,
  replaced: Bond | undefined,
  signal?: Abort,
): Promise<Proof> {
  await link.disconnect();
  try {
    const again = await stack.connect(bond.peer, signal && { signal });
    await again.secure(signal);
    return { kind: "proven", link: again };
  } catch (thrown) {
    const error = asError(thrown);
    if (!refutes(error)) return { kind: "undecided", error };
    if (replaced !== undefined) {
      await stack.keys.put(replaced);
      await stack.refreshBonds();
    }
    return { kind: "failed", error, restored: replaced };
  }
}

/** A peer out of range refutes nothing. */
function refutes(error: Error): boolean {
  return (
    error instanceof NotBondedError || (error instanceof BondFailedError && error.verdict.bond === "suspect")
  );
}
