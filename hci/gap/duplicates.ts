import type { Clock } from "../ports.ts";

/**
 * `all`: every report. `changed`: a report that says something new, or after `refreshMs`. `first`: one report of each
 * kind from each address.
 */
export type DuplicatePolicy =
  | { readonly report: "all" }
  | { readonly report: "changed"; readonly refreshMs: number }
  | { readonly report: "first" };

/** An attacker can invent addresses faster than anyone can look at them. */
const MAX_SEEN = 4096;

interface Seen {
  digest: number;
  at: number;
}

/** Decides which reports are worth telling, from a number per advertiser and the octets of its data. */
export class Duplicates {
  readonly #policy: DuplicatePolicy;
  readonly #clock: Clock;
  readonly #seen = new Map<number, Seen>();

  constructor(policy: DuplicatePolicy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /** `key` stands for address, address type and kind of report. */
  isNew(key: number, data: Uint8Array): boolean {
    const policy = this.#policy;
    if (policy.report === "all") return true;
    const digest = fnv1a(data);
    const now = this.#clock.now();
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      const [oldest] = this.#seen.keys();
      if (this.#seen.size >= MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
      this.#seen.set(key, { digest, at: now });
      return true;
    }
    if (policy.report === "first") return false;
    if (seen.digest === digest && now - seen.at < policy.refreshMs) return false;
    seen.digest = digest;
    seen.at = now;
    return true;
  }
}

/** FNV-1a, 32 bits. A collision hides one change of hostile data, no more. */
function fnv1a(data: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const octet of data) hash = Math.imul(hash ^ octet, 0x01000193);
  return hash >>> 0;
}
