/** The steps on the link: verify what was proven before, else pair, then prove it on a new link. */
import { type Failure, failureOf } from "../link/failure.ts";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { Probe } from "../storage/records.ts";
import { lastProof, levelVerdict, observeAccess, strongest, withProof } from "./evidence.ts";
import { offers } from "./record.ts";
import type { Mode } from "./result.ts";
import { type Run, settling } from "./run.ts";
import { end, pairVerdict, type Verdict, verifyVerdict } from "./verdict.ts";

/** True when a bond that was proven before has been proven again. */
export async function verify(run: Run): Promise<boolean> {
  const { mode } = run.options;
  if (mode === "repair") {
    run.steps.skip("verify", "by-request");
    return false;
  }
  const { probe } = run.record;
  const proven = lastProof(run.record) !== undefined;
  if (mode !== "check" && (!proven || probe === null)) {
    run.steps.skip("verify", "never-proven");
    return false;
  }
  await run.steps.runRepeating("verify", async (signal) => {
    // A check runs only what worked before: anything else could make the system start a pairing.
    if (!proven || probe === null) throw end("not-valid", "never-proven", "run-ensure");
    await readProbe(run, probe, mode !== "check", signal, verifyVerdict);
  });
  if (probe !== null) recordProof(run, probe);
  return true;
}

export async function pair(run: Run): Promise<void> {
  const pairing = async (signal: AbortSignal): Promise<void> => {
    await run.settle(run.manner.settleMs, signal);
    const { probe } = run.record;
    if (probe === null) return learnProbe(run, signal);
    try {
      await readProbe(run, probe, true, signal, pairVerdict);
    } catch (error) {
      const { kind } = failureOf(error);
      run.halfBondSuspected = kind === "link-lost" || kind === "timeout";
      throw error;
    }
  };
  await run.steps.run("pair", pairing, settling(run));
}

/** Without a probe, something that was refused for security before and is answered now is one. */
async function learnProbe(run: Run, signal: AbortSignal): Promise<void> {
  for (const ref of run.record.refused) {
    if (!offers(run.table, ref)) continue;
    const outcome = await tryRead(run, ref, signal);
    run.record = observeAccess(run.record, ref, outcome, run.now());
    if (outcome === "refused") continue;
    run.note("probe-learned");
    return;
  }
  throw end("unsupported", "no-probe", "choose-probe");
}

async function tryRead(
  run: Run,
  ref: CharacteristicRef,
  signal: AbortSignal,
): Promise<"refused" | "succeeded"> {
  try {
    await run.onLink(signal, (connection) => connection.read(ref, { signal, mayPair: true }));
    return "succeeded";
  } catch (error) {
    if (failureOf(error).kind === "access-refused") return "refused";
    throw error;
  }
}

/**
 * A pairing is proven on a new link: whatever secured the first one is gone then. Where the platform keeps the link up
 * under a page that disconnects (Chromium on Linux does), the second read shows no more than the first; nobody can tell.
 */
export async function prove(run: Run): Promise<void> {
  const { probe } = run.record;
  await run.steps.runRepeating(
    "prove",
    async (signal) => {
      if (probe === null) throw end("unsupported", "no-probe", "choose-probe");
      await run.connect(signal);
      await run.discover(signal);
      await readProbe(run, probe, false, signal, pairVerdict);
    },
    run.provingPatience,
  );
  if (probe !== null) recordProof(run, probe);
  if (run.replaced !== undefined) run.bondChanged = "replaced";
  else if (run.bondChanged === "none") run.bondChanged = "created";
}

type Judge = (failure: Failure, mode: Mode) => Verdict;

/** Reads the probe; the value is not looked at, let alone kept. */
async function readProbe(
  run: Run,
  probe: Probe,
  mayPair: boolean,
  signal: AbortSignal,
  judge: Judge,
): Promise<void> {
  if (!offers(run.table, probe.ref)) throw end("unsupported", "probe-not-found", "choose-probe");
  try {
    await run.onLink(signal, (connection) => connection.read(probe.ref, { signal, mayPair }));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "access-refused")
      run.record = observeAccess(run.record, probe.ref, "refused", run.now());
    const { name, reason, remedy } = judge(failure, run.options.mode);
    // What says nothing about the bond stays an error: it may be over in a moment, and the step repeats it.
    if (name === "unreachable") throw error;
    throw end(name, reason, remedy, failure);
  }
}

function recordProof(run: Run, probe: Probe): void {
  const at = run.now();
  run.evidence = "access-verified";
  run.record = withProof(observeAccess(run.record, probe.ref, "succeeded", at), {
    at,
    transport: run.record.transport,
    localIdentity: run.record.localIdentity,
    how: "gated-read",
    level: probe.level,
    keySize: null,
    probe: probe.ref,
    appVersion: run.ports.appVersion,
  });
}

/** The bond works; is it as strong as the caller and the record demand? */
export function requireLevel(run: Run): void {
  const { probe, minimumLevel } = run.record;
  if (probe === null) return;
  const verdict = levelVerdict(probe, strongest(run.level ?? null, minimumLevel));
  if (verdict === "below") throw end("below-level", "probe-below-level", "choose-probe");
  if (verdict === "not-shown") throw end("unsupported", "level-not-shown-here", "choose-probe");
}
