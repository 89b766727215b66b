/** Records in the IndexedDB of the page that uses the SDK, in a database of their own. */
import { browserSurroundings } from "../bonds/browser-surroundings.ts";
import { browserLocks } from "../storage/locks.ts";
import type { Locks } from "../storage/ports.ts";
import { CHANNEL_NAME, createStores, type IndexedStores } from "../storage/stores.ts";

export interface PageStoresOptions {
  readonly name?: string;
  readonly onListenerError: (error: unknown) => void;
}

/** Nothing is opened before the first call; each call rejects with StorageError for as long as there is no storage. */
export function pageStores({ name = "bondkeeper-sdk", onListenerError }: PageStoresOptions): IndexedStores {
  const surroundings = browserSurroundings();
  return createStores({
    name,
    events: { onSuperseded: () => {}, onBlocked: () => {}, onTerminated: () => {} },
    channel: typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`${CHANNEL_NAME}:${name}`),
    location,
    now: () => surroundings.now(),
    newId: () => surroundings.newId(),
    onListenerError,
  });
}

export const pageLocks = (): Locks => browserLocks("locks" in navigator ? navigator.locks : undefined);
