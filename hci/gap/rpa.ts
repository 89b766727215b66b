import type { Address, Aes128, Bytes, Crypto } from "../ports.ts";
import { kindOf } from "./address.ts";

/** Vol 3 Part H 2.2.2 random address hash function ah; `r` and the result are 24-bit numbers. */
export function ah(aes: Aes128, k: Uint8Array, r: number): number {
  const block = new Uint8Array(16);
  block[13] = r >> 16;
  block[14] = r >> 8;
  block[15] = r;
  const hash = aes.encrypt(k, block);
  return ((hash[13] ?? 0) << 16) | ((hash[14] ?? 0) << 8) | (hash[15] ?? 0);
}

/** prand and hash of a resolvable private address; undefined for every other address (Vol 6 Part B 1.3.2.2). */
export function splitResolvable(
  address: Address,
): { readonly prand: number; readonly hash: number } | undefined {
  if (kindOf(address) !== "resolvable" || address.octets.length !== 6) return undefined;
  const at = (i: number): number => address.octets[i] ?? 0;
  return { prand: (at(0) << 16) | (at(1) << 8) | at(2), hash: (at(3) << 16) | (at(4) << 8) | at(5) };
}

/** An IRK of zeros says that there is none; it must never resolve anything. */
export function isUsableIrk(irk: Uint8Array): boolean {
  return irk.length === 16 && irk.some((octet) => octet !== 0);
}

/** Whether this IRK made this address. False for addresses that are not resolvable and for an IRK of zeros. */
export function resolvesWith(aes: Aes128, irk: Uint8Array, address: Address): boolean {
  const parts = splitResolvable(address);
  return parts !== undefined && isUsableIrk(irk) && ah(aes, irk, parts.prand) === parts.hash;
}

/** A new resolvable private address. prand's random part is neither all zeros nor all ones. */
export function newResolvableAddress(crypto: Crypto, irk: Uint8Array): Address {
  const prand = randomPart(crypto, 3, 0b01);
  const value = ((prand[0] ?? 0) << 16) | ((prand[1] ?? 0) << 8) | (prand[2] ?? 0);
  const hash = ah(crypto, irk, value);
  return { type: "random", octets: Uint8Array.of(...prand, hash >> 16, hash >> 8, hash) };
}

/** A new static random address (Vol 6 Part B 1.3.2.1). */
export function newStaticAddress(crypto: Pick<Crypto, "random">): Address {
  return { type: "random", octets: randomPart(crypto, 6, 0b11) };
}

/** Random octets with the two highest bits as given and the others not all alike. */
function randomPart(crypto: Pick<Crypto, "random">, length: number, topBits: number): Bytes {
  for (let attempt = 0; attempt < 16; attempt++) {
    const octets = crypto.random(length);
    const first = (octets[0] ?? 0) & 0x3f;
    const others = [...octets.subarray(1)];
    const allZero = first === 0 && others.every((octet) => octet === 0);
    const allOne = first === 0x3f && others.every((octet) => octet === 0xff);
    if (allZero || allOne) continue;
    octets[0] = first | (topBits << 6);
    return octets;
  }
  throw new Error("Cannot make an address: the source of randomness is stuck");
}
