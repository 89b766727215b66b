/** Rows with keys in one file: read once, written whole, by one process at a time. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isFields } from "../storage/check.ts";
import {
  isExpected,
  isVault,
  type DamagedRow,
  type KeyRows,
  type KeyTable,
  type RowChange,
} from "../storage/keys/key-rows.ts";
import { StorageError } from "../storage/ports.ts";
import { VAULT_ID } from "../storage/vault/vault-row.ts";
import type { FileLock } from "./file-key-store-lock.ts";
import type { WriteStep } from "./file-key-store-write.ts";
import { TableFile } from "./table-file.ts";

export const KEYS_FILE = "keys.json";
/** Octets. Ten thousand bonds take about ten million. */
const MAX_FILE = 256 * 1024 * 1024;
const TABLES = ["vault", "adapters", "identities", "bondKeys"] as const;
type Tables = Readonly<Record<KeyTable, ReadonlyMap<string, unknown>>>;

export interface FileRowsOptions {
  readonly directory: string;
  readonly lock: FileLock;
  newId(): string;
  /** A row that does not fit: it stays in the file, and this is how it is reported. */
  onDamaged(row: DamagedRow): void;
  onStep?(step: WriteStep): void;
}

export class FileKeyRows implements KeyRows {
  readonly #options: FileRowsOptions;
  readonly #path: string;
  readonly #file: TableFile<KeyTable>;
  #tables: Tables | undefined;
  #reading: Promise<Tables> | undefined;
  /** One write after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: FileRowsOptions) {
    this.#options = options;
    this.#path = join(options.directory, KEYS_FILE);
    this.#file = new TableFile({
      path: this.#path,
      kind: "bondkeeper.keys",
      tables: TABLES,
      maxOctets: MAX_FILE,
      assertOurs: () => options.lock.assertOurs(),
      newId: () => options.newId(),
      onStep: (step) => options.onStep?.(step),
    });
  }

  async get(table: KeyTable, id: string): Promise<unknown> {
    return structuredClone((await this.#read())[table].get(id));
  }

  all(table: KeyTable): Promise<readonly unknown[]> {
    return this.#where(table, () => true, byId);
  }

  ofLocal(adapter: string, local: string): Promise<readonly unknown[]> {
    return this.#where("bondKeys", (row) => row["adapter"] === adapter && row["local"] === local, byOrder);
  }

  ofPeer(peer: string): Promise<readonly unknown[]> {
    return this.#where("bondKeys", (row) => row["peer"] === peer, byId);
  }

  ofType(type: string): Promise<readonly unknown[]> {
    const placeIn = (row: unknown): string => {
      const places = isFields(row) ? row["places"] : undefined;
      const all: readonly unknown[] = Array.isArray(places) ? places : [];
      return (
        all.filter((place) => typeof place === "string").find((place) => place.startsWith(`${type} `)) ?? ""
      );
    };
    return this.#where(
      "bondKeys",
      (row) => placeIn(row) !== "",
      (a, b) => compare(placeIn(a), placeIn(b)) || byId(a, b),
    );
  }

  async nthOfType(type: string, position: number): Promise<unknown> {
    return (await this.ofType(type))[position];
  }

  replace(
    changes: readonly RowChange[],
    vault: string | null,
  ): Promise<"done" | "conflict" | "vault-changed"> {
    return this.#inTurn(async () => {
      const tables = await this.#read();
      if (vault !== null && !isVault(tables.vault.get(VAULT_ID), vault)) return "vault-changed";
      const fits = changes.every(({ table, id, expected }) => isExpected(tables[table].get(id), expected));
      if (!fits) return "conflict";
      const next = mapTables((table) => new Map(tables[table]));
      for (const { table, id, row } of changes) {
        if (row === null) next[table].delete(id);
        else next[table].set(id, structuredClone(row));
      }
      await this.#write(next);
      return "done";
    });
  }

  tryWrite(): Promise<void> {
    return this.#inTurn(async () => this.#write(await this.#read()));
  }

  async setAside(damaged: readonly DamagedRow[]): Promise<void> {
    for (const row of damaged) {
      try {
        this.#options.onDamaged(row);
      } catch {
        // A listener's own fault must not hide the rows that can be read.
      }
    }
  }

  eraseEverything(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#options.lock.assertOurs();
      this.#tables = undefined;
      // One that cannot be read must not stand in the way of this.
      await this.#reading?.catch(() => {});
      await rm(this.#path, { force: true });
    });
  }

  /** Ends after the write that runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn.catch(() => {});
  }

  async #where(
    table: KeyTable,
    fits: (row: Readonly<Record<string, unknown>>) => boolean,
    order: (a: unknown, b: unknown) => number,
  ): Promise<readonly unknown[]> {
    const rows = [...(await this.#read())[table].values()];
    return structuredClone(rows.filter((row) => isFields(row) && fits(row)).sort(order));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => {}).then(work);
    this.#turn = turn;
    return turn;
  }

  async #read(): Promise<Tables> {
    if (this.#closed) throw new StorageError({ kind: "terminated" });
    if (this.#tables !== undefined) return this.#tables;
    // One at a time: a reading that began before a write must not end after it.
    this.#reading ??= readTables(this.#file).finally(() => {
      this.#reading = undefined;
    });
    const tables = await this.#reading;
    this.#tables ??= tables;
    return this.#tables;
  }

  async #write(tables: Tables): Promise<void> {
    try {
      await this.#file.write((table) => [...tables[table].values()].sort(byId));
    } catch (error) {
      // It may have happened all the same: the file says.
      this.#tables = undefined;
      throw error;
    }
    this.#tables = tables;
  }
}

/** Rows by their id. Rejects with `unreadable` where two have the same. */
async function readTables(file: TableFile<KeyTable>): Promise<Tables> {
  const rows = await file.read();
  return mapTables((table) => {
    const byKey = new Map(rows(table).map((row) => [idOf(row), row]));
    if (byKey.size !== rows(table).length) throw file.damaged(`${table}: two rows with one id`);
    return byKey;
  });
}

function mapTables<T>(make: (table: KeyTable) => T): Readonly<Record<KeyTable, T>> {
  const [vault, adapters, identities, bondKeys] = TABLES;
  return {
    vault: make(vault),
    adapters: make(adapters),
    identities: make(identities),
    bondKeys: make(bondKeys),
  };
}

const idOf = (row: unknown): string => (isFields(row) ? String(row["id"]) : "");
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byId = (a: unknown, b: unknown): number => compare(idOf(a), idOf(b));
const orderOf = (row: unknown): number => (isFields(row) ? Number(row["order"]) : 0);
const byOrder = (a: unknown, b: unknown): number => orderOf(a) - orderOf(b) || byId(a, b);
