import type { Abort, Address, Bond } from "../ports.ts";
import type { AuthenticationRequirements, KeypressType } from "./pdus.ts";

/** A peer wants to pair: nothing happens before a person agreed. */
export interface PairingProposal {
  /** `pairing`: it sent a Pairing Request; `security`: as peripheral it asked us to secure the link. */
  readonly kind: "pairing" | "security";
  /** The identity where it is known, else the address over the air. */
  readonly peer: Address;
  /** What the peer asked for; not yet what comes of it. */
  readonly asked: AuthenticationRequirements;
  /** The bond that would be replaced. The peer was reset, or somebody imitates it. */
  readonly replaces: Bond | undefined;
  /** True when the link is encrypted with the key of that bond: then it is the same device. */
  readonly proven: boolean;
}

export interface PasskeyEntry {
  readonly peer: Address;
  /** Tell the peer about a key that was pressed; does nothing where it does not want to know. */
  pressed(type: KeypressType): void;
}

/**
 * Whoever speaks for the person. Every question ends with its pairing: `abort` fires, and a late answer is ignored. A
 * question that is answered by rejecting counts as "no".
 */
export interface PairingDelegate {
  accept(proposal: PairingProposal, abort: Abort): Promise<boolean>;
  /** "Compare, then say yes": `digits` is always six digits and is never typed anywhere. */
  compare(digits: string, abort: Abort): Promise<boolean>;
  /** "Type what the other device shows": six digits, or null for no. */
  enter(entry: PasskeyEntry, abort: Abort): Promise<string | null>;
  /** "Type this into the other device": six digits, shown until `abort` fires. */
  display(digits: string, abort: Abort): void;
  /** What the person at the other device does while our passkey is shown. */
  keypress?(type: KeypressType): void;
}
