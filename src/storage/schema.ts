/** The database as it grew. Released entries of `upgrades` are never changed, only followed by new ones. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { FirmwareRow } from "./firmware/firmware-row.ts";
import type { AttributeRow } from "./keys/attribute-tables.ts";
import type { AdapterRow, BondKeyRow, IdentityRow } from "./keys/rows.ts";
import type { BondRecord, GattTableRecord, HistoryEntry, Settings } from "./records.ts";
import type { QuarantineRow } from "./rows.ts";
import type { VaultRow } from "./vault/vault-row.ts";

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
  /** One row, under its own id: the data key that seals what follows, wrapped. */
  vault: { key: string; value: VaultRow };
  /** The dongles a person has used, by our own id for each. */
  adapters: { key: string; value: AdapterRow };
  /** Who we are on which adapter. */
  identities: { key: string; value: IdentityRow };
  /** What discovery found on bonded peers of our own host, by both identities. */
  attributes: { key: string; value: AttributeRow };
  /** The keys of bonds, sealed; what stands beside them is no secret. */
  bondKeys: {
    key: string;
    value: BondKeyRow;
    indexes: {
      "by-local": [adapter: string, local: string, order: number];
      "by-peer": string;
      "by-type": string;
    };
  };
  /** Firmware files by model of dongle. */
  firmware: { key: string; value: FirmwareRow };
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
  // 2: the vault, adapters, own identities, and bonds with their keys
  (db) => {
    for (const name of ["vault", "adapters", "identities"] as const)
      db.createObjectStore(name, { keyPath: "id" });
    const keys = db.createObjectStore("bondKeys", { keyPath: "id" });
    keys.createIndex("by-local", ["adapter", "local", "order"]);
    keys.createIndex("by-peer", "peer");
    keys.createIndex("by-type", "places", { multiEntry: true });
  },
  // 3: firmware that a person brought
  (db) => {
    db.createObjectStore("firmware", { keyPath: "id" });
  },
  // 4: what discovery found on bonded peers of our own host
  (db) => {
    db.createObjectStore("attributes", { keyPath: "id" });
  },
];
