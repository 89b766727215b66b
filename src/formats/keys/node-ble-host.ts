/** Storage directories of the npm package ble-host: bonds and cached attribute tables. Import only. */
import { isFields } from "../../storage/check.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import { peerTable, type PeerTable, type TableEntry, uuidOf } from "./attribute-table.ts";
import type { Findings } from "./findings.ts";
import { jsonOf } from "./input.ts";
import { wrongShape } from "./problem.ts";
import { isEmpty, type ReadContext, type Reader, unknownFields } from "./reader.ts";
import type { Identity, KeyRecord } from "./record.ts";
import { addressOf, edivOf, hexOf, typed } from "./values.ts";

const FORMAT = "node-ble-host";
const FIELDS: ReadonlySet<string> = new Set(["mitm", "sc", "irk", "localLtk", "peerLtk"]);

interface BondFile {
  readonly local: Identity;
  readonly peer: Identity;
  readonly name: "keys.json" | "gatt_client_cache.json";
}

/** Null for a path that is no file of a bond. */
export function bondFileOf(path: string): BondFile | null {
  const [own, folder, peerName, name] = path.split("/").slice(-4);
  const local = folderIdentity(own);
  const peer = folderIdentity(peerName);
  if (local === null || peer === null || folder !== "bonds") return null;
  return name === "keys.json" || name === "gatt_client_cache.json" ? { local, peer, name } : null;
}

/** `00-` public or `01-` random, and the address with dashes. */
function folderIdentity(name: string | undefined): Identity | null {
  const [, type, rest] = /^0([01])-((?:[0-9a-f]{2}-){5}[0-9a-f]{2})$/iu.exec(name ?? "") ?? [];
  const address = addressOf(rest);
  return address === undefined ? null : typed(address, type === "0" ? "public" : "random");
}

export const readNodeBleHost: Reader = (files, context) => {
  const records: KeyRecord[] = [];
  const tables: PeerTable[] = [];
  const locals = new Map<string, Identity>();
  for (const [path, content] of files) {
    const found = bondFileOf(path);
    if (found === null) continue;
    const { local, peer, name } = found;
    locals.set(`${local.address} ${local.type}`, local);
    if (name === "keys.json") records.push(recordOf(jsonOf(content), path, found, context.findings));
    else {
      const table = tableOf(content, { local, peer }, context);
      if (table !== null) tables.push(table);
    }
  }
  if (locals.size === 0) throw wrongShape(FORMAT, "", "no folder <own>/bonds/<peer> with keys.json");
  return { records, identities: [...locals.values()].map((local) => ({ local, ownIrk: null })), tables };
};

/** Throws `KeyFileError` where the file is not an object. */
function recordOf(value: unknown, path: string, { local, peer }: BondFile, findings: Findings): KeyRecord {
  if (!isFields(value)) throw wrongShape(FORMAT, path, "not an object with keys");
  const { mitm, sc, irk } = value;
  if (typeof sc !== "boolean") throw wrongShape(FORMAT, path, "sc is not true or false");
  const key = (field: "localLtk" | "peerLtk"): DraftKey | null => {
    const held = value[field];
    if (held === undefined || held === null) return null;
    const where = `${path}: ${field}`;
    return findings.attempt(where, () => ({
      where,
      place: sc ? "either" : field === "peerLtk" ? "central" : "peripheral",
      sc,
      ltk: hexOf("LTK", isFields(held) ? held["ltk"] : held, 16),
      ediv: edivOf(isFields(held) ? held["ediv"] : undefined),
      rand: hexOf("Rand", isFields(held) ? held["rand"] : undefined, 8),
      keySize: null,
      authenticated: typeof mitm === "boolean" ? mitm : null,
      debug: null,
    }));
  };
  const extra = unknownFields(value, FIELDS);
  return assemble(
    {
      where: path,
      local,
      peer,
      // With Secure Connections both hold the one key; the peer's counts.
      keys: [key("localLtk"), key("peerLtk")],
      irk: irk === undefined || irk === null ? null : findings.attempt(path, () => hexOf("IRK", irk, 16)),
      extra: isEmpty(extra) ? {} : { "node-ble-host": extra },
    },
    findings,
  );
}

/** Null, and a finding, where the cache is damaged: it is only a hint, the keys beside it count. */
function tableOf(
  content: Uint8Array | string,
  whose: { readonly local: Identity; readonly peer: Identity },
  { aes, findings }: ReadContext,
): PeerTable | null {
  const cache = jsonOf(content);
  const lists = isFields(cache) ? [cache["allPrimaryServices"], cache["secondaryServices"]] : [];
  const read = lists.map((list, i) => (Array.isArray(list) ? servicesOf(list, i === 0) : null));
  const [primary, secondary] = read;
  const complete = isFields(cache) && cache["hasAllPrimaryServices"] === true && !hasGap(lists[0]);
  const table =
    primary && secondary
      ? peerTable(aes, { source: FORMAT, ...whose, complete }, [...primary, ...secondary])
      : null;
  if (table === null) findings.add("L-24", whose.peer.address, "the attribute table is damaged and left out");
  return table;
}

function hasGap(services: unknown): boolean {
  return (
    !Array.isArray(services) || services.some((entry) => !isFields(entry) || !isFields(entry["service"]))
  );
}

/** A null service is a known gap. Null for damage. */
function servicesOf(list: readonly unknown[], primary: boolean): readonly TableEntry[] | null {
  const entries: TableEntry[] = [];
  for (const item of list) {
    if (!isFields(item)) return null;
    const { service } = item;
    if (service === null) continue;
    const [handle, end] = [handleOf(item["start"]), handleOf(item["end"])];
    const uuid = isFields(service) ? uuidOf(service["uuid"]) : undefined;
    if (!isFields(service) || handle === null || end === null || uuid === undefined) return null;
    entries.push({ kind: "service", handle, primary, end, uuid });
    const characteristics = service["characteristics"] ?? [];
    if (!Array.isArray(characteristics)) return null;
    for (const characteristic of characteristics) {
      const read = characteristicOf(characteristic);
      if (read === null) return null;
      entries.push(...read);
    }
  }
  return entries;
}

function characteristicOf(value: unknown): readonly TableEntry[] | null {
  if (!isFields(value)) return null;
  const { declarationHandle, valueHandle, properties, descriptors = [] } = value;
  const [handle, at, uuid] = [handleOf(declarationHandle), handleOf(valueHandle), uuidOf(value["uuid"])];
  if (handle === null || at === null || uuid === undefined) return null;
  if (typeof properties !== "number" || !Number.isInteger(properties) || properties < 0 || properties > 0xff)
    return null;
  const entries: TableEntry[] = [
    { kind: "characteristic", handle, valueHandle: at, properties, uuid, value: null },
  ];
  if (descriptors === null) return entries;
  if (!Array.isArray(descriptors)) return null;
  for (const descriptor of descriptors) {
    const own = isFields(descriptor) ? handleOf(descriptor["handle"]) : null;
    const type = isFields(descriptor) ? uuidOf(descriptor["uuid"]) : undefined;
    if (own === null || type === undefined) return null;
    entries.push({ kind: "descriptor", handle: own, uuid: type, value: null });
  }
  return entries;
}

function handleOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 0xffff ? value : null;
}
