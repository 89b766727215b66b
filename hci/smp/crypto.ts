/**
 * The cryptographic toolbox of LE pairing (Vol 3 Part H 2.2), with the specification's names and argument orders.
 * Every value is most significant octet first, as the specification prints it.
 */
import { concat } from "../codec/bytes.ts";
import type { Address, Aes128, Bytes } from "../ports.ts";

/** 2.2.5: exclusive or of the same number of octets. */
export function xor(a: Uint8Array, b: Uint8Array): Bytes {
  const result = new Uint8Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
  return result;
}

/** Multiplication by x in GF(2^128), from which CMAC makes its two subkeys (RFC 4493 2.3). */
function double(block: Uint8Array): Bytes {
  const result = new Uint8Array(16);
  for (let i = 0; i < 16; i++) result[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  if ((block[0] ?? 0) & 0x80) result[15] = (result[15] ?? 0) ^ 0x87;
  return result;
}

/** 2.2.5 AES-CMAC (RFC 4493): `key` of 16 octets, a message of any length; 16 octets. */
export function aesCmac(aes: Aes128, key: Uint8Array, message: Uint8Array): Bytes {
  const k1 = double(aes.encrypt(key, new Uint8Array(16)));
  const start = Math.max(0, Math.ceil(message.length / 16) - 1) * 16;
  const tail = message.subarray(start);
  let last: Bytes;
  if (tail.length === 16) {
    last = xor(tail, k1);
  } else {
    const padded = new Uint8Array(16);
    padded.set(tail);
    padded[tail.length] = 0x80;
    last = xor(padded, double(k1));
  }
  let x: Bytes = new Uint8Array(16);
  for (let i = 0; i < start; i += 16) x = aes.encrypt(key, xor(message.subarray(i, i + 16), x));
  return aes.encrypt(key, xor(last, x));
}

/**
 * 2.2.3 LE legacy pairing confirm value generation function c1.
 * `preq` and `pres` are the 7 octets of the PDUs with the opcode last, `ia` and `ra` the addresses over the air.
 */
export function c1(
  aes: Aes128,
  k: Uint8Array,
  r: Uint8Array,
  preq: Uint8Array,
  pres: Uint8Array,
  ia: Address,
  ra: Address,
): Bytes {
  const p1 = concat(pres, preq, [addressType(ra), addressType(ia)]);
  const p2 = concat([0, 0, 0, 0], ia.octets, ra.octets);
  return aes.encrypt(k, xor(aes.encrypt(k, xor(r, p1)), p2));
}

/** 2.2.4 LE legacy pairing key generation function s1: the 64 low bits of `r1`, then those of `r2`. */
export function s1(aes: Aes128, k: Uint8Array, r1: Uint8Array, r2: Uint8Array): Bytes {
  return aes.encrypt(k, concat(r1.subarray(8), r2.subarray(8)));
}

/** 2.2.6 LE Secure Connections confirm value generation function f4; `u` and `v` of 32 octets, `z` one octet. */
export function f4(aes: Aes128, u: Uint8Array, v: Uint8Array, x: Uint8Array, z: number): Bytes {
  return aesCmac(aes, x, concat(u, v, [z]));
}

const SALT = Uint8Array.of(
  0x6c,
  0x88,
  0x83,
  0x91,
  0xaa,
  0xf5,
  0xa5,
  0x38,
  0x60,
  0x37,
  0x0b,
  0xdb,
  0x5a,
  0x60,
  0x83,
  0xbe,
);
const KEY_ID_BTLE = Uint8Array.of(0x62, 0x74, 0x6c, 0x65);
const LENGTH_256 = Uint8Array.of(0x01, 0x00);

/** 2.2.7 LE Secure Connections key generation function f5; `w` is the DHKey, `a1` the initiator's address. */
export function f5(
  aes: Aes128,
  w: Uint8Array,
  n1: Uint8Array,
  n2: Uint8Array,
  a1: Address,
  a2: Address,
): { readonly macKey: Bytes; readonly ltk: Bytes } {
  const t = aesCmac(aes, SALT, w);
  const half = (counter: number): Bytes =>
    aesCmac(aes, t, concat([counter], KEY_ID_BTLE, n1, n2, typed(a1), typed(a2), LENGTH_256));
  const keys = { macKey: half(0), ltk: half(1) };
  t.fill(0);
  return keys;
}

/** 2.2.8 LE Secure Connections check value generation function f6; `ioCap` is AuthReq, OOB flag, IO capability. */
export function f6(
  aes: Aes128,
  w: Uint8Array,
  n1: Uint8Array,
  n2: Uint8Array,
  r: Uint8Array,
  ioCap: Uint8Array,
  a1: Address,
  a2: Address,
): Bytes {
  return aesCmac(aes, w, concat(n1, n2, r, ioCap, typed(a1), typed(a2)));
}

/** 2.2.9 LE Secure Connections numeric comparison value generation function g2: 32 bits, not yet six digits. */
export function g2(aes: Aes128, u: Uint8Array, v: Uint8Array, x: Uint8Array, y: Uint8Array): number {
  const mac = aesCmac(aes, x, concat(u, v, y));
  return new DataView(mac.buffer, mac.byteOffset + 12, 4).getUint32(0);
}

/** 2.3.4: a key of `size` octets keeps its least significant octets; the others become zero. */
export function maskKey(key: Uint8Array, size: number): Bytes {
  const masked = new Uint8Array(16);
  masked.set(key.subarray(16 - size), 16 - size);
  return masked;
}

/** 2.3.5.3: the passkey as a number of 128 bits (TK, ra and rb). */
export function passkeyOctets(passkey: number): Bytes {
  const octets = new Uint8Array(16);
  new DataView(octets.buffer).setUint32(12, passkey);
  return octets;
}

function addressType(address: Address): 0 | 1 {
  return address.type === "public" ? 0 : 1;
}

function typed(address: Address): Bytes {
  return concat([addressType(address)], address.octets);
}
