/**
 * Runs the targets in a thread of their own under the eyes of another: a case that never ends, or takes the whole
 * thread with it, cannot say so itself.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Outcome, RunOptions } from "./runner.ts";
import { runTargets } from "./runner.ts";
import type { Target } from "./target.ts";

export interface WatchedOptions extends Pick<RunOptions, "seed" | "inputs" | "maxFailures"> {
  /** Names, in their order in the module; all where left out. */
  readonly only?: readonly string[];
  /** The module whose `TARGETS` are run. */
  readonly module?: string;
  /** A case under way for so long, in ms, is taken for one without end. Far above what any machine needs. */
  readonly patience?: number;
}

interface Job extends Required<Pick<WatchedOptions, "seed" | "inputs" | "maxFailures">> {
  readonly names: readonly string[];
  readonly module: string;
  readonly place: SharedArrayBuffer;
}

/** Where the thread is: number of the case since the start, its target, its seed. */
const [COUNT, TARGET, SEED] = [0, 1, 2] as const;
const PATIENCE_MS = 20_000;
const MODULE = "./targets.ts";

async function targetsOf(module: string): Promise<readonly Target[]> {
  const loaded: { readonly TARGETS: readonly Target[] } = await import(module);
  return loaded.TARGETS;
}

async function work(job: Job): Promise<void> {
  const place = new Uint32Array(job.place);
  const targets = (await targetsOf(job.module)).filter(({ name }) => job.names.includes(name));
  await runTargets(
    targets,
    {
      ...job,
      onCase(target, seed) {
        place[TARGET] = target;
        place[SEED] = seed;
        Atomics.add(place, COUNT, 1);
      },
    },
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
    (outcome) => parentPort?.postMessage(outcome),
  );
}

/** One outcome per target, told as they come. A case that hangs or kills the thread fails, and ends the run. */
export async function runWatched(
  options: WatchedOptions,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const { seed, inputs, only, module = MODULE, maxFailures = 1, patience = PATIENCE_MS } = options;
  const names = (await targetsOf(module))
    .map(({ name }) => name)
    .filter((name) => only?.includes(name) ?? true);
  const place = new Uint32Array(new SharedArrayBuffer(12));
  const job: Job = { seed, inputs, maxFailures, names, module, place: place.buffer };
  const worker = new Worker(import.meta.filename, { workerData: job });
  const ended = Promise.withResolvers<void>();
  const outcomes: Outcome[] = [];
  const take = (outcome: Outcome): void => {
    outcomes.push(outcome);
    onOutcome(outcome);
  };
  const broken = (error: string): void => {
    const target = names[place[TARGET] ?? 0] ?? "";
    const at = place[SEED] ?? 0;
    const failures = [{ target, seed: at, error }];
    take({ target, cases: 0, inputs: 0, ms: 0, slowestMs: 0, slowestSeed: at, failures });
    void worker.terminate(); // which ends in "exit"
  };
  let seen = 0;
  const watch = setInterval(() => {
    const now = Atomics.load(place, COUNT);
    if (now > 0 && now === seen && outcomes.length < names.length)
      broken(`The case did not end in ${patience} ms`);
    seen = now;
  }, patience);
  worker.on("message", take);
  worker.on("error", (error) =>
    broken(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  worker.on("exit", () => ended.resolve());
  try {
    await ended.promise;
  } finally {
    clearInterval(watch);
  }
  return outcomes;
}

function isJob(data: unknown): data is Job {
  return typeof data === "object" && data !== null && "place" in data && "names" in data;
}

if (!isMainThread && isJob(workerData)) await work(workerData);
