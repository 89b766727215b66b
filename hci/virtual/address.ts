import { equal, toHex } from "../codec/bytes.ts";
import type { Address } from "../ports.ts";

export function sameAddress(a: Address, b: Address): boolean {
  return a.type === b.type && equal(a.octets, b.octets);
}

/** One text per address, for maps and sets. */
export function addressKey({ type, octets }: Address): string {
  return `${type} ${toHex(octets, ":")}`;
}

/** The two upper bits are 01 (Vol 6 Part B 1.3.2.2). */
export function isResolvable({ type, octets }: Address): boolean {
  return type === "random" && (octets[0] ?? 0) >> 6 === 0b01;
}
