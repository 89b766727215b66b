import { fromHex, toHex } from "./bytes.ts";
import type { Codec } from "./codec.ts";
import { EncodeError } from "./error.ts";
import { u16, u32 } from "./integers.ts";
import { number } from "./octets.ts";

/** A 128-bit UUID in lower case with hyphens; 16- and 32-bit ones are expanded with the Base UUID (Vol 3 Part B 2.5.1). */
export type Uuid = string;

const BASE_TAIL = "-0000-1000-8000-00805f9b34fb";
const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The full form of a 16- or 32-bit UUID. */
export function uuidOf(short: number): Uuid {
  return short.toString(16).padStart(8, "0") + BASE_TAIL;
}

/** The 32-bit value of a UUID that was made from one, else undefined. */
export function shortUuid(uuid: Uuid): number | undefined {
  return uuid.endsWith(BASE_TAIL) && uuid.length === 36 ? Number.parseInt(uuid.slice(0, 8), 16) : undefined;
}

function shortCodec(inner: Codec<number>, limit: number): Codec<Uuid> {
  return {
    size: inner.size,
    read: (r) => uuidOf(inner.read(r)),
    write(w, uuid) {
      const value = shortUuid(uuid);
      if (value === undefined || value > limit)
        throw new EncodeError(`Cannot write ${uuid} in ${inner.size} octets`);
      inner.write(w, value);
    },
  };
}

export const uuid16: Codec<Uuid> = shortCodec(u16, 0xffff);
export const uuid32: Codec<Uuid> = shortCodec(u32, 0xffff_ffff);

const uint128 = number(128);

export const uuid128: Codec<Uuid> = {
  size: 16,
  read(r) {
    const hex = toHex(uint128.read(r));
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  },
  write(w, uuid) {
    if (!FORM.test(uuid)) throw new EncodeError(`Cannot write ${JSON.stringify(uuid)} as a UUID`);
    uint128.write(w, fromHex(uuid));
  },
};
