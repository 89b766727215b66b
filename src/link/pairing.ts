/**
 * What a pairing asks a person, where pairing is ours (`capabilities.pairing` is `explicit`). Plain data: whoever
 * answers knows nothing of protocols.
 */
import type { PairingReason } from "./failure.ts";

/** How a pairing is authenticated, Secure Connections or not (Vol 3 Part H 2.3.5.1). */
export type AssociationModel = "just-works" | "numeric-comparison" | "passkey" | "oob";

export type IoCapability =
  | "DisplayOnly"
  | "DisplayYesNo"
  | "KeyboardOnly"
  | "NoInputNoOutput"
  | "KeyboardDisplay";

export type Keypress = "EntryStarted" | "DigitEntered" | "DigitErased" | "Cleared" | "EntryCompleted";

export interface PairingPeer {
  /** As `Peer.id`: of the identity where it is known, else of the address over the air. */
  readonly id: string;
  /** Hostile text; undefined where it never said one. */
  readonly name: string | undefined;
}

/** What a peer asks for; not yet what comes of it. */
export interface PairingRequirements {
  readonly bonding: boolean;
  /** Protection against somebody in the middle. */
  readonly mitm: boolean;
  readonly secureConnections: boolean;
  readonly keypress: boolean;
}

/** What both offers come to, before any key is exchanged. */
export interface PairingTerms {
  /** Ours. */
  readonly role: "initiator" | "responder";
  readonly method: AssociationModel;
  /** False: legacy pairing. Whoever listens can find the keys. */
  readonly secureConnections: boolean;
  /** 7 to 16 octets. */
  readonly keySize: number;
  /** Both sides keep keys. */
  readonly bonding: boolean;
  /** Each side hears of the keys that are pressed at the other. */
  readonly keypress: boolean;
  readonly peer: PairingRequirements & {
    readonly ioCapability: IoCapability;
    readonly oobData: boolean;
    readonly maxKeySize: number;
    /** The keys that it would hand over: key of old kind, identity, signing, BR/EDR. We take the first two. */
    readonly keys: readonly ("encKey" | "idKey" | "signKey" | "linkKey")[];
  };
}

/** A peer wants to pair, or to be secured: nothing happens before a person agreed. */
export interface PairingProposal {
  readonly kind: "pairing" | "security";
  readonly asked: PairingRequirements;
  /** There is a bond with this identity. The peer was reset, or somebody imitates it. */
  readonly replaces: boolean;
  /** The link is encrypted with the key of that bond: it is the same device. */
  readonly proven: boolean;
  /** Null where it is not known yet. */
  readonly terms: PairingTerms | null;
}

/** How a pairing ended: the reason of `PairingAbout.signal`. */
export type PairingEnd =
  | { readonly kind: "paired" }
  | { readonly kind: "failed"; readonly reason: PairingReason; readonly by: "us" | "peer" | "nobody" }
  | { readonly kind: "cancelled" };

/** Which pairing a question belongs to. */
export interface PairingAbout {
  readonly peer: PairingPeer;
  /** Aborts when the pairing ends, well or badly; its reason is a `PairingEnd`. An answer after that is too late. */
  readonly signal: AbortSignal;
  /** Milliseconds until the pairing ends for want of an answer. */
  remainingMs(): number;
  /** Ends the pairing where there is no question to say no to: while digits are shown. */
  stop(): void;
}

/** Rejecting, or not answering before the signal aborts, is "no". */
export interface PairingPrompts {
  accept(proposal: PairingProposal, about: PairingAbout): Promise<boolean>;
  /** Where we began: this is what the peer's answer comes to. */
  agree(terms: PairingTerms, about: PairingAbout): Promise<boolean>;
  /** "Compare, then say yes": six digits that are never typed anywhere. */
  compare(digits: string, about: PairingAbout): Promise<boolean>;
  /** "Type what the other device shows": six digits, or null for no. `pressed` tells the peer where it wants to know. */
  enter(about: PairingAbout, pressed: (key: Keypress) => void): Promise<string | null>;
  /** "Type this into the other device": six digits, shown until the signal aborts. */
  display(digits: string, about: PairingAbout): void;
  /** A key was pressed at the other device while our digits are shown. */
  keypress(key: Keypress, about: PairingAbout): void;
}
