/**
 * One bond as every importer makes it and every exporter takes it. Keys, Rand and CSRK are lower-case hex in wire
 * order: the octets as SMP PDUs and HCI LE Enable Encryption carry them, least significant first. Everything in here
 * is secret, `extra` included.
 */

export const FORMATS = [
  "habluetooth",
  "bluez",
  "bumble",
  "aioble",
  "btstack",
  "node-ble-host",
  "windows",
  "zephyr",
] as const;
export type FormatId = (typeof FORMATS)[number];

/** Formats that we also write. */
export const WRITTEN_FORMATS = ["habluetooth", "bluez", "bumble", "aioble"] as const;
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonFields = { readonly [name: string]: Json };

export const ADDRESS_TYPES = ["public", "static", "resolvable", "nonresolvable", "unknown"] as const;
export type AddressType = (typeof ADDRESS_TYPES)[number];

export interface Identity {
  /** `C6:3B:11:7E:4D:02`: most significant octet first, upper case. */
  readonly address: string;
  readonly type: AddressType;
}

/** One key for both roles; EDIV and Rand are zero on the air. */
export interface ScKey {
  /** 16 octets. */
  readonly ltk: string;
}

export interface LegacyKey {
  /** 16 octets. */
  readonly ltk: string;
  /** 0 to 65535. */
  readonly ediv: number;
  /** 8 octets. */
  readonly rand: string;
}

/** The role *we* play when the key is used; a Secure Connections key serves both. */
export type KeyPlace = "sc" | "central" | "peripheral";

/** A key beside the one in use: left by an older pairing, or made at another level than the rest. */
export interface OtherKey extends LegacyKey {
  readonly place: KeyPlace;
  readonly keySize: number | null;
  readonly authenticated: boolean | null;
  readonly debug: boolean | null;
}

/** Kept for a round trip, never used. */
export interface SigningKey {
  /** 16 octets. */
  readonly key: string;
  readonly counter: number | null;
}

export interface RecordKeys {
  /** Where it is set, `central` and `peripheral` are null: legacy keys beside it are among `others`. */
  readonly sc: ScKey | null;
  readonly central: LegacyKey | null;
  readonly peripheral: LegacyKey | null;
  /** Oldest first. */
  readonly others: readonly OtherKey[];
}

export const PROOFS = ["unproven", "irk-matched", "proven", "contradicted", "not-provable-here"] as const;
export type Proof = (typeof PROOFS)[number];

export interface KeyRecord {
  /** Our side of the bond; null where the file does not say. */
  readonly local: Identity | null;
  readonly ownIrk: string | null;
  readonly peer: Identity;
  readonly keys: RecordKeys;
  /** The peer's. */
  readonly irk: string | null;
  readonly csrkLocal: SigningKey | null;
  readonly csrkRemote: SigningKey | null;
  /** 7 to 16 octets; of `sc`, or of `central` and `peripheral`. Null: not known. */
  readonly keySize: number | null;
  readonly authenticated: boolean | null;
  readonly debug: boolean | null;
  readonly oob: boolean | null;
  /** Cleaned for display. */
  readonly name: string | null;
  /** By format: what that format holds and we do not use, for the way back into the same format. */
  readonly extra: { readonly [format in FormatId]?: Json };
  readonly proof: Proof;
}

/** Our own identity as a file holds it. */
export interface OwnIdentity {
  readonly local: Identity | null;
  readonly ownIrk: string | null;
}

export const NO_KEYS: RecordKeys = { sc: null, central: null, peripheral: null, others: [] };

/** All long-term keys of a bond, the one in use first. */
export function longTermKeys(keys: RecordKeys): readonly string[] {
  return [keys.sc, keys.central, keys.peripheral, ...keys.others].flatMap((key) =>
    key === null ? [] : [key.ltk],
  );
}
