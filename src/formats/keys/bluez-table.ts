/** BlueZ's attribute tables: `[Attributes]` of `cache/<device>`, and the older file `attributes`. */
import { longUuid, peerTable, type PeerTable, type TableEntry, uuidOf } from "./attribute-table.ts";
import { IniFile } from "./ini.ts";
import type { ReadContext } from "./reader.ts";
import type { Identity } from "./record.ts";

interface TableFiles {
  readonly cache?: string | undefined;
  readonly attributes?: string | undefined;
}

/** The cache's table, without one that of the older file; null where there is none, or it is damaged (L-24). */
export function tableOf(
  files: TableFiles,
  whose: { readonly local: Identity; readonly peer: Identity },
  { aes, findings }: ReadContext,
): PeerTable | null {
  const where = whose.peer.address;
  const cached = files.cache === undefined ? null : entriesOf(files.cache, cacheEntry, "Attributes");
  const older =
    files.attributes === undefined || (cached !== null && cached.length > 0)
      ? null
      : entriesOf(files.attributes, olderEntry);
  const complete = cached !== null && cached.length > 0;
  const entries = complete ? cached : older;
  const damaged =
    (files.cache !== undefined && cached === null) ||
    (files.attributes !== undefined && !complete && older === null);
  const table = entries === null ? null : peerTable(aes, { source: "bluez", ...whose, complete }, entries);
  if (damaged || (entries !== null && table === null))
    findings.add("L-24", where, "the attribute table is damaged and left out");
  return entries === null || entries.length === 0 ? null : table;
}

type ReadEntry = (group: string, key: string, value: string, file: IniFile) => TableEntry | null | undefined;

/** Null where a line cannot be read: half a table is none. `undefined` from `read` leaves a line out. */
function entriesOf(text: string, read: ReadEntry, group?: string): readonly TableEntry[] | null {
  const file = IniFile.parse(text);
  if (!(file instanceof IniFile)) return null;
  const entries: TableEntry[] = [];
  for (const [name, lines] of file.groups) {
    if (group !== undefined && name !== group) continue;
    for (const [key, value] of lines) {
      const entry = read(name, key, value.trimEnd(), file);
      if (entry === null) return null;
      if (entry !== undefined) entries.push(entry);
    }
  }
  return entries;
}

const cacheEntry: ReadEntry = (_, key, value) => {
  const handle = handleOf(key);
  const fields = value.split(":");
  const uuid = uuidOf(fields.at(-1));
  if (handle === null || uuid === undefined) return null;
  const [type, first, second] = fields;
  switch (`${fields.length === 1 ? "" : type} ${fields.length}`) {
    case "2800 3":
    case "2801 3":
      return withEnd(handleOf(first), (end) => ({
        kind: "service",
        handle,
        primary: type === "2800",
        end,
        uuid,
      }));
    case "2802 4":
      return withEnd(handleOf(second), (end) =>
        withEnd(handleOf(first), (start) => ({ kind: "include", handle, start, end, uuid })),
      );
    case "2803 4":
    case "2803 5": {
      const stored = fields.length === 5 ? (fields[3] ?? "") : null;
      if (!/^[0-9a-f]{2}$/iu.test(second ?? "") || (stored !== null && !/^[0-9a-f]{32}$/iu.test(stored)))
        return null;
      const properties = Number.parseInt(second ?? "", 16);
      const value = stored?.toLowerCase() ?? null;
      return withEnd(handleOf(first), (valueHandle) => ({
        kind: "characteristic",
        handle,
        valueHandle,
        properties,
        uuid,
        value,
      }));
    }
    default:
      return descriptor(handle, fields, uuid);
  }
};

/** `<uuid>`, or for Extended Properties `<4 hex>:<uuid>`. */
function descriptor(handle: number, fields: readonly string[], uuid: string): TableEntry | null {
  const [value] = fields;
  if (fields.length > 2 || (fields.length === 2 && !/^[0-9a-f]{4}$/iu.test(value ?? ""))) return null;
  return {
    kind: "descriptor",
    handle,
    uuid,
    value: fields.length === 2 ? Number.parseInt(value ?? "", 16) : null,
  };
}

function withEnd(handle: number | null, make: (handle: number) => TableEntry | null): TableEntry | null {
  return handle === null ? null : make(handle);
}

function handleOf(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9a-f]{4}$/iu.test(text)) return null;
  const handle = Number.parseInt(text, 16);
  return handle === 0 ? null : handle;
}

/** Groups are named by the decimal handle; one entry per group, made at its `UUID`. */
const olderEntry: ReadEntry = (group, key, _, file) => {
  if (key !== "UUID") return undefined;
  const handle = decimal(group);
  const end = decimal(file.get(group, "EndGroupHandle"));
  const type = uuidOf(file.get(group, "UUID"));
  // BlueZ itself reads nothing else from this file.
  if (type !== longUuid(0x2800)) return undefined;
  const uuid = serviceValue(file.get(group, "Value") ?? "");
  return handle === null || end === null || uuid === null
    ? null
    : { kind: "service", handle, primary: true, end, uuid };
};

function decimal(text: string | undefined): number | null {
  const value = text !== undefined && /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  return value >= 1 && value <= 0xffff ? value : null;
}

const BASE_DIGITS = "00001000800000805f9b34fb";

/** Most significant octet first as BlueZ reads it, or as on the air as its documentation shows it. */
function serviceValue(hex: string): string | null {
  if (/^[0-9a-f]{4}$/iu.test(hex)) {
    const value = Number.parseInt(hex, 16);
    const turned = ((value & 0xff) << 8) | (value >> 8);
    return longUuid(isAssigned(value) || !isAssigned(turned) ? value : turned);
  }
  if (!/^[0-9a-f]{32}$/iu.test(hex)) return null;
  const digits = hex.toLowerCase();
  const turned = (digits.match(/../gu) ?? []).reverse().join("");
  const plain = turned.endsWith(BASE_DIGITS) ? turned : digits;
  return plain.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
}

/** Services of the SIG, then those of members. */
function isAssigned(uuid: number): boolean {
  return (uuid >= 0x1800 && uuid <= 0x18ff) || uuid >= 0xfc00;
}

/** `[Attributes]` in the form that BlueZ writes; group and keys. */
export function printTable(table: PeerTable): readonly (readonly [key: string, value: string])[] {
  const hex = (value: number, digits = 4): string => value.toString(16).padStart(digits, "0");
  return table.entries.map((entry) => {
    const key = hex(entry.handle);
    switch (entry.kind) {
      case "service":
        return [key, `${entry.primary ? "2800" : "2801"}:${hex(entry.end)}:${entry.uuid}`];
      case "include":
        return [key, `2802:${hex(entry.start)}:${hex(entry.end)}:${entry.uuid}`];
      case "characteristic": {
        const value = entry.value === null ? "" : `${entry.value}:`;
        return [key, `2803:${hex(entry.valueHandle)}:${hex(entry.properties, 2)}:${value}${entry.uuid}`];
      }
      case "descriptor":
        return [key, entry.value === null ? entry.uuid : `${hex(entry.value)}:${entry.uuid}`];
    }
  });
}
