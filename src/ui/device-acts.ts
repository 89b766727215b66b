/** What can be done next about a bond, and what has to be known before. No lit. */
import type { Mode } from "../bonds/result.ts";
import type { ShownDevice } from "../state/device.ts";

export interface Act {
  readonly mode: Mode;
  readonly label: string;
  readonly look: "primary" | "danger" | "";
}

/** `came-without`: the record was imported, and its key was not, or not under this identity. `gone`: it was here before. */
export type KeyLack = "came-without" | "gone" | "other-dongle";

type Shown = Pick<ShownDevice, "state" | "proof" | "key" | "record">;

const CHECK: Act = { mode: "check", label: "Check only, change nothing", look: "" };
const PAIR: Act = { mode: "ensure", label: "Pair and prove the bond", look: "primary" };
const REPAIR: Act = { mode: "repair", label: "Repair the bond", look: "danger" };
const PROVE: Act = { mode: "ensure", label: "Prove the bond", look: "primary" };

/** The first is the next step. Empty where nothing can be begun here. */
export function actsFor({ state, proof, key, record }: Shown): readonly Act[] {
  if (state.kind === "archived") return [{ mode: "repair", label: "Repair again", look: "primary" }];
  // A run without a key pairs. Of a bond that something contradicts, only a repair may do that: it asks first.
  if (key === "none") return [state.kind === "suspect" ? REPAIR : PAIR];
  switch (state.kind) {
    case "proven":
    case "proven-now":
      return [{ mode: "ensure", label: "Verify the bond", look: "primary" }, CHECK];
    case "recorded":
      if (lackOf({ state, proof, key, record }) === "other-dongle") return [];
      return [key === "here" ? PROVE : PAIR, CHECK];
    case "suspect":
      return [
        { mode: "ensure", label: "Verify again", look: "primary" },
        REPAIR,
        ...(proof === null ? [] : [CHECK]),
      ];
  }
}

/** Why nothing can be proven here. Null where that is not so, or was never to be: nothing was imported or proven. */
export function lackOf({ state, proof, key, record }: Shown): KeyLack | null {
  if (state.kind === "archived") return null;
  if (key === "other-dongle") return state.kind === "recorded" ? "other-dongle" : null;
  if (key !== "none") return null;
  if (record.importedFrom !== null && proof === null) return "came-without";
  return state.kind === "recorded" ? null : "gone";
}
