import type { Address, Bond, Clock, Crypto, KeyStore } from "../ports.ts";
import type { Backoff } from "./backoff.ts";
import type { PairingResult } from "./bonding.ts";
import type { PairingDelegate } from "./delegate.ts";
import type { OobHeld } from "./features.ts";
import type { LocalIdentity } from "./keys.ts";
import type { OobMaterial } from "./oob.ts";
import type { AuthenticationRequirements, PairingFeatures } from "./pdus.ts";
import type { PairingPolicy, SecurityLevel, Strength } from "./policy.ts";
import { levelOf, strengthOf } from "./policy.ts";

/** Builds our Pairing Request and Response. Recorded pairings are replayed with others than the policy gives. */
export interface Features {
  request(policy: PairingPolicy, oob: OobHeld): PairingFeatures;
  response(request: PairingFeatures, policy: PairingPolicy, oob: OobHeld): PairingFeatures;
}

/** Everything the security of one link needs. `crypto`, `clock`, `keys` and `backoff` are those of the whole host. */
export interface SecuritySettings {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly backoff: Backoff;
  readonly local: LocalIdentity;
  /** The peer's identity if its address was resolved, else its address over the air. Bonds are looked up under it. */
  readonly peer: Address;
  readonly policy: PairingPolicy;
  readonly delegate: PairingDelegate;
  /** For pairings that the peer begins. */
  readonly oob?: OobMaterial;
  /**
   * False while somebody is about to encrypt or pair: a Security Request is left without an answer until then, because
   * the stored key, which may be the one that does not work any more, must not be tried too early.
   */
  readonly answersRequests?: boolean;
  /** Hears of everything that nobody waits for. Must not throw. */
  readonly onEvent?: (event: SecurityEvent) => void;
  readonly features?: Features;
}

/** What protects the link now. */
export interface LinkSecurity extends Strength {
  readonly level: SecurityLevel;
  /** The bond that the key belongs to; null after a pairing without bonding. */
  readonly bond: Bond | null;
}

export type SecurityEvent =
  | { readonly kind: "paired"; readonly result: PairingResult }
  | { readonly kind: "pairing-failed"; readonly error: Error }
  /** The link is encrypted with the stored key: the bond is proven. */
  | { readonly kind: "encrypted"; readonly bond: Bond }
  /**
   * The bond is untouched, but something speaks against it: its key did not encrypt the link (`cause` says what the
   * controller reported, and the caller judges that), the peer named a key that we do not have, or it asks to pair
   * although it is bonded.
   */
  | {
      readonly kind: "bond-in-doubt";
      readonly bond: Bond;
      readonly why: "key-failed" | "unknown-key" | "asks-to-pair";
      readonly cause: Error | undefined;
    }
  /** A bonded peer asks for more than its key gives. Nothing happens unless a person wants it. */
  | { readonly kind: "upgrade-wanted"; readonly asked: AuthenticationRequirements }
  /** Encryption ended or is in doubt; nothing may be believed that comes from this link now, and it is being ended. */
  | { readonly kind: "security-lost"; readonly status: number }
  /** The key store failed: whether there is a bond is unknown, therefore nothing was done. */
  | { readonly kind: "store-failed"; readonly error: Error };

export function securityOf(strength: Strength, bond: Bond | null): LinkSecurity {
  const { secureConnections, authenticated, keySize } = strength;
  return { secureConnections, authenticated, keySize, level: levelOf(strength), bond };
}

export function securityOfBond(bond: Bond): LinkSecurity {
  return securityOf(strengthOf(bond), bond);
}
