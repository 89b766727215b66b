import { equal, fromHex, toHex } from "../codec/bytes.ts";
import type { Address } from "../ports.ts";

/** What the two highest bits of a random address say (Vol 6 Part B 1.3.2). */
export type AddressKind = "public" | "static" | "resolvable" | "non-resolvable" | "reserved";

export function kindOf(address: Address): AddressKind {
  if (address.type === "public") return "public";
  const kinds = ["non-resolvable", "resolvable", "reserved", "static"] as const;
  return kinds[((address.octets[0] ?? 0) >> 6) & 0b11] ?? "reserved";
}

/** Whether the address can be an identity: it never changes. */
export function isIdentity(address: Address): boolean {
  const kind = kindOf(address);
  return kind === "public" || kind === "static";
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.type === b.type && equal(a.octets, b.octets);
}

/** One number below 2⁴⁹ for each address and type: a key for maps. */
export function addressKey({ type, octets }: Address): number {
  let key = type === "random" ? 1 : 0;
  for (const octet of octets) key = key * 256 + octet;
  return key;
}

/** `C0:11:22:33:44:55`, as addresses are written. */
export function formatAddress(address: Address): string {
  return toHex(address.octets, ":").toUpperCase();
}

/** The reverse of `formatAddress`; throws for anything that is not six octets. */
export function parseAddress(text: string, type: Address["type"]): Address {
  const octets = fromHex(text);
  if (octets.length !== 6)
    throw new TypeError(`Cannot read ${JSON.stringify(text)} as an address: six octets needed`);
  return { type, octets };
}
