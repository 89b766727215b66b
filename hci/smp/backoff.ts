import { fromHex, toHex } from "../codec/bytes.ts";
import type { Address, Clock } from "../ports.ts";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 32_000;
/** Addresses cost an attacker nothing: beyond this many the oldest is forgotten, and the global wait stands. */
const MAX_IDENTITIES = 256;

/** One waiting time, as it can be kept over a restart. */
export interface StandingWait {
  /** Null: everybody. */
  readonly peer: Address | null;
  /** Milliseconds from now; 0 when it is over. */
  readonly remainingMs: number;
  /** What the next failure will cost, in milliseconds. */
  readonly nextMs: number;
}

/**
 * The waiting time after a failed pairing (2.3.6): 1 s, doubling up to 32 s, for the identity and for all together,
 * because an address is changed in no time. It never becomes shorter again, not after a success either. One for all
 * links of a host.
 */
export class Backoff {
  /** A waiting time grew: whoever keeps them keeps these. Must not throw. */
  onFailed: (() => void) | undefined;
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
    this.#waitOf(peer).extend(this.#clock.now());
    this.#all.extend(this.#clock.now());
    this.onFailed?.();
  }

  /** For everybody first, then those who failed, the one that did so last at the end. */
  get standing(): readonly StandingWait[] {
    const now = this.#clock.now();
    const identities = [...this.#identities].map(([name, wait]) => wait.standing(addressIn(name), now));
    return [this.#all.standing(null, now), ...identities];
  }

  /** What stood before a restart. It only ever makes a wait longer, and never longer than a failure here would. */
  restore(waits: readonly StandingWait[]): void {
    const now = this.#clock.now();
    for (const { peer, remainingMs, nextMs } of waits)
      (peer === null ? this.#all : this.#waitOf(peer)).restore(now, remainingMs, nextMs);
  }

  #waitOf(peer: Address): Wait {
    const name = nameOf(peer);
    const wait = this.#identities.get(name) ?? new Wait();
    this.#identities.delete(name); // to the end: the newest
    this.#identities.set(name, wait);
    for (const oldest of this.#identities.keys()) {
      if (this.#identities.size <= MAX_IDENTITIES) break;
      this.#identities.delete(oldest);
    }
    return wait;
  }
}

class Wait {
  until = 0;
  #next = FIRST_WAIT;

  extend(now: number): void {
    this.until = now + this.#next;
    this.#next = Math.min(LONGEST_WAIT, this.#next * 2);
  }

  standing(peer: Address | null, now: number): StandingWait {
    return { peer, remainingMs: Math.max(0, this.until - now), nextMs: this.#next };
  }

  restore(now: number, remainingMs: number, nextMs: number): void {
    this.until = Math.max(this.until, now + Math.min(LONGEST_WAIT, remainingMs));
    this.#next = Math.max(this.#next, Math.min(LONGEST_WAIT, nextMs));
  }
}

function nameOf({ type, octets }: Address): string {
  return `${type} ${toHex(octets)}`;
}

function addressIn(name: string): Address {
  const [type, octets = ""] = name.split(" ");
  return { type: type === "public" ? "public" : "random", octets: fromHex(octets) };
}
