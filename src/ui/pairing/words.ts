/**
 * The words of every pairing question. Each names its method: who reads "compare" must never be brought to type, nor
 * the other way round (method confusion, CVE-2020-10134).
 */
import type { IoCapability, PairingTerms } from "../../link/pairing.ts";
import { addressWords } from "../../state/address-words.ts";
import type { PairingRequest } from "../../state/pairing-requests.ts";

export interface QuestionWords {
  /** The method, in the fewest words. */
  readonly method: string;
  readonly title: string;
  readonly body: readonly string[];
  /** Null where there is no yes: the other device answers. */
  readonly yes: string | null;
  readonly no: string;
  /** `warn`: going on may harm. */
  readonly tone: "plain" | "warn";
}

export function questionWords(request: PairingRequest): QuestionWords {
  const { ask } = request;
  switch (ask.kind) {
    case "accept":
      return acceptWords(request, ask.proposal.proven);
    case "agree":
      return agreeWords(ask.terms);
    case "compare":
      return {
        method: "Compare",
        title: "Do both show these six digits?",
        body: [
          "Look at the device in front of you and compare digit by digit. There is nothing to type, here or there.",
          "If it shows other digits, or none, say no: somebody may stand between you and the device.",
        ],
        yes: "Yes, the same digits",
        no: "No, not the same",
        tone: "plain",
      };
    case "enter":
      return {
        method: "Type here",
        title: "Type the device’s code",
        body: [
          "Six digits: on the device’s display, on its label or in its manual. Zeros at the front belong to it.",
        ],
        yes: "Pair",
        no: "Do not pair",
        tone: "plain",
      };
    case "display":
      return {
        method: "Type there",
        title: "Type this code into the device",
        body: [
          "On the device itself, and nowhere else: not into another window, and not into a number that you are asked to compare.",
        ],
        yes: null,
        no: "Stop pairing",
        tone: "plain",
      };
  }
}

const NO_CHECK =
  "Nothing will be compared or typed. If somebody stands between you and the device now, nobody can tell.";
const CAN_BE_HEARD =
  "The device knows only the old kind of pairing. Whoever listens to it now can find the keys and read along, later as well.";
const OTHER_WAY =
  "The pairing is checked with data that did not come over the air, such as a code that was scanned. Go on only if it came from the device itself.";

function agreeWords(terms: PairingTerms): QuestionWords {
  if (!terms.secureConnections) {
    const code =
      terms.method === "passkey"
        ? "A code will be asked for. It does not keep a listener out."
        : "Nothing will be compared or typed.";
    return {
      method: "Old kind of pairing",
      title: "Pair although it can be listened to?",
      body: [CAN_BE_HEARD, code],
      yes: "Pair all the same",
      no: "Do not pair",
      tone: "warn",
    };
  }
  if (terms.method === "oob") {
    return {
      method: "Data that came another way",
      title: "Pair with what was handed over?",
      body: [OTHER_WAY],
      yes: "Pair",
      no: "Do not pair",
      tone: "plain",
    };
  }
  return {
    method: "Without a check",
    title: "Pair without a check?",
    body: [
      NO_CHECK,
      "Go on only if you know that this is the device in front of you. The bond counts as encrypted, not as authenticated.",
    ],
    yes: "Pair without a check",
    no: "Do not pair",
    tone: "warn",
  };
}

function acceptWords({ replaces, terms }: PairingRequest, proven: boolean): QuestionWords {
  const warnings = terms === null ? [] : warningsOf(terms);
  if (replaces && !proven) {
    return {
      method: "Replace the bond",
      title: "The device wants to pair anew. Replace its bond?",
      body: [
        "It does not show that it holds the key of your bond. Either it was reset, or something imitates it.",
        "Go on only if you know that it was reset, and it is the one in front of you. The old bond is kept until the new one is proven.",
        ...warnings,
      ],
      yes: "It was reset: pair anew",
      no: "Keep the old bond",
      tone: "warn",
    };
  }
  const first = replaces
    ? "It holds the key of your bond, so it is the same device. It asks for a new key."
    : "The device asks for it. Say yes only if you want that now.";
  return {
    method: "The device asks",
    title: "Pair with this device?",
    body: [first, ...warnings],
    yes: "Pair",
    no: "Do not pair",
    tone: warnings.length > 0 ? "warn" : "plain",
  };
}

function warningsOf({ method, secureConnections }: PairingTerms): readonly string[] {
  if (!secureConnections) return [CAN_BE_HEARD];
  return method === "just-works" ? [NO_CHECK] : [];
}

/** `C0:11:22:33:44:55` out of a peer's id; what has another form stays as it is. */
export function peerAddress(peerId: string): string {
  return addressWords(peerId) ?? peerId;
}

const METHODS: Readonly<Record<PairingTerms["method"], string>> = {
  "just-works": "Just Works: no check",
  "numeric-comparison": "Numeric comparison",
  passkey: "Passkey",
  oob: "Out of band",
};

const CAPABILITIES: Readonly<Record<IoCapability, string>> = {
  DisplayOnly: "A display, nothing to press",
  DisplayYesNo: "A display, and buttons for yes and no",
  KeyboardOnly: "A keyboard, no display",
  NoInputNoOutput: "Neither display nor keys",
  KeyboardDisplay: "A display and a keyboard",
};

/** What both sides agreed on and what the device says of itself, as pairs of a word and its value. */
export function termsFacts(terms: PairingTerms): readonly (readonly [string, string])[] {
  const { peer } = terms;
  const wants = [
    peer.mitm ? "protection against somebody in the middle" : "",
    peer.secureConnections ? "secure connections" : "",
    peer.bonding ? "a bond" : "no bond",
  ].filter(Boolean);
  return [
    ["Method", METHODS[terms.method]],
    ["Kind", terms.secureConnections ? "LE Secure Connections" : "Legacy: a listener can find the keys"],
    ["Key", `${terms.keySize} octets`],
    ["The device has", CAPABILITIES[peer.ioCapability]],
    ["The device wants", wants.join(", ")],
  ];
}
