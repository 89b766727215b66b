import type { Clock } from "../ports.ts";
import type { Counters } from "./counters.ts";

/** How long data may come before the event that explains it. */
export const EARLY_DATA_MS = 100;
const MAX_PACKETS = 32;
const MAX_OCTETS = 16 * 1024;

interface Held {
  readonly packets: Uint8Array[];
  readonly stop: () => void;
}

/**
 * Data of a handle that is no link yet. USB gives no order between events and data, so data may overtake Connection
 * Complete; what is not explained in time is dropped. Data of a handle that was a link a moment ago is dropped at once:
 * held, it could reach the next link with that handle.
 */
export class EarlyData {
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #held = new Map<number, Held>();
  readonly #recentlyClosed = new Map<number, number>();
  #packets = 0;
  #octets = 0;

  constructor(clock: Clock, counters: Counters) {
    this.#clock = clock;
    this.#counters = counters;
  }

  hold(handle: number, packet: Uint8Array): void {
    const full = this.#packets >= MAX_PACKETS || this.#octets + packet.length > MAX_OCTETS;
    if (full || this.#wasOpen(handle)) {
      this.#counters.strayData++;
      return;
    }
    let held = this.#held.get(handle);
    if (held === undefined) {
      const stop = this.#clock.after(EARLY_DATA_MS, () => {
        this.#counters.strayData += this.release(handle).length;
      });
      held = { packets: [], stop };
      this.#held.set(handle, held);
    }
    held.packets.push(packet);
    this.#packets++;
    this.#octets += packet.length;
  }

  /** What was held for this handle, in order; nothing is held for it any more. */
  release(handle: number): readonly Uint8Array[] {
    const held = this.#held.get(handle);
    if (held === undefined) return [];
    held.stop();
    this.#held.delete(handle);
    this.#packets -= held.packets.length;
    for (const { length } of held.packets) this.#octets -= length;
    return held.packets;
  }

  closed(handle: number): void {
    this.#recentlyClosed.set(handle, this.#clock.now() + EARLY_DATA_MS);
  }

  clear(): void {
    for (const { stop } of this.#held.values()) stop();
    this.#held.clear();
    this.#recentlyClosed.clear();
    this.#packets = 0;
    this.#octets = 0;
  }

  #wasOpen(handle: number): boolean {
    const until = this.#recentlyClosed.get(handle);
    if (until === undefined) return false;
    if (this.#clock.now() < until) return true;
    this.#recentlyClosed.delete(handle);
    return false;
  }
}
