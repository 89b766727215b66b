import type { Bytes } from "../ports.ts";
import type { Codec } from "./codec.ts";
import { DecodeError, EncodeError } from "./error.ts";

/** Exactly `count` octets, kept in the order on the air. */
export function octets(count: number): Codec<Bytes> {
  return {
    size: count,
    read: (r) => r.take(count),
    write(w, value) {
      requireCount(value, count);
      w.push(value);
    },
  };
}

function requireCount(value: ArrayLike<number>, count: number): void {
  if (value.length !== count) throw new EncodeError(`Cannot write ${value.length} octets: ${count} needed`);
}

/** Whatever is left of the packet. Only as the last field. */
export const rest: Codec<Bytes> = {
  read: (r) => r.rest(),
  write: (w, value) => w.push(value),
};

/** A number the specification prints most significant octet first (keys, nonces, addresses) and sends reversed. */
export function number(bits: 48 | 64 | 128 | 256): Codec<Bytes> {
  const count = bits / 8;
  return {
    size: count,
    read: (r) => r.take(count).reverse(),
    write(w, value) {
      requireCount(value, count);
      w.pushReversed(value);
    },
  };
}

/** Octets after their count. */
export function sized(count: Codec<number>): Codec<Bytes> {
  return {
    read: (r) => r.take(count.read(r)),
    write(w, value) {
      count.write(w, value.length);
      w.push(value);
    },
  };
}

/** One octet of length, then a field of constant width that is filled up with zeros. */
export function padded(width: number): Codec<Bytes> {
  return {
    size: width + 1,
    read(r) {
      const length = r.u8();
      if (length > width) throw new DecodeError(`Cannot use ${length} octets of a field of ${width}`);
      return r.take(width).slice(0, length);
    },
    write(w, value) {
      if (value.length > width)
        throw new EncodeError(`Cannot write ${value.length} octets: ${width} allowed`);
      w.u8(value.length);
      w.push(value);
      w.push(new Uint8Array(width - value.length));
    },
  };
}
