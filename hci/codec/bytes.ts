import type { Bytes } from "../ports.ts";
import { EncodeError } from "./error.ts";

/** All parts one after another, in a new array. */
export function concat(...parts: readonly ArrayLike<number>[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Engines keep arrays up to this length without an ArrayBuffer of their own, until a view asks for one. */
export const SHORT = 64;

/**
 * The octets from `from` up to `to`, not to be written to: a view where that is cheaper, else a copy. On the path of
 * every value a view of a short array would cost several times the copy, as its ArrayBuffer has to be made first.
 */
export function part(octets: Uint8Array, from: number, to: number = octets.length): Uint8Array {
  return to - from <= SHORT ? octets.slice(from, to) : octets.subarray(from, to);
}

/** Same length, same octets. Looks at every octet, whatever the first difference is. */
export function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** A new array with the octets in the opposite order. */
export function reversed(octets: ArrayLike<number>): Bytes {
  const last = octets.length - 1;
  const result = new Uint8Array(octets.length);
  for (let i = 0; i <= last; i++) result[i] = octets[last - i] ?? 0;
  return result;
}

/** Two lower-case digits per octet, in memory order. */
export function toHex(octets: Uint8Array, separator = ""): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(separator);
}

/** The octets of a string of hexadecimal digits; `:`, `-` and white space between octets are ignored. */
export function fromHex(text: string): Bytes {
  const digits = text.replaceAll(/[\s:-]/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new EncodeError(`Cannot read ${JSON.stringify(text)} as hexadecimal octets`);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}
