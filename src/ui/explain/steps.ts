import type { StepName, StepNote } from "../../bonds/result.ts";
import type { System } from "../../state/platform.ts";
import { explain } from "../explain.ts";
import { explainReason } from "./reasons.ts";

/** A step's name in a list, and what is being done while it runs. */
export interface StepWords {
  readonly title: string;
  readonly doing: string;
}

export function stepWords(step: StepName): StepWords {
  switch (step) {
    case "adapter":
      return { title: "Bluetooth", doing: "Looking for a Bluetooth adapter" };
    case "permission":
      return { title: "Permission", doing: "Asking the browser for the device" };
    case "known":
      return { title: "Record", doing: "Comparing with what is known" };
    case "connect":
      return { title: "Connect", doing: "Connecting to the device" };
    case "discover":
      return { title: "Services", doing: "Looking up what the device offers" };
    case "verify":
      return { title: "Verify", doing: "Reading what only a bonded host may read" };
    case "pair":
      return { title: "Pair", doing: "Pairing: look for a question, here or of the system" };
    case "prove":
      return { title: "Prove", doing: "Connecting anew and proving the bond" };
    case "trust":
      return { title: "Trust", doing: "Marking the device for reconnection" };
    case "persist":
      return { title: "Store", doing: "Storing the record" };
  }
}

/** Why a step was skipped, is repeated, or failed. */
export function noteWords(note: StepNote, system: System): string {
  switch (note.kind) {
    case "satisfied":
      return "Already so";
    case "not-needed":
      return "Not needed";
    case "read-only":
      return "A check changes nothing";
    case "never-proven":
      return "Nothing was proven before";
    case "by-request":
      return "As you asked";
    case "settling":
      return `The device is left alone for ${seconds(note.ms)} first.`;
    case "retrying":
      return `${explain(note.failure, system).happened} Once more in ${seconds(note.inMs)}`;
    case "failure":
      return explain(note.failure, system).happened;
    case "refused":
      return explainReason(note.reason, system).happened;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
