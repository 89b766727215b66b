/** Changes to a stored record, each from what the store holds now and not from what a screen showed a minute ago. */
import type { BondPorts } from "../bonds/ensure.ts";
import { historyEntry } from "../bonds/record.ts";
import type { StorageFailure } from "../storage/ports.ts";
import type { BondRecord, HistoryKind } from "../storage/records.ts";
import { storageFailure } from "./bonds.ts";

export interface RecordChange {
  readonly record: BondRecord;
  readonly history: readonly { readonly kind: HistoryKind; readonly detail?: string }[];
}

/** Applies `change` and writes the result with its history; undefined when there is no such record any more. */
export async function changeRecord(
  ports: BondPorts,
  id: string,
  change: (record: BondRecord, at: string) => RecordChange,
): Promise<BondRecord | undefined> {
  const stored = await ports.stores.bonds.get(id);
  if (stored === undefined) return undefined;
  const at = new Date(ports.surroundings.now()).toISOString();
  const { record, history } = change(stored, at);
  const entries = history.map(({ kind, detail }) => historyEntry(id, at, kind, detail));
  if (record !== stored) await ports.stores.bonds.put([record], entries);
  else if (entries.length > 0) await ports.stores.history.append(entries);
  return record;
}

/** Null: it is done. */
export async function attempt(work: () => Promise<unknown>): Promise<StorageFailure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return storageFailure(error);
  }
}
