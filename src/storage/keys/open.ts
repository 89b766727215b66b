/** The key store of the page, over the database that it shares with everything else. */
import { Database, type DatabaseEvents } from "../open.ts";
import { Quarantine } from "../quarantine.ts";
import { DATABASE_NAME, upgrades, type Upgrade } from "../schema.ts";
import { DEFAULT_MAX_AGE_DAYS } from "../cache.ts";
import { AttributeTables } from "./attribute-tables.ts";
import { IndexedKeyRows, indexedAttributes } from "./indexed-rows.ts";
import { Keys, type KeysPorts } from "./keys.ts";

/** Of the channel for `KeysPorts.channel`. */
export const KEYS_CHANNEL_NAME = "bondkeeper.keys";

/** A person who leaves the machine alone for so long has to unlock the vault again. */
export const IDLE_MS = 15 * 60_000;

export interface IndexedKeysOptions extends Omit<KeysPorts, "madeWith" | "origin"> {
  readonly events: DatabaseEvents;
  /** `location`; on a shared host every call rejects. */
  readonly location: { readonly hostname: string; readonly origin: string };
  readonly name?: string;
  /** How old a table may be that has no hash; 30 days by default. */
  readonly cacheDays?: () => Promise<number>;
  readonly upgrades?: readonly Upgrade[];
}

export interface IndexedKeys extends AsyncDisposable {
  readonly keys: Keys;
  /** What discovery found on bonded peers. */
  readonly tables: AttributeTables;
  /** Locks the vault, ends the listeners and the connection; running transactions finish. */
  close(): Promise<void>;
}

/** Nothing is opened yet: the first call does. */
export function openIndexedKeys(options: IndexedKeysOptions): IndexedKeys {
  const { events, location } = options;
  const database = new Database({
    name: options.name ?? DATABASE_NAME,
    upgrades: options.upgrades ?? upgrades,
    events,
    hostname: location.hostname,
  });
  const quarantine = new Quarantine({
    database,
    now: () => options.now(),
    newId: () => options.newId(),
  });
  const rows = new IndexedKeyRows(database, quarantine);
  const keys = new Keys(rows, portsOf(options));
  const tables = new AttributeTables(
    indexedAttributes(database),
    () => options.now(),
    async () => (await options.cacheDays?.()) ?? DEFAULT_MAX_AGE_DAYS,
  );
  const close = async (): Promise<void> => {
    keys.close();
    await database.close();
  };
  return { keys, tables, close, [Symbol.asyncDispose]: close };
}

/** The methods of `options` stay methods of it. */
function portsOf(options: IndexedKeysOptions): KeysPorts {
  const { crypto, clock, prf, idleMs, iterations, channel, location } = options;
  return {
    crypto,
    clock,
    prf,
    idleMs,
    ...(iterations === undefined ? {} : { iterations }),
    madeWith: "device",
    channel,
    origin: location.origin,
    now: () => options.now(),
    newId: () => options.newId(),
    newIdentity: () => options.newIdentity(),
    onListenerError: (error) => options.onListenerError(error),
    onVaultChange: (state) => options.onVaultChange?.(state),
  };
}
