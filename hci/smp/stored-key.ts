/** Which stored keys may still be used: a bond is judged anew each time, not only when it is made. */
import { equal } from "../codec/bytes.ts";
import type { LongTermKey } from "../ports.ts";
import { isBlockedLtk } from "./keys.ts";
import type { PairingPolicy } from "./policy.ts";

/** Why a stored key must not encrypt a link, in words for an error; undefined when it may. */
export function faultInKey(key: LongTermKey | null, policy: PairingPolicy): string | undefined {
  if (key === null) return "the bond has no key for this role";
  if (isBlockedLtk(key.value)) return "the key is publicly known";
  if (key.keySize < policy.minimumKeySize) return `the key has ${key.keySize} octets`;
  return undefined;
}

/** True when an LE Long Term Key Request names just this key. Some legacy devices use zeros, as with Secure Connections. */
export function isNamed(key: LongTermKey | null, rand: Uint8Array, ediv: number): boolean {
  return key !== null && key.ediv === ediv && equal(key.rand, rand);
}
