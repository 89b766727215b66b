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

/** A way to try many keys. The plain one calls AES key by key; one that works on many keys at once can take its place. */
export interface HashSearch {
  /** Gets `irks` ready, 16 octets each. */
  over(irks: readonly Bytes[]): KeyedSearch;
}

export interface KeyedSearch {
  /** Keys that may be tried in one go: about a millisecond of work, then the page may draw. */
  readonly slice: number;
  /** Every index from `from` to before `to` whose key gives `hash` for `prand`, without an early end. */
  find(from: number, to: number, prand: number, hash: number): readonly number[];
  /** Overwrites what was made of the keys; nothing is searched afterwards. */
  forget(): void;
}

const PLAIN_SLICE = 1000;

export function plainSearch(aes: Aes128): HashSearch {
  return {
    over: (irks) => ({
      slice: PLAIN_SLICE,
      find(from, to, prand, hash) {
        const found: number[] = [];
        for (let i = from; i < to; i++) {
          const irk = irks[i];
          if (irk !== undefined && ah(aes, irk, prand) === hash) found.push(i);
        }
        return found;
      },
      forget() {}, // nothing was made of them
    }),
  };
}

/** Addresses remembered. They change every 15 minutes, so an old one is of no use. */
const CACHE_LIMIT = 1024;

/** Resolves private addresses in the host (Vol 3 Part C 10.8.2), for any number of keys and without blocking. */
export class Resolver {
  readonly #how: HashSearch;
  readonly #clock: Clock;
  #entries: readonly Resolvable[] = [];
  #search: KeyedSearch;
  readonly #cache = new Map<number, Resolution>();

  constructor(how: HashSearch, clock: Clock) {
    this.#how = how;
    this.#clock = clock;
    this.#search = how.over([]);
  }

  /** Takes the place of what was there before. Keys of zeros are left out: they resolve nothing. */
  use(entries: Iterable<Resolvable>): void {
    this.#search.forget();
    this.#entries = [...entries].filter(({ irk }) => isUsableIrk(irk));
    this.#search = this.#how.over(this.#entries.map(({ irk }) => irk));
    this.#cache.clear();
  }

  /** What an earlier `resolve` found, if it is still known. */
  cached(address: Address): Resolution | undefined {
    return this.#cache.get(addressKey(address));
  }

  /** Looks at every key; once more if they were replaced meanwhile. Rejects with the signal's reason when aborted. */
  async resolve(address: Address, signal?: Abort): Promise<Resolution> {
    const parts = splitResolvable(address);
    if (parts === undefined) return { kind: "not-resolvable" };
    const known = this.cached(address);
    if (known !== undefined) return known;
    const search = this.#search;
    const entries = this.#entries;
    const identities: Address[] = [];
    for (let from = 0; from < entries.length; from += search.slice) {
      if (from > 0) await this.#pause();
      if (signal?.aborted === true) throw abortError(signal);
      if (search !== this.#search) return this.resolve(address, signal);
      const to = Math.min(from + search.slice, entries.length);
      for (const i of search.find(from, to, parts.prand, parts.hash)) {
        const entry = entries[i];
        if (entry !== undefined) identities.push(entry.identity);
      }
    }
    const resolution = asResolution(identities);
    this.#remember(address, resolution);
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
