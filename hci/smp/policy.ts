import type { Bond, LongTermKey } from "../ports.ts";
import type { AuthenticationRequirements, IoCapability } from "./pdus.ts";

/** What a key is worth, as separate facts: they are never folded into one number to be compared. */
export interface Strength {
  readonly secureConnections: boolean;
  /** Protected against somebody in the middle. */
  readonly authenticated: boolean;
  /** Octets, 7 to 16. */
  readonly keySize: number;
}

/** LE security mode 1, levels 2, 3 and 4 (Vol 3 Part C 10.2.1). */
export type SecurityLevel = "encrypted" | "authenticated" | "secure";

/** The keys that one side hands over in phase 3; a CSRK and a link key are not among them, on purpose. */
export interface KeyChoice {
  /** Legacy pairing only: LTK, EDIV and Rand. */
  readonly encKey: boolean;
  /** IRK and identity address. */
  readonly idKey: boolean;
}

/** What we ask of a pairing with one peer. */
export interface PairingPolicy {
  /** Whether a peer may start a pairing. Ours are started by a person anyway. */
  readonly pairable: boolean;
  /** Whether keys are kept. */
  readonly bondable: boolean;
  /** Legacy pairing: only by a person's explicit choice for this one peer. A listener can recover its keys. */
  readonly legacy: boolean;
  /** `preferred`: asked for where both sides can, done without where they cannot. */
  readonly mitm: "required" | "preferred" | "off";
  readonly minimumLevel: SecurityLevel;
  /** 7 to 16 octets. */
  readonly minimumKeySize: number;
  readonly ioCapability: IoCapability;
  /** Tell the peer about each key the person presses, and hear it from the peer. */
  readonly keypress: boolean;
  readonly ownKeys: KeyChoice;
  readonly peerKeys: KeyChoice;
}

export const DEFAULT_POLICY: PairingPolicy = {
  pairable: true,
  bondable: true,
  legacy: false,
  mitm: "preferred",
  minimumLevel: "encrypted",
  minimumKeySize: 16,
  ioCapability: "KeyboardDisplay",
  keypress: false,
  ownKeys: { encKey: true, idKey: true },
  peerKeys: { encKey: true, idKey: true },
};

/** The level a key gives. Legacy pairing never gives more than the lowest, whatever its method was. */
export function levelOf(strength: Strength): SecurityLevel {
  if (!strength.secureConnections || !strength.authenticated) return "encrypted";
  return strength.keySize === 16 ? "secure" : "authenticated";
}

/** True when no fact of `have` is below that of `need`. */
export function satisfies(have: Strength, need: Strength): boolean {
  return (
    (have.secureConnections || !need.secureConnections) &&
    (have.authenticated || !need.authenticated) &&
    have.keySize >= need.keySize
  );
}

/** The least a key must be worth under `policy`, and at least as strong as the bond it would replace. */
export function requirementOf(policy: PairingPolicy, replaced?: Bond): Strength {
  const higher = policy.minimumLevel !== "encrypted";
  const old = replaced === undefined ? undefined : strengthOf(replaced);
  return {
    secureConnections: !policy.legacy || higher || old?.secureConnections === true,
    authenticated: policy.mitm === "required" || higher || old?.authenticated === true,
    keySize: Math.max(policy.minimumKeySize, policy.minimumLevel === "secure" ? 16 : 7, old?.keySize ?? 7),
  };
}

/** The weaker of the two keys counts, where legacy pairing left two. */
export function strengthOf(bond: Bond): Strength {
  const sizes = [bond.asCentral, bond.asPeripheral]
    .filter((key): key is LongTermKey => key !== null)
    .map((key) => key.keySize);
  return {
    secureConnections: bond.secureConnections,
    authenticated: bond.authenticated,
    keySize: Math.min(16, ...sizes),
  };
}

/** Whether `bond` gives what a Security Request asks for (2.4.6). */
export function answers(bond: Strength, request: AuthenticationRequirements): boolean {
  return (bond.authenticated || !request.mitm) && (bond.secureConnections || !request.secureConnections);
}
