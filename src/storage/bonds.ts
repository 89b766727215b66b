/** Bond records over IndexedDB. */
import type { Changes } from "./changes.ts";
import { addHistory, historyOf } from "./history.ts";
import type { Database, Transaction } from "./open.ts";
import type { BondChange, BondStore } from "./ports.ts";
import { keyIn, sift, unreadable, type Found, type Quarantine } from "./quarantine.ts";
import type { BondRecord, HistoryEntry, Quarantined } from "./records.ts";
import { bondRow, historyRow } from "./rows.ts";
import { sameValue } from "./same.ts";
import { storable } from "./storable.ts";

const rowId = keyIn("id");

export class IndexedBonds implements BondStore {
  readonly #database: Database;
  readonly #quarantine: Quarantine;
  readonly #changes: Changes;
  /** The newest look at all rows: what is damaged is known when it ends. */
  #scan: Promise<void> | undefined;

  constructor(database: Database, quarantine: Quarantine, changes: Changes) {
    this.#database = database;
    this.#quarantine = quarantine;
    this.#changes = changes;
  }

  async get(id: string): Promise<BondRecord | undefined> {
    const row: unknown = await this.#database.read(["bonds"], (tx) => tx.objectStore("bonds").get(id));
    if (row === undefined) return undefined;
    return (await this.#readable([row]))[0];
  }

  all(): Promise<readonly BondRecord[]> {
    const reading = this.#all();
    this.#scan = reading.then(
      () => {},
      () => {
        this.#scan = undefined;
      },
    );
    return reading;
  }

  async #all(): Promise<readonly BondRecord[]> {
    const rows = await this.#database.read(["bonds"], (tx) => tx.objectStore("bonds").getAll());
    const { fits, found } = sift("bonds", rows, bondRow, rowId);
    await this.#quarantine.setAside(found);
    return fits;
  }

  async byPlatformId(platformId: string): Promise<readonly BondRecord[]> {
    const rows = await this.#database.read(["bonds"], (tx) =>
      tx.objectStore("bonds").index("by-platform-id").getAll(platformId),
    );
    return this.#readable(rows);
  }

  async put(records: readonly BondRecord[], history: readonly HistoryEntry[] = []): Promise<void> {
    const rows = records.map((record) => storable("bond record", bondRow, record));
    const entries = history.map((entry) => storable("history entry", historyRow, entry));
    const changed = await this.#database.write(["bonds", "history", "quarantine"], "strict", async (tx) => {
      const { fresh } = await this.#keepOverwritten(tx, rows);
      await Promise.all([
        ...fresh.map(async (row) => tx.objectStore("bonds").put(row)),
        addHistory(tx, entries),
      ]);
      return fresh.map((row) => row.id);
    });
    this.#changes.tell(changed, []);
  }

  async delete(id: string): Promise<boolean> {
    const stores = ["bonds", "gatt", "gattPrevious", "history", "quarantine"] as const;
    const existed = await this.#database.write(stores, "strict", async (tx) => {
      const row: unknown = await tx.objectStore("bonds").get(id);
      if (row !== undefined) {
        await this.#quarantine.keepCopies(tx, sift("bonds", [row], bondRow, rowId).found);
      }
      const entries = await tx.objectStore("history").index("by-bond").getAllKeys(historyOf(id));
      await Promise.all([
        ...(["bonds", "gatt", "gattPrevious"] as const).map(async (name) => tx.objectStore(name).delete(id)),
        ...entries.map(async (key) => tx.objectStore("history").delete(key)),
      ]);
      return row !== undefined;
    });
    if (existed) this.#changes.tell([], [id]);
    return existed;
  }

  async quarantined(): Promise<readonly Quarantined[]> {
    if (this.#scan === undefined) await this.all();
    await this.#scan;
    return this.#quarantine.list();
  }

  async discardQuarantined(id: string): Promise<boolean> {
    const gone = await this.#quarantine.discard(id);
    if (gone?.store === "bonds") this.#changes.tell([], [gone.key].filter(fitsChannel));
    return gone !== undefined;
  }

  onChange(listener: (change: BondChange) => void, signal: AbortSignal): void {
    this.#changes.listen(listener, signal);
  }

  /** All of these rows, or `unreadable`: the caller asked for one device, and a damaged record is not a missing one. */
  async #readable(rows: readonly unknown[]): Promise<readonly BondRecord[]> {
    const { fits, found } = sift("bonds", rows, bondRow, rowId);
    await this.#quarantine.setAside(found);
    const [damaged] = found;
    if (damaged !== undefined) throw unreadable(damaged);
    return fits;
  }

  /** Copies damaged rows that are about to be overwritten; the rows that really change anything. */
  async #keepOverwritten(
    tx: Transaction<"readwrite">,
    rows: readonly BondRecord[],
  ): Promise<{ readonly fresh: readonly BondRecord[] }> {
    const store = tx.objectStore("bonds");
    const standing: readonly unknown[] = await Promise.all(rows.map(async (row) => store.get(row.id)));
    const found: Found[] = [];
    const fresh = rows.filter((row, i) => {
      const old = standing[i];
      if (old === undefined) return true;
      found.push(...sift("bonds", [old], bondRow, rowId).found);
      return !sameValue(old, row);
    });
    await this.#quarantine.keepCopies(tx, found);
    return { fresh };
  }
}

const fitsChannel = (key: string): boolean => /^[\w.:-]{1,128}$/u.test(key);
