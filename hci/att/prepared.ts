import { concat } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import { AttErrorCode } from "./errors.ts";
import { AttRefusal } from "./attribute.ts";

/** Prepared writes kept for one client; more is answered with Prepare Queue Full. */
const MAX_ENTRIES = 128;
const MAX_OCTETS = 4096;
const MAX_VALUE = 512;

interface Prepared {
  readonly handle: number;
  readonly offset: number;
  readonly value: Bytes;
}

/** The prepare queue of one client (Vol 3 Part F 3.4.6). */
export class PrepareQueue {
  readonly #entries: Prepared[] = [];
  #octets = 0;

  add(entry: Prepared): void {
    if (this.#entries.length === MAX_ENTRIES || this.#octets + entry.value.length > MAX_OCTETS)
      throw new AttRefusal(AttErrorCode.PrepareQueueFull);
    this.#entries.push(entry);
    this.#octets += entry.value.length;
  }

  /** Empties the queue. */
  clear(): readonly Prepared[] {
    this.#octets = 0;
    return this.#entries.splice(0);
  }

  /**
   * Empties the queue and gives the whole new value of every attribute, so that all can be checked before one is
   * written. `current` is asked for attributes whose first part does not start at 0. Refuses with the handle in error.
   */
  take(current: (handle: number) => Bytes): { readonly values: ReadonlyMap<number, Bytes> } | Refused {
    const values = new Map<number, Bytes>();
    for (const { handle, offset, value } of this.clear()) {
      const before = values.get(handle) ?? (offset === 0 ? new Uint8Array(0) : current(handle));
      if (offset > before.length) return { handle, code: AttErrorCode.InvalidOffset };
      if (offset + value.length > MAX_VALUE)
        return { handle, code: AttErrorCode.InvalidAttributeValueLength };
      values.set(handle, concat(before.subarray(0, offset), value));
    }
    return { values };
  }
}

export interface Refused {
  readonly handle: number;
  readonly code: number;
}
