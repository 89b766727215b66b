/** The database as it grew. Released entries of `upgrades` are never changed, only followed by new ones. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { BondRecord, GattTableRecord, HistoryEntry, Settings } from "./records.ts";
import type { QuarantineRow } from "./rows.ts";

export const DATABASE_NAME = "bondkeeper";

export interface Schema extends DBSchema {
  bonds: { key: string; value: BondRecord; indexes: { "by-platform-id": string } };
  /** The newest table per bond, and in `gattPrevious` the one before it that had another structure. */
  gatt: { key: string; value: GattTableRecord };
  gattPrevious: { key: string; value: GattTableRecord };
  history: { key: number; value: HistoryEntry; indexes: { "by-bond": [bondId: string, at: string] } };
  /** One row, under the key `settings`. */
  settings: { key: string; value: Settings };
  /** Copies of rows that did not fit their type. */
  quarantine: { key: string; value: QuarantineRow };
}

export type StoreName = StoreNames<Schema>;

/**
 * Runs inside the version change transaction: IndexedDB calls only, nothing else may be awaited. Reads rows as
 * `unknown`, since they were written by an older program.
 */
export type Upgrade = (
  db: IDBPDatabase<Schema>,
  tx: IDBPTransaction<Schema, StoreName[], "versionchange">,
) => void | Promise<void>;

/** One entry per released version, in order, append-only. The database version is the length of this list. */
export const upgrades: readonly Upgrade[] = [
  // 1: records, tables, history, settings and the quarantine
  (db) => {
    db.createObjectStore("bonds", { keyPath: "id" }).createIndex("by-platform-id", "platformId");
    db.createObjectStore("gatt", { keyPath: "bondId" });
    db.createObjectStore("gattPrevious", { keyPath: "bondId" });
    db.createObjectStore("history", { autoIncrement: true }).createIndex("by-bond", ["bondId", "at"]);
    db.createObjectStore("settings");
    db.createObjectStore("quarantine", { keyPath: "id" });
  },
];
