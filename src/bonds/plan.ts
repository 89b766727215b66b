/** What a run over keys of our own would do, from what is stored alone: nothing is opened, heard or changed. */
import type { StoredBondState } from "../link/security.ts";
import type { BondRecord } from "../storage/records.ts";
import { lastProof } from "./evidence.ts";
import { type Mode, STEPS, type StepName } from "./result.ts";

/** `unless-verified`: only where the key that is stored does not encrypt, and nothing is lost by it. */
export type Intent = "run" | "skip" | "unless-verified" | "never";

export interface PlannedStep {
  readonly step: StepName;
  readonly intent: Intent;
}

export interface Stored {
  readonly record: BondRecord | undefined;
  /** Of the key that counts; undefined: there is none. */
  readonly key: StoredBondState | undefined;
}

/** Every step in its order. Where an earlier one fails, those after it do not come. */
export function planOf(mode: Mode, stored: Stored): readonly PlannedStep[] {
  return STEPS.map((step) => ({ step, intent: intentOf(step, mode, stored) }));
}

function intentOf(step: StepName, mode: Mode, { record, key }: Stored): Intent {
  const hasKey = key !== undefined && key !== "erased";
  switch (step) {
    case "permission":
      return record === undefined ? "skip" : "run"; // without a record it was chosen just now
    case "known":
      return record === undefined ? "run" : "skip";
    case "verify":
      return mode === "check" || (mode === "ensure" && hasKey) ? "run" : "skip";
    case "pair":
    case "prove":
      if (mode === "check") return "never";
      if (mode === "repair" || !hasKey) return "run";
      return key === "half-bond" ? "unless-verified" : "skip";
    case "discover":
    case "persist":
      return mode === "check" ? "skip" : "run";
    case "trust": {
      const settled = record !== undefined && (record.autoConnect || lastProof(record) !== undefined);
      return mode === "check" || settled ? "skip" : "run";
    }
    default:
      return "run";
  }
}
