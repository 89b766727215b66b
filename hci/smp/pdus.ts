/** The PDUs of the Security Manager protocol (Vol 3 Part H 3.3 to 3.6), in the order of their codes. */
import { number, octets } from "../codec/octets.ts";
import { u16, u8 } from "../codec/integers.ts";
import { flags, oneOf } from "../codec/sets.ts";
import type { Body } from "../codec/pdu.ts";
import { pdu } from "../codec/pdu.ts";

/** Vol 3 Part A 2.1 */
export const SMP_CHANNEL = 0x0006;

/** 3.5.1 Table 3.4 */
export const IoCapability = {
  DisplayOnly: 0x00,
  DisplayYesNo: 0x01,
  KeyboardOnly: 0x02,
  NoInputNoOutput: 0x03,
  KeyboardDisplay: 0x04,
} as const;
export type IoCapability = keyof typeof IoCapability;

/** 3.5.1 Figure 3.3; of the two bonding bits only the lower has a meaning, the CT2 bit has none without BR/EDR. */
const AuthReq = { bonding: 0x01, mitm: 0x04, secureConnections: 0x08, keypress: 0x10 } as const;

/** 3.6.1; `signKey` and `linkKey` exist to be seen in what peers send: ours are always 0. */
const KeyDistribution = { encKey: 0x01, idKey: 0x02, signKey: 0x04, linkKey: 0x08 } as const;

/** 3.5.5 Table 3.7 */
export const FailureReason = {
  PasskeyEntryFailed: 0x01,
  OobNotAvailable: 0x02,
  AuthenticationRequirements: 0x03,
  ConfirmValueFailed: 0x04,
  PairingNotSupported: 0x05,
  EncryptionKeySize: 0x06,
  CommandNotSupported: 0x07,
  UnspecifiedReason: 0x08,
  RepeatedAttempts: 0x09,
  InvalidParameters: 0x0a,
  DhKeyCheckFailed: 0x0b,
  NumericComparisonFailed: 0x0c,
  BrEdrPairingInProgress: 0x0d,
  CrossTransportKeyNotAllowed: 0x0e,
  KeyRejected: 0x0f,
  Busy: 0x10,
} as const;
export type FailureReason = keyof typeof FailureReason;

/** 3.5.8 Table 3.9 */
export const KeypressType = {
  EntryStarted: 0,
  DigitEntered: 1,
  DigitErased: 2,
  Cleared: 3,
  EntryCompleted: 4,
} as const;
export type KeypressType = keyof typeof KeypressType;

const features = {
  ioCapability: oneOf(IoCapability),
  oobData: oneOf({ absent: 0, present: 1 }),
  authReq: flags(AuthReq),
  /** 7 to 16 octets; other values decode, because each has its own answer. */
  maxKeySize: u8,
  initiatorKeys: flags(KeyDistribution),
  responderKeys: flags(KeyDistribution),
};

export const PairingRequest = pdu("Pairing Request", 0x01, features);
export const PairingResponse = pdu("Pairing Response", 0x02, features);
export const PairingConfirm = pdu("Pairing Confirm", 0x03, { confirm: number(128) });
export const PairingRandom = pdu("Pairing Random", 0x04, { random: number(128) });
export const PairingFailed = pdu("Pairing Failed", 0x05, { reason: u8 });
export const EncryptionInformation = pdu("Encryption Information", 0x06, { ltk: number(128) });
export const CentralIdentification = pdu("Central Identification", 0x07, { ediv: u16, rand: number(64) });
export const IdentityInformation = pdu("Identity Information", 0x08, { irk: number(128) });
export const IdentityAddressInformation = pdu("Identity Address Information", 0x09, {
  type: oneOf({ public: 0, random: 1 }),
  address: number(48),
});
/** Only to recognise and name it: signing is not supported. */
export const SigningInformation = pdu("Signing Information", 0x0a, { csrk: octets(16) });
export const SecurityRequest = pdu("Security Request", 0x0b, { authReq: flags(AuthReq) });
export const PairingPublicKey = pdu("Pairing Public Key", 0x0c, { x: number(256), y: number(256) });
export const PairingDhKeyCheck = pdu("Pairing DHKey Check", 0x0d, { check: number(128) });
export const PairingKeypressNotification = pdu("Pairing Keypress Notification", 0x0e, {
  type: oneOf(KeypressType),
});

/** Every PDU by its code: what is not here is reserved and ignored (3.3). */
export const SMP_PDUS = [
  PairingRequest,
  PairingResponse,
  PairingConfirm,
  PairingRandom,
  PairingFailed,
  EncryptionInformation,
  CentralIdentification,
  IdentityInformation,
  IdentityAddressInformation,
  SigningInformation,
  SecurityRequest,
  PairingPublicKey,
  PairingDhKeyCheck,
  PairingKeypressNotification,
] as const;

export type PairingFeatures = Body<typeof PairingRequest>;
export type AuthenticationRequirements = PairingFeatures["authReq"];
export type KeySet = PairingFeatures["initiatorKeys"];

/** The name of a reason; a reserved one, and one that is missing, counts as UnspecifiedReason. */
export function failureReason(code: number | undefined): FailureReason {
  return (
    Object.keys(FailureReason)
      .filter(isReason)
      .find((name) => FailureReason[name] === code) ?? "UnspecifiedReason"
  );
}

function isReason(name: string): name is FailureReason {
  return name in FailureReason;
}
