/** Where the adapter of a bond is, and the step to it. Comes with the page of a device. */
import type { Transport } from "../link/backend.ts";
import type { BondRecord } from "../storage/records.ts";
import type { Dongles } from "./dongles.ts";
import { type DongleDesk, isAmongDongles, type Place, placeOf } from "./place.ts";

/** What of the page load has to be known for it. */
export interface Surrounding {
  readonly transport: Transport;
  /** Fetched when a bond may be with another dongle. */
  readonly desk: () => Promise<DongleDesk>;
  /** Our identity on the adapter in use; empty while there is none. */
  readonly own: () => string;
  /** Loads the page anew over the computer's own Bluetooth, at the same place. */
  readonly useSystem: () => void;
}

export class Places {
  readonly #dongles: Pick<Dongles, "nameBeside" | "surrounding">;

  constructor(dongles: Pick<Dongles, "nameBeside" | "surrounding">) {
    this.#dongles = dongles;
  }

  /** Whether the adapter of `record` is in use, and the way to it where it is not. Never rejects. */
  async of(record: BondRecord): Promise<Place> {
    const here = this.#dongles.surrounding;
    if (here === null) return { kind: "in-use" };
    return placeOf(record, here.transport, here.desk, () => this.#dongles.nameBeside(record, here.own()));
  }

  /** Goes to the adapter of `record`, with its page; nothing is paired. From a click, where `of` said that it is there. */
  async use(record: BondRecord): Promise<void> {
    const here = this.#dongles.surrounding;
    if (record.transport === "web-bluetooth") return here?.useSystem();
    const desk = await here?.desk();
    const adapter = await desk?.adapterOf(record.localIdentity);
    if (adapter !== null && adapter !== undefined) desk?.follow(adapter);
  }

  /** `listener` hears of what may change where `record` is, until the result is called. Rejects without the store of keys. */
  async watch(record: BondRecord, listener: () => void): Promise<() => void> {
    const here = this.#dongles.surrounding;
    if (here === null || !isAmongDongles(record, here.transport)) return () => {};
    return (await here.desk()).watch(listener);
  }
}
