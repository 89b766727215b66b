/** The time a command may take. A pairing that runs is never cut: it has its own 30 seconds, and a person may be typing. */
import type { StepReport } from "../bonds/result.ts";

/** Why the signal aborted. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";

  constructor(ms: number) {
    super(`Cannot go on: ${ms / 1_000} s are over`);
  }
}

type After = (ms: number, run: () => void) => () => void;

export class Deadline {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #ms: number;
  readonly #after: After;
  #stop: () => void;

  /** `interrupted` ends it, too. */
  constructor(ms: number, interrupted: AbortSignal, after: After) {
    this.#ms = ms;
    this.#after = after;
    this.#stop = this.#start();
    this.signal = AbortSignal.any([this.#controller.signal, interrupted]);
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  /** To be told of every step. */
  step({ step, status }: StepReport): void {
    if (step !== "pair" || this.isOver) return;
    this.#stop();
    if (status !== "started") this.#stop = this.#start();
  }

  end(): void {
    this.#stop();
  }

  #start(): () => void {
    return this.#after(this.#ms, () => this.#controller.abort(new OutOfTime(this.#ms)));
  }
}
