import { settle } from "../support/manual-clock.ts";
import { Random } from "../support/random.ts";
import type { Target } from "./target.ts";

/** A case that broke the oracle, and how to bring it back. */
export interface Failure {
  readonly target: string;
  readonly seed: number;
  readonly error: string;
}

export interface Outcome {
  readonly target: string;
  readonly cases: number;
  readonly inputs: number;
  readonly ms: number;
  /** Wall clock of the slowest case: said, never judged, since other programs run as well. */
  readonly slowestMs: number;
  readonly slowestSeed: number;
  readonly failures: readonly Failure[];
}

export interface RunOptions {
  readonly seed: number;
  /** Inputs over all targets. */
  readonly inputs: number;
  /** Stops a target after so many failures. */
  readonly maxFailures?: number;
  /** Told before each case, so that whoever watches can name the one that never ends. */
  readonly onCase?: (target: number, seed: number) => void;
}

/** Far apart, so that neighbouring cases have nothing in common; the first case has the seed of the run itself. */
export function seedOf(run: number, index: number): number {
  return (run + Math.imul(index, 0x9e37_79b1)) >>> 0;
}

/** Promises that nobody waited for, since the last look. */
class Unhandled {
  readonly #errors: unknown[] = [];
  readonly #listener = (error: unknown): void => void this.#errors.push(error);

  constructor() {
    process.on("unhandledRejection", this.#listener);
  }

  take(): unknown {
    return this.#errors.splice(0)[0];
  }

  stop(): void {
    process.off("unhandledRejection", this.#listener);
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\n  because of ${textOf(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}

async function runTarget(
  target: Target,
  index: number,
  inputs: number,
  options: RunOptions,
): Promise<Outcome> {
  const unhandled = new Unhandled();
  const failures: Failure[] = [];
  const started = performance.now();
  let [done, cases, slowestMs, slowestSeed] = [0, 0, 0, 0];
  for (; done < inputs && failures.length < (options.maxFailures ?? 1); cases++) {
    const seed = seedOf(options.seed, cases);
    options.onCase?.(index, seed);
    const before = performance.now();
    try {
      const result = target.run(new Random(seed));
      if (typeof result === "number") {
        done += result;
      } else {
        done += await result;
        await settle(); // rejections that nobody handles are reported by now
      }
      const late = unhandled.take();
      if (late !== undefined) throw new Error("Unhandled rejection", { cause: late });
    } catch (error) {
      done++;
      failures.push({ target: target.name, seed, error: textOf(error) });
    }
    const ms = performance.now() - before;
    if (ms > slowestMs) [slowestMs, slowestSeed] = [ms, seed];
  }
  unhandled.stop();
  return {
    target: target.name,
    cases,
    inputs: done,
    ms: performance.now() - started,
    slowestMs,
    slowestSeed,
    failures,
  };
}

/** Runs every target for its share of the inputs, one after another. */
export async function runTargets(
  targets: readonly Target[],
  options: RunOptions,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const outcomes: Outcome[] = [];
  for (const [index, target] of targets.entries()) {
    const inputs = Math.max(1, Math.round((options.inputs * target.share) / shares));
    const outcome = await runTarget(target, index, inputs, options);
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  return outcomes;
}
