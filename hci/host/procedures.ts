import type { HciEvent } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Clock } from "../ports.ts";
import { HciError } from "./hci-error.ts";

/** The link layer ends its procedures after 40 s (Vol 6 Part B 5.2): no event by then is an adapter's fault. */
export const PROCEDURE_TIMEOUT_MS = 40_000;
const LL_RESPONSE_TIMEOUT = 0x22;

interface Waiter {
  readonly resolve: (body: Struct<Fields>) => void;
  readonly reject: (error: unknown) => void;
  readonly name: string;
  readonly stop: () => void;
}

/** Commands of one link whose outcome is an event. One of each kind at a time; a second one waits for the first. */
export class Procedures {
  readonly #clock: Clock;
  readonly #waiting = new Map<HciEvent, Waiter>();
  readonly #tail = new Map<HciEvent, Promise<unknown>>();
  #closed: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run<F extends Fields>(name: string, event: HciEvent<F>, start: () => Promise<unknown>): Promise<Struct<F>>;
  run(name: string, event: HciEvent, start: () => Promise<unknown>): Promise<Struct<Fields>> {
    const before = this.#tail.get(event) ?? Promise.resolve();
    const result = before.then(() => this.#begin(name, event, start));
    this.#tail.set(
      event,
      result.catch(() => {}),
    );
    return result;
  }

  /** False when nothing waited for this event. */
  settle(event: HciEvent, body: Struct<Fields>): boolean {
    const waiter = this.#waiting.get(event);
    if (waiter === undefined) return false;
    this.#waiting.delete(event);
    waiter.stop();
    const { status } = body;
    if (typeof status === "number" && status !== 0) waiter.reject(new HciError(status, `run ${waiter.name}`));
    else waiter.resolve(body);
    return true;
  }

  close(error: Error): void {
    this.#closed = error;
    for (const { stop, reject } of this.#waiting.values()) {
      stop();
      reject(error);
    }
    this.#waiting.clear();
  }

  #begin(name: string, event: HciEvent, start: () => Promise<unknown>): Promise<Struct<Fields>> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(PROCEDURE_TIMEOUT_MS, () => {
        this.#waiting.delete(event);
        reject(new HciError(LL_RESPONSE_TIMEOUT, `run ${name}`));
      });
      this.#waiting.set(event, { resolve, reject, name, stop });
      start().catch((error: unknown) => {
        stop();
        this.#waiting.delete(event);
        reject(error instanceof Error ? error : new Error(`Cannot run ${name}`, { cause: error }));
      });
    });
  }
}
