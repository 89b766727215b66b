/** Between bonds as files hold them and bonds as the vault holds them. Both have every key in the clear. */
import type { Json, KeyRecord } from "../../formats/keys/record.ts";
import { isFields } from "../../storage/check.ts";
import type { PlainAddress, VaultRecord } from "../../storage/keys/record.ts";

export interface ImportPlace {
  readonly adapter: string;
  /** Who we are there, where the file does not say. */
  readonly local: PlainAddress | null;
}

export interface ImportOrigin {
  /** Name of the file or the format, for a person. */
  readonly from: string;
  readonly at: string;
}

/** What was imported is unproven, and what it says of itself is a claim. */
export function vaultRecordOf(
  record: KeyRecord,
  place: ImportPlace,
  { from, at }: ImportOrigin,
): VaultRecord {
  const { keys, keySize, csrkLocal, csrkRemote, extra } = record;
  const sized = <K>(key: K | null): (K & { readonly keySize: number | null }) | null =>
    key === null ? null : { ...key, keySize };
  const signing = (key: KeyRecord["csrkLocal"]): VaultRecord["csrkLocal"] =>
    key === null ? null : { ...key, authenticated: null };
  return {
    v: 1,
    adapter: place.adapter,
    local: localOf(record, place),
    ownIrk: record.ownIrk,
    peer: record.peer,
    keys: {
      sc: sized(keys.sc),
      central: sized(keys.central),
      peripheral: sized(keys.peripheral),
      others: keys.others,
    },
    irk: record.irk,
    csrkLocal: signing(csrkLocal),
    csrkRemote: signing(csrkRemote),
    keySize,
    authenticated: record.authenticated,
    debug: record.debug,
    oob: record.oob,
    method: null,
    role: null,
    name: record.name ?? "",
    createdAt: at,
    provenAt: null,
    imported: { from, at, accepted: false },
    state: "unproven",
    extra,
  };
}

/** A file may not say of which type our address is: where it is the one of the adapter, we know. */
function localOf({ local }: KeyRecord, place: ImportPlace): PlainAddress | null {
  const isOurs = local?.type === "unknown" && local.address === place.local?.address;
  return local === null || isOurs ? place.local : local;
}

/** As a file can hold it. */
export function keyRecordOf(record: VaultRecord): KeyRecord {
  const { keys, csrkLocal, csrkRemote, name } = record;
  const signing = (key: VaultRecord["csrkLocal"]): KeyRecord["csrkLocal"] =>
    key === null ? null : { key: key.key, counter: key.counter };
  const bare = <K extends { readonly keySize: number | null }>(key: K | null): Omit<K, "keySize"> | null => {
    if (key === null) return null;
    const { keySize: _, ...rest } = key;
    return rest;
  };
  return {
    local: record.local,
    ownIrk: record.ownIrk,
    peer: record.peer,
    keys: {
      sc: bare(keys.sc),
      central: bare(keys.central),
      peripheral: bare(keys.peripheral),
      others: keys.others,
    },
    irk: record.irk,
    csrkLocal: signing(csrkLocal),
    csrkRemote: signing(csrkRemote),
    keySize: record.keySize,
    authenticated: record.authenticated,
    debug: record.debug,
    oob: record.oob,
    name: name === "" ? null : name,
    extra: jsonFields(record.extra),
    proof: proofOf(record),
  };
}

function proofOf({ provenAt, imported }: VaultRecord): KeyRecord["proof"] {
  if (provenAt !== null) return "proven";
  return imported?.irkMatched === true ? "irk-matched" : "unproven";
}

/** It was JSON when it was stored; what is no JSON value cannot have come out of it. */
function jsonFields(extra: VaultRecord["extra"]): KeyRecord["extra"] {
  return Object.fromEntries(
    Object.entries(extra).flatMap(([name, value]) => (isJson(value) ? [[name, value]] : [])),
  );
}

function isJson(value: unknown): value is Json {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isFields(value) && Object.values(value).every(isJson);
}
