import type { Codec } from "./codec.ts";
import { DecodeError } from "./error.ts";

/** Items up to the end of the packet. Only as the last field. */
export function listOf<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    read(r) {
      const items: T[] = [];
      while (r.remaining > 0) {
        const before = r.offset;
        items.push(item.read(r));
        if (r.offset === before) throw new DecodeError("Cannot decode a list of items without octets");
      }
      return items;
    },
    write(w, items) {
      for (const value of items) item.write(w, value);
    },
  };
}

/** A count, then that many items. */
export function counted<T>(count: Codec<number>, item: Codec<T>): Codec<readonly T[]> {
  return {
    read(r) {
      const length = count.read(r);
      const items: T[] = [];
      for (let i = 0; i < length; i++) items.push(item.read(r));
      return items;
    },
    write(w, items) {
      count.write(w, items.length);
      for (const value of items) item.write(w, value);
    },
  };
}
