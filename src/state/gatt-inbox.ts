/** Notifications between two frames: however fast they come, the page is told once per frame. */
import { MAX_KEPT, type Received } from "./gatt-activity.ts";

export interface Batch {
  readonly values: readonly Received[];
  /** How many older ones of this batch were not kept. */
  readonly dropped: number;
}

/** Calls `run` at the next frame; the result cancels it. */
export type OnFrame = (run: () => void) => () => void;

export class Inbox {
  readonly #onFrame: OnFrame;
  readonly #deliver: (batches: ReadonlyMap<string, Batch>) => void;
  #waiting = new Map<string, { values: Received[]; dropped: number }>();
  #cancel: (() => void) | undefined;

  constructor(onFrame: OnFrame, deliver: (batches: ReadonlyMap<string, Batch>) => void) {
    this.#onFrame = onFrame;
    this.#deliver = deliver;
  }

  /** Bounded: a hidden page gets no frames, a fast device does not care. */
  push(key: string, value: Received): void {
    const batch = this.#waiting.get(key) ?? { values: [], dropped: 0 };
    this.#waiting.set(key, batch);
    batch.values.push(value);
    if (batch.values.length >= 2 * MAX_KEPT) batch.dropped += batch.values.splice(0, MAX_KEPT).length;
    this.#cancel ??= this.#onFrame(() => this.flush());
  }

  /** Delivers what waits now instead of at the next frame. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#waiting.size === 0) return;
    const batches = this.#waiting;
    this.#waiting = new Map();
    this.#deliver(batches);
  }
}
