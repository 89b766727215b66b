/** Damaged rows as a file, so that a person can keep or send them before giving them up. Not read back. */
import type { Quarantined } from "../storage/records.ts";

export const QUARANTINE_KIND = "bondkeeper.quarantine";
const DEPTH = 32;

/** Octets of `raw` values that JSON has no form for are tagged: `$date`, `$octets`, `$undefined`, `$map` and so on. */
export function printQuarantine(
  entries: readonly Quarantined[],
  facts: { readonly exportedAt: string; readonly appVersion: string },
): string {
  const file = {
    kind: QUARANTINE_KIND,
    v: 1,
    ...facts,
    entries: entries.map((entry) => ({ ...entry, raw: plain(entry.raw, []) })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Anything a structured clone can hold, as something JSON can hold. `above`: the objects around it. */
function plain(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : { $number: String(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "object":
      return value === null ? null : plainObject(value, above);
    default:
      return { $undefined: true };
  }
}

function plainObject(value: object, above: readonly object[]): unknown {
  if (above.includes(value)) return { $cycle: true };
  if (above.length >= DEPTH) return { $deeper: true };
  const inside = [...above, value];
  const all = (entries: Iterable<unknown>): unknown[] => Array.from(entries, (entry) => plain(entry, inside));
  if (Array.isArray(value)) return all(value);
  if (value instanceof Date) {
    return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  }
  if (value instanceof ArrayBuffer) return { $octets: hex(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value)) {
    return { $octets: hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  if (value instanceof Map) return { $map: all(value) };
  if (value instanceof Set) return { $set: all(value) };
  const kind = Object.prototype.toString.call(value);
  if (kind !== "[object Object]") return { $other: kind, text: describe(value) };
  // Object.fromEntries defines, so that a field called __proto__ stays a field.
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plain(entry, inside)]));
}

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");

function describe(value: object): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value instanceof RegExp ? String(value) : "";
}
