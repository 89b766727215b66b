/** Everybody who is heard, with a bound on how many, and an order that does not jump under the finger. */
import type { AdvertisingReport } from "../../link/scan.ts";
import { Heard } from "./heard.ts";

/** An attacker can invent addresses faster than anyone can look at them. */
export const MAX_DEVICES = 1000;
/** Whoever was not heard for so long makes room first. */
const STALE_MS = 60_000;

export const SCAN_SORTS = ["heard", "signal", "name"] as const;
export type ScanSort = (typeof SCAN_SORTS)[number];

/** Differences below this say nothing: rows that are so near keep their order. */
const SIGNAL_STEP = 6;

export class Room {
  readonly #byKey = new Map<number, Heard>();
  readonly #byIdentity = new Map<string, Heard>();
  /** In the order in which they are shown. */
  #order: Heard[] = [];
  #rows = 0;
  reports = 0;
  /** Reports that found no room. */
  dropped = 0;

  get order(): readonly Heard[] {
    return this.#order;
  }

  /** The row of this report, and whether it is a new one; undefined where there is no room. */
  hear(
    report: AdvertisingReport,
    at: number,
  ): { readonly heard: Heard; readonly fresh: boolean } | undefined {
    this.reports++;
    const known = this.#byKey.get(report.key);
    if (known !== undefined) {
      known.hear(report, at);
      return { heard: known, fresh: false };
    }
    // Private addresses of one device all lead to its row, so there are more keys than rows.
    if ((this.#order.length >= MAX_DEVICES || this.#byKey.size >= 2 * MAX_DEVICES) && !this.#makeRoom(at)) {
      this.dropped++;
      return undefined;
    }
    const heard = new Heard(this.#rows++, report.address(), at);
    heard.hear(report, at);
    this.#byKey.set(report.key, heard);
    this.#order.push(heard);
    return { heard, fresh: true };
  }

  /** This row is that identity: where it has a row already, both become one. */
  identified(heard: Heard, identityId: string): void {
    const known = this.#byIdentity.get(identityId);
    heard.identityId = identityId;
    if (known === undefined || known === heard || !this.#order.includes(known)) {
      this.#byIdentity.set(identityId, heard);
      return;
    }
    for (const [key, row] of this.#byKey) if (row === heard) this.#byKey.set(key, known);
    known.address = heard.address;
    known.lastAt = heard.lastAt;
    this.#order = this.#order.filter((row) => row !== heard);
  }

  /** Sorts anew; rows that are equal stay as they were. */
  sort(by: ScanSort): void {
    this.#order = this.#order.toSorted(COMPARE[by]);
  }

  clear(): void {
    this.#byKey.clear();
    this.#byIdentity.clear();
    this.#order = [];
    this.reports = 0;
    this.dropped = 0;
  }

  #makeRoom(at: number): boolean {
    const kept = new Set(
      this.#order.filter(({ lastAt, identityId }) => identityId !== undefined || at - lastAt < STALE_MS),
    );
    if (kept.size === this.#order.length) return false;
    this.#order = this.#order.filter((row) => kept.has(row));
    for (const [key, row] of this.#byKey) if (!kept.has(row)) this.#byKey.delete(key);
    return true;
  }
}

const signalOf = ({ level }: Heard): number =>
  level === undefined ? -Infinity : Math.round(level / SIGNAL_STEP);
const order = <T>(a: T, b: T): number => (a < b ? -1 : Number(a > b));

const COMPARE: Readonly<Record<ScanSort, (a: Heard, b: Heard) => number>> = {
  heard: (a, b) => a.rowId - b.rowId,
  signal: (a, b) => order(signalOf(b), signalOf(a)),
  // Those without a name last.
  name: (a, b) =>
    Number(a.name === "") - Number(b.name === "") || order(a.name.toLowerCase(), b.name.toLowerCase()),
};
