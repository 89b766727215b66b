import type { Codec } from "./codec.ts";
import { DecodeError, EncodeError } from "./error.ts";
import { u8 } from "./integers.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

type Entries = readonly (readonly [name: string, position: number])[];

/** A closed set of values. A value outside the table does not decode. */
export function oneOf<const T extends Readonly<Record<string, number>>>(
  table: T,
  inner: Codec<number> = u8,
): Codec<keyof T & string> {
  const values = new Map<string, number>(Object.entries(table));
  const names = new Map<number, keyof T & string>(
    Object.entries(table).map(([name, value]) => [value, name]),
  );
  return {
    size: inner.size,
    read(r) {
      const value = inner.read(r);
      const name = names.get(value);
      if (name === undefined) {
        throw new DecodeError(
          `Cannot decode 0x${value.toString(16)}: not in ${[...names.values()].join(", ")}`,
        );
      }
      return name;
    },
    write(w, name) {
      const value = values.get(name);
      if (value === undefined)
        throw new EncodeError(`Cannot write ${name}: not in ${[...values.keys()].join(", ")}`);
      inner.write(w, value);
    },
  };
}

export type Flags<T> = { readonly [K in keyof T]: boolean };

/**
 * A field of independent bits; the table gives each one's mask, below 2³¹. A flag is true when any bit of its mask is
 * set. Reserved bits (those in no mask) are ignored when read and zero when written, as the specification asks of every
 * reserved-for-future-use field.
 */
export function flags<const T extends Readonly<Record<string, number>>>(
  table: T,
  inner: Codec<number> = u8,
): Codec<Flags<T>> {
  return bitField(
    Object.entries(table),
    (r) => inner.read(r),
    (bits, mask) => (bits & mask) !== 0,
    (w, set) =>
      inner.write(
        w,
        set.reduce((bits, mask) => bits | mask, 0),
      ),
    inner.size,
  );
}

/**
 * Independent bits over `size` octets; the table gives bit numbers, 0 being the lowest bit of the first octet. Reserved
 * bits as in `flags`.
 */
export function bitset<const T extends Readonly<Record<string, number>>>(
  table: T,
  size: number,
): Codec<Flags<T>> {
  return bitField(
    Object.entries(table),
    (r) => r.take(size),
    (octets, bit) => ((octets[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0,
    (w, set) => {
      const octets = new Uint8Array(size);
      for (const bit of set) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (1 << (bit & 7));
      w.push(octets);
    },
    size,
  );
}

function bitField<T, B>(
  entries: Entries,
  read: (r: Reader) => B,
  has: (bits: B, position: number) => boolean,
  write: (w: Writer, set: readonly number[]) => void,
  size: number | undefined,
): Codec<Flags<T>>;
function bitField<B>(
  entries: Entries,
  read: (r: Reader) => B,
  has: (bits: B, position: number) => boolean,
  write: (w: Writer, set: readonly number[]) => void,
  size: number | undefined,
): Codec<Readonly<Record<string, boolean>>> {
  return {
    size,
    read(r) {
      const bits = read(r);
      const value: Record<string, boolean> = {};
      for (const [name, position] of entries) value[name] = has(bits, position);
      return value;
    },
    write(w, value) {
      write(
        w,
        entries.filter(([name]) => value[name] === true).map(([, position]) => position),
      );
    },
  };
}
