import type { FailureReason } from "../../../hci/smp/pdus.ts";
import type { PairingReason } from "../failure.ts";

/** The specification's reasons by the product's names. */
const REASONS: Readonly<Record<FailureReason, PairingReason>> = {
  PasskeyEntryFailed: "passkey-wrong",
  OobNotAvailable: "oob-missing",
  AuthenticationRequirements: "auth-requirements",
  ConfirmValueFailed: "confirm-failed",
  PairingNotSupported: "not-supported-by-peer",
  EncryptionKeySize: "key-size",
  CommandNotSupported: "command-not-supported",
  UnspecifiedReason: "unspecified",
  RepeatedAttempts: "repeated-attempts",
  InvalidParameters: "invalid-parameters",
  DhKeyCheckFailed: "dhkey-check",
  NumericComparisonFailed: "comparison-rejected",
  BrEdrPairingInProgress: "not-for-le",
  CrossTransportKeyNotAllowed: "not-for-le",
  KeyRejected: "key-rejected",
  Busy: "peer-busy",
};

export function pairingReason(reason: FailureReason): PairingReason {
  return REASONS[reason];
}
