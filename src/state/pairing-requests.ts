/** What a person, a script or a message is asked while a pairing is under way. */
import type { PairingEnd, AssociationModel, PairingProposal, PairingTerms } from "../link/pairing.ts";

export type PairingAsk =
  /** The peer wants to pair. */
  | { readonly kind: "accept"; readonly proposal: PairingProposal }
  /** We began, and this is what comes of it: nothing to compare or type here, or pairing of the old kind. */
  | { readonly kind: "agree"; readonly terms: PairingTerms }
  /** Six digits that both devices show. There is nothing to type. */
  | { readonly kind: "compare"; readonly digits: string }
  /** Six digits that the other device shows, to be typed here. */
  | { readonly kind: "enter" }
  /** Six digits to be typed into the other device, which answers. `typed`: how many stand there now. */
  | { readonly kind: "display"; readonly digits: string; readonly typed: number | null };

export interface PairingRequest {
  /** Names this question; no other ever has the same. */
  readonly id: string;
  readonly peerId: string;
  /** Cleaned; may be empty. A peer says what it likes. */
  readonly name: string;
  /** The record of the peer where it has one here. */
  readonly bondId: string | null;
  readonly ask: PairingAsk;
  /** What is known of both sides; null while nothing is agreed. */
  readonly terms: PairingTerms | null;
  /** A bond would be replaced. */
  readonly replaces: boolean;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Milliseconds since 1970; moves on with every key that is pressed. */
  readonly expiresAt: number;
}

/** How a pairing that had a question ended. */
export interface EndedPairing {
  readonly peerId: string;
  readonly name: string;
  readonly method: AssociationModel | null;
  readonly end: Extract<PairingEnd, { readonly kind: "failed" }>;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the device may be tried again, milliseconds since 1970; null where nothing has to be waited for. */
  readonly retryAt: number | null;
}

export interface PairingsView {
  /** Oldest first. */
  readonly requests: readonly PairingRequest[];
  /** The last pairing that ended otherwise than well, until it is put away. */
  readonly ended: EndedPairing | null;
}

export type Answer =
  | { readonly accept: false }
  /** `passkey`: six digits, leading zeros and all; left out is not "000000". */
  | { readonly accept: true; readonly passkey?: string };

export type AnswerOutcome =
  | "answered"
  /** The pairing is over. */
  | "too-late"
  | "unknown"
  | "passkey-missing"
  | "passkey-malformed"
  /** This question takes no digits: what is compared is never typed. */
  | "passkey-unexpected"
  /** The answer comes from the other device. */
  | "not-for-you";

/** What nobody waits for. Never carries digits. */
export type PairingEvent =
  | {
      readonly kind: "asked";
      readonly request: Omit<PairingRequest, "ask">;
      readonly ask: PairingAsk["kind"];
    }
  | {
      readonly kind: "answered";
      readonly peerId: string;
      readonly ask: PairingAsk["kind"];
      readonly accept: boolean;
    }
  /** Both sides' offers are known. */
  | { readonly kind: "agreed"; readonly peerId: string; readonly terms: PairingTerms }
  | { readonly kind: "keypress"; readonly peerId: string; readonly typed: number | null }
  | { readonly kind: "ended"; readonly peerId: string; readonly end: PairingEnd }
  | { readonly kind: "removed"; readonly bondId: string };
