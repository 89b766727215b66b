/** What happened lately, as data: runs and their steps, questions and answers. A ring that is bounded in octets. */
import type { BondResult, Mode, StepReport } from "../../bonds/result.ts";
import type { PairingEvent } from "../pairing-requests.ts";
import { Store } from "../store.ts";

/** Keys, passkeys and values that were read are in none of them. */
export type Activity =
  | { readonly kind: "run"; readonly mode: Mode; readonly device: string }
  | { readonly kind: "step"; readonly report: StepReport }
  | {
      readonly kind: "result";
      readonly device: string;
      readonly result: Pick<BondResult, "code" | "name" | "reason" | "bondChanged" | "mode">;
    }
  | { readonly kind: "pairing"; readonly event: PairingEvent };

export interface ActivityEntry {
  /** Counts from 0; never used again. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly what: Activity;
}

/** Octets of JSON. A run with all its retries is about four thousand. */
export const MAX_OCTETS = 256 * 1024;

export class ActivityLog {
  /** Oldest first. */
  readonly entries = new Store<readonly ActivityEntry[]>([]);
  readonly #now: () => number;
  #sizes: number[] = [];
  #octets = 0;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(what: Activity): void {
    const entry = { number: this.#count++, at: this.#now(), what };
    const size = JSON.stringify(entry).length;
    this.#sizes.push(size);
    this.#octets += size;
    let dropped = 0;
    while (this.#octets > MAX_OCTETS && dropped < this.#sizes.length)
      this.#octets -= this.#sizes[dropped++] ?? 0;
    this.#sizes = this.#sizes.slice(dropped);
    this.entries.update((entries) => [...entries.slice(dropped), entry]);
  }

  clear(): void {
    this.#sizes = [];
    this.#octets = 0;
    this.entries.set([]);
  }
}
