/** What every format's reader takes and gives. */
import type { Aes128 } from "../../../hci/ports.ts";
import type { Json, JsonFields, KeyRecord, OwnIdentity } from "./record.ts";
import type { Findings } from "./findings.ts";
import type { KeyFiles } from "./input.ts";
import type { PeerTable } from "./attribute-table.ts";

export interface ReadContext {
  readonly aes: Aes128;
  readonly findings: Findings;
}

export interface ReadKeys {
  /** In file order, one per bond, without the rules of `lint`. */
  readonly records: readonly KeyRecord[];
  /** Our own identities that the file names, with or without bonds. */
  readonly identities: readonly OwnIdentity[];
  readonly tables: readonly PeerTable[];
}

/** Throws `KeyFileError` where the file as a whole cannot be used; what is wrong with single keys goes to `findings`. */
export type Reader = (files: KeyFiles, context: ReadContext) => ReadKeys;

/**
 * A value that came from `JSON.parse`, by the type that says so. Names that JSON allows and objects treat specially
 * (`__proto__`) stay plain fields.
 */
export function asJson(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object") return null;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, asJson(entry)]));
}

/** The fields that are not in `known`. */
export function unknownFields(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): JsonFields {
  const rest = Object.entries(fields).filter(([name]) => !known.has(name));
  return Object.fromEntries(rest.map(([name, value]) => [name, asJson(value)]));
}

export function isEmpty(fields: JsonFields): boolean {
  return Object.keys(fields).length === 0;
}
