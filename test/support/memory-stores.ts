/** `Stores` and `Locks` in plain memory, with faults on demand: what the bond procedure is tested on. */
import { StorageError, type BondChange, type Locks, type StorageFailure } from "../../src/storage/ports.ts";
import type { Stores } from "../../src/storage/ports.ts";
import type {
  BondRecord,
  GattTableRecord,
  HistoryEntry,
  Quarantined,
  Settings,
} from "../../src/storage/records.ts";
import { bondRow, gattRow, historyRow, settingsRow } from "../../src/storage/rows.ts";
import { sameValue } from "../../src/storage/same.ts";
import { storable } from "../../src/storage/storable.ts";

/** Every call that can be made to fail, as `store.method`. */
export type StoreCall =
  | "bonds.get"
  | "bonds.all"
  | "bonds.byPlatformId"
  | "bonds.put"
  | "bonds.delete"
  | "bonds.quarantined"
  | "bonds.discardQuarantined"
  | "gatt.get"
  | "gatt.previous"
  | "gatt.put"
  | "gatt.clear"
  | "gatt.clearAll"
  | "history.append"
  | "history.of"
  | "settings.get"
  | "settings.update";

const WRITES: ReadonlySet<StoreCall> = new Set<StoreCall>([
  "bonds.put",
  "bonds.delete",
  "bonds.discardQuarantined",
  "gatt.put",
  "gatt.clear",
  "gatt.clearAll",
  "history.append",
  "settings.update",
]);

export interface MemoryStores extends Stores {
  /** Calls in the order in which they were made, failed ones included. */
  readonly calls: readonly StoreCall[];
  /** Those of `calls` that would change something: empty after a check that is really read-only. */
  readonly writes: readonly StoreCall[];
  /** All history, oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** The next `times` calls (default 1) reject with this failure and change nothing. */
  failNext(call: StoreCall, failure: StorageFailure, times?: number): void;
  /** From now on every call to every store rejects; null heals it. */
  failAll(failure: StorageFailure | null): void;
  /** Turns a row into one that cannot be read: quarantined, `get` and `byPlatformId` reject with `unreadable`. */
  damage(id: string, reason?: string): void;
  /** The next calls of this kind wait until the result is called. */
  hold(call: StoreCall): () => void;
  /** Another tab put or deleted a record: changes the contents and tells the listeners. */
  remotePut(record: BondRecord): void;
  remoteDelete(id: string): void;
}

export interface MemoryOptions {
  readonly bonds?: readonly BondRecord[];
  readonly tables?: readonly GattTableRecord[];
  readonly settings?: Partial<Settings>;
  /** Time of a quarantine entry. */
  readonly now?: () => number;
}

