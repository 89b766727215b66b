/**
 * Bond records as a file: `bondkeeper.records`, version 1, described in docs/record-json.md. It holds what we remember
 * of devices and never a key, a passkey or a PIN, since a `BondRecord` holds none.
 */
import { exactly, fields, listOf, text } from "../storage/check.ts";
import {
  HISTORY_KEPT,
  type BondRecord,
  type GattTableRecord,
  type HistoryEntry,
} from "../storage/records.ts";
import { bondRow, gattRow, historyRow, time } from "../storage/rows.ts";

export const KIND = "bondkeeper.records";
export const VERSION = 1;
/** More than any list a person keeps; bounded so that a file cannot hold the page up. */
export const MAX_RECORDS = 20_000;
/** A store may hold some more than it keeps until it is pruned. */
const MAX_HISTORY = HISTORY_KEPT * 2;

export interface RecordWithContext {
  readonly record: BondRecord;
  /** Newest first, as the history store answers. */
  readonly history?: readonly HistoryEntry[];
  readonly table?: GattTableRecord;
}

export interface ExportFacts {
  /** ISO 8601, UTC. */
  readonly exportedAt: string;
  readonly appVersion: string;
}

/** One entry of `records`. Fields that are not in the record types do not get out. */
export const entryCheck = fields(
  { record: bondRow },
  { history: listOf(historyRow, MAX_HISTORY), table: gattRow },
);

export const headerCheck = fields({
  kind: exactly(KIND),
  v: exactly(VERSION),
  exportedAt: time,
  appVersion: text(100),
  records: listOf((entry: unknown) => entry, MAX_RECORDS),
});

/** Files of up to this many records are indented, to be read by people. */
const INDENTED = 100;

/** The file as text, with a final line break. Throws `Misfit` for a record that would not come back in. */
export function printRecords(entries: readonly RecordWithContext[], facts: ExportFacts): string {
  const file = {
    kind: KIND,
    v: VERSION,
    exportedAt: facts.exportedAt,
    appVersion: facts.appVersion,
    records: entries.map((entry) => entryCheck(entry)),
  };
  return `${JSON.stringify(headerCheck(file), null, entries.length <= INDENTED ? 2 : 0)}\n`;
}

/** As in `bondkeeper-records-2026-06-01.json`: no device name, which would end up in a list of downloads. */
export function recordsFileName(exportedAt: string): string {
  return `bondkeeper-records-${exportedAt.slice(0, 10)}.json`;
}
