/** Tabs of one browser in one process: fake IndexedDB, a channel between them, and hands to break things. */
import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore, forceCloseDatabase } from "fake-indexeddb";
import { openDB, type IDBPDatabase } from "idb";
import type { ChannelEvent, ChannelPort } from "../../src/storage/changes.ts";
import { DATABASE_NAME } from "../../src/storage/schema.ts";
import { createStores, type IndexedStores, type StoresOptions } from "../../src/storage/stores.ts";
import { NOW } from "./records.ts";

/** A browser profile with no data yet. */
export function newProfile(): void {
  globalThis.indexedDB = new IDBFactory();
}

export interface Tab extends IndexedStores {
  /** `superseded`, `blocked`, `terminated`, and errors of listeners. */
  readonly events: string[];
}

export class ChannelHub {
  readonly #ends = new Set<(event: ChannelEvent) => void>();
  readonly sent: unknown[] = [];

  /** One end; hears everyone but itself, at once. */
  join(): ChannelPort {
    const own = new Set<(event: ChannelEvent) => void>();
    const hear = (event: ChannelEvent): void => {
      for (const listener of own) listener(event);
    };
    this.#ends.add(hear);
    return {
      postMessage: (data) => {
        this.sent.push(structuredClone(data));
        for (const end of this.#ends) if (end !== hear) end({ data: structuredClone(data) });
      },
      addEventListener: (_type, listener) => void own.add(listener),
      removeEventListener: (_type, listener) => void own.delete(listener),
      close: () => void this.#ends.delete(hear),
    };
  }

  /** Some other script of this origin says this. */
  inject(event: ChannelEvent): void {
    for (const end of this.#ends) end(event);
  }
}

export function openTab(options: Partial<StoresOptions> = {}): Tab {
  const events: string[] = [];
  let ids = 0;
  const stores = createStores({
    events: {
      onSuperseded: () => events.push("superseded"),
      onBlocked: () => events.push("blocked"),
      onTerminated: () => events.push("terminated"),
    },
    channel: null,
    location: { hostname: "bondkeeper.example", origin: "https://bondkeeper.example" },
    now: () => NOW,
    newId: () => `id-${++ids}-${Math.random().toString(36).slice(2, 8)}`,
    onListenerError: (error) => events.push(String(error)),
    ...options,
  });
  return Object.assign(stores, { events });
}

/** A second look at the database that knows nothing of our types. */
export async function withRaw<T>(work: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  const db = await openDB(DATABASE_NAME);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** Replaces one row by whatever; `key` for stores whose rows do not carry it. */
export function putRaw(store: string, row: unknown, key?: IDBValidKey): Promise<unknown> {
  return withRaw((db) => db.put(store, row, key));
}

/** Connections opened from now on. `cut` ends them as a browser does: running transactions go, then `close` fires. */
export function watchConnections(): { readonly count: number; cut(): void } {
  const open: IDBDatabase[] = [];
  const running: IDBTransaction[] = [];
  const real = indexedDB.open.bind(indexedDB);
  indexedDB.open = (name, version) => {
    const request = version === undefined ? real(name) : real(name, version);
    request.addEventListener("success", () => {
      const db = request.result;
      const begin = db.transaction.bind(db);
      open.push(db);
      db.transaction = (...args) => {
        const tx = begin(...args);
        running.push(tx);
        tx.addEventListener("complete", () => running.splice(running.indexOf(tx), 1));
        return tx;
      };
    });
    return request;
  };
  return {
    get count() {
      return open.length;
    },
    cut() {
      for (const tx of running.splice(0)) failTransaction(tx, "AbortError");
      for (const db of open.splice(0)) closeByForce(db);
    },
  };
}

function closeByForce(db: IDBDatabase): void {
  // The declared type of the parameter is the class where the instance is meant.
  Reflect.apply(forceCloseDatabase, undefined, [db]);
}

/** Opening fails with this DOMException until the result is called. */
export function refuseOpen(name: string, message = ""): () => void {
  indexedDB.open = () => {
    throw new DOMException(message, name);
  };
  // Uncovers the method of the prototype again.
  return () => void Reflect.deleteProperty(indexedDB, "open");
}

/**
 * The n-th write (put or add, from 1) into `store` fails as it does when the disk is full, until the result is called.
 * `onFailed` hears when that write came.
 */
export function failWrites(
  store: string,
  nth = 1,
  name = "QuotaExceededError",
  onFailed?: () => void,
): () => void {
  let left = nth;
  return breakWrites((written) => {
    const fails = written === store && --left === 0;
    if (fails) onFailed?.();
    return fails;
  }, name);
}

/** No write to any store goes through until the result is called. */
export function fullDisk(): () => void {
  return breakWrites(() => true, "QuotaExceededError");
}

function breakWrites(breaks: (store: string) => boolean, name: string): () => void {
  const heal = (["put", "add"] as const).map((method) => {
    const real = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, method);
    if (typeof real?.value !== "function") throw new Error("Cannot break writes: fake-indexeddb has changed");
    const write: (...args: readonly unknown[]) => IDBRequest = real.value;
    IDBObjectStore.prototype[method] = function (...args) {
      const request = Reflect.apply(write, this, args);
      // As a full disk does it: the request was accepted, then the whole transaction goes.
      if (breaks(this.name)) failTransaction(this.transaction, name);
      return request;
    };
    return () => Object.defineProperty(IDBObjectStore.prototype, method, real);
  });
  return () => heal.forEach((restore) => restore());
}

function failTransaction(tx: IDBTransaction, name: string): void {
  const abort: unknown = Reflect.get(tx, "_abort");
  if (typeof abort !== "function") throw new Error("Cannot fail the transaction: fake-indexeddb has changed");
  Reflect.apply(abort, tx, [name]);
}
