/** What a stored row about keys must look like. Everything but what `sealed` holds may be read by anybody. */
import {
  boolean,
  exactly,
  fields,
  integer,
  listOf,
  nullable,
  oneOf,
  pattern,
  text,
  type Check,
} from "../check.ts";
import { id, time } from "../rows.ts";
import type { Sealed } from "../vault/vault.ts";
import { addressId, type AddressId } from "./ids.ts";
import {
  adapterId,
  importNote,
  keySize,
  MAX_EXTRA,
  MAX_OTHERS,
  method,
  name,
  role,
  type VaultRecord,
} from "./record.ts";
import { KEY_TYPES, type KeyType } from "./secrets.ts";

/** What is said of the keys in one slot. Bound to them: with another word in it they do not open. */
export interface KeyFacts
  extends Pick<
    VaultRecord,
    "keySize" | "authenticated" | "debug" | "oob" | "method" | "role" | "createdAt" | "imported"
  > {
  readonly types: readonly KeyType[];
}

export interface Slot {
  /** Counts the keys this place has had; never used twice. */
  readonly generation: number;
  readonly facts: KeyFacts;
  readonly keys: Sealed;
  /** What the bond has beside the keys in use, as JSON. */
  readonly rest: Sealed | null;
  readonly provenAt: string | null;
}

export interface Candidate extends Slot {
  readonly state: "half-bond" | "unproven" | "failed" | "spare";
}

/** The place of one bond: our identity on one adapter, and the peer's. */
export interface BondKeyRow {
  readonly v: 1;
  readonly id: string;
  /** Grows by one with each write. */
  readonly rev: number;
  readonly adapter: string;
  readonly local: AddressId;
  readonly peer: AddressId;
  /** Where it stands among all. Never changes. */
  readonly order: number;
  readonly name: string;
  /** The highest generation there was. */
  readonly generations: number;
  readonly active: Slot | null;
  /** Newest first. */
  readonly candidates: readonly Candidate[];
  /** Type and position of each key that is in use, for an index: see `placesOf`. */
  readonly places: readonly string[];
  /** The keys were erased by a person; the device has to be paired again. */
  readonly erasedAt: string | null;
}

/** Kept beside the active one. The peer holds at most one of them. */
export const MAX_CANDIDATES = 4;

/** Our static random or public address on one adapter, and its IRK. */
export interface IdentityRow {
  readonly v: 1;
  readonly id: string;
  readonly rev: number;
  readonly adapter: string;
  readonly local: AddressId;
  readonly createdAt: string;
  /** The one that is used when nobody says which; one for each adapter. */
  readonly chosen: boolean;
  readonly sealed: Sealed;
}

/** What an adapter says of itself, and what the bus says of it. All of it is a claim. */
export interface AdapterClaim {
  /** `02:5A:10:00:00:01`; null where it has none. */
  readonly address: string | null;
  readonly hciVersion: number;
  readonly hciSubversion: number;
  readonly lmpVersion: number;
  readonly lmpSubversion: number;
  /** Company identifier of the manufacturer. */
  readonly manufacturer: number;
  /** LE features, 8 octets, hex. */
  readonly features: string;
  /** Null where the way to it does not say, as over a network. */
  readonly usb: {
    readonly vendorId: number;
    readonly productId: number;
    readonly serial: string | null;
  } | null;
}

export interface AdapterRow {
  readonly v: 1;
  readonly id: string;
  readonly rev: number;
  readonly label: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  /** Newest first: what it said when a person let it use the bonds. */
  readonly accepted: readonly AdapterClaim[];
}

export const MAX_ACCEPTED = 20;

const octets = (least: number, most: number): Check<string> =>
  pattern(
    new RegExp(`^(?:[\\da-f]{2}){${least},${most}}$`, "u"),
    `${least} to ${most} octets in lower-case hexadecimal`,
  );
/** AES-GCM adds 16 octets. */
const sealedUpTo = (most: number): Check<Sealed> => {
  // A quantifier beyond some thousands does not compile.
  const data: Check<string> = (value) => hexText(text(2 * most + 32, 32)(value));
  return fields({ vault: id, iv: octets(12, 12), data });
};
const hexText = pattern(/^(?:[\da-f]{2})+$/u, "octets in lower-case hexadecimal");

const keyType: Check<KeyType> = oneOf(...KEY_TYPES);
const facts: Check<KeyFacts> = fields({
  types: listOf(keyType, KEY_TYPES.length),
  keySize,
  authenticated: nullable(boolean),
  debug: nullable(boolean),
  oob: nullable(boolean),
  method: nullable(method),
  role: nullable(role),
  createdAt: time,
  imported: nullable(importNote),
});
const generation = integer(1, Number.MAX_SAFE_INTEGER);
const slotFields = {
  generation,
  facts,
  keys: sealedUpTo(200),
  // A character of JSON is up to three octets of UTF-8.
  rest: nullable(sealedUpTo(3 * MAX_EXTRA + 300 * MAX_OTHERS)),
  provenAt: nullable(time),
} as const;
const rev = integer(1, Number.MAX_SAFE_INTEGER);

export const bondKeyRow: Check<BondKeyRow> = fields({
  v: exactly(1),
  id,
  rev,
  adapter: adapterId,
  local: addressId,
  peer: addressId,
  order: integer(0, Number.MAX_SAFE_INTEGER),
  name,
  generations: integer(0, Number.MAX_SAFE_INTEGER),
  active: nullable(fields(slotFields)),
  candidates: listOf(
    fields({ ...slotFields, state: oneOf("half-bond", "unproven", "failed", "spare") }),
    MAX_CANDIDATES,
  ),
  places: listOf(text(40), KEY_TYPES.length),
  erasedAt: nullable(time),
});

export const identityRow: Check<IdentityRow> = fields({
  v: exactly(1),
  id,
  rev,
  adapter: adapterId,
  local: addressId,
  createdAt: time,
  chosen: boolean,
  sealed: sealedUpTo(100),
});

const u8 = integer(0, 0xff);
const u16 = integer(0, 0xffff);
export const adapterClaim: Check<AdapterClaim> = fields({
  address: nullable(pattern(/^[\dA-F]{2}(?::[\dA-F]{2}){5}$/u, "an address such as C6:3B:11:7E:4D:02")),
  hciVersion: u8,
  hciSubversion: u16,
  lmpVersion: u8,
  lmpSubversion: u16,
  manufacturer: u16,
  features: octets(8, 8),
  usb: nullable(fields({ vendorId: u16, productId: u16, serial: nullable(text(500)) })),
});
export const adapterRow: Check<AdapterRow> = fields({
  v: exactly(1),
  id: adapterId,
  rev,
  label: name,
  createdAt: time,
  lastSeenAt: time,
  accepted: listOf(adapterClaim, MAX_ACCEPTED),
});
