/** Follows where the adapter of one bond is, while somebody looks at it. */
import type { BondRecord } from "../storage/records.ts";
import type { Place } from "./place.ts";
import type { Places } from "./places.ts";
import { Store } from "./store.ts";

export class PlaceWatch {
  readonly place = new Store<Place>({ kind: "in-use" });
  readonly #places: Pick<Places, "of" | "watch">;
  readonly #signal: AbortSignal;
  #record: BondRecord | undefined;
  #turn = 0;
  #watching = false;

  constructor(places: Pick<Places, "of" | "watch">, signal: AbortSignal) {
    this.#places = places;
    this.#signal = signal;
  }

  /** `record` as it is now. Asks again only where it may be with another adapter than before. */
  show(record: BondRecord): void {
    const before = this.#record;
    this.#record = record;
    const same =
      before?.localIdentity === record.localIdentity &&
      before.transport === record.transport &&
      before.archived?.why === record.archived?.why;
    if (!same) void this.#look();
  }

  async #look(): Promise<void> {
    const record = this.#record;
    const turn = ++this.#turn;
    if (record === undefined || this.#signal.aborted) return;
    await this.#watch(record);
    const place = await this.#places.of(record);
    if (turn !== this.#turn || this.#signal.aborted) return;
    if (JSON.stringify(place) !== JSON.stringify(this.place.value)) this.place.set(place);
  }

  async #watch(record: BondRecord): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      const stop = await this.#places.watch(record, () => void this.#look());
      if (this.#signal.aborted) stop();
      else this.#signal.addEventListener("abort", stop, { once: true });
    } catch {
      this.#watching = false; // tried again with the next change of the record
    }
  }
}
