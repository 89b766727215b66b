import type { VaultClock } from "./ports.ts";

/**
 * Locks after a time without use. A use only notes the time: one alarm at most is set, whatever happens in between.
 * Counts by the injected clock, so the time a machine sleeps counts as far as that clock counts it.
 */
export class IdleLock {
  readonly #clock: VaultClock;
  #idleMs: number | null;
  readonly #lock: () => void;
  #lastUse = 0;
  #counting = false;
  #cancel: (() => void) | undefined;

  constructor(clock: VaultClock, idleMs: number | null, lock: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#lock = lock;
  }

  start(): void {
    this.stop();
    this.#counting = true;
    if (this.#idleMs === null) return;
    this.used();
    this.#wait(this.#idleMs);
  }

  /** Counts from now if it was counting. */
  set(idleMs: number | null): void {
    const counting = this.#counting;
    this.#idleMs = idleMs;
    if (counting) this.start();
  }

  stop(): void {
    this.#counting = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  used(): void {
    this.#lastUse = this.#clock.now();
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      const left = this.#lastUse + (this.#idleMs ?? 0) - this.#clock.now();
      if (left > 0) {
        this.#wait(left);
        return;
      }
      this.stop();
      this.#lock();
    });
  }
}
