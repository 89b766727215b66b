/** The one connection to the database: opened on first use, opened again when it was lost, closed for a newer tab. */
import { openDB, type IDBPDatabase, type IDBPTransaction } from "idb";
import { asThrown, openFailure, storageError, transactionFailure } from "./failures.ts";
import { StorageError } from "./ports.ts";
import type { Schema, StoreName, Upgrade } from "./schema.ts";
import { sharedHost } from "./shared-hosts.ts";

export type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, StoreName[], Mode>;

export interface DatabaseEvents {
  /** A newer version of the page opened in another tab: this one must be reloaded and can store nothing until then. */
  onSuperseded(): void;
  /** An older tab holds the database open. Waiting goes on: it ends when that tab is closed or reloaded. */
  onBlocked(): void;
  /** The browser cut the connection (site data cleared, disk error). The next use opens it again. */
  onTerminated(): void;
}

export interface DatabaseOptions {
  readonly name: string;
  readonly upgrades: readonly Upgrade[];
  readonly events: DatabaseEvents;
  /** `location.hostname`; on a shared host nothing is stored. */
  readonly hostname: string;
}

export class Database {
  readonly #options: DatabaseOptions;
  #opening: Promise<IDBPDatabase<Schema>> | undefined;
  #superseded = false;
  #closed = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** Reads in one transaction. `work` may await nothing but requests of the transaction. */
  read<T>(stores: readonly StoreName[], work: (tx: Transaction<"readonly">) => Promise<T>): Promise<T> {
    return this.#transact(stores, "readonly", {}, work);
  }

  /**
   * Writes in one transaction, all or nothing; resolves when it is committed. `strict` waits until the disk has it
   * (Chromium's default only waits for the operating system's buffer).
   */
  write<T>(
    stores: readonly StoreName[],
    durability: "strict" | "relaxed",
    work: (tx: Transaction<"readwrite">) => Promise<T>,
  ): Promise<T> {
    return this.#transact(stores, "readwrite", { durability }, work);
  }

  /** Transactions that run are finished; everything after is `terminated`. */
  async close(): Promise<void> {
    this.#closed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening?.catch(() => undefined))?.close();
  }

  async #transact<Mode extends "readonly" | "readwrite", T>(
    stores: readonly StoreName[],
    mode: Mode,
    options: IDBTransactionOptions,
    work: (tx: Transaction<Mode>) => Promise<T>,
  ): Promise<T> {
    const tx = await this.#begin(stores, mode, options);
    // Observed below in both cases; without this an early failure of `work` would leave it unhandled.
    tx.done.catch(() => {});
    try {
      const result = await work(tx);
      await tx.done;
      return result;
    } catch (error) {
      const cause = await settle(tx, error);
      // Our own mistakes stay what they are: they say nothing about the store.
      throw cause instanceof TypeError ? cause : storageError(cause, transactionFailure);
    }
  }

  /** Nothing has happened yet when a transaction cannot be made, so a connection that is gone is opened once more. */
  async #begin<Mode extends "readonly" | "readwrite">(
    stores: readonly StoreName[],
    mode: Mode,
    options: IDBTransactionOptions,
  ): Promise<Transaction<Mode>> {
    const db = await this.#connection();
    try {
      return db.transaction([...stores], mode, options);
    } catch (error) {
      if (asThrown(error).name !== "InvalidStateError") throw storageError(error, transactionFailure);
      if (!this.#superseded) this.#opening = undefined;
    }
    const again = await this.#connection();
    try {
      return again.transaction([...stores], mode, options);
    } catch (error) {
      throw storageError(error, transactionFailure);
    }
  }

  #connection(): Promise<IDBPDatabase<Schema>> {
    if (this.#superseded) return Promise.reject(new StorageError({ kind: "superseded" }));
    if (this.#closed) return Promise.reject(new StorageError({ kind: "terminated" }));
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#open();
    this.#opening = opening;
    // The next use tries again: the person may have freed space or closed the other tab.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    const { name, upgrades, hostname } = this.#options;
    const shared = sharedHost(hostname);
    if (shared !== null) throw new StorageError({ kind: "refused", why: "shared-host", detail: shared });
    if (!hasIndexedDb()) {
      throw new StorageError({ kind: "refused", why: "no-api", detail: "this browser has no IndexedDB" });
    }
    let upgradeError: unknown;
    let mine: IDBPDatabase<Schema> | undefined;
    try {
      mine = await openDB<Schema>(name, upgrades.length, {
        upgrade(db, from, _to, tx) {
          tx.done.catch(() => {});
          // idb does not wait for this: a failure must undo the version change itself.
          runUpgrades(upgrades.slice(from), db, tx).catch((error: unknown) => {
            upgradeError = error;
            tx.abort();
          });
        },
        blocked: () => this.#options.events.onBlocked(),
        blocking: (_current, next) => {
          mine?.close();
          this.#lost(next !== null);
        },
        terminated: () => this.#lost(false),
      });
      return mine;
    } catch (error) {
      if (upgradeError !== undefined) throw storageError(upgradeError, transactionFailure);
      throw storageError(error, openFailure);
    }
  }

  #lost(superseded: boolean): void {
    this.#opening = undefined;
    if (this.#closed) return;
    if (!superseded) {
      this.#options.events.onTerminated();
      return;
    }
    this.#superseded = true;
    this.#options.events.onSuperseded();
  }
}

async function runUpgrades(
  steps: readonly Upgrade[],
  db: IDBPDatabase<Schema>,
  tx: Parameters<Upgrade>[1],
): Promise<void> {
  for (const step of steps) {
    const pending = step(db, tx);
    // Awaiting nothing could let the version change commit between two steps.
    if (pending !== undefined) await pending;
  }
}

/** What requests of a transaction say that has already ended for another reason. */
const CONSEQUENCES: ReadonlySet<string> = new Set([
  "AbortError",
  "InvalidStateError",
  "TransactionInactiveError",
]);

/** Ends a transaction whose work failed, and finds out which of its errors was the first cause. */
async function settle<Mode extends IDBTransactionMode>(
  tx: Transaction<Mode>,
  error: unknown,
): Promise<unknown> {
  try {
    tx.abort();
  } catch {
    // It has already ended.
  }
  await tx.done.catch(() => {});
  return CONSEQUENCES.has(asThrown(error).name) ? (tx.error ?? error) : error;
}

function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== "undefined" && indexedDB !== null;
  } catch (error) {
    // The getter itself throws in an origin without storage.
    throw new StorageError(openFailure(error), { cause: error });
  }
}
