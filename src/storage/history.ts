/** What happened to each bond, over IndexedDB. */
import { storable } from "./storable.ts";
import type { Database, Transaction } from "./open.ts";
import type { HistoryStore } from "./ports.ts";
import { sift, type Found, type Quarantine } from "./quarantine.ts";
import { HISTORY_KEPT, type HistoryEntry } from "./records.ts";
import { historyRow } from "./rows.ts";

/** Pruned in one go when there are this many too many. */
const SLACK = 100;

/** The range of one bond in the index `by-bond`. */
export const historyOf = (bondId: string): IDBKeyRange => IDBKeyRange.bound([bondId], [bondId, []]);

/** Adds checked entries and forgets the oldest of a bond that has too many. */
export async function addHistory(
  tx: Transaction<"readwrite">,
  entries: readonly HistoryEntry[],
): Promise<void> {
  const store = tx.objectStore("history");
  await Promise.all(entries.map(async (entry) => store.add(entry)));
  const index = store.index("by-bond");
  for (const bondId of new Set(entries.map((entry) => entry.bondId))) {
    const count = await index.count(historyOf(bondId));
    if (count <= HISTORY_KEPT + SLACK) continue;
    const oldest = await index.getAllKeys(historyOf(bondId), count - HISTORY_KEPT);
    await Promise.all(oldest.map(async (key) => store.delete(key)));
  }
}

export class IndexedHistory implements HistoryStore {
  readonly #database: Database;
  readonly #quarantine: Quarantine;

  constructor(database: Database, quarantine: Quarantine) {
    this.#database = database;
    this.#quarantine = quarantine;
  }

  async append(entries: readonly HistoryEntry[]): Promise<void> {
    const rows = entries.map((entry) => storable("history entry", historyRow, entry));
    await this.#database.write(["history"], "relaxed", (tx) => addHistory(tx, rows));
  }

  async of(bondId: string, limit: number): Promise<readonly HistoryEntry[]> {
    const damaged: Found[] = [];
    const entries = await this.#database.read(["history"], async (tx) => {
      const newest: HistoryEntry[] = [];
      const index = tx.objectStore("history").index("by-bond");
      let cursor = limit > 0 ? await index.openCursor(historyOf(bondId), "prev") : null;
      while (cursor !== null && newest.length < limit) {
        const { value, primaryKey } = cursor;
        const { fits, found } = sift("history", [value], historyRow, () => primaryKey);
        newest.push(...fits);
        damaged.push(...found);
        cursor = newest.length < limit ? await cursor.continue() : null;
      }
      return newest;
    });
    await this.#quarantine.setAside(damaged);
    return entries;
  }
}
