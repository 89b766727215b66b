import type { Remedy, ResultReason } from "../../bonds/result.ts";

/** The words of a button, and one sentence beside it. */
export interface RemedyWords {
  readonly label: string;
  readonly help: string;
}

export function remedyWords(remedy: Remedy, reason: ResultReason | null): RemedyWords {
  switch (remedy) {
    case "continue":
      return { label: "Done", help: "The bond works. There is nothing more to do." };
    case "run-ensure":
      return { label: "Verify", help: "Verify may pair; a check alone does not." };
    case "retry":
      return {
        label: "Try again",
        help:
          reason === "by-person"
            ? "It starts over, and you can decide otherwise."
            : "It may simply work now.",
      };
    case "retry-in-pairing-mode":
      return { label: "Try again", help: "First put the device in pairing mode." };
    case "check-adapter":
      return {
        label: "Check again",
        help:
          reason === "other-adapter"
            ? "First use the dongle that the bond is with."
            : "First see to the Bluetooth of this computer.",
      };
    case "choose-again":
      return { label: "Choose the device", help: "The browser shows its list of devices." };
    case "close-other-tab":
      return { label: "Try again", help: "First close what else works with this device." };
    case "move-closer":
      return { label: "Try again", help: "First bring the device closer and wake it." };
    case "choose-probe":
      return {
        label: "Choose a proof",
        help: "Name a value that the device gives only to paired hosts.",
      };
    case "use-other-browser":
      return { label: "See what works", help: "Another browser or a setting is needed." };
    case "remove-in-system-settings":
      return {
        label: "I removed it, try again",
        help: "The system keeps an older bond. Only you can remove it, in the system's settings.",
      };
    case "pair-in-system-settings":
      return {
        label: "I paired it, try again",
        help: "Pair the device in the system's settings, then come back.",
      };
    case "repair":
      return {
        label: "Repair",
        help: "Make a new bond. The old record is kept until the new one is proven.",
      };
    case "free-space":
      return { label: "Try again", help: "First make room for the record on this computer." };
    case "unlock-vault":
      return { label: "Try again", help: "First unlock the vault." };
    case "fix-call":
      return { label: "Back", help: "The link or the call must be corrected." };
  }
}
