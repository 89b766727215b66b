/** Phase 1: what we offer, and what comes out of both offers. Pure functions: the whole key policy is decided here. */
import type { Weakness } from "./errors.ts";
import type { FailureReason, IoCapability, KeySet, PairingFeatures } from "./pdus.ts";
import type { KeyChoice, PairingPolicy, Strength } from "./policy.ts";

/** Table 2.8. `display` and `input` say what each side's person does with the passkey. */
export type Method =
  | { readonly kind: "just-works" }
  | { readonly kind: "numeric-comparison" }
  | {
      readonly kind: "passkey";
      readonly initiator: "display" | "input";
      readonly responder: "display" | "input";
    }
  | { readonly kind: "oob" };

export type PasskeyMethod = Extract<Method, { readonly kind: "passkey" }>;

const JUST_WORKS: Method = { kind: "just-works" };
const NUMERIC_COMPARISON: Method = { kind: "numeric-comparison" };
const OOB: Method = { kind: "oob" };
const INITIATOR_SHOWS: Method = { kind: "passkey", initiator: "display", responder: "input" };
const RESPONDER_SHOWS: Method = { kind: "passkey", initiator: "input", responder: "display" };
const BOTH_TYPE: Method = { kind: "passkey", initiator: "input", responder: "input" };

type Table = Readonly<Record<IoCapability, Readonly<Record<IoCapability, Method>>>>;

/** Table 2.8 for legacy pairing: the responder's capability, then the initiator's. */
const LEGACY: Table = {
  DisplayOnly: {
    DisplayOnly: JUST_WORKS,
    DisplayYesNo: JUST_WORKS,
    KeyboardOnly: RESPONDER_SHOWS,
    NoInputNoOutput: JUST_WORKS,
    KeyboardDisplay: RESPONDER_SHOWS,
  },
  DisplayYesNo: {
    DisplayOnly: JUST_WORKS,
    DisplayYesNo: JUST_WORKS,
    KeyboardOnly: RESPONDER_SHOWS,
    NoInputNoOutput: JUST_WORKS,
    KeyboardDisplay: RESPONDER_SHOWS,
  },
  KeyboardOnly: {
    DisplayOnly: INITIATOR_SHOWS,
    DisplayYesNo: INITIATOR_SHOWS,
    KeyboardOnly: BOTH_TYPE,
    NoInputNoOutput: JUST_WORKS,
    KeyboardDisplay: INITIATOR_SHOWS,
  },
  NoInputNoOutput: {
    DisplayOnly: JUST_WORKS,
    DisplayYesNo: JUST_WORKS,
    KeyboardOnly: JUST_WORKS,
    NoInputNoOutput: JUST_WORKS,
    KeyboardDisplay: JUST_WORKS,
  },
  KeyboardDisplay: {
    DisplayOnly: INITIATOR_SHOWS,
    DisplayYesNo: INITIATOR_SHOWS,
    KeyboardOnly: RESPONDER_SHOWS,
    NoInputNoOutput: JUST_WORKS,
    KeyboardDisplay: INITIATOR_SHOWS,
  },
};

/** Table 2.8 for Secure Connections: where both can show a number and take a yes, they compare. */
const SECURE_CONNECTIONS: Table = {
  ...LEGACY,
  DisplayYesNo: {
    ...LEGACY.DisplayYesNo,
    DisplayYesNo: NUMERIC_COMPARISON,
    KeyboardDisplay: NUMERIC_COMPARISON,
  },
  KeyboardDisplay: {
    ...LEGACY.KeyboardDisplay,
    DisplayYesNo: NUMERIC_COMPARISON,
    KeyboardDisplay: NUMERIC_COMPARISON,
  },
};

/** 2.3.5.1 */
export function methodOf(request: PairingFeatures, response: PairingFeatures): Method {
  const secureConnections = request.authReq.secureConnections && response.authReq.secureConnections;
  const holders = [request, response].filter(({ oobData }) => oobData === "present").length;
  if (holders >= (secureConnections ? 1 : 2)) return OOB;
  if (!request.authReq.mitm && !response.authReq.mitm) return JUST_WORKS;
  const table = secureConnections ? SECURE_CONNECTIONS : LEGACY;
  return table[response.ioCapability][request.ioCapability];
}

export interface Agreement {
  readonly method: Method;
  readonly secureConnections: boolean;
  readonly keySize: number;
  /** Both sides keep keys. */
  readonly bonding: boolean;
  /** Both sides speak of key presses. */
  readonly keypress: boolean;
  readonly initiatorKeys: KeyChoice;
  readonly responderKeys: KeyChoice;
}

export type Decision =
  | { readonly kind: "agreed"; readonly agreement: Agreement }
  | {
      readonly kind: "refused";
      readonly reason: FailureReason;
      readonly why: string;
      /** Undefined where the offer makes no sense at all. */
      readonly weakness: Weakness | undefined;
    };

