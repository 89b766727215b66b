/** The state of a bond in words. Web Bluetooth never says "bonded" or "encrypted": only what was proven, and when. */
import type { BondState } from "../bonds/evidence.ts";
import type { SuspectReason } from "../storage/records.ts";
import { age } from "./age.ts";

/** One or two words, the same on every screen. */
export function stateWord(state: BondState): string {
  switch (state.kind) {
    case "proven-now":
      return "Proven now";
    case "proven":
      return "Proven before";
    case "recorded":
      return "Never proven";
    case "suspect":
      return "Suspect";
    case "archived":
      return "Archived";
  }
}

/** The second half of the sentence: since when, or why. */
export function stateDetail(state: BondState, now: number): string {
  switch (state.kind) {
    case "proven-now":
      return "on the connection that is up";
    case "proven":
      return age(state.at, now);
    case "recorded":
      return "only a record";
    case "suspect":
      return `${suspectWords(state.reason)}, ${age(state.at, now)}`;
    case "archived":
      return `${state.why === "repair" ? "replaced" : "forgotten"} ${age(state.at, now)}`;
  }
}

export function suspectWords(reason: SuspectReason): string {
  switch (reason) {
    case "access-refused":
      return "the device refused what it allowed before";
    case "key-missing":
      return "the device has lost its key";
    case "key-mismatch":
      return "the keys do not fit";
    case "encryption-refused":
      return "the device refused to encrypt";
    case "half-bond":
      return "pairing ended half-way";
    case "evicted":
      return "another host may have taken its place";
  }
}
