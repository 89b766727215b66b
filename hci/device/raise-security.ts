import { AttErrorCode } from "../att/errors.ts";

/** What may be done about an ATT error that asks for more security. */
export type Raise =
  /** With the stored key: the bond is tested before anything else is thought of. */
  | "encrypt"
  /** For the first time, at our own policy: a refusal on a clear link says nothing about MITM. */
  | "pair"
  /** Again, with protection against somebody in the middle and Secure Connections. */
  | "upgrade"
  | "give-up";

export interface RaiseFacts {
  /** What protects the link; null in clear. */
  readonly security: { readonly authenticated: boolean; readonly secureConnections: boolean } | null;
  readonly bonded: boolean;
  /** A person, or the application for a person, asked for a bond with this device. */
  readonly pairingWanted: boolean;
  /** A pairing took place on this link already: one more would be a loop. */
  readonly paired: boolean;
}

/** The whole decision, for one request that was refused (reconnection rules for 0x05, 0x0C and 0x0F). */
export function howToRaise(code: number, facts: RaiseFacts): Raise {
  const { security, bonded, pairingWanted, paired } = facts;
  // A longer key needs a new pairing, and that is a person's own decision.
  if (code === AttErrorCode.EncryptionKeySizeTooShort) return "give-up";
  if (security === null && bonded) return "encrypt";
  if (!pairingWanted || paired) return "give-up";
  if (security === null) return "pair";
  return security.authenticated && security.secureConnections ? "give-up" : "upgrade";
}
