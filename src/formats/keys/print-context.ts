/** What every format's printer takes and gives, and how it knows which parts of an older file may stay as they are. */
import type { Aes128 } from "../../../hci/ports.ts";
import { Findings } from "./findings.ts";
import type { PeerTable } from "./attribute-table.ts";
import { sameHeld } from "./holds.ts";
import type { KeyFiles } from "./input.ts";
import { lint } from "./lint.ts";
import type { Reader } from "./reader.ts";
import type { Json, JsonFields, KeyRecord, WrittenFormat } from "./record.ts";

export interface PrintContext {
  readonly aes: Aes128;
  /** The file or directory to write into; bonds of other devices in it stay. */
  readonly into: KeyFiles;
  /** habluetooth: for bonds that do not say on which adapter they are. */
  readonly adapterName: string;
  /** habluetooth: a new file gets Home Assistant's wrapper. */
  readonly wrapped: boolean;
  /** BlueZ: for devices without a cached table. */
  readonly tables: readonly PeerTable[];
}

export interface Printed {
  readonly files: KeyFiles;
  /** Bonds that found no place of their own. */
  readonly taken: ReadonlySet<KeyRecord>;
}

export type Printer = (bonds: readonly KeyRecord[], context: PrintContext) => Printed;

/** Bonds by the place in the file that `placeOf` names; of two for one place the first. */
export function byPlace(
  bonds: readonly KeyRecord[],
  placeOf: (bond: KeyRecord) => string,
): { readonly places: Map<string, KeyRecord>; readonly taken: Set<KeyRecord> } {
  const places = new Map<string, KeyRecord>();
  const taken = new Set<KeyRecord>();
  for (const bond of bonds) {
    const place = placeOf(bond);
    if (places.has(place)) taken.add(bond);
    else places.set(place, bond);
  }
  return { places, taken };
}

/** Of the bonds in `into`, the places of those that `bonds` would not change. Throws `KeyFileError`. */
export function unchangedPlaces(
  format: WrittenFormat,
  reader: Reader,
  { aes, into }: PrintContext,
  bonds: ReadonlyMap<string, KeyRecord>,
  placeOf: (bond: KeyRecord) => string,
): ReadonlySet<string> {
  if (into.size === 0) return new Set();
  const { records } = lint(reader(into, { aes, findings: new Findings() }).records);
  const same = records.filter((old) => {
    const bond = bonds.get(placeOf(old));
    return bond !== undefined && sameHeld(format, old, bond);
  });
  return new Set(same.map(placeOf));
}

/** A field of what `extra` keeps for a format; undefined where it is missing or of another shape. */
export function extraField(bond: KeyRecord, format: WrittenFormat, name: string): Json | undefined {
  const held = bond.extra[format];
  return isJsonFields(held) && Object.hasOwn(held, name) ? held[name] : undefined;
}

export function isJsonFields(value: Json | undefined): value is JsonFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
