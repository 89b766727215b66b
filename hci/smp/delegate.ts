import type { Abort, Address, Bond } from "../ports.ts";
import type { Agreement } from "./features.ts";
import type { AuthenticationRequirements, KeypressType, PairingFeatures } from "./pdus.ts";

/** What both offers came to in phase 1, before any key is exchanged. */
export interface PairingTerms extends Agreement {
  /** Ours. */
  readonly role: "initiator" | "responder";
  /** What the peer said of itself: its IO capability and requirements, not yet what comes of them. */
  readonly peerOffers: PairingFeatures;
}

/** Which pairing a question belongs to. */
export interface About {
  /** The identity where it is known, else the address over the air. */
  readonly peer: Address;
  /** Milliseconds until the pairing ends by itself (3.4); key presses and PDUs of ours begin the time anew. */
  remainingMs(): number;
  /** The person gives up, where there is no question to answer: ends the pairing. */
  stop(): void;
}

/** A peer wants to pair: nothing happens before a person agreed. */
export interface PairingProposal {
  /** `pairing`: it sent a Pairing Request; `security`: as peripheral it asked us to secure the link. */
  readonly kind: "pairing" | "security";
  /** The identity where it is known, else the address over the air. */
  readonly peer: Address;
  /** What the peer asked for; not yet what comes of it. */
  readonly asked: AuthenticationRequirements;
  /** The bond that would be replaced, its keys zeroed. The peer was reset, or somebody imitates it. */
  readonly replaces: Bond | undefined;
  /** True when the link is encrypted with the key of that bond: then it is the same device. */
  readonly proven: boolean;
  /** With a Pairing Request: what will come of it. After a Security Request it is not known yet. */
  readonly terms?: PairingTerms;
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
  accept(proposal: PairingProposal, abort: Abort, about: About): Promise<boolean>;
  /**
   * Where we began: the peer has answered, and this is what its answer comes to. Policy is satisfied already; this is
   * where a person hears that nobody can be kept from the middle, or that the pairing is of the old kind. Without this
   * method the answer is yes.
   */
  agree?(terms: PairingTerms, abort: Abort, about: About): Promise<boolean>;
  /** "Compare, then say yes": `digits` is always six digits and is never typed anywhere. */
  compare(digits: string, abort: Abort, about: About): Promise<boolean>;
  /** "Type what the other device shows": six digits, or null for no. */
  enter(entry: PasskeyEntry, abort: Abort, about: About): Promise<string | null>;
  /** "Type this into the other device": six digits, shown until `abort` fires. */
  display(digits: string, abort: Abort, about: About): void;
  /** What the person at the other device does while our passkey is shown. */
  keypress?(type: KeypressType, abort: Abort, about: About): void;
}
