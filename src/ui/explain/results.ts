import type { BondResult, ResultName } from "../../bonds/result.ts";
import type { System } from "../../state/platform.ts";
import { explain } from "../explain.ts";
import { BOND_KEPT } from "./advice.ts";
import { explainAdapter } from "./dongle.ts";
import type { Advice } from "./advice.ts";
import { explainReason } from "./reasons.ts";

/** The headline of a result. */
export function resultTitle({ name, reason }: Pick<BondResult, "name" | "reason">): string {
  return reason === "no-probe" ? "Reached, but nothing proves the bond yet" : titleOf(name);
}

/** A few words that are true for every reason. */
function titleOf(name: ResultName): string {
  switch (name) {
    case "ok":
      return "The bond works";
    case "not-valid":
      return "No working bond";
    case "pairing-failed":
      return "Pairing failed";
    case "adapter":
      return "Bluetooth is not ready";
    case "permission":
      return "Not allowed yet";
    case "unreachable":
      return "Device not reached";
    case "cancelled":
      return "Stopped";
    case "unsupported":
      return "Cannot be shown here";
    case "below-level":
      return "Weaker than required";
    case "not-persisted":
      return "Works, but not stored";
    case "peer-key-missing":
      return "The device refuses this bond";
    case "usage":
      return "Wrong call";
  }
}

/**
 * One result in words. The reason leads; where it is only "something", the failure behind it says more. What was
 * changed is told from the result itself.
 */
export function explainResult(result: BondResult, system: System): Advice {
  const { reason, failure, transport } = result;
  // An adapter of our own: what helps the system's Bluetooth is no help here.
  if (reason === "adapter-missing" && (transport === "dongle" || transport === "simulator"))
    return explainAdapter("missing");
  if (reason === null && failure === null) {
    return {
      happened: "An operation that needs this bond succeeded.",
      untouched: changeWords(result),
      next: ["There is nothing more to do."],
    };
  }
  const paused = failure?.kind === "pairing-failed" && failure.retryAfterMs !== undefined;
  const vague =
    paused || reason === null || reason === "unexpected" || reason === "probe-failed" || reason === "blocked";
  const advice =
    vague && failure !== null ? explain(failure, system) : explainReason(reason ?? "unexpected", system);
  if (result.bondChanged === "none" && !madeNothing(result)) return advice;
  return { ...advice, untouched: changeWords(result) };
}

/** A device that is in the list without a proof: a run that failed must not speak of a bond as if there were one. */
function madeNothing({ mode, bondId, bondChanged, provenAt }: BondResult): boolean {
  return mode !== "check" && bondId !== null && bondChanged === "none" && provenAt === null;
}

/** What the run did to the bond and its record. */
function changeWords(result: BondResult): string {
  switch (result.bondChanged) {
    case "none":
      return madeNothing(result)
        ? "No bond was made. The device is in your list; what was stored of it before is as it was."
        : BOND_KEPT;
    case "created":
      return result.persisted
        ? "A new bond was made and stored."
        : "A new bond was made, but it is not stored.";
    case "replaced":
      return "The new bond has replaced the old one.";
    case "restored":
      return "The old record is back: the new bond was not proven.";
    case "marked-suspect":
      return "The record is kept and marked suspect. Only you can delete it.";
  }
}
