import { concat } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";

/** The most an advertiser can say in one event (Vol 6 Part B 2.3.4.9). */
export const MAX_EXTENDED_DATA = 1650;
/** Advertisers whose data is being put together at one time. */
const MAX_PARTIAL = 64;

export type Gathered = { readonly data: Bytes; readonly complete: boolean };

/**
 * Puts together extended advertising data that the controller delivers in several reports (Vol 4 Part E 7.7.65.13).
 * Bounded in every direction: what is too long or too old is given up.
 */
export class ExtendedData {
  readonly #partial = new Map<string, Bytes>();

  /**
   * `key` names the advertiser, its set and whether this is a scan response. Undefined while more must come.
   */
  add(key: string, data: Uint8Array, status: "complete" | "incomplete" | "truncated"): Gathered | undefined {
    const before = this.#partial.get(key);
    this.#partial.delete(key);
    const all = before === undefined ? Uint8Array.from(data) : concat(before, data);
    if (all.length > MAX_EXTENDED_DATA) return { data: all.slice(0, MAX_EXTENDED_DATA), complete: false };
    if (status !== "incomplete") return { data: all, complete: status === "complete" };
    const [oldest] = this.#partial.keys();
    if (this.#partial.size >= MAX_PARTIAL && oldest !== undefined) this.#partial.delete(oldest);
    this.#partial.set(key, all);
    return undefined;
  }

  /** Nothing waits for more: a complete report needs no look-up. */
  get idle(): boolean {
    return this.#partial.size === 0;
  }

  clear(): void {
    this.#partial.clear();
  }
}
