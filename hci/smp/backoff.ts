import { toHex } from "../codec/bytes.ts";
import type { Address, Clock } from "../ports.ts";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 32_000;
/** Addresses cost an attacker nothing: beyond this many the oldest is forgotten, and the global wait stands. */
const MAX_IDENTITIES = 256;

/**
 * The waiting time after a failed pairing (2.3.6): 1 s, doubling up to 32 s, for the identity and for all together,
 * because an address is changed in no time. It never becomes shorter again, not after a success either. One for all
 * links of a host.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #identities = new Map<string, Wait>();
  readonly #all = new Wait();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until `peer` may try again, or be tried; 0 when it may now. */
  remaining(peer: Address): number {
    const until = Math.max(this.#all.until, this.#identities.get(nameOf(peer))?.until ?? 0);
    return Math.max(0, until - this.#clock.now());
  }

  failed(peer: Address): void {
    const name = nameOf(peer);
    const wait = this.#identities.get(name) ?? new Wait();
    this.#identities.delete(name); // to the end: the newest
    this.#identities.set(name, wait);
    for (const oldest of this.#identities.keys()) {
      if (this.#identities.size <= MAX_IDENTITIES) break;
      this.#identities.delete(oldest);
    }
    wait.extend(this.#clock.now());
    this.#all.extend(this.#clock.now());
  }
}

class Wait {
  until = 0;
  #next = FIRST_WAIT;

  extend(now: number): void {
    this.until = now + this.#next;
    this.#next = Math.min(LONGEST_WAIT, this.#next * 2);
  }
}

function nameOf({ type, octets }: Address): string {
  return `${type} ${toHex(octets)}`;
}
