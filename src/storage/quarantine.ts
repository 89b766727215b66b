/**
 * Rows that do not fit their type. The row stays where it is, so that a later version may still read it; a copy with
 * the reason goes to the `quarantine` store before anything can overwrite it. Only a person deletes.
 */
import { type Check, isFields, Misfit } from "./check.ts";
import type { Database, Transaction } from "./open.ts";
import { StorageError } from "./ports.ts";
import type { Quarantined } from "./records.ts";
import { bondRow, gattRow, historyRow, quarantineRow, settingsRow, type QuarantineRow } from "./rows.ts";
import { sameValue } from "./same.ts";

/** Our stores have no other kinds of key. */
export type RowKey = string | number;
type Store = Exclude<Quarantined["store"], "quarantine">;

/** A row that did not fit. */
export interface Found {
  readonly store: Store;
  readonly rowKey: RowKey;
  readonly reason: string;
  readonly raw: unknown;
}

export interface Sifted<T> {
  readonly fits: readonly T[];
  readonly found: readonly Found[];
}

/** The rows that fit, as fresh values, and the others with their reason. */
export function sift<T>(
  store: Store,
  rows: readonly unknown[],
  check: Check<T>,
  keyOf: (row: unknown, index: number) => RowKey,
): Sifted<T> {
  const fits: T[] = [];
  const found: Found[] = [];
  rows.forEach((raw, index) => {
    try {
      fits.push(check(raw));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      found.push({ store, rowKey: keyOf(raw, index), reason: error.describe(), raw });
    }
  });
  return { fits, found };
}

/** The key of a row that carries it in this field. */
export function keyIn(field: string): (row: unknown) => RowKey {
  return (row) => {
    const key = isFields(row) ? row[field] : undefined;
    return typeof key === "number" ? key : String(key);
  };
}

export function unreadable({ store, rowKey, reason }: Found): StorageError {
  return new StorageError({ kind: "unreadable", detail: `${store} ${String(rowKey)}: ${reason}` });
}

export interface QuarantinePorts {
  readonly database: Database;
  /** Milliseconds since 1970. */
  now(): number;
  newId(): string;
}

export class Quarantine {
  readonly #ports: QuarantinePorts;
  /** Seen in this session: neither asked for nor written again on each read. */
  readonly #seen = new Map<string, unknown[]>();
  /** Could not be written to the quarantine store (it may be full): reported all the same. */
  readonly #unsaved = new Map<string, QuarantineRow>();

  constructor(ports: QuarantinePorts) {
    this.#ports = ports;
  }

  /** Copies what is new. Never rejects: a full disk must not hide the rows that can be read. */
  async setAside(found: readonly Found[]): Promise<void> {
    const fresh = found.filter((row) => !this.#alreadySeen(row));
    if (fresh.length === 0) return;
    try {
      await this.#ports.database.write(["quarantine"], "strict", (tx) => this.keepCopies(tx, fresh));
    } catch {
      for (const entry of fresh.map((row) => this.#entry(row))) this.#unsaved.set(entry.id, entry);
    }
    for (const row of fresh) {
      const key = seenKey(row);
      this.#seen.set(key, [...(this.#seen.get(key) ?? []), row.raw]);
    }
  }

  /** The same inside a transaction that is about to overwrite or delete the rows. */
  async keepCopies(tx: Transaction<"readwrite">, found: readonly Found[]): Promise<void> {
    if (found.length === 0) return;
    const store = tx.objectStore("quarantine");
    const copies = Map.groupBy(entriesIn(await store.getAll()).fits, seenKey);
    const fresh = found.filter(
      (row) => !copies.get(seenKey(row))?.some((copy) => sameValue(copy.raw, row.raw)),
    );
    await Promise.all(fresh.map(async (row) => store.put(this.#entry(row))));
  }

  async list(): Promise<readonly Quarantined[]> {
    const rows = await this.#ports.database.read(["quarantine"], (tx) =>
      tx.objectStore("quarantine").getAll(),
    );
    const { fits, found } = entriesIn(rows);
    const entries = [...found.map(damagedEntry), ...fits, ...this.#unsaved.values()];
    return entries
      .map(({ id, store, key, reason, at, raw }) => ({ id, store, key, reason, at, raw }))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  /** Deletes the entry, and the damaged row if it still is in its place and still does not fit. */
  async discard(id: string): Promise<Quarantined | undefined> {
    const unsaved = this.#unsaved.get(id);
    const stores = [
      "bonds",
      "gatt",
      "gattPrevious",
      "history",
      "settings",
      "quarantine",
      "bondKeys",
      "identities",
      "adapters",
    ] as const;
    const gone = await this.#ports.database.write(stores, "strict", async (tx) => {
      const raw: unknown = await tx.objectStore("quarantine").get(id);
      if (raw === undefined && unsaved === undefined) return undefined;
      await tx.objectStore("quarantine").delete(id);
      const { fits, found } = entriesIn(raw === undefined ? [] : [raw]);
      const entry: Quarantined | undefined = unsaved ?? fits[0] ?? found.map(damagedEntry)[0];
      const standing = unsaved ?? fits[0];
      if (standing !== undefined) await discardRow(tx, standing);
      return entry;
    });
    this.#unsaved.delete(id);
    if (gone !== undefined) this.#seen.delete(seenKey({ store: gone.store, rowKey: gone.key }));
    return gone;
  }

  #alreadySeen(row: Found): boolean {
    return this.#seen.get(seenKey(row))?.some((raw) => sameValue(raw, row.raw)) ?? false;
  }

  #entry({ store, rowKey, reason, raw }: Found): QuarantineRow {
    const at = new Date(this.#ports.now()).toISOString();
    const key = String(rowKey).slice(0, 1_000);
    return { id: this.#ports.newId(), store, key, rowKey, reason: reason.slice(0, 1_000), at, raw };
  }
}

const entriesIn = (rows: readonly unknown[]): Sifted<QuarantineRow> =>
  sift("bonds", rows, quarantineRow, keyIn("id"));

/** An entry of the quarantine that is itself damaged. */
function damagedEntry({ rowKey, reason, raw }: Found): Quarantined {
  const key = String(rowKey);
  return { id: key, store: "quarantine", key, reason, at: new Date(0).toISOString(), raw };
}

const seenKey = ({ store, rowKey }: { readonly store: string; readonly rowKey: RowKey }): string =>
  `${store} ${String(rowKey)}`;

/** Rows with keys are judged where they are opened: here they count as damaged while they are what was set aside. */
const CHECKS: Readonly<Record<Store, Check<unknown> | null>> = {
  bonds: bondRow,
  gatt: gattRow,
  history: historyRow,
  settings: settingsRow,
  bondKeys: null,
  identities: null,
  adapters: null,
};

async function discardRow(
  tx: Transaction<"readwrite">,
  { store, rowKey, raw }: QuarantineRow,
): Promise<void> {
  if (store === "quarantine") return;
  const check = CHECKS[store];
  const range = IDBKeyRange.only(rowKey);
  const places = store === "gatt" ? (["gatt", "gattPrevious"] as const) : ([store] as const);
  for (const place of places) {
    const [row]: readonly unknown[] = await tx.objectStore(place).getAll(range, 1);
    if (row === undefined) continue;
    const damaged =
      check === null ? sameValue(row, raw) : sift(store, [row], check, () => rowKey).found.length > 0;
    if (damaged) await tx.objectStore(place).delete(range);
  }
}
