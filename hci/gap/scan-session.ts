import type { Address, Clock } from "../ports.ts";
import { addressKey } from "./address.ts";
import type { Advertisement } from "./advertisement.ts";
import type { DuplicatePolicy } from "./duplicates.ts";
import { Duplicates } from "./duplicates.ts";

export interface ScanOptions {
  /** Ask scannable advertisers for their scan response; that shows them that we are here. */
  readonly active: boolean;
  readonly duplicates: DuplicatePolicy;
  /** Only these; by the controller where it has room for them. Undefined: everyone. */
  readonly only?: readonly Address[];
  /** How often, and how long each time, the radio listens. Default 60 and 30 ms. */
  readonly intervalMs?: number;
  readonly windowMs?: number;
  /** Listen on the coded PHY too, where the adapter can. */
  readonly coded?: boolean;
}

/** One who listens. Several share the one scan of the radio. */
export class ScanSession {
  readonly options: ScanOptions;
  readonly intervalMs: number;
  readonly windowMs: number;
  readonly #listener: (advertisement: Advertisement) => void;
  readonly #only: ReadonlySet<number> | undefined;
  readonly #duplicates: Duplicates;

  constructor(options: ScanOptions, clock: Clock, listener: (advertisement: Advertisement) => void) {
    this.options = options;
    this.intervalMs = options.intervalMs ?? 60;
    this.windowMs = Math.min(options.windowMs ?? 30, this.intervalMs);
    this.#listener = listener;
    this.#only = options.only === undefined ? undefined : new Set(options.only.map(addressKey));
    this.#duplicates = new Duplicates(options.duplicates, clock);
  }

  /** `address` is that of `addressKey`, `key` names the advertiser and the kind of report. */
  wants(address: number, key: number, data: Uint8Array): boolean {
    return (this.#only === undefined || this.#only.has(address)) && this.#duplicates.isNew(key, data);
  }

  tell(advertisement: Advertisement): void {
    this.#listener(advertisement);
  }
}
