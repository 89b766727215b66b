/** The key store over IndexedDB, and IndexedDB alone, which seals nothing and checks nothing. */
import { newIdentity } from "../../../hci/gap/own-address.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { openIndexedKeys, type IndexedKeys } from "../../../src/storage/keys/open.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import { webVaultCrypto } from "../../../src/storage/vault/web-crypto.ts";
import { CLAIM, NOW, recordOf } from "../records.ts";

const stack = webCrypto();

let databases = 0;

/** A name that no database has. */
export const newName = (what: string): string => `${what}-${databases++}`;

export interface Opened {
  readonly opened: IndexedKeys;
  readonly adapter: AdmittedAdapter;
}

function openNamed(name: string): IndexedKeys {
  return openIndexedKeys({
    name,
    events: { onSuperseded: () => {}, onBlocked: () => {}, onTerminated: () => {} },
    location: { hostname: location.hostname, origin: location.origin },
    channel: null,
    crypto: webVaultCrypto(),
    clock: { now: () => performance.now(), after: () => () => {} },
    prf: null,
    idleMs: null,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    newIdentity: () => newIdentity(stack),
    onListenerError: () => {},
  });
}

export async function open(name = newName("bench")): Promise<Opened> {
  const opened = openNamed(name);
  const { kind } = await opened.keys.adapters.recognise(CLAIM);
  const adapter =
    kind === "known"
      ? await opened.keys.adapters.admit(CLAIM)
      : await opened.keys.adapters.add(CLAIM, "stick");
  return { opened, adapter };
}

export const records = (
  adapter: Pick<AdmittedAdapter, "id">,
  count: number,
  from = 0,
): readonly VaultRecord[] => Array.from({ length: count }, (_, n) => recordOf(adapter.id, from + n));

export function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () =>
      reject(new Error("Cannot use the database", { cause: asked.error })),
    );
  });
}

export async function raw(): Promise<IDBDatabase> {
  const opening = indexedDB.open(newName("raw"), 1);
  opening.addEventListener("upgradeneeded", () => {
    opening.result.createObjectStore("bonds", { keyPath: "id" });
  });
  return request(opening);
}

export function put(database: IDBDatabase, rows: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = database.transaction("bonds", "readwrite", { durability: "strict" });
    for (const row of rows) tx.objectStore("bonds").put(row);
    tx.addEventListener("complete", () => resolve());
    tx.addEventListener("error", () => reject(new Error("Cannot write")));
  });
}
