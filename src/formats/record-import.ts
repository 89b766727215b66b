/**
 * Reads a `bondkeeper.records` file as hostile input. The result is a preview: nothing is stored, and nothing a file
 * says counts as proven here.
 */
import { structureHash, type Digest } from "../storage/cache.ts";
import { isFields, Misfit, UnknownFields } from "../storage/check.ts";
import type { BondRecord, GattTableRecord, HistoryEntry } from "../storage/records.ts";
import { sameValue } from "../storage/same.ts";
import { cleanName } from "../storage/text.ts";
import { parseHostileJson, type JsonLimits, type JsonProblem } from "./hostile-json.ts";
import { entryCheck, headerCheck, KIND, VERSION } from "./record-json.ts";

/** Why a file as a whole is refused. Texts in it come from the file: show them as text only. */
export type ImportProblem =
  | JsonProblem
  /** Some other JSON; `found` is what it says it is. */
  | { readonly kind: "not-ours"; readonly found: string | null }
  /** Made by a later version of this program: update, then import. */
  | { readonly kind: "newer"; readonly version: number; readonly appVersion: string | null }
  | { readonly kind: "misfit"; readonly path: string; readonly reason: string };

export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(`Cannot import: ${words(problem)}`);
    this.problem = problem;
  }
}

/** Fields in which a record of the file can differ from the one we have; proofs and times never count. */
export const COMPARED = [
  "name",
  "label",
  "notes",
  "profile",
  "services",
  "probe",
  "minimumLevel",
  "autoConnect",
] as const;
export type ComparedField = (typeof COMPARED)[number];

export interface ReadEntry {
  /** `new`: we have no such record. `same`: nothing to do. `differs`: in `differences`, from `existing`. */
  readonly state: "new" | "same" | "differs";
  /** Position in the file, from 0. */
  readonly index: number;
  /** As the file has it, names cleaned: its proofs, suspicion and archive mark are claims. */
  readonly record: BondRecord;
  readonly existing: BondRecord | null;
  readonly differences: readonly ComparedField[];
  readonly history: readonly HistoryEntry[];
  readonly table: GattTableRecord | null;
}

export interface RejectedEntry {
  readonly state: "rejected";
  readonly index: number;
  /** Cleaned, where the entry had any; to find it in the file. */
  readonly name: string | null;
  /** As in `records[3].record.createdAt`. */
  readonly path: string;
  readonly reason: string;
}

export interface ImportPreview {
  readonly exportedAt: string;
  readonly appVersion: string;
  readonly entries: readonly (ReadEntry | RejectedEntry)[];
  /** Paths of fields that we do not know and leave out; at most 100. */
  readonly unknown: readonly string[];
}

export interface ImportContext {
  /** All records we have, archived ones included. */
  readonly existing: readonly BondRecord[];
  readonly limits?: JsonLimits;
  readonly digest?: Digest;
}

/** 32 MiB hold 20 000 records with a few proofs each. The format needs a depth of 8. */
export const IMPORT_LIMITS: JsonLimits = { octets: 32 * 2 ** 20, depth: 32 };

/** Rejects with `ImportError` where the file as a whole cannot be used; single entries are `rejected` one by one. */
export async function readRecords(
  input: Uint8Array | string,
  context: ImportContext,
): Promise<ImportPreview> {
  const parsed = parseHostileJson(input, context.limits ?? IMPORT_LIMITS);
  if (!parsed.ok) throw new ImportError(parsed.problem);
  const unknown = new UnknownFields();
  const header = readHeader(parsed.value, unknown);
  const existing = new Map(context.existing.map((record) => [record.id, record]));
  const seen = new Map<string, number>();
  const entries: (ReadEntry | RejectedEntry)[] = [];
  for (const [index, raw] of header.records.entries()) {
    const entry = readEntry(raw, index, unknown, seen, existing);
    entries.push(entry.state === "rejected" ? entry : await withTrueHash(entry, context.digest));
  }
  return {
    exportedAt: header.exportedAt,
    appVersion: cleanName(header.appVersion),
    entries,
    unknown: unknown.found.map((path) => cleanName(path)),
  };
}

function readHeader(value: unknown, unknown: UnknownFields): ReturnType<typeof headerCheck> {
  const file = isFields(value) ? value : {};
  const { kind, v, appVersion } = file;
  if (kind !== KIND) {
    throw new ImportError({ kind: "not-ours", found: typeof kind === "string" ? cleanName(kind, 60) : null });
  }
  if (typeof v === "number" && v > VERSION) {
    const version = typeof appVersion === "string" ? cleanName(appVersion, 60) : null;
    throw new ImportError({ kind: "newer", version: v, appVersion: version });
  }
  try {
    return headerCheck(file, unknown);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new ImportError({ kind: "misfit", path: cleanName(error.where), reason: error.problem });
  }
}

function readEntry(
  raw: unknown,
  index: number,
  unknown: UnknownFields,
  seen: Map<string, number>,
  existing: ReadonlyMap<string, BondRecord>,
): ReadEntry | RejectedEntry {
  try {
    const {
      record,
      history = [],
      table = null,
    } = unknown.within("records", () => unknown.within(index, () => entryCheck(raw, unknown)));
    const first = seen.get(record.id);
    if (first !== undefined) throw misfit(["record", "id"], `the same id as in records[${first}]`);
    const stranger = history.findIndex((entry) => entry.bondId !== record.id);
    if (stranger !== -1) throw misfit(["history", stranger, "bondId"], "the id of another record");
    if (table !== null && table.bondId !== record.id) {
      throw misfit(["table", "bondId"], "the id of another record");
    }
    seen.set(record.id, index);
    const mine = existing.get(record.id) ?? null;
    const differences = mine === null ? [] : COMPARED.filter((name) => !sameValue(mine[name], record[name]));
    const state = mine === null ? "new" : differences.length === 0 ? "same" : "differs";
    return { state, index, record, existing: mine, differences, history, table };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    error.path.unshift("records", index);
    return {
      state: "rejected",
      index,
      name: nameIn(raw),
      path: cleanName(error.where),
      reason: error.problem,
    };
  }
}

function misfit(path: readonly (string | number)[], problem: string): Misfit {
  const error = new Misfit(problem);
  error.path.push(...path);
  return error;
}

function nameIn(raw: unknown): string | null {
  const record = isFields(raw) && isFields(raw["record"]) ? raw["record"] : {};
  const name = [record["label"], record["name"]].find((text) => typeof text === "string" && text !== "");
  return typeof name === "string" ? cleanName(name) : null;
}

/** The hash in the file is a claim; ours is computed. */
async function withTrueHash(entry: ReadEntry, digest: Digest | undefined): Promise<ReadEntry> {
  if (entry.table === null) return entry;
  const hash = await structureHash(entry.table.table, digest);
  return { ...entry, table: { ...entry.table, structureHash: hash } };
}

function words(problem: ImportProblem): string {
  switch (problem.kind) {
    case "too-large":
      return `${problem.octets} octets are more than ${problem.limit}`;
    case "not-text":
      return "the file is not UTF-8 text";
    case "too-deep":
      return `lists within lists are deeper than ${problem.limit}`;
    case "not-json":
      return `the file is not JSON ${problem.where}`.trimEnd();
    case "not-ours":
      return `the file is not ${KIND} but ${problem.found ?? "something else"}`;
    case "newer":
      return `the file has version ${problem.version}, this program reads up to ${VERSION}: update it first`;
    case "misfit":
      return `${problem.path}: ${problem.reason}`;
  }
}
