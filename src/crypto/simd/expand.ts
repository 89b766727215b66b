/** Puts keys into the planes that the generated function reads. */
import { SUB } from "../aes128.ts";
import { GROUP, LANES, OCTET, PLANE, STATE } from "./layout.ts";

/** What the generated S-box leaves out of every octet. MixColumns keeps it as it is, so round keys can carry it. */
const AFFINE = 0x63;
const SCHEDULE = 176;

const timesX = (value: number): number => ((value << 1) ^ (value & 0x80 ? 0x1b : 0)) & 0xff;

/** All eleven round keys of `key` (FIPS 197 5.2). */
function schedule(key: Uint8Array, into: Uint8Array): void {
  into.set(key);
  let constant = 1;
  for (let i = 16; i < SCHEDULE; i += 4) {
    const turn = i % 16 === 0;
    for (let j = 0; j < 4; j++) {
      const last = into[turn ? i - 4 + ((j + 1) % 4) : i - 4 + j] ?? 0;
      const step = turn ? (SUB[last] ?? 0) ^ (j === 0 ? constant : 0) : last;
      into[i + j] = (into[i + j - 16] ?? 0) ^ step;
    }
    if (turn) constant = timesX(constant);
  }
}

/** The state after round 1 where the block is zero, with nothing but the constant in octets 13 to 15. */
function firstRound(keys: Uint8Array, into: Uint8Array): void {
  const at = (column: number, row: number): number => {
    const from = 4 * ((column + row) % 4) + (row % 4);
    return from > 12 ? AFFINE : (SUB[keys[from] ?? 0] ?? 0);
  };
  for (let column = 0; column < 4; column++) {
    const [a, b, c, d] = [at(column, 0), at(column, 1), at(column, 2), at(column, 3)];
    const all = a ^ b ^ c ^ d;
    const base = 4 * column;
    into[base] = a ^ all ^ timesX(a ^ b) ^ (keys[16 + base] ?? 0);
    into[base + 1] = b ^ all ^ timesX(b ^ c) ^ (keys[17 + base] ?? 0);
    into[base + 2] = c ^ all ^ timesX(c ^ d) ^ (keys[18 + base] ?? 0);
    into[base + 3] = d ^ all ^ timesX(d ^ a) ^ (keys[19 + base] ?? 0);
  }
}

/** Octets of one key in the order of a group. */
const OCTETS = GROUP.match / OCTET;

function arranged(key: Uint8Array, round: Uint8Array, into: Uint8Array): void {
  schedule(key, round);
  into.set(round.subarray(13, 16), 0);
  firstRound(round, into.subarray(3, 19));
  const later = 3 + STATE / OCTET;
  for (let i = 0; i < 7 * 16; i++) into[later + i] = (round[32 + i] ?? 0) ^ AFFINE;
  [145, 150, 155, 173, 174, 175].forEach((place, i) => {
    into[later + 7 * 16 + i] = (round[place] ?? 0) ^ AFFINE;
  });
}

/** Eight octets to eight: bit i of each becomes octet i (Hacker's Delight 7-3). */
function transpose(octets: Uint8Array, stride: number, from: number, into: Uint8Array, to: number): void {
  const pick = (i: number): number => octets[from + i * stride] ?? 0;
  let high = (pick(0) << 24) | (pick(1) << 16) | (pick(2) << 8) | pick(3);
  let low = (pick(4) << 24) | (pick(5) << 16) | (pick(6) << 8) | pick(7);
  let swap = (high ^ (high >>> 7)) & 0x00aa00aa;
  high ^= swap ^ (swap << 7);
  swap = (low ^ (low >>> 7)) & 0x00aa00aa;
  low ^= swap ^ (swap << 7);
  swap = (high ^ (high >>> 14)) & 0x0000cccc;
  high ^= swap ^ (swap << 14);
  swap = (low ^ (low >>> 14)) & 0x0000cccc;
  low ^= swap ^ (swap << 14);
  swap = (high & 0xf0f0f0f0) | ((low >>> 4) & 0x0f0f0f0f);
  low = ((high << 4) & 0xf0f0f0f0) | (low & 0x0f0f0f0f);
  for (let i = 0; i < 4; i++) {
    into[to + i * PLANE] = swap >>> (24 - 8 * i);
    into[to + (i + 4) * PLANE] = low >>> (24 - 8 * i);
  }
}

/** Expands up to 128 keys into the group at `address`. Lanes without a key hold a key of zeros. */
export function expandGroup(keys: readonly Uint8Array[], memory: Uint8Array, address: number): void {
  const round = new Uint8Array(SCHEDULE);
  const rows = new Uint8Array(LANES * OCTETS);
  const none = new Uint8Array(16);
  for (let lane = 0; lane < LANES; lane++)
    arranged(keys[lane] ?? none, round, rows.subarray(lane * OCTETS, (lane + 1) * OCTETS));
  for (let lane = 0; lane < LANES; lane += 8) {
    for (let octet = 0; octet < OCTETS; octet++)
      transpose(rows, OCTETS, lane * OCTETS + octet, memory, address + octet * OCTET + lane / 8);
  }
  round.fill(0);
  rows.fill(0);
}
