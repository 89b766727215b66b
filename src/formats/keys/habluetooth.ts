/** `StoredBonds` of habluetooth, bare or in Home Assistant's storage wrapper: adapter name → one entry per key. */
import { isFields } from "../../storage/check.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import { type Findings, Refusal } from "./findings.ts";
import { jsonOf, onlyFile } from "./input.ts";
import { wrongShape } from "./problem.ts";
import { isEmpty, type ReadContext, type Reader, unknownFields } from "./reader.ts";
import type { Identity, Json, KeyRecord } from "./record.ts";
import { addressOf, edivOf, hexOf, keySizeOf, typed } from "./values.ts";

export const WRAPPER_KEY = "bluetooth.bonds";
const FORMAT = "habluetooth";
const FIELDS: ReadonlySet<string> = new Set([
  "address",
  "address_type",
  "key_type",
  "central",
  "encryption_size",
  "ediv",
  "rand",
  "value",
]);

/** One entry of a file: whose it is, and its key where it could be read. */
export interface Entry {
  readonly peer: Identity;
  readonly key: DraftKey | null;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Adapter name → entries. Throws `KeyFileError`. */
export function bondsIn(value: unknown): ReadonlyMap<string, readonly unknown[]> {
  const bonds = isWrapper(value) ? unwrapped(value) : value;
  if (!isFields(bonds)) throw wrongShape(FORMAT, "", "not a map from adapter to bonds");
  const lists = Object.entries(bonds).map(([adapter, list]): [string, readonly unknown[]] => {
    if (!Array.isArray(list)) throw wrongShape(FORMAT, adapter, "not a list of bonds");
    return [adapter, list];
  });
  return new Map(lists);
}

/** A list in its place would be an adapter of that name. */
export function isWrapper(value: unknown): value is Readonly<Record<string, unknown>> {
  return isFields(value) && Object.hasOwn(value, "data") && !Array.isArray(value["data"]);
}

function unwrapped(wrapper: Readonly<Record<string, unknown>>): unknown {
  const { key, version, data } = wrapper;
  if (key !== undefined && key !== WRAPPER_KEY)
    throw wrongShape(FORMAT, "key", `a store of Home Assistant, but not ${WRAPPER_KEY}`);
  if (version !== 1) throw wrongShape(FORMAT, "version", "not version 1 of the store");
  return data;
}

/** Undefined, and a finding, where an entry does not say whose it is. */
export function entryOf(raw: unknown, where: string, findings: Findings): Entry | undefined {
  const address = isFields(raw) ? addressOf(raw["address"]) : undefined;
  if (!isFields(raw) || address === undefined) {
    findings.add("L-24", where, isFields(raw) ? "no readable address" : "not an object");
    return undefined;
  }
  const type = raw["address_type"];
  const peer = typed(address, type === 1 ? "public" : type === 2 ? "random" : "unknown");
  return { peer, key: findings.attempt(where, () => keyOf(raw, where)), raw };
}

function keyOf(raw: Readonly<Record<string, unknown>>, where: string): DraftKey {
  const { key_type: type, central, encryption_size: size } = raw;
  if (typeof type !== "number" || ![0, 1, 2, 3, 4].includes(type))
    throw new Refusal("L-24", "the key type is not 0 to 4");
  if (typeof central !== "boolean" && type < 2) throw new Refusal("L-24", "central is not true or false");
  return {
    where,
    place: central === true ? "central" : type < 2 ? "peripheral" : "either",
    sc: type >= 2,
    ltk: hexOf("LTK", raw["value"], 16),
    ediv: edivOf(raw["ediv"]),
    rand: hexOf("Rand", raw["rand"], 8),
    keySize: size === undefined || size === null ? null : keySizeOf(size),
    authenticated: type === 4 ? null : type === 1 || type === 3,
    debug: type === 4,
  };
}

export const readHabluetooth: Reader = (files, { findings }) => {
  const [, content] = onlyFile(files);
  const bonds = bondsIn(jsonOf(content));
  const records = [...bonds].flatMap(([adapter, list]) => recordsOf(adapter, list, findings));
  return { records, identities: [], tables: [] };
};

function recordsOf(
  adapter: string,
  list: readonly unknown[],
  findings: ReadContext["findings"],
): KeyRecord[] {
  const peers = new Map<string, Entry[]>();
  for (const [i, raw] of list.entries()) {
    const entry = entryOf(raw, `${adapter}[${i}]`, findings);
    if (entry === undefined) continue;
    const id = `${entry.peer.address} ${entry.peer.type}`;
    const known = peers.get(id);
    if (known === undefined) peers.set(id, [entry]);
    else known.push(entry);
  }
  return [...peers.values()].flatMap((entries) => {
    const [first] = entries;
    if (first === undefined) return [];
    const { peer } = first;
    const keys = entries.map(({ key }) => key);
    const extra = { habluetooth: { adapter, fields: leftOver(entries) } };
    return [assemble({ where: `${adapter}: ${peer.address}`, local: null, peer, keys, extra }, findings)];
  });
}

/** Fields of entries that we do not know, by the key they stand beside. */
function leftOver(entries: readonly Entry[]): Json {
  return entries.flatMap(({ key, raw }) => {
    const fields = unknownFields(raw, FIELDS);
    return key === null || isEmpty(fields)
      ? []
      : [{ central: raw["central"] === true, ediv: key.ediv, fields }];
  });
}
