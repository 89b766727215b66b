import type { Codec, ValueOf } from "./codec.ts";

/** Field name to codec, in the order on the air. Names must not be integers: those would be sorted. */
export type Fields = Readonly<Record<string, Codec<unknown>>>;

export type Struct<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** Fields one after another. */
export function struct<const F extends Fields>(fields: F): Codec<Struct<F>>;
export function struct(fields: Fields): Codec<Struct<Fields>> {
  const entries = Object.entries(fields);
  return {
    size: sizeOf(entries.map(([, codec]) => codec)),
    read(r) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(r);
      return value;
    },
    write(w, value) {
      for (const [name, codec] of entries) codec.write(w, value[name]);
    },
  };
}

function sizeOf(codecs: readonly Codec<unknown>[]): number | undefined {
  let sum = 0;
  for (const { size } of codecs) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}