/** Both offers against what we need: decided before phase 2 begins, from both PDUs, and never raised or lowered later. */
export function decide(request: PairingFeatures, response: PairingFeatures, need: Strength): Decision {
  if (request.maxKeySize > 16 || response.maxKeySize > 16)
    return refused("InvalidParameters", "a key of more than 16 octets does not exist");
  const keySize = Math.min(request.maxKeySize, response.maxKeySize);
  if (keySize < Math.max(7, need.keySize))
    return refused("EncryptionKeySize", `the peer gives ${keySize} octets of key`, "key-size");

  const secureConnections = request.authReq.secureConnections && response.authReq.secureConnections;
  if (need.secureConnections && !secureConnections)
    return refused("AuthenticationRequirements", "Secure Connections is needed", "legacy");
  const method = methodOf(request, response);
  if (need.authenticated && method.kind === "just-works")
    return refused(
      "AuthenticationRequirements",
      "protection against somebody in the middle is needed",
      "level",
    );

  return {
    kind: "agreed",
    agreement: {
      method,
      secureConnections,
      keySize,
      bonding: request.authReq.bonding && response.authReq.bonding,
      keypress: method.kind === "passkey" && request.authReq.keypress && response.authReq.keypress,
      initiatorKeys: distributed(request.initiatorKeys, response.initiatorKeys, secureConnections),
      responderKeys: distributed(request.responderKeys, response.responderKeys, secureConnections),
    },
  };
}

/** 3.6.1: what both set; with Secure Connections the LTK is not sent. A CSRK is never taken or given. */
function distributed(offered: KeySet, chosen: KeySet, secureConnections: boolean): KeyChoice {
  return {
    encKey: offered.encKey && chosen.encKey && !secureConnections,
    idKey: offered.idKey && chosen.idKey,
  };
}

function refused(reason: FailureReason, why: string, weakness?: Weakness): Decision {
  return { kind: "refused", reason, why, weakness };
}

/** What we hold that came over another way than the radio. */
export interface OobHeld {
  /** Secure Connections: the peer's confirm and random value. */
  readonly peerData: boolean;
  /** Secure Connections: the peer may hold ours. */
  readonly ownData: boolean;
  /** Legacy pairing: the TK. */
  readonly legacyKey: boolean;
}

export const NO_OOB: OobHeld = { peerData: false, ownData: false, legacyKey: false };

/** Our Pairing Request. */
export function requestFeatures(policy: PairingPolicy, oob: OobHeld): PairingFeatures {
  return {
    ...common(policy, oob),
    authReq: {
      bonding: policy.bondable,
      mitm:
        wantsMitm(policy) && (policy.ioCapability !== "NoInputNoOutput" || anyOob(oob) || mustMitm(policy)),
      secureConnections: true,
      keypress: policy.keypress,
    },
    initiatorKeys: keySet(policy.bondable ? policy.ownKeys : NOTHING),
    responderKeys: keySet(policy.bondable ? policy.peerKeys : NOTHING),
  };
}

/**
 * Our Pairing Response to `request`: never more keys than it offers, no identity for a peer that will not bond, and the
 * MITM bit only if a method that protects against somebody in the middle comes out of it.
 */
export function responseFeatures(
  request: PairingFeatures,
  policy: PairingPolicy,
  oob: OobHeld,
): PairingFeatures {
  const bonding = policy.bondable && request.authReq.bonding;
  const response: PairingFeatures = {
    ...common(policy, oob),
    authReq: { bonding, mitm: wantsMitm(policy), secureConnections: true, keypress: policy.keypress },
    initiatorKeys: keySet(bonding ? policy.peerKeys : NOTHING, request.initiatorKeys),
    responderKeys: keySet(bonding ? policy.ownKeys : NOTHING, request.responderKeys),
  };
  if (mustMitm(policy) || methodOf(request, response).kind !== "just-works") return response;
  return { ...response, authReq: { ...response.authReq, mitm: false } };
}

const NOTHING: KeyChoice = { encKey: false, idKey: false };

function common(
  policy: PairingPolicy,
  oob: OobHeld,
): Pick<PairingFeatures, "ioCapability" | "oobData" | "maxKeySize"> {
  const held = oob.peerData || (policy.legacy && oob.legacyKey);
  return {
    ioCapability: policy.ioCapability,
    oobData: held ? "present" : "absent",
    maxKeySize: 16,
  };
}

function mustMitm(policy: PairingPolicy): boolean {
  return policy.mitm === "required" || policy.minimumLevel !== "encrypted";
}

function wantsMitm(policy: PairingPolicy): boolean {
  return policy.mitm !== "off" || mustMitm(policy);
}

function anyOob(oob: OobHeld): boolean {
  return oob.peerData || oob.ownData || oob.legacyKey;
}

function keySet(keys: KeyChoice, offered: KeyChoice = { encKey: true, idKey: true }): KeySet {
  return {
    encKey: keys.encKey && offered.encKey,
    idKey: keys.idKey && offered.idKey,
    signKey: false,
    linkKey: false,
  };
}
