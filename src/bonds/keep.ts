/** What a run leaves in the store: success, what was observed on the way to a failure, and the undo of a repair. */
import { failureOf } from "../link/failure.ts";
import type { BondRecord } from "../storage/records.ts";
import { lastProof, withSuspicion } from "./evidence.ts";
import type { BondResult } from "./result.ts";
import type { Run } from "./run.ts";
import { saveTable } from "./table.ts";
import { end, suspicionFrom, type Verdict } from "./verdict.ts";

/**
 * Asks before anything is set aside. The old record stays where it is, marked as archived, until the new bond is
 * proven: whoever finds it so after a crash can put it back.
 */
export async function startRepair(run: Run): Promise<void> {
  const { prompts, signal } = run.options;
  const { stored } = run;
  if (stored === undefined) throw end("usage", "bad-parameters", "fix-call");
  const consent = (await prompts?.confirmRepair?.(stored, signal)) ?? false;
  if (typeof consent === "object") run.demandCode(consent.outOfBand);
  else if (!consent) throw end("cancelled", "by-person", "retry");
  const at = run.now();
  run.note("repair-started");
  await run.ports.stores.bonds.put([{ ...stored, archived: { at, why: "repair" } }], run.history.splice(0));
  run.replaced = { ...stored, archived: null };
  run.record = { ...run.record, archived: null, suspect: null, proofs: [], createdAt: at };
}

/** An auto-connect mark on what has been proven for the first time; one that a person took away stays away. */
export async function trust(run: Run): Promise<void> {
  if (run.options.mode === "check") return run.steps.skip("trust", "read-only");
  if (run.record.autoConnect) return run.steps.skip("trust", "satisfied");
  if (run.stored !== undefined && lastProof(run.stored) !== undefined)
    return run.steps.skip("trust", "by-request");
  await run.steps.run("trust", async () => {
    run.record = { ...run.record, autoConnect: true };
  });
}

/** What a person wrote about the device, perhaps in another tab while this run was under way, is theirs. */
async function withLatestEdits(run: Run): Promise<BondRecord> {
  const latest = await run.ports.stores.bonds.get(run.record.id);
  if (latest === undefined) return run.record;
  const { label, notes, minimumLevel, legacyAllowed } = latest;
  const same =
    label === run.record.label &&
    notes === run.record.notes &&
    minimumLevel === run.record.minimumLevel &&
    legacyAllowed === run.record.legacyAllowed;
  if (same) return run.record;
  const policy = legacyAllowed === undefined ? {} : { legacyAllowed };
  return { ...run.record, label, notes, minimumLevel, ...policy };
}

export async function persist(run: Run): Promise<BondResult> {
  if (run.options.mode === "check") {
    run.steps.skip("persist", "read-only");
    return run.result(keyVerdict(run));
  }
  const first = run.stored === undefined || lastProof(run.stored) === undefined;
  if (run.replaced !== undefined) run.note("repaired");
  else run.note(first ? "paired" : "verified");
  try {
    await run.steps.run("persist", async () => {
      run.record = await withLatestEdits(run);
      await run.ports.stores.bonds.put([run.record], run.history.splice(0));
    });
  } catch (error) {
    run.persisted = false;
    return run.result(end("not-persisted", "store-failed", "free-space", failureOf(error)).verdict);
  }
  run.stored = run.record;
  run.replaced = undefined;
  run.persisted = true;
  await saveTable(run);
  return run.result(keyVerdict(run));
}

/** The bond works; whether its key and the proof of it outlive this page is another question. */
function keyVerdict({ keptForSession, unsaved }: Run): Verdict | null {
  if (unsaved !== null) return end("not-persisted", "store-failed", "free-space", unsaved).verdict;
  return keptForSession ? end("not-persisted", "kept-for-session", "unlock-vault").verdict : null;
}

/** The result of a run that ended early. `check` keeps nothing; an old bond comes back as it was. */
export async function fail(run: Run, found: Verdict): Promise<BondResult> {
  const { stored } = run;
  const verdict = withSuspicionInMind(run, found);
  const observed = run.recordOrNone;
  if (stored === undefined || observed === undefined || run.options.mode === "check")
    return run.result(verdict);
  await saveTable(run); // a probe is chosen from it, so it is worth keeping without one
  run.record = conclude(run, observed, verdict);
  if (verdict.name !== "cancelled") run.note("failed", `${verdict.name}: ${verdict.reason}`);
  if (run.record === stored && run.history.length === 0) return run.result(verdict);
  try {
    if (run.record === stored) {
      await run.ports.stores.history.append(run.history);
    } else {
      run.record = await withLatestEdits(run);
      await run.ports.stores.bonds.put([run.record], run.history);
    }
  } catch {
    run.persisted = false; // the verdict of the run stands; the result says that it was not saved
  }
  return run.result(verdict);
}

/**
 * A suspect device that cannot be reached may have been removed in the system's settings meanwhile: then coming closer
 * does not help, a repair does.
 */
function withSuspicionInMind({ stored, options }: Run, verdict: Verdict): Verdict {
  const suspect = stored?.suspect !== null && stored?.suspect !== undefined;
  const lost = verdict.reason === "connect-failed" && options.mode === "ensure";
  return suspect && lost ? { ...verdict, remedy: "repair" } : verdict;
}

function conclude(run: Run, observed: BondRecord, verdict: Verdict): BondRecord {
  const { replaced } = run;
  // A new key that has encrypted a link of its own is the bond now, whatever came after.
  if (replaced !== undefined && run.evidence !== "encrypted") {
    run.note("repair-undone");
    run.bondChanged = "restored";
    const { refused, lastSeenAt, platformId } = observed;
    return { ...replaced, refused, lastSeenAt, platformId };
  }
  const suspicion = verdict.failure === null ? null : suspicionFrom(verdict.failure);
  if (suspicion === null || lastProof(observed) === undefined) return observed;
  if (run.proven) return observed;
  const marked = withSuspicion(observed, suspicion, run.now());
  if (marked !== observed) {
    run.bondChanged = "marked-suspect";
    run.note("suspect", suspicion);
  }
  return marked;
}
