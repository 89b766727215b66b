import type { Bytes } from "../ports.ts";
import { DecodeError } from "./error.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** How one kind of value is read from and written to octets. Made once, at module load; never interpreted per packet. */
export interface Codec<T> {
  /** Throws DecodeError. */
  read(reader: Reader): T;
  /** Throws EncodeError. */
  write(writer: Writer, value: T): void;
  /** Octets of every value, where that is a constant. */
  readonly size?: number | undefined;
}

/** The TypeScript value a codec reads and writes. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** Reads exactly one value: octets left over are an error as much as octets missing. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, offset = 0): T {
  const reader = new Reader(bytes, offset);
  const value = codec.read(reader);
  if (reader.remaining > 0) throw new DecodeError(`Cannot decode: ${reader.remaining} octets too many`);
  return value;
}

export function encode<T>(codec: Codec<T>, value: T): Bytes {
  const writer = new Writer(codec.size);
  codec.write(writer, value);
  return writer.finish();
}
