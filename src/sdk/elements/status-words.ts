import { type BondState, stateOf } from "../../bonds/evidence.ts";
import type { BondResult } from "../../bonds/result.ts";
import type { BondRecord } from "../../storage/records.ts";

export type StatusTone = "good" | "fair" | "bad" | "none";

export interface StatusWords {
  readonly check: string;
  readonly checking: string;
  readonly nothing: string;
  readonly unreadable: string;
  state(state: BondState): string;
  /** Why the newest check did not prove the bond. */
  problem(name: BondResult["name"]): string;
}

/** Never "secure" or "bonded" by itself: what was proven, and that a record is only a record. */
export const english: StatusWords = {
  check: "Check now",
  checking: "Checking …",
  nothing: "No bond",
  unreadable: "The bonds of this page cannot be read",
  state(state) {
    switch (state.kind) {
      case "proven-now":
      case "proven":
        return "Bond proven";
      case "recorded":
        return "Recorded, never proven";
      case "suspect":
        return "The device refused its bond";
      case "archived":
        return "Set aside";
    }
  },
  problem(name) {
    switch (name) {
      case "unreachable":
        return "not reached just now";
      case "peer-key-missing":
        return "the device was reset, or something imitates it";
      case "adapter":
        return "no Bluetooth adapter to use";
      case "permission":
        return "a permission is missing";
      case "cancelled":
        return "the check was cancelled";
      case "below-level":
        return "weaker than required";
      case "pairing-failed":
        return "pairing failed";
      default:
        return "not proven just now";
    }
  },
};

export interface StatusView {
  readonly tone: StatusTone;
  readonly text: string;
  /** ISO 8601: since when, or of when. */
  readonly at: string | null;
  readonly problem: string | null;
}

/** What is known of a bond, as words: the record's state, and beside it what the newest check came to. */
export function statusOf(
  record: BondRecord | undefined,
  result: BondResult | null,
  words: StatusWords,
): StatusView {
  const problem = result === null || result.code === 0 ? null : words.problem(result.name);
  if (record === undefined) return { tone: "none", text: words.nothing, at: null, problem };
  const state = stateOf(record);
  return { tone: toneOf(state), text: words.state(state), at: "at" in state ? state.at : null, problem };
}

function toneOf({ kind }: BondState): StatusTone {
  if (kind === "proven" || kind === "proven-now") return "good";
  return kind === "suspect" ? "bad" : "fair";
}
