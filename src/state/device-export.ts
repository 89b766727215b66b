/** One record as a file, to take along or to keep. It holds no key: a record never does. */
import type { BondPorts } from "../bonds/ensure.ts";
import { historyEntry } from "../bonds/record.ts";
import { printRecords, recordsFileName } from "../formats/record-json.ts";
import type { BondRecord } from "../storage/records.ts";

export interface ExportFile {
  readonly name: string;
  readonly text: string;
}

/** Everything that is kept of a device. */
const ALL_HISTORY = 10_000;

export async function exportRecord(record: BondRecord, ports: BondPorts): Promise<ExportFile> {
  const { stores, surroundings, appVersion } = ports;
  const exportedAt = new Date(surroundings.now()).toISOString();
  const [history, table] = await Promise.all([
    stores.history.of(record.id, ALL_HISTORY),
    // A table is a copy of what the device says; one that cannot be read must not keep the record from being saved.
    stores.gatt.get(record.id).catch(() => undefined),
  ]);
  const entry = { record, history, ...(table === undefined ? {} : { table }) };
  const text = printRecords([entry], { exportedAt, appVersion });
  await stores.history.append([historyEntry(record.id, exportedAt, "exported")]);
  return { name: recordsFileName(exportedAt), text };
}
