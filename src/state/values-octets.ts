/** Octets of a characteristic value, read from the front. Least significant octet first, as GATT values are sent. */

/** The value is shorter than its format says. Caught where a value is decoded; never leaves this family of modules. */
export class ShortValue extends Error {
  override readonly name = "ShortValue";
}

export class Octets {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws ShortValue when fewer octets are left. */
  take(size: number): Uint8Array {
    if (size > this.left) {
      throw new ShortValue(`Cannot read ${size} octets at ${this.#at}: ${this.left} are left`);
    }
    this.#at += size;
    return this.#bytes.slice(this.#at - size, this.#at);
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  unsigned(size: 1 | 2 | 3 | 4): number {
    return Number(unsignedOf(this.take(size)));
  }

  signed(size: 1 | 2 | 3 | 4): number {
    return Number(signedOf(this.take(size)));
  }
}

/** The octets as one unsigned number. */
export function unsignedOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, octet) => value * 256n + BigInt(octet), 0n);
}

/** The octets as one number in two's complement. */
export function signedOf(bytes: Uint8Array): bigint {
  return BigInt.asIntN(bytes.length * 8, unsignedOf(bytes));
}

/** Two lower-case hex digits per octet, separated by spaces: `01 af`. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}
