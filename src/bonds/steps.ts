/** Runs the named steps: reports each as it happens, times it, and repeats what failed for a moment. */
import { DeviceError, type Failure, failureOf } from "../link/failure.ts";
import { isTransient } from "../link/transient.ts";
import type { Surroundings } from "./ensure.ts";
import { STANDARD } from "./quirks.ts";
import type { StepName, StepNote, StepReport } from "./result.ts";
import { Ended } from "./verdict.ts";

/** Milliseconds before the first repetition; doubled each time, up to half of it added at random. */
const BACKOFF_MS = 500;

/** How often a step that may fail for a moment is tried. */
export interface Patience {
  /** The first included. */
  readonly attempts: number;
  /** Milliseconds between two; null: `BACKOFF_MS`, growing. */
  readonly pauseMs: number | null;
}

const USUAL: Patience = { attempts: STANDARD.connectAttempts, pauseMs: STANDARD.connectPauseMs };
const ONCE: Patience = { attempts: 1, pauseMs: null };

export class Steps {
  readonly reports: StepReport[] = [];
  readonly #surroundings: Surroundings;
  readonly #signal: AbortSignal;
  readonly #onStep: ((report: StepReport) => void) | undefined;

  constructor(surroundings: Surroundings, signal: AbortSignal, onStep?: (report: StepReport) => void) {
    this.#surroundings = surroundings;
    this.#signal = signal;
    this.#onStep = onStep;
  }

  skip(step: StepName, kind: "satisfied" | "not-needed" | "read-only" | "never-proven" | "by-request"): void {
    this.#report({ step, status: "skipped", attempt: 1, ms: 0, note: { kind } });
  }

  /** Runs `work` once. Aborting ends it at once; failures are reported and rethrown. `note`: what is told as it starts. */
  run<T>(
    step: StepName,
    work: (signal: AbortSignal) => Promise<T>,
    note: StepNote | null = null,
  ): Promise<T> {
    return this.#attempts(step, ONCE, work, note);
  }

  /** As `run`, repeating transient failures. */
  runRepeating<T>(
    step: StepName,
    work: (signal: AbortSignal) => Promise<T>,
    patience: Patience = USUAL,
  ): Promise<T> {
    return this.#attempts(step, patience, work, null);
  }

  async #attempts<T>(
    step: StepName,
    { attempts, pauseMs }: Patience,
    work: (signal: AbortSignal) => Promise<T>,
    first: StepNote | null,
  ): Promise<T> {
    this.#report({ step, status: "started", attempt: 1, ms: 0, note: first });
    for (let attempt = 1; ; attempt++) {
      const started = this.#surroundings.now();
      const elapsed = () => Math.max(0, this.#surroundings.now() - started);
      try {
        this.#throwIfAborted();
        const value = await work(this.#signal);
        this.#report({ step, status: "done", attempt, ms: elapsed(), note: null });
        return value;
      } catch (error) {
        const failure = this.#failureOf(error);
        if (attempt >= attempts || failure === null || !isTransient(failure)) {
          this.#report({ step, status: "failed", attempt, ms: elapsed(), note: noteOf(error, failure) });
          throw error;
        }
        const grown = BACKOFF_MS * 2 ** (attempt - 1) * (1 + this.#surroundings.random() / 2);
        const inMs = Math.round(pauseMs ?? grown);
        const note: StepNote = { kind: "retrying", inMs, failure };
        this.#report({ step, status: "started", attempt: attempt + 1, ms: 0, note });
        await this.#pause(step, attempt + 1, inMs);
      }
    }
  }

  async #pause(step: StepName, attempt: number, ms: number): Promise<void> {
    try {
      await this.#surroundings.sleep(ms, this.#signal);
    } catch (cause) {
      const failure: Failure = { kind: "cancelled", by: "caller" };
      this.#report({ step, status: "failed", attempt, ms: 0, note: { kind: "failure", failure } });
      throw new DeviceError(failure, { cause });
    }
  }

  #failureOf(error: unknown): Failure | null {
    if (error instanceof Ended) return error.verdict.failure;
    if (this.#signal.aborted && !(error instanceof DeviceError)) return { kind: "cancelled", by: "caller" };
    return failureOf(error);
  }

  #throwIfAborted(): void {
    if (this.#signal.aborted) throw new DeviceError({ kind: "cancelled", by: "caller" });
  }

  #report(report: StepReport): void {
    this.reports.push(report);
    this.#onStep?.(report);
  }
}

function noteOf(error: unknown, failure: Failure | null): StepNote {
  if (error instanceof Ended) return { kind: "refused", reason: error.verdict.reason };
  return { kind: "failure", failure: failure ?? failureOf(error) };
}
