import type { Backend, Peer } from "../link/backend.ts";
import { failureOf } from "../link/failure.ts";
import type { Uuid } from "../link/gatt.ts";
import type { OutOfBand } from "../link/out-of-band.ts";
import { type Locks, StorageError, type Stores } from "../storage/ports.ts";
import type { Level, Probe } from "../storage/records.ts";
import { connectPeer, load, reachPeer, recognise, requireAdapter } from "./identify.ts";
import { fail, persist, startRepair, trust } from "./keep.ts";
import type { EnsurePrompts } from "./prompts.ts";
import { performWithOwnKeys, requireOwnIdentity } from "./own-keys.ts";
import { pair, prove, requireLevel, verify } from "./prove.ts";
import type { BondResult, Mode, StepReport } from "./result.ts";
import { Run } from "./run.ts";
import { Ended, end, generalVerdict, storeVerdict, type Verdict } from "./verdict.ts";

/** The device the procedure is about: one we have a record of, or one that was just chosen. */
export type EnsureTarget =
  | { readonly bondId: string }
  | {
      readonly peer: Peer;
      /** Services the page asked for when the peer was chosen. */
      readonly services: readonly Uuid[];
      readonly profile: string | null;
      readonly probe: Probe | null;
    };

export interface EnsureOptions {
  readonly mode: Mode;
  /** The least level that counts as success; the record's own minimum counts too. */
  readonly level?: Level;
  /** Only where `capabilities.pairing` is `explicit`; on Web Bluetooth the system asks. */
  readonly pin?: string;
  /** A person accepts, for this one device, a pairing that a listener can break; kept with its record. */
  readonly allowLegacy?: boolean;
  /** What came from the device over another way than the radio; zeroed at the end, used or not. */
  readonly outOfBand?: OutOfBand;
  readonly signal: AbortSignal;
  readonly prompts?: EnsurePrompts;
  /** Nobody is there: what was proven is verified, and where a pairing would begin the run ends with `no-gesture`. */
  readonly unattended?: boolean;
  /** Called synchronously as each step starts and ends. */
  readonly onStep?: (report: StepReport) => void;
}

/** Time and chance, so that tests decide them. */
export interface Surroundings {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1, for jitter. */
  random(): number;
  newId(): string;
}

export interface BondPorts {
  readonly backend: Backend;
  readonly stores: Stores;
  readonly locks: Locks;
  readonly surroundings: Surroundings;
  readonly appVersion: string;
}

/** Never rejects for a reason of the radio, the person or the store: those are results. */
export type EnsureBond = (
  target: EnsureTarget,
  options: EnsureOptions,
  ports: BondPorts,
) => Promise<BondResult>;

/**
 * Brings the bond with one device to a proven state, doing only what is missing. `check` writes nothing and asks
 * nothing on its own; `ensure` pairs only where nothing was proven before; `repair` replaces a bond after consent and
 * puts the old record back unless the new bond is proven.
 */
export const ensureBond: EnsureBond = async (target, options, ports) => {
  const run = new Run(target, options, ports);
  try {
    const fault = usageFault(target, options, ports);
    if (fault !== null) return run.result(fault);
    await load(run);
    const outcome = await ports.locks.exclusive(lockName(run), () => perform(run));
    if (outcome.kind === "done") return outcome.value;
    return run.result(end("permission", "held-elsewhere", "close-other-tab").verdict);
  } catch (error) {
    return run.result(verdictOf(error, options.signal));
  } finally {
    run.wipe();
  }
};

/** The steps in their order. */
async function perform(run: Run): Promise<BondResult> {
  let release = (): void => {};
  try {
    await load(run); // once more: another tab may have changed it before we held the lock
    await requireAdapter(run);
    requireOwnIdentity(run);
    await reachPeer(run);
    await recognise(run);
    if (run.options.mode === "repair") await startRepair(run);
    release = holdRequests(run);
    await connectPeer(run);
    if (run.options.mode !== "check") run.record = { ...run.record, lastSeenAt: run.now() };
    await (run.keys === undefined ? performWithProbe(run) : performWithOwnKeys(run, run.keys));
    await trust(run);
    return await persist(run);
  } catch (error) {
    return await fail(run, verdictOf(error, run.options.signal));
  } finally {
    release();
    await run.release();
  }
}

/** With keys of our own, whoever runs the procedure encrypts or pairs: the device's own wish must not come between. */
function holdRequests({ keys, peer }: Run): () => void {
  return keys?.holdRequests(peer.id) ?? (() => {});
}

/** Where the system keeps the keys: a protected read shows what can be shown. */
async function performWithProbe(run: Run): Promise<void> {
  await run.steps.runRepeating("discover", (signal) => run.discover(signal));
  if (await verify(run)) {
    run.steps.skip("pair", "satisfied");
    run.steps.skip("prove", "satisfied");
  } else {
    run.requirePerson();
    await pair(run);
    await prove(run);
  }
  requireLevel(run);
}

/** The platform's id where it is known, so that two tabs meet on one device whatever they started from. */
function lockName({ target, recordOrNone }: Run): string {
  if ("peer" in target) return `bond:${target.peer.id}`;
  return `bond:${recordOrNone?.platformId ?? target.bondId}`;
}

function usageFault(target: EnsureTarget, options: EnsureOptions, ports: BondPorts): Verdict | null {
  const wrong = end("usage", "bad-parameters", "fix-call").verdict;
  if (options.outOfBand !== undefined && ports.backend.capabilities.pairing === "on-demand") return wrong;
  if (options.pin !== undefined && ports.backend.capabilities.pairing === "on-demand") return wrong;
  if (options.pin !== undefined && !/^\d{6}$/.test(options.pin)) return wrong;
  if (options.mode === "repair" && "peer" in target) return wrong;
  return null;
}

function verdictOf(error: unknown, signal: AbortSignal): Verdict {
  if (error instanceof Ended) return error.verdict;
  if (error instanceof StorageError) return storeVerdict(error);
  if (signal.aborted) return generalVerdict({ kind: "cancelled", by: "caller" });
  return generalVerdict(failureOf(error));
}
