/**
 * AES-128 of one block (FIPS 197), as the host stack needs it: synchronous, many keys, a few blocks with each. The
 * schedule is computed along with the rounds, so that no expanded key is ever kept: a key lives as long as the call.
 */
import type { Aes128, Bytes } from "../../hci/ports.ts";

/** Multiplication by x in GF(2⁸). */
const timesX = (value: number): number => ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;

/** 5.1.1: the inverse, then the affine map; both by walking once through all powers of 3 and of its inverse. */
function substitution(): Uint8Array {
  const box = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    power ^= timesX(power);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse & 0x80) inverse ^= 0x09;
    const twice = inverse * 0x101;
    box[power] = (inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4) ^ 0x63) & 0xff;
  } while (power !== 1);
  box[0] = 0x63;
  return box;
}

/** The S-box. */
export const SUB: Uint8Array = substitution();

/** SubBytes and MixColumns of the octet in row 0 of a column; the other rows are rotations of it. */
const COLUMN: Int32Array = Int32Array.from(
  SUB,
  (s) => (timesX(s) << 24) | (s << 16) | (s << 8) | (timesX(s) ^ s),
);

const ROUNDS = 10;

function word(octets: Uint8Array, at: number): number {
  return (
    ((octets[at] ?? 0) << 24) |
    ((octets[at + 1] ?? 0) << 16) |
    ((octets[at + 2] ?? 0) << 8) |
    (octets[at + 3] ?? 0)
  );
}

/** One column of the state after a whole round: the octets come from four columns, as ShiftRows says. */
function mixed(a: number, b: number, c: number, d: number): number {
  const first = COLUMN[a >>> 24] ?? 0;
  const second = COLUMN[(b >>> 16) & 0xff] ?? 0;
  const third = COLUMN[(c >>> 8) & 0xff] ?? 0;
  const fourth = COLUMN[d & 0xff] ?? 0;
  return (
    first ^
    ((second >>> 8) | (second << 24)) ^
    ((third >>> 16) | (third << 16)) ^
    ((fourth >>> 24) | (fourth << 8))
  );
}

/** The same in the last round, which does not mix. */
function substituted(a: number, b: number, c: number, d: number): number {
  return (
    ((SUB[a >>> 24] ?? 0) << 24) |
    ((SUB[(b >>> 16) & 0xff] ?? 0) << 16) |
    ((SUB[(c >>> 8) & 0xff] ?? 0) << 8) |
    (SUB[d & 0xff] ?? 0)
  );
}

/** What the last word of a round key adds to the first of the next (5.2): SubWord(RotWord(w)) and the constant. */
function stepOf(w: number, constant: number): number {
  return substituted(w << 8, w << 8, w << 8, w >>> 24) ^ (constant << 24);
}

function encrypt(key: Uint8Array, block: Uint8Array): Bytes {
  if (key.length !== 16) throw new RangeError(`Cannot encrypt: the key has ${key.length} octets, not 16`);
  if (block.length !== 16)
    throw new RangeError(`Cannot encrypt: the block has ${block.length} octets, not 16`);
  let [k0, k1, k2, k3] = [word(key, 0), word(key, 4), word(key, 8), word(key, 12)];
  let [s0, s1, s2, s3] = [
    word(block, 0) ^ k0,
    word(block, 4) ^ k1,
    word(block, 8) ^ k2,
    word(block, 12) ^ k3,
  ];
  for (let round = 1, constant = 1; ; round++, constant = timesX(constant)) {
    k0 ^= stepOf(k3, constant);
    k1 ^= k0;
    k2 ^= k1;
    k3 ^= k2;
    if (round === ROUNDS) break;
    const t0 = mixed(s0, s1, s2, s3) ^ k0;
    const t1 = mixed(s1, s2, s3, s0) ^ k1;
    const t2 = mixed(s2, s3, s0, s1) ^ k2;
    s3 = mixed(s3, s0, s1, s2) ^ k3;
    s0 = t0;
    s1 = t1;
    s2 = t2;
  }
  const result = new Uint8Array(16);
  const view = new DataView(result.buffer);
  view.setInt32(0, substituted(s0, s1, s2, s3) ^ k0);
  view.setInt32(4, substituted(s1, s2, s3, s0) ^ k1);
  view.setInt32(8, substituted(s2, s3, s0, s1) ^ k2);
  view.setInt32(12, substituted(s3, s0, s1, s2) ^ k3);
  return result;
}

export const aes128: Aes128 = { encrypt };