export function memoryStores(options: MemoryOptions = {}): MemoryStores {
  const now = options.now ?? (() => 0);
  const bonds = new Map(options.bonds?.map((record) => [record.id, structuredClone(record)]));
  const tables = new Map(options.tables?.map((table) => [table.bondId, structuredClone(table)]));
  const earlier = new Map<string, GattTableRecord>();
  const quarantine = new Map<string, { entry: Quarantined; row: BondRecord }>();
  const entries: HistoryEntry[] = [];
  const calls: StoreCall[] = [];
  const planned = new Map<StoreCall, StorageFailure[]>();
  const held = new Map<StoreCall, Promise<void>>();
  const listeners = new Set<(change: BondChange) => void>();
  let broken: StorageFailure | null = null;
  let settings: Settings = {
    v: 1,
    profileId: "profile-1",
    theme: "system",
    cacheDays: 30,
    ...options.settings,
  };

  async function called<T>(call: StoreCall, work: () => T): Promise<T> {
    calls.push(call);
    await held.get(call);
    const failure = planned.get(call)?.shift() ?? broken;
    if (failure !== null) throw new StorageError(failure);
    return structuredClone(work());
  }

  function tell(change: BondChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch {
        // A listener's own fault must not reach the writer or the other listeners.
      }
    }
  }

  function refuseDamaged(fits: (row: BondRecord) => boolean): void {
    for (const { entry, row } of quarantine.values()) {
      if (fits(row) && !bonds.has(row.id)) {
        throw new StorageError({
          kind: "unreadable",
          detail: `${entry.store} ${entry.key}: ${entry.reason}`,
        });
      }
    }
  }

  function write(record: BondRecord, remote: boolean): void {
    if (sameValue(bonds.get(record.id), record)) return;
    bonds.set(record.id, structuredClone(record));
    tell({ id: record.id, what: "put", remote });
  }

  function purge(id: string, remote: boolean): boolean {
    if (!bonds.delete(id)) return false;
    tables.delete(id);
    earlier.delete(id);
    entries.splice(0, entries.length, ...entries.filter((entry) => entry.bondId !== id));
    tell({ id, what: "deleted", remote });
    return true;
  }

  return {
    calls,
    entries,
    get writes() {
      return calls.filter((call) => WRITES.has(call));
    },
    failNext(call, failure, times = 1) {
      const list = planned.get(call) ?? [];
      for (let i = 0; i < times; i++) list.push(failure);
      planned.set(call, list);
    },
    failAll(failure) {
      broken = failure;
    },
    damage(id, reason = "name: not a text") {
      const row = bonds.get(id);
      if (row === undefined) throw new Error(`Cannot damage ${id}: no such record`);
      bonds.delete(id);
      const at = new Date(now()).toISOString();
      const entry: Quarantined = { id: `bonds:${id}`, store: "bonds", key: id, reason, at, raw: row };
      quarantine.set(entry.id, { entry, row });
    },
    hold(call) {
      const gate = Promise.withResolvers<void>();
      held.set(call, gate.promise);
      return () => {
        held.delete(call);
        gate.resolve();
      };
    },
    remotePut: (record) => write(record, true),
    remoteDelete: (id) => void purge(id, true),
    bonds: {
      get: (id) =>
        called("bonds.get", () => {
          refuseDamaged((row) => row.id === id);
          return bonds.get(id);
        }),
      all: () => called("bonds.all", () => [...bonds.values()]),
      byPlatformId: (platformId) =>
        called("bonds.byPlatformId", () => {
          refuseDamaged((row) => row.platformId === platformId);
          return [...bonds.values()].filter((record) => record.platformId === platformId);
        }),
      put: (records, history = []) =>
        called("bonds.put", () => {
          const rows = records.map((record) => storable("bond record", bondRow, record));
          entries.push(...history.map((entry) => storable("history entry", historyRow, entry)));
          for (const row of rows) write(row, false);
        }),
      delete: (id) => called("bonds.delete", () => purge(id, false)),
      quarantined: () =>
        called("bonds.quarantined", () => [...quarantine.values()].map(({ entry }) => entry)),
      discardQuarantined: (id) => called("bonds.discardQuarantined", () => quarantine.delete(id)),
      onChange(listener, signal) {
        if (signal.aborted) return;
        listeners.add(listener);
        signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
      },
    },
    gatt: {
      get: (bondId) => called("gatt.get", () => tables.get(bondId)),
      previous: (bondId) => called("gatt.previous", () => earlier.get(bondId)),
      put: (record) =>
        called("gatt.put", () => {
          const row = storable("attribute table", gattRow, record);
          const before = tables.get(row.bondId);
          if (before !== undefined && before.structureHash !== row.structureHash)
            earlier.set(row.bondId, before);
          tables.set(row.bondId, row);
        }),
      clear: (bondId) =>
        called("gatt.clear", () => {
          const had = [tables.delete(bondId), earlier.delete(bondId)];
          return had.includes(true) ? "removed" : "not-found";
        }),
      clearAll: () =>
        called("gatt.clearAll", () => {
          const count = new Set([...tables.keys(), ...earlier.keys()]).size;
          tables.clear();
          earlier.clear();
          return count;
        }),
    },
    history: {
      append: (added) =>
        called("history.append", () => {
          entries.push(...added.map((entry) => storable("history entry", historyRow, entry)));
        }),
      of: (bondId, limit) =>
        called("history.of", () =>
          entries
            .filter((entry) => entry.bondId === bondId)
            .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
            .toReversed()
            .slice(0, limit),
        ),
    },
    settings: {
      get: () => called("settings.get", () => settings),
      update: (change) =>
        called("settings.update", () => {
          settings = storable("setting", settingsRow, { ...settings, ...change });
          return settings;
        }),
    },
  };
}

/** `Locks` in memory. `held` names what is held; `occupy` plays another tab and returns its release. */
export function memoryLocks(): Locks & {
  readonly held: ReadonlySet<string>;
  occupy(name: string): () => void;
} {
  const held = new Set<string>();
  return {
    held,
    occupy(name) {
      held.add(name);
      return () => held.delete(name);
    },
    async exclusive(name, work) {
      if (held.has(name)) return { kind: "held-elsewhere" };
      held.add(name);
      try {
        return { kind: "done", value: await work() };
      } finally {
        held.delete(name);
      }
    },
  };
}
