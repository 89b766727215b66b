import type { Codec } from "./codec.ts";
import { EncodeError } from "./error.ts";

function checked(value: number, limit: number, octets: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= limit) {
    throw new EncodeError(`Cannot write ${value} in ${octets} octets`);
  }
  return value;
}

export const u8: Codec<number> = {
  size: 1,
  read: (r) => r.u8(),
  write: (w, value) => w.u8(checked(value, 0x100, 1)),
};

export const u16: Codec<number> = {
  size: 2,
  read: (r) => r.u16(),
  write: (w, value) => w.u16(checked(value, 0x1_0000, 2)),
};

export const u24: Codec<number> = {
  size: 3,
  read: (r) => r.u24(),
  write: (w, value) => w.u24(checked(value, 0x100_0000, 3)),
};

export const u32: Codec<number> = {
  size: 4,
  read: (r) => r.u32(),
  write: (w, value) => w.u32(checked(value, 0x1_0000_0000, 4)),
};

export const u64: Codec<bigint> = {
  size: 8,
  read(r) {
    const low = r.u32();
    return BigInt(low) | (BigInt(r.u32()) << 32n);
  },
  write(w, value) {
    if (value < 0n || value >= 1n << 64n) throw new EncodeError(`Cannot write ${value} in 8 octets`);
    w.u32(Number(value & 0xffff_ffffn));
    w.u32(Number(value >> 32n));
  },
};

/** Two's complement: RSSI and transmit power. */
export const i8: Codec<number> = {
  size: 1,
  read: (r) => (r.u8() << 24) >> 24,
  write(w, value) {
    if (!Number.isInteger(value) || value < -128 || value > 127) {
      throw new EncodeError(`Cannot write ${value} as a signed octet`);
    }
    w.u8(value & 0xff);
  },
};
