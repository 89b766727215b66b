/** Single values of key files. Each reader returns the value or throws a `Refusal` that names the rule. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { AddressType, Identity } from "./record.ts";
import { type Findings, Refusal } from "./findings.ts";

export const ZERO_RAND = "0000000000000000";
const LIMIT_64 = 2n ** 64n;

/** The octets of a hex text in the opposite order. */
export function flip(hex: string): string {
  return (hex.match(/../gu) ?? []).reverse().join("");
}

export function isZero(hex: string): boolean {
  return /^0*$/u.test(hex);
}

export const octetsOfHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));

/** Lower-case hex of exactly `octets` octets; `0x` in front is allowed (L-01). */
export function hexOf(what: string, value: unknown, octets: number): string {
  if (value === undefined || value === null) throw new Refusal("L-01", `${what} is missing`);
  if (typeof value !== "string") throw new Refusal("L-01", `${what} is not text`);
  const digits = value.replace(/^0x/iu, "");
  if (!/^[0-9a-f]*$/iu.test(digits)) throw new Refusal("L-01", `${what} is not hexadecimal`);
  if (digits.length !== 2 * octets)
    throw new Refusal("L-01", `${what} has ${digits.length / 2} octets, not ${octets}`);
  return digits.toLowerCase();
}

/** 0 to 65535, from a number or decimal text (L-18). */
export function edivOf(value: unknown): number {
  const ediv = typeof value === "string" && /^\d{1,9}$/u.test(value) ? Number(value) : value;
  if (ediv === undefined || ediv === null) throw new Refusal("L-01", "EDIV is missing");
  if (typeof ediv !== "number" || !Number.isInteger(ediv) || ediv < 0 || ediv > 0xffff)
    throw new Refusal("L-18", "EDIV is not between 0 and 65535");
  return ediv;
}

/**
 * Eight octets in wire order from the little-endian number that some formats print, or from `0x` and the octets.
 * A negative number is read as two's complement, with a warning (L-18).
 */
export function randOf(value: string | undefined, findings: Findings, where: string): string {
  if (value === undefined) throw new Refusal("L-01", "Rand is missing");
  if (/^0x/iu.test(value)) return hexOf("Rand", value, 8);
  if (!/^-?\d{1,40}$/u.test(value)) throw new Refusal("L-01", "Rand is not a number");
  const number = BigInt(value);
  if (number >= LIMIT_64 || number < -LIMIT_64 / 2n)
    throw new Refusal("L-18", "Rand does not fit into 64 bits");
  if (number < 0n) findings.add("L-18", where, "Rand is negative: read as two's complement", "warn");
  return flip(BigInt.asUintN(64, number).toString(16).padStart(16, "0"));
}

/** The little-endian number of eight octets in wire order, as decimal text. */
export function randNumber(rand: string): string {
  return BigInt(`0x${flip(rand)}`).toString();
}

/** 7 to 16 (L-08). */
export function keySizeOf(value: unknown): number {
  const size = typeof value === "string" && /^\d{1,3}$/u.test(value) ? Number(value) : value;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 7 || size > 16)
    throw new Refusal("L-08", "the key size is not between 7 and 16");
  return size;
}

/**
 * The size of a key that a file does not state: a size below 16 leaves zeros at the end (Vol 3 Part H 2.3.4), so an
 * octet there proves 16. Null where the octets prove nothing.
 */
export function provenKeySize(ltk: string): number | null {
  return ltk.endsWith("00") ? null : 16;
}

/** An address in any usual spelling as `C6:3B:11:7E:4D:02`; undefined for anything else. */
export function addressOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const plain = /^(?:[0-9a-f]{12}|[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4})$/iu;
  if (!plain.test(value)) return undefined;
  return (value.replaceAll(/[:-]/gu, "").toUpperCase().match(/../gu) ?? []).join(":");
}

/** An address of six octets, most significant first. */
export function addressFrom(octets: Uint8Array): string {
  return toHex(octets, ":").toUpperCase();
}

/** The octets of an address, most significant first. */
export function addressOctets(address: string): Uint8Array<ArrayBuffer> {
  return octetsOfHex(address.replaceAll(":", ""));
}

/** What kind of random address this is; `10` at the top is reserved and as little an identity as `00`. */
export function randomType(address: string): AddressType {
  const top = Number.parseInt(address.slice(0, 2), 16) >> 6;
  return top === 3 ? "static" : top === 1 ? "resolvable" : "nonresolvable";
}

export function typed(address: string, type: "public" | "random" | "unknown"): Identity {
  return { address, type: type === "random" ? randomType(address) : type };
}

/** An adapter known by its address alone: without the bits of a static address it can only be a public one. */
export function adapterIdentity(address: string): Identity {
  return { address, type: randomType(address) === "static" ? "unknown" : "public" };
}

/** As the air knows it; null where it is not known. */
export function airType({ type }: Identity): "public" | "random" | null {
  return type === "unknown" ? null : type === "public" ? "public" : "random";
}

export function sameIdentity(a: Identity | null, b: Identity | null): boolean {
  return a === null || b === null ? a === b : a.address === b.address && a.type === b.type;
}
