/** Writes into BlueZ's storage directory. bluetoothd must be stopped before the files are put there. */
import { adaptersIn } from "./bluez-files.ts";
import { iniOf, LTK_KEYS, type LtkGroup, readBluez } from "./bluez.ts";
import { printTable } from "./bluez-table.ts";
import { Findings } from "./findings.ts";
import { keyType } from "./habluetooth-print.ts";
import { newestKeys, statedKeySize } from "./holds.ts";
import { escapeValue, IniFile, type IniGroups } from "./ini.ts";
import {
  byPlace,
  extraField,
  isJsonFields,
  type PrintContext,
  type Printer,
  unchangedPlaces,
} from "./print-context.ts";
import type { Json, KeyRecord, OtherKey, SigningKey } from "./record.ts";
import { airType, hexOf, randNumber, sameIdentity } from "./values.ts";

type Files = Map<string, Uint8Array | string>;

export const printBluez: Printer = (bonds, context) => {
  const files = new Map(context.into);
  const folders = new Map(adaptersIn(context.into).map((adapter) => [adapter.adapter, adapter]));
  const placeOf = (bond: KeyRecord): string => `${bond.local?.address ?? ""}/${bond.peer.address}`;
  const { places, taken } = byPlace(bonds, placeOf);
  const unchanged = unchangedPlaces("bluez", readBluez, context, places, placeOf);
  const ownIrks = new Map<string, string>();
  for (const { adapter, identity } of folders.values()) {
    const irk = identity === undefined ? null : ownIrkIn(files, identity);
    if (irk !== null) ownIrks.set(adapter, irk);
  }
  for (const [place, bond] of places) {
    const address = bond.local?.address ?? "";
    const folder = folders.get(address);
    const root = folder?.folder ?? `${address}/`;
    // One adapter, one identity: a bond that was made under another key has no place beside this one.
    const irk = ownIrks.get(address);
    if (irk !== undefined && bond.ownIrk !== null && irk !== bond.ownIrk) {
      taken.add(bond);
      continue;
    }
    if (irk === undefined && bond.ownIrk !== null) {
      ownIrks.set(address, bond.ownIrk);
      putIdentity(files, folder?.identity ?? `${root}identity`, bond.ownIrk);
    }
    const known = folder?.devices.get(bond.peer.address);
    const path = known?.info ?? `${root}${bond.peer.address}/info`;
    if (!unchanged.has(place)) files.set(path, infoOf(bond, path, files.get(path)));
    putOthers(files, bond, root, context);
  }
  return { files, taken };
};

/** Null where there is none, or none that can be read. */
function ownIrkIn(files: Files, path: string): string | null {
  const key = iniOf(files.get(path) ?? "", path).get("General", "IdentityResolvingKey");
  return new Findings().attempt(path, () => hexOf("own IRK", key, 16));
}

function putIdentity(files: Files, path: string, irk: string): void {
  const file = iniOf(files.get(path) ?? "", path);
  file.set("General", "IdentityResolvingKey", irk);
  files.set(path, file.print());
}

/** The table and what else lay beside the bond, where the directory has no such file. */
function putOthers(files: Files, bond: KeyRecord, root: string, context: PrintContext): void {
  const { peer } = bond;
  const kept = extraField(bond, "bluez", "files");
  const put = (name: string, path: string): void => {
    const content: Json | undefined = isJsonFields(kept) ? kept[name] : undefined;
    if (typeof content === "string" && !files.has(path)) files.set(path, content);
  };
  put("attributes", `${root}${peer.address}/attributes`);
  put("ccc", `${root}${peer.address}/ccc`);
  const cache = `${root}cache/${peer.address}`;
  put("cache", cache);
  const table = context.tables.find(
    (one) => sameIdentity(one.peer, peer) && one.local?.address === bond.local?.address,
  );
  if (table === undefined || files.has(cache) || !table.complete) return;
  const general: IniGroups = bond.name === null ? [] : [["General", [["Name", escapeValue(bond.name)]]]];
  files.set(cache, IniFile.of([...general, ["Attributes", printTable(table)]]).print());
}

function infoOf(bond: KeyRecord, path: string, before: Uint8Array | string | undefined): string {
  const info = before === undefined ? IniFile.of(keptGroups(bond)) : iniOf(before, path);
  const type = airType(bond.peer);
  const named = info.get("General", "Name") !== undefined;
  if (bond.name !== null) info.set("General", "Name", escapeValue(bond.name));
  else if (named) info.remove("General", ["Name"]);
  if (type === null) info.remove("General", ["AddressType"]);
  else info.set("General", "AddressType", type === "public" ? "public" : "static");
  if (info.get("General", "SupportedTechnologies") === undefined)
    info.set("General", "SupportedTechnologies", "LE;");
  const irk = bond.irk?.toUpperCase();
  if (irk === undefined) info.remove("IdentityResolvingKey", ["Key"]);
  else info.set("IdentityResolvingKey", "Key", irk);
  const { sc, central, peripheral } = newestKeys(bond);
  putLtk(info, "LongTermKey", central);
  putLtk(info, "PeripheralLongTermKey", sc ?? peripheral);
  putLtk(info, "SlaveLongTermKey", sc ?? peripheral);
  putSigning(info, "LocalSignatureKey", bond.csrkLocal);
  putSigning(info, "RemoteSignatureKey", bond.csrkRemote);
  return info.print();
}

function putLtk(info: IniFile, group: LtkGroup, key: OtherKey | null): void {
  if (key === null) {
    info.remove(group, LTK_KEYS);
    return;
  }
  const size = statedKeySize(key);
  info.set(group, "Key", key.ltk.toUpperCase());
  info.set(group, "Authenticated", String(keyType(key)));
  if (size === null) info.remove(group, ["EncSize"]);
  else info.set(group, "EncSize", String(size));
  info.set(group, "EDiv", String(key.ediv));
  info.set(group, "Rand", randNumber(key.rand));
}

function putSigning(info: IniFile, group: string, key: SigningKey | null): void {
  if (key === null) {
    info.remove(group, ["Key", "Counter"]);
    return;
  }
  info.set(group, "Key", key.key.toUpperCase());
  if (key.counter === null) info.remove(group, ["Counter"]);
  else info.set(group, "Counter", String(key.counter));
}

/** The groups that were beside the keys when the bond was read, in their order. */
function keptGroups(bond: KeyRecord): IniGroups {
  const kept = extraField(bond, "bluez", "info");
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((group: Json) => {
    if (!Array.isArray(group)) return [];
    const [name, entries]: readonly Json[] = group;
    if (typeof name !== "string" || !Array.isArray(entries)) return [];
    return [[name, entries.flatMap(keptEntry)] as const];
  });
}

function keptEntry(entry: Json): readonly (readonly [key: string, value: string])[] {
  if (!Array.isArray(entry)) return [];
  const [key, value]: readonly Json[] = entry;
  return typeof key === "string" && typeof value === "string" ? [[key, value]] : [];
}
