/** Encryption with the key of a bond, as central and as peripheral. A bond is judged anew each time it is used. */
import { equal } from "../codec/bytes.ts";
import type { Bond, Bytes, LongTermKey } from "../ports.ts";
import { asError, StoredKeyFailed } from "./errors.ts";
import { SMP_TIMEOUT } from "./exchange.ts";
import { isBlockedLtk } from "./keys.ts";
import type { Awaited } from "./link-encryption.ts";
import { AUTHENTICATION_FAILURE } from "./link-encryption.ts";
import type { Surroundings } from "./plans.ts";
import { bondOf } from "./plans.ts";
import type { PairingPolicy } from "./policy.ts";
import { wipeBond } from "./wipe.ts";

/** What the owner of a link learns about the use of a bond on it. */
export interface BondWitness {
  /** The link is encrypted with its key. Runs before any data that comes after. */
  proven(bond: Bond): void;
  /** Its key did not encrypt the link: no pairing on this link from now on. */
  failed(bond: Bond, why: "key-failed" | "unknown-key", cause: Error): void;
  storeFailed(error: Error): void;
}

/**
 * Central: encrypts with the key of `bond`. Rejects with StoredKeyFailed; where the key was tried the witness knows and
 * the link is being ended.
 */
export async function encryptWith(
  bond: Bond,
  { settings: { policy, clock }, link, encryption }: Surroundings,
  witness: BondWitness,
): Promise<void> {
  const key = bond.asCentral;
  const fault = faultInKey(key, policy);
  if (key === null || fault !== undefined) throw new StoredKeyFailed(fault ?? "there is none");
  const late = Promise.withResolvers<never>();
  const stopTimer = clock.after(SMP_TIMEOUT, () =>
    late.reject(new Error("Cannot encrypt: no answer within 30 s")),
  );
  try {
    await Promise.race([encryption.start(key, () => witness.proven(bond)), late.promise]);
  } catch (thrown) {
    const cause = asError(thrown);
    encryption.giveUp();
    witness.failed(bond, "key-failed", cause);
    wipeBond(bond);
    link.disconnect(AUTHENTICATION_FAILURE).catch(() => {}); // it is gone already
    throw new StoredKeyFailed(cause.message, { cause });
  } finally {
    stopTimer();
  }
}

/** Peripheral: the key for an LE Long Term Key Request outside of a pairing, or null for a Negative Reply. */
export async function keyForRequest(
  rand: Bytes,
  ediv: number,
  { settings }: Surroundings,
  witness: BondWitness,
): Promise<Awaited | null> {
  let bond: Bond | undefined;
  try {
    bond = await bondOf(settings);
  } catch (error) {
    witness.storeFailed(asError(error));
    return null;
  }
  if (bond === undefined) return null;
  const known = bond;
  const key = bond.asPeripheral;
  if (key === null || !isNamed(key, rand, ediv)) {
    witness.failed(known, "unknown-key", new StoredKeyFailed("the peer names another key"));
    wipeBond(known);
    return null;
  }
  const fault = faultInKey(key, settings.policy);
  if (fault !== undefined) {
    witness.failed(known, "key-failed", new StoredKeyFailed(fault));
    wipeBond(known);
    return null;
  }
  return {
    key,
    encrypted: () => witness.proven(known),
    failed: (error) => {
      witness.failed(known, "key-failed", error);
      wipeBond(known);
    },
  };
}

/** Why a stored key must not encrypt a link, in words for an error; undefined when it may. */
function faultInKey(key: LongTermKey | null, policy: PairingPolicy): string | undefined {
  if (key === null) return "the bond has no key for this role";
  if (isBlockedLtk(key.value)) return "the key is publicly known";
  if (key.keySize < policy.minimumKeySize) return `the key has ${key.keySize} octets`;
  return undefined;
}

/** Some legacy devices use zeros for both, as Secure Connections does. */
function isNamed(key: LongTermKey, rand: Uint8Array, ediv: number): boolean {
  return key.ediv === ediv && equal(key.rand, rand);
}
