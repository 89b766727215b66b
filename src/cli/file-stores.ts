/** Records, tables, history and settings of a process: one file beside the keys, without a key in it. */
import { join } from "node:path";
import { Changes } from "../storage/changes.ts";
import type { Stores } from "../storage/ports.ts";
import { sift, unreadable, type Found } from "../storage/quarantine.ts";
import { HISTORY_KEPT, type BondRecord, type HistoryEntry, type Quarantined } from "../storage/records.ts";
import { bondRow, gattRow, historyRow, quarantineRow, settingsRow } from "../storage/rows.ts";
import type { Check } from "../storage/check.ts";
import { sameValue } from "../storage/same.ts";
import { storable } from "../storage/storable.ts";
import { FileTables, keyOf, type Row, type TableName } from "./file-tables.ts";

export const RECORDS_FILE = "records.json";

export interface FileStoresOptions {
  readonly directory: string;
  /** Of the directory, as `openFileKeys` took it. */
  readonly lock: { assertOurs(): Promise<void> };
  /** Milliseconds since 1970. */
  now(): number;
  newId(): string;
  onListenerError(error: unknown): void;
}

/**
 * Nothing is read or made before the first call; what only reads writes nothing. Each write replaces the file whole and
 * resolves when the disk has it. A row that does not fit stays where it is and is reported by `quarantined`.
 */
export function openFileStores(options: FileStoresOptions): Stores {
  const { directory, lock } = options;
  const tables = new FileTables({
    path: join(directory, RECORDS_FILE),
    assertOurs: () => lock.assertOurs(),
    newId: () => options.newId(),
  });
  const changes = new Changes({
    channel: null,
    origin: "",
    onListenerError: (error) => options.onListenerError(error),
  });
  return {
    bonds: bondsIn(tables, changes, options),
    gatt: gattIn(tables),
    history: historyIn(tables),
    settings: settingsIn(tables, options),
  };
}

/** All of these rows, or `unreadable`: the caller asked for one device, and a damaged record is not a missing one. */
function readable(rows: readonly Row[]): readonly BondRecord[] {
  const { fits, found } = sift("bonds", rows, bondRow, keyOf("bonds"));
  const [damaged] = found;
  if (damaged !== undefined) throw unreadable(damaged);
  return fits;
}

