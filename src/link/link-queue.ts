import type { LinkLost } from "./backend.ts";
import { abortable, cancelled, limited } from "./bounded.ts";
import { DeviceError } from "./failure.ts";
import type { Operation } from "./failure.ts";
import type { Timers } from "./timers.ts";

/** One platform call inside an operation, with the limit in milliseconds of its own kind. */
export type Step = <T>(operation: Operation, ms: number, call: () => Promise<T>) => Promise<T>;

/**
 * Everything that happens on one link, one operation at a time in the order of the calls: platforms refuse a second
 * GATT operation while one is open.
 *
 * An operation that its caller gave up keeps its place until the platform answers or its limit passes; the next one
 * would only be refused. A limit that passes ends the link, because after an unanswered request nothing more may be
 * sent on this bearer (Core 6.2, Vol 3 Part F 3.3.3), and a fresh link is what heals a hanging discovery.
 */
export class LinkQueue {
  readonly closed: Promise<LinkLost>;
  readonly #settleClosed: (lost: LinkLost) => void;
  readonly #timers: Timers;
  readonly #dropLink: () => void;
  readonly #open = new Set<() => void>();
  #ended = false;
  #tail: Promise<void> = Promise.resolve();

  /** `dropLink` is called when a limit passed; it must lead to `end`. */
  constructor(timers: Timers, dropLink: () => void) {
    const { promise, resolve } = Promise.withResolvers<LinkLost>();
    this.closed = promise;
    this.#settleClosed = resolve;
    this.#timers = timers;
    this.#dropLink = dropLink;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The link is gone: settles `closed` and rejects everything open or waiting with `link-lost`. */
  end(by: LinkLost["by"]): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const lose of this.#open) lose();
    this.#open.clear();
    this.#settleClosed({ by });
  }

  /** Runs `work` when it is its turn. Rejects with DeviceError: cancelled, link-lost, timeout, or as `work` does. */
  run<T>(operation: Operation, signal: AbortSignal, work: (step: Step) => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(cancelled(signal));
    if (this.#ended) return Promise.reject(linkLost(operation));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lose = (): void => {
      reject(linkLost(operation));
    };
    this.#open.add(lose);
    const turn = this.#tail.then(() => {
      this.#mayGoOn(operation, signal);
      return work((...call) => this.#step(signal, ...call));
    });
    turn.then(resolve, (error: unknown) => {
      // First this answer, then the link: the caller hears `timeout`, only the others hear `link-lost`.
      reject(error);
      if (isTimeout(error) && !this.#ended) this.#dropLink();
    });
    const leave = (): void => {
      this.#open.delete(lose);
    };
    this.#tail = promise.then(leave, leave);
    return abortable(promise, signal);
  }

  #step<T>(signal: AbortSignal, operation: Operation, ms: number, call: () => Promise<T>): Promise<T> {
    this.#mayGoOn(operation, signal);
    return limited(call(), operation, ms, this.#timers);
  }

  #mayGoOn(operation: Operation, signal: AbortSignal): void {
    if (signal.aborted) throw cancelled(signal);
    if (this.#ended) throw linkLost(operation);
  }
}

function linkLost(during: Operation): DeviceError {
  return new DeviceError({ kind: "link-lost", during });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DeviceError && error.failure.kind === "timeout";
}
