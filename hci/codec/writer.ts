import type { Bytes } from "../ports.ts";

/** Collects the octets of one packet, integers least significant octet first. Ranges are checked by the codecs. */
export class Writer {
  #bytes: Bytes;
  #length = 0;

  constructor(sizeHint = 32) {
    this.#bytes = new Uint8Array(sizeHint);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = value;
    this.#bytes[this.#length++] = value >>> 8;
  }

  u24(value: number): void {
    this.u16(value & 0xffff);
    this.u8(value >>> 16);
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }

  push(octets: ArrayLike<number>): void {
    this.#reserve(octets.length);
    this.#bytes.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** The last octet first, without a copy in between: it may be a key. */
  pushReversed(octets: ArrayLike<number>): void {
    this.#reserve(octets.length);
    for (let i = octets.length - 1; i >= 0; i--) this.#bytes[this.#length++] = octets[i] ?? 0;
  }

  /** Overwrites an octet already written: a length known only at the end. */
  patch(offset: number, value: number): void {
    this.#bytes[offset] = value;
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Bytes {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
