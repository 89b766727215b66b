import type { Abort, Address, Aes128, Bytes, Clock } from "../ports.ts";
import { addressKey } from "./address.ts";
import { ah, isUsableIrk, splitResolvable } from "./rpa.ts";

/** Someone whose private addresses can be recognised. */
export interface Resolvable {
  /** 16 octets, most significant first. */
  readonly irk: Bytes;
  /** The identity address. */
  readonly identity: Address;
}

/**
 * Who may stand behind an address. More than one identity is possible by chance (N / 2²⁴) and is never decided here:
 * encryption decides.
 */
export type Resolution =
  | { readonly kind: "not-resolvable" }
  | { readonly kind: "unknown" }
  | { readonly kind: "one"; readonly identity: Address }
  | { readonly kind: "ambiguous"; readonly identities: readonly Address[] };

/**
 * Finds every index whose key gives `hash` for `prand`, over all keys from `from` to `to` and without an early end. The
 * plain one calls AES key by key; one that works on many keys at once can take its place.
 */
export interface HashSearch {
  search(irks: readonly Bytes[], from: number, to: number, prand: number, hash: number): readonly number[];
}

export function plainSearch(aes: Aes128): HashSearch {
  return {
    search(irks, from, to, prand, hash) {
      const found: number[] = [];
      for (let i = from; i < to; i++) {
        const irk = irks[i];
        if (irk !== undefined && ah(aes, irk, prand) === hash) found.push(i);
      }
      return found;
    },
  };
}

/** Keys per slice: about a millisecond of work, then the page may draw. */
const SLICE = 1000;
/** Addresses remembered. They change every 15 minutes, so an old one is of no use. */
const CACHE_LIMIT = 1024;

/** Resolves private addresses in the host (Vol 3 Part C 10.8.2), for any number of keys and without blocking. */
export class Resolver {
  readonly #search: HashSearch;
  readonly #clock: Clock;
  #entries: readonly Resolvable[] = [];
  #irks: readonly Bytes[] = [];
  readonly #cache = new Map<number, Resolution>();

  constructor(search: HashSearch, clock: Clock) {
    this.#search = search;
    this.#clock = clock;
  }

  /** Takes the place of what was there before. Keys of zeros are left out: they resolve nothing. */
  use(entries: Iterable<Resolvable>): void {
    this.#entries = [...entries].filter(({ irk }) => isUsableIrk(irk));
    this.#irks = this.#entries.map(({ irk }) => irk);
    this.#cache.clear();
  }

  /** What an earlier `resolve` found, if it is still known. */
  cached(address: Address): Resolution | undefined {
    return this.#cache.get(addressKey(address));
  }

  /** Looks at every key. Rejects with the signal's reason when it is aborted. */
  async resolve(address: Address, signal?: Abort): Promise<Resolution> {
    const parts = splitResolvable(address);
    if (parts === undefined) return { kind: "not-resolvable" };
    const known = this.cached(address);
    if (known !== undefined) return known;
    const entries = this.#entries;
    const irks = this.#irks;
    const identities: Address[] = [];
    for (let from = 0; from < irks.length; from += SLICE) {
      if (from > 0) await this.#pause();
      if (signal?.aborted === true) throw abortError(signal);
      const to = Math.min(from + SLICE, irks.length);
      for (const i of this.#search.search(irks, from, to, parts.prand, parts.hash)) {
        const entry = entries[i];
        if (entry !== undefined) identities.push(entry.identity);
      }
    }
    const resolution = asResolution(identities);
    if (entries === this.#entries) this.#remember(address, resolution);
    return resolution;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(0, resolve);
    });
  }

  #remember(address: Address, resolution: Resolution): void {
    const [oldest] = this.#cache.keys();
    if (this.#cache.size >= CACHE_LIMIT && oldest !== undefined) this.#cache.delete(oldest);
    this.#cache.set(addressKey(address), resolution);
  }
}

function asResolution(identities: readonly Address[]): Resolution {
  const [identity] = identities;
  if (identity === undefined) return { kind: "unknown" };
  return identities.length === 1 ? { kind: "one", identity } : { kind: "ambiguous", identities };
}

/** What an aborted operation rejects with. */
export function abortError(signal: Abort): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new Error("Cannot go on: cancelled", { cause: signal.reason });
}
