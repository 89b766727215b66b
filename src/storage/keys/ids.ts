/** Addresses as parts of row ids, and back. */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { pattern, type Check } from "../check.ts";
import type { AddressType, PlainAddress } from "./record.ts";

/** `static-c63b117e4d02`. */
export type AddressId = string;
/** An address that a file does not say. */
export const NO_ADDRESS: AddressId = "none";

export const addressId: Check<AddressId> = pattern(
  /^(?:none|(?:public|static|resolvable|nonresolvable|unknown)-[\da-f]{12})$/u,
  "an address id such as static-c63b117e4d02",
);

export function idOfAddress(address: Address): AddressId {
  return `${typeOf(address)}-${toHex(address.octets)}`;
}

/** As a file has it that does not say of which type the address is. */
export const untypedIdOf = ({ octets }: Address): AddressId => `unknown-${toHex(octets)}`;

export function idOfPlain(address: PlainAddress | null): AddressId {
  if (address === null) return NO_ADDRESS;
  return `${address.type}-${address.address.replaceAll(":", "").toLowerCase()}`;
}

export function plainOf(id: AddressId): PlainAddress | null {
  const [type, digits = ""] = id.split("-");
  if (!isType(type)) return null;
  const octets = digits.toUpperCase().match(/../gu) ?? [];
  return { type, address: octets.join(":") };
}

/** As the host stack has it. Of a type nobody said: what its two highest bits allow. */
export function addressOf(id: AddressId): Address | null {
  const [type, digits = ""] = id.split("-");
  if (!isType(type)) return null;
  const octets = fromHex(digits);
  const isPublic = type === "public" || (type === "unknown" && (octets[0] ?? 0) < 0xc0);
  return { type: isPublic ? "public" : "random", octets };
}

export const placeId = (adapter: string, local: AddressId, peer: AddressId): string =>
  `${adapter}.${local}.${peer}`;

function typeOf({ type, octets }: Address): AddressType {
  if (type === "public") return "public";
  const top = (octets[0] ?? 0) >> 6;
  if (top === 0b11) return "static";
  return top === 0b01 ? "resolvable" : "nonresolvable";
}

function isType(text: string | undefined): text is AddressType {
  return ["public", "static", "resolvable", "nonresolvable", "unknown"].includes(text ?? "");
}
