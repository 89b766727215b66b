import type { Bytes } from "../ports.ts";
import { SHORT } from "./bytes.ts";
import { DecodeError } from "./error.ts";

/**
 * Reads octets from the front of one packet. Integers are least significant octet first, as everywhere in HCI and
 * above. Reading past the end throws DecodeError and moves nothing.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset: number;

  /** Keeps a view of `bytes`; what `take` and `rest` give are copies. */
  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Octets not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw this.#short(1);
    this.#offset += 1;
    return value;
  }

  u16(): number {
    const low = this.#bytes[this.#offset];
    const high = this.#bytes[this.#offset + 1];
    if (low === undefined || high === undefined) throw this.#short(2);
    this.#offset += 2;
    return low | (high << 8);
  }

  u24(): number {
    const last = this.#bytes[this.#offset + 2];
    if (last === undefined) throw this.#short(3);
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    const last = this.#bytes[this.#offset + 3];
    if (last === undefined) throw this.#short(4);
    return this.u16() + this.u16() * 0x1_0000;
  }

  /** A copy of the next `count` octets, in the order on the air. */
  take(count: number): Bytes {
    const end = this.#offset + count;
    if (end > this.#bytes.length) throw this.#short(count);
    const taken = new Uint8Array(count);
    // A view of a short array costs more than the loop.
    if (count > SHORT) taken.set(this.#bytes.subarray(this.#offset, end));
    else for (let i = 0; i < count; i++) taken[i] = this.#bytes[this.#offset + i] ?? 0;
    this.#offset = end;
    return taken;
  }

  /** A copy of everything that is left. */
  rest(): Bytes {
    return this.take(this.remaining);
  }

  #short(wanted: number): DecodeError {
    return new DecodeError(`Cannot read ${wanted} octets: ${this.remaining} left`);
  }
}