function bondsIn(tables: FileTables, changes: Changes, options: FileStoresOptions): Stores["bonds"] {
  const entryOf = ({ store, rowKey, reason, raw }: Found, id: string): Quarantined => ({
    id,
    store,
    key: String(rowKey).slice(0, 1_000),
    reason: reason.slice(0, 1_000),
    at: new Date(options.now()).toISOString(),
    raw,
  });
  return {
    async get(id) {
      const row = (await tables.read()).bonds.get(id);
      return row === undefined ? undefined : readable([row])[0];
    },
    async all() {
      const { fits } = sift("bonds", [...(await tables.read()).bonds.values()], bondRow, keyOf("bonds"));
      return fits.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async byPlatformId(platformId) {
      const rows = [...(await tables.read()).bonds.values()];
      return readable(rows.filter((row) => row["platformId"] === platformId));
    },
    async put(records, history = []) {
      const rows = records.map((record) => storable("bond record", bondRow, record));
      const entries = history.map((entry) => storable("history entry", historyRow, entry));
      const changed: string[] = [];
      await tables.change((next) => {
        changed.length = 0;
        for (const row of rows) {
          const old = next.bonds.get(row.id);
          if (old !== undefined && sameValue(old, row)) continue;
          const [damaged] = sift("bonds", old === undefined ? [] : [old], bondRow, keyOf("bonds")).found;
          if (damaged !== undefined) {
            const entry = entryOf(damaged, options.newId());
            next.quarantine.set(entry.id, { ...entry, rowKey: row.id });
          }
          next.bonds.set(row.id, { ...row });
          changed.push(row.id);
        }
        addHistory(next.history, entries);
        return changed.length + entries.length > 0;
      });
      changes.tell(changed, []);
    },
    async delete(id) {
      const existed = await tables.change((next) => {
        const had = next.bonds.delete(id);
        next.gatt.delete(id);
        next.gattPrevious.delete(id);
        for (const [key, { bondId }] of next.history) if (bondId === id) next.history.delete(key);
        return had;
      });
      if (existed) changes.tell([], [id]);
      return existed;
    },
    async quarantined() {
      const now = await tables.read();
      const kept = sift("bonds", [...now.quarantine.values()], quarantineRow, keyOf("quarantine")).fits;
      const standing = CHECKED.flatMap(([table, store, check]) =>
        sift(store, [...now[table].values()], check, keyOf(table)).found.map((found) =>
          entryOf(found, `${table}:${String(found.rowKey)}`),
        ),
      );
      return [
        ...kept.map(({ id, store, key, reason, at, raw }) => ({ id, store, key, reason, at, raw })),
        ...standing,
      ];
    },
    async discardQuarantined(id) {
      return tables.change((next) => {
        if (next.quarantine.delete(id)) return true;
        for (const [table, store, check] of CHECKED) {
          const key = id.slice(table.length + 1);
          const row = id.startsWith(`${table}:`) ? next[table].get(key) : undefined;
          if (row === undefined || sift(store, [row], check, keyOf(table)).found.length === 0) continue;
          return next[table].delete(key);
        }
        return false;
      });
    },
    onChange: (listener, signal) => changes.listen(listener, signal),
  };
}

const CHECKED: readonly (readonly [TableName, Found["store"], Check<unknown>])[] = [
  ["bonds", "bonds", bondRow],
  ["gatt", "gatt", gattRow],
  ["gattPrevious", "gatt", gattRow],
  ["history", "history", historyRow],
  ["settings", "settings", settingsRow],
];

/** A damaged table counts as absent: it is discovered again. */
function gattIn(tables: FileTables): Stores["gatt"] {
  const from = async (table: "gatt" | "gattPrevious", bondId: string) => {
    const row = (await tables.read())[table].get(bondId);
    return sift("gatt", row === undefined ? [] : [row], gattRow, keyOf(table)).fits[0];
  };
  return {
    get: (bondId) => from("gatt", bondId),
    previous: (bondId) => from("gattPrevious", bondId),
    async put(record) {
      const row = storable("attribute table", gattRow, record);
      await tables.change((next) => {
        const old = next.gatt.get(row.bondId);
        if (old !== undefined && sameValue(old, row)) return false;
        const [before] = sift("gatt", old === undefined ? [] : [old], gattRow, keyOf("gatt")).fits;
        if (before !== undefined && before.structureHash !== row.structureHash)
          next.gattPrevious.set(row.bondId, { ...before });
        next.gatt.set(row.bondId, { ...row });
        return true;
      });
    },
    async clear(bondId) {
      const had = await tables.change((next) => {
        const both = [next.gatt.delete(bondId), next.gattPrevious.delete(bondId)];
        return both.includes(true);
      });
      return had ? "removed" : "not-found";
    },
    async clearAll() {
      let count = 0;
      await tables.change((next) => {
        count = new Set([...next.gatt.keys(), ...next.gattPrevious.keys()]).size;
        next.gatt.clear();
        next.gattPrevious.clear();
        return count > 0;
      });
      return count;
    },
  };
}

function historyIn(tables: FileTables): Stores["history"] {
  return {
    async append(entries) {
      const rows = entries.map((entry) => storable("history entry", historyRow, entry));
      await tables.change((next) => {
        addHistory(next.history, rows);
        return rows.length > 0;
      });
    },
    async of(bondId, limit) {
      const rows = [...(await tables.read()).history.values()].filter((row) => row["bondId"] === bondId);
      const { fits } = sift("history", rows, historyRow, (_, index) => index);
      return fits
        .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
        .toReversed()
        .slice(0, limit);
    },
  };
}

function addHistory(history: Map<string, Row>, entries: readonly HistoryEntry[]): void {
  let next = Math.max(0, ...[...history.keys()].map(Number)) + 1;
  for (const entry of entries) history.set(String(next++), { ...entry });
  for (const bondId of new Set(entries.map((entry) => entry.bondId))) {
    const own = [...history].filter(([, row]) => row["bondId"] === bondId).map(([key]) => key);
    for (const key of own.slice(0, Math.max(0, own.length - HISTORY_KEPT))) history.delete(key);
  }
}

function settingsIn(tables: FileTables, options: FileStoresOptions): Stores["settings"] {
  const standing = (row: Row | undefined) =>
    sift("settings", row === undefined ? [] : [row], settingsRow, () => "settings").fits[0];
  const update: Stores["settings"]["update"] = async (change) => {
    const fresh = { v: 1, profileId: options.newId(), theme: "system", cacheDays: 30 } as const;
    let result = storable("setting", settingsRow, { ...fresh, ...change });
    await tables.change((next) => {
      const old = standing(next.settings.get("settings"));
      if (old !== undefined) result = storable("setting", settingsRow, { ...old, ...change });
      next.settings.set("settings", { ...result });
      return true;
    });
    return result;
  };
  return {
    get: async () => standing((await tables.read()).settings.get("settings")) ?? update({}),
    update,
  };
}
