import type { PairingReason } from "../../link/failure.ts";
import type { System } from "../../state/platform.ts";
import type { Advice } from "./advice.ts";
import { pairingDialogHint, systemPairingSteps } from "./system.ts";

const KEPT = "No bond was replaced. An older bond with this device is as it was.";
const PAIRING_MODE = "Put the device in pairing mode and try again.";
const FREE_SLOT = "If it holds only a few hosts, remove one of them on the device first.";

/** This side lets no pairing begin so soon after one that failed, whatever was wrong with it. */
export const OWN_PAUSE: Advice = {
  happened:
    "The last pairing did not end well. Before the next one there is a pause, so that nobody can guess codes quickly.",
  untouched: KEPT,
  next: ["Try again when the pause is over."],
};

/** Why pairing failed. One entry per reason of result code 2. */
export function explainPairing(reason: PairingReason, system: System): Advice {
  const { happened, next } = words(reason, system);
  return { happened, untouched: KEPT, next };
}

type Words = Pick<Advice, "happened" | "next">;

function words(reason: PairingReason, system: System): Words {
  switch (reason) {
    case "passkey-wrong":
      return {
        happened: "The passkey did not match.",
        next: ["Read the passkey on the device or its label again.", "Try again and type it with care."],
      };
    case "oob-missing":
      return {
        happened:
          "The device wants a secret that comes another way, such as a code to scan, and there is none.",
        next: [
          "Look in the device's manual for this code and how to hand it over.",
          "Pair from the scanner, with a code from another channel.",
        ],
      };
    case "auth-requirements":
      return {
        happened: "The device and this side could not agree on a way to pair that is safe enough.",
        next: [PAIRING_MODE, "If it stays so, the device is too weak for the level that is asked for."],
      };
    case "confirm-failed":
      return {
        happened:
          "The check values did not match: the code is wrong or does not belong to this device, or somebody stands in between.",
        next: [
          "Take the code anew from the device itself. One from a tag or label may serve only once.",
          "Wait a little, then try again close to the device.",
          "If it happens again, do not go on here.",
        ],
      };
    case "not-supported-by-peer":
      return {
        happened: "The device does not pair.",
        next: ["It may work without a bond. Otherwise look for a newer firmware."],
      };
    case "key-size":
      return {
        happened: "The device offered a key that is too short to be safe.",
        next: ["Look for a newer firmware. Bondkeeper does not accept short keys."],
      };
    case "command-not-supported":
      return {
        happened: "The device does not know a step that pairing needs.",
        next: ["It may lack secure connections. Look for a newer firmware."],
      };
    case "unspecified":
      return { happened: "The device ended the pairing and gave no reason.", next: [PAIRING_MODE] };
    case "repeated-attempts":
      return {
        happened: "The device wants a pause, because there were too many tries.",
        next: ["Wait at least half a minute.", PAIRING_MODE],
      };
    case "invalid-parameters":
      return {
        happened: "The device and this side did not understand each other while pairing.",
        next: ["Switch the device off and on.", PAIRING_MODE],
      };
    case "dhkey-check":
      return {
        happened: "The final check of the pairing failed. The code was wrong, or something interfered.",
        next: ["Try again close to the device.", "If it happens again, do not go on here."],
      };
    case "comparison-rejected":
      return {
        happened: "The two numbers were said to differ, so pairing was stopped.",
        next: [
          "If they really differed, something may stand between you and the device.",
          "Try again elsewhere.",
        ],
      };
    case "not-for-le":
      return {
        happened: "The device is busy with another kind of Bluetooth pairing.",
        next: ["Wait until it is done, then try again."],
      };
    case "key-rejected":
      return {
        happened: "A key was refused at the end of the pairing, so no bond was stored.",
        next: [PAIRING_MODE, FREE_SLOT],
      };
    case "peer-busy":
      return { happened: "The device is busy.", next: ["Wait a few seconds and try again."] };
    case "smp-timeout":
      return {
        happened: "The device did not answer in time while pairing. It may believe that a bond exists.",
        next: ["Switch the device off and on.", PAIRING_MODE],
      };
    case "link-lost-while-pairing":
      return {
        happened: "The connection dropped while pairing. The device may believe that a bond exists.",
        next: ["Move closer to the device.", PAIRING_MODE],
      };
    case "declined-by-peer":
    case "authentication-failed":
    case "os-dialog-failed":
    case "os-canceled":
    case "os-timeout":
      return systemWords(reason, system);
  }
}

type SystemReason = Extract<PairingReason, `os-${string}` | "declined-by-peer" | "authentication-failed">;

/** What a browser lets through of a pairing that the system did. */
function systemWords(reason: SystemReason, system: System): Words {
  switch (reason) {
    case "declined-by-peer":
      return {
        happened: "The device refused to pair.",
        next: [
          PAIRING_MODE,
          FREE_SLOT,
          "If it was tried often, it may have locked itself: wait a few minutes.",
        ],
      };
    case "authentication-failed":
      return {
        happened: "Pairing failed: the code was wrong, or the device did not confirm it.",
        next: [PAIRING_MODE],
      };
    case "os-dialog-failed":
      return {
        happened: "The system could not finish its pairing dialog.",
        next: systemPairingSteps(system),
      };
    case "os-canceled":
      return {
        happened:
          "Pairing was cancelled, by a person or by the browser. If nobody cancelled, the device wants a passkey, and the browser cannot ask for one.",
        next: systemPairingSteps(system),
      };
    case "os-timeout":
      return {
        happened: "Nobody answered the pairing question in time.",
        next: [pairingDialogHint(system), "Try again and answer the question."],
      };
  }
}
