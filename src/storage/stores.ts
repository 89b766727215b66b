/** The stores of the product over one IndexedDB database. */
import { IndexedBonds } from "./bonds.ts";
import { Changes, type ChannelPort } from "./changes.ts";
import { IndexedGatt } from "./gatt.ts";
import { IndexedHistory } from "./history.ts";
import { Database, type DatabaseEvents } from "./open.ts";
import type { Stores } from "./ports.ts";
import { Quarantine } from "./quarantine.ts";
import { DATABASE_NAME, upgrades, type Upgrade } from "./schema.ts";
import { IndexedSettings } from "./settings.ts";

export interface StoresOptions {
  readonly events: DatabaseEvents;
  /** `new BroadcastChannel(CHANNEL_NAME)`; null where there is none. */
  readonly channel: ChannelPort | null;
  /** `location`; on a shared host every call rejects. */
  readonly location: { readonly hostname: string; readonly origin: string };
  /** Milliseconds since 1970. */
  now(): number;
  newId(): string;
  /** A listener of `onChange` threw, or the channel did. Nothing was lost. */
  onListenerError(error: unknown): void;
  readonly name?: string;
  readonly upgrades?: readonly Upgrade[];
}

export const CHANNEL_NAME = "bondkeeper";

export interface IndexedStores extends Stores, AsyncDisposable {
  /** Ends the listeners and the connection; running transactions finish. */
  close(): Promise<void>;
}

/**
 * Nothing is opened yet: the first call does, and each call rejects with `StorageError` for as long as the database
 * cannot be opened. So a person can clear space or close another tab and try again without a reload.
 */
export function createStores(options: StoresOptions): IndexedStores {
  const { events, channel, location } = options;
  const now = (): number => options.now();
  const newId = (): string => options.newId();
  const onListenerError = (error: unknown): void => options.onListenerError(error);
  const database = new Database({
    name: options.name ?? DATABASE_NAME,
    upgrades: options.upgrades ?? upgrades,
    events,
    hostname: location.hostname,
  });
  const quarantine = new Quarantine({ database, now, newId });
  const changes = new Changes({ channel, origin: location.origin, onListenerError });
  const close = async (): Promise<void> => {
    changes.close();
    await database.close();
  };
  return {
    bonds: new IndexedBonds(database, quarantine, changes),
    gatt: new IndexedGatt(database, quarantine),
    history: new IndexedHistory(database, quarantine),
    settings: new IndexedSettings(database, quarantine, newId),
    close,
    [Symbol.asyncDispose]: close,
  };
}
