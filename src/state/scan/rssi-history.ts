/** Signal strength over the last minute, in a fixed number of octets. */

export const SLOTS = 60;
/** One slot; the strongest report in it counts: what is heard weakly went another way. */
export const SLOT_MS = 1000;
/** No report in this slot. RSSI is −127 to 20. */
const NOTHING = -128;

export class RssiHistory {
  readonly #slots = new Int8Array(SLOTS).fill(NOTHING);
  /** Number of the slot that was written last. */
  #last = -1;

  add(rssi: number, at: number): void {
    const slot = Math.floor(at / SLOT_MS);
    if (slot < this.#last) return;
    this.#advance(slot);
    const index = slot % SLOTS;
    this.#slots[index] = Math.max(this.#slots[index] ?? NOTHING, rssi);
  }

  /** Oldest first, the slot of `now` last; null where nothing was heard. */
  values(now: number): readonly (number | null)[] {
    const end = Math.max(Math.floor(now / SLOT_MS), this.#last);
    return Array.from({ length: SLOTS }, (_, i) => {
      const slot = end - SLOTS + 1 + i;
      const value = slot > this.#last || slot <= this.#last - SLOTS ? NOTHING : this.#slots[slot % SLOTS];
      return value === undefined || value === NOTHING || slot < 0 ? null : value;
    });
  }

  /** Slots that were passed over held nothing. */
  #advance(slot: number): void {
    if (this.#last < 0) this.#last = slot - 1;
    const first = Math.max(this.#last + 1, slot - SLOTS + 1);
    for (let passed = first; passed <= slot; passed++) this.#slots[passed % SLOTS] = NOTHING;
    this.#last = Math.max(this.#last, slot);
  }
}
