/** The secret part of a bond as octets, so that it can be zeroed: no key is ever a string in here. */
import type { Bytes } from "../../../hci/ports.ts";

/** Octets in wire order. */
export interface ScKey {
  readonly ltk: Bytes;
  readonly keySize: number | null;
}

export interface LegacyKey extends ScKey {
  readonly ediv: number;
  /** 8 octets. */
  readonly rand: Bytes;
}

export interface Csrk {
  readonly key: Bytes;
  readonly counter: number | null;
  readonly authenticated: boolean | null;
}

export interface Secrets {
  readonly sc: ScKey | null;
  readonly central: LegacyKey | null;
  readonly peripheral: LegacyKey | null;
  readonly irk: Bytes | null;
  readonly csrkLocal: Csrk | null;
  readonly csrkRemote: Csrk | null;
}

export const KEY_TYPES = ["sc", "central", "peripheral", "irk", "csrkLocal", "csrkRemote"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Which keys a bond has, in the order of `KEY_TYPES`. */
export const typesOf = (secrets: Secrets): readonly KeyType[] =>
  KEY_TYPES.filter((type) => secrets[type] !== null);

const VERSION = 1;
const SC = 17;
const LEGACY = 27;
const IRK = 16;
const CSRK = 21;
const SIZES = { sc: SC, central: LEGACY, peripheral: LEGACY, irk: IRK, csrkLocal: CSRK, csrkRemote: CSRK };

/**
 * Version, one bit for each of `KEY_TYPES` that is there, then these: LTK 16, size 1 (0: not known), and for legacy keys
 * EDIV 2 and Rand 8; IRK 16; CSRK 16, counter 4, flags 1 (1: has a counter, 2: authenticated is known, 4: it is true).
 * Numbers least significant octet first.
 */
export function encodeSecrets(secrets: Secrets): Bytes {
  const present = typesOf(secrets);
  const all = new Uint8Array(2 + present.reduce((sum, type) => sum + SIZES[type], 0));
  all[0] = VERSION;
  all[1] = present.reduce((bits, type) => bits | (1 << KEY_TYPES.indexOf(type)), 0);
  let at = 2;
  const { sc, central, peripheral, irk, csrkLocal, csrkRemote } = secrets;
  if (sc !== null) at = putLtk(all, at, sc);
  for (const key of [central, peripheral]) {
    if (key === null) continue;
    at = putLtk(all, at, key);
    new DataView(all.buffer).setUint16(at, key.ediv, true);
    at = putOctets(all, at + 2, key.rand, 8);
  }
  if (irk !== null) at = putOctets(all, at, irk, 16);
  for (const key of [csrkLocal, csrkRemote]) if (key !== null) at = putCsrk(all, at, key);
  return all;
}

/** Throws RangeError for octets that `encodeSecrets` did not make. */
export function decodeSecrets(all: Bytes): Secrets {
  const bits = all[1] ?? 0;
  const has = (type: KeyType): boolean => (bits & (1 << KEY_TYPES.indexOf(type))) !== 0;
  const length = 2 + KEY_TYPES.filter(has).reduce((sum, type) => sum + SIZES[type], 0);
  if (all[0] !== VERSION || bits >> KEY_TYPES.length !== 0 || all.length !== length)
    throw new RangeError("Cannot read the keys: of another version, or damaged");
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  let at = 2;
  const take = (octets: number): Bytes => all.slice(at, (at += octets));
  const scKey = (): ScKey => ({ ltk: take(16), keySize: sizeIn(take(1)[0] ?? 0) });
  const legacyKey = (): LegacyKey => {
    const key = scKey();
    const ediv = view.getUint16(at, true);
    at += 2;
    return { ...key, ediv, rand: take(8) };
  };
  const csrk = (): Csrk => {
    const key = take(16);
    const counter = view.getUint32(at, true);
    at += 4;
    const flags = take(1)[0] ?? 0;
    return {
      key,
      counter: (flags & 1) === 0 ? null : counter,
      authenticated: (flags & 2) === 0 ? null : (flags & 4) !== 0,
    };
  };
  return {
    sc: has("sc") ? scKey() : null,
    central: has("central") ? legacyKey() : null,
    peripheral: has("peripheral") ? legacyKey() : null,
    irk: has("irk") ? take(16) : null,
    csrkLocal: has("csrkLocal") ? csrk() : null,
    csrkRemote: has("csrkRemote") ? csrk() : null,
  };
}

/** Zeroes every octet. */
export function wipeSecrets({ sc, central, peripheral, irk, csrkLocal, csrkRemote }: Secrets): void {
  for (const key of [sc, central, peripheral]) key?.ltk.fill(0);
  for (const key of [central, peripheral]) key?.rand.fill(0);
  irk?.fill(0);
  for (const key of [csrkLocal, csrkRemote]) key?.key.fill(0);
}

function putOctets(all: Bytes, at: number, octets: Bytes, length: number): number {
  if (octets.length !== length) throw new TypeError(`Cannot store this key: it has not ${length} octets`);
  all.set(octets, at);
  return at + length;
}

function putLtk(all: Bytes, at: number, { ltk, keySize }: ScKey): number {
  const next = putOctets(all, at, ltk, 16);
  all[next] = keySize ?? 0;
  return next + 1;
}

function putCsrk(all: Bytes, at: number, { key, counter, authenticated }: Csrk): number {
  const next = putOctets(all, at, key, 16);
  new DataView(all.buffer).setUint32(next, counter ?? 0, true);
  const known = authenticated === null ? 0 : 2;
  all[next + 4] = (counter === null ? 0 : 1) | known | (authenticated === true ? 4 : 0);
  return next + 5;
}

function sizeIn(octet: number): number | null {
  if (octet === 0) return null;
  if (octet < 7 || octet > 16) throw new RangeError("Cannot read the keys: the size of one is impossible");
  return octet;
}
