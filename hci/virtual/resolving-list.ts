import { equal, concat } from "../codec/bytes.ts";
import type { Address, Aes128, Bytes, Clock } from "../ports.ts";
import { isResolvable, sameAddress } from "./address.ts";
import type { Random } from "./random.ts";

const NO_KEY = new Uint8Array(16);
const ZERO_PAD = new Uint8Array(13);
const DEFAULT_TIMEOUT_S = 900;

export interface ResolvingEntry {
  readonly peer: Address;
  readonly peerIrk: Bytes;
  readonly localIrk: Bytes;
  /** In `network` mode the peer must use resolvable addresses; in `device` mode its identity address will do. */
  mode: "network" | "device";
  /** Our resolvable address towards this peer; undefined where the local IRK is zero. */
  localRpa: Address | undefined;
  /** The last resolvable address the peer was heard with, or the one we generated for directed use. */
  peerRpa: Address | undefined;
}

/** The resolving list and the addresses made from it (Vol 6 Part B 4.7, 6). */
export class ResolvingList {
  enabled = false;
  readonly #aes: Aes128;
  readonly #random: Random;
  readonly #clock: Clock;
  #entries: ResolvingEntry[] = [];
  #timeoutMs = DEFAULT_TIMEOUT_S * 1000;
  #stopTimer: () => void = () => {};

  constructor(aes: Aes128, random: Random, clock: Clock) {
    this.#aes = aes;
    this.#random = random;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(peer: Address, peerIrk: Bytes, localIrk: Bytes): void {
    const entry: ResolvingEntry = {
      peer,
      peerIrk,
      localIrk,
      mode: "network",
      localRpa: undefined,
      peerRpa: undefined,
    };
    this.#entries.push(entry);
    this.#renew(entry);
    if (this.#entries.length === 1) this.#restartTimer();
  }

  remove(peer: Address): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => !sameAddress(entry.peer, peer));
    if (this.#entries.length === 0) this.#stopTimer();
    return this.#entries.length < before;
  }

  clear(): void {
    this.#entries = [];
    this.#stopTimer();
  }

  find(peer: Address): ResolvingEntry | undefined {
    return this.#entries.find((entry) => sameAddress(entry.peer, peer));
  }

  setTimeout(seconds: number): void {
    this.#timeoutMs = seconds * 1000;
    if (this.#entries.length > 0) this.#restartTimer();
  }

  /** The entry whose peer sent this resolvable address; undefined while resolution is off. */
  resolve(address: Address): ResolvingEntry | undefined {
    if (!this.enabled || !isResolvable(address)) return undefined;
    const entry = this.#entries.find((candidate) => this.#matches(candidate.peerIrk, address));
    if (entry !== undefined) entry.peerRpa = address;
    return entry;
  }

  /** Whether the address is one of ours towards some peer (TargetA in directed advertising). */
  resolvesToUs(address: Address): boolean {
    return (
      this.enabled &&
      isResolvable(address) &&
      this.#entries.some((entry) => this.#matches(entry.localIrk, address))
    );
  }

  /** 4.7: in network privacy mode a peer with an IRK is not believed under its identity address. */
  mustIgnore(address: Address): boolean {
    if (!this.enabled) return false;
    const entry = this.find(address);
    return entry !== undefined && entry.mode === "network" && !equal(entry.peerIrk, NO_KEY);
  }

  /** A fresh resolvable address for the peer itself, where its IRK is known (directed advertising). */
  peerAddressFor(entry: ResolvingEntry): Address {
    if (equal(entry.peerIrk, NO_KEY)) return entry.peer;
    entry.peerRpa = this.#generate(entry.peerIrk);
    return entry.peerRpa;
  }

  #restartTimer(): void {
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(this.#timeoutMs, () => {
      for (const entry of this.#entries) this.#renew(entry);
      this.#restartTimer();
    });
  }

  #renew(entry: ResolvingEntry): void {
    entry.localRpa = equal(entry.localIrk, NO_KEY) ? undefined : this.#generate(entry.localIrk);
  }

  /** hash || prand, most significant first: prand, then hash (Vol 6 Part B 1.3.2.2). */
  #generate(irk: Bytes): Address {
    const prand = this.#random.octets(3);
    prand[0] = ((prand[0] ?? 0) & 0x3f) | 0x40;
    // 1.3.2.2: neither all ones nor all zeros
    if (prand[1] === 0 && prand[2] === 0) prand[2] = 1;
    if (prand[1] === 0xff && prand[2] === 0xff) prand[2] = 0xfe;
    return { type: "random", octets: concat(prand, this.#hash(irk, prand)) };
  }

  #matches(irk: Bytes, { octets }: Address): boolean {
    if (equal(irk, NO_KEY)) return false;
    return equal(this.#hash(irk, octets.subarray(0, 3)), octets.subarray(3));
  }

  /** ah: the low 24 bits of e(irk, 0¹⁰⁴ || prand) (Vol 3 Part H 2.2.2). */
  #hash(irk: Bytes, prand: Uint8Array): Bytes {
    return this.#aes.encrypt(irk, concat(ZERO_PAD, prand)).slice(13);
  }
}
