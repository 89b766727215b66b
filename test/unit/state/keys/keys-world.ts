/** The Keys screen over a real key store in an IndexedDB of its own. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { nodeCrypto } from "../../../../src/cli/node-crypto.ts";
import type { PickedKeyFile } from "../../../../src/state/keys/import.ts";
import { KeysScreen, type PageKeys } from "../../../../src/state/keys/screen.ts";
import { type Readable, Store } from "../../../../src/state/store.ts";
import type { IndexedKeysOptions } from "../../../../src/storage/keys/open.ts";
import { eraseApps } from "../../../../src/storage/apps/erase.ts";
import { webVaultCrypto } from "../../../../src/storage/vault/web-crypto.ts";
import { type KeysTab, openKeysTab } from "../../keys/keys-rig.ts";
import { type World, world } from "../world.ts";

export interface KeysWorld extends World, AsyncDisposable {
  readonly screen: KeysScreen;
  readonly tab: KeysTab;
  readonly pageKeys: PageKeys;
}

export async function keysWorld(options: Partial<IndexedKeysOptions> = {}): Promise<KeysWorld> {
  const around = await world();
  const vaultTurns = new Store(0);
  const touched = () => vaultTurns.update((turns) => turns + 1);
  const tab = openKeysTab({ idleMs: 60_000, onVaultChange: touched, ...options });
  const page: PageKeys = {
    keys: tab.keys,
    tables: tab.tables,
    crypto: webVaultCrypto(),
    passkeys: options.prf !== undefined,
    vaultTurns,
    aes: async () => nodeCrypto,
    touched,
    eraseBeside: eraseApps,
    lockEverywhere() {
      tab.keys.vault.lock();
      touched();
    },
  };
  const screen = new KeysScreen(around.app, page);
  await screen.start();
  return { ...around, screen, tab, pageKeys: page, [Symbol.asyncDispose]: () => tab.close() };
}

const DATA = join(import.meta.dirname, "../../../data/keystores");

export const picked = (path: string, content: Uint8Array | string): PickedKeyFile => {
  const octets = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
  return { path, size: octets.length, arrayBuffer: async () => octets.buffer };
};

/** A reference store: one file, or a folder as it is picked. */
export function reference(name: string): readonly PickedKeyFile[] {
  const root = join(DATA, name);
  if (!statSync(root).isDirectory()) return [picked(name, readFileSync(root))];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => join(root, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => picked(relative(DATA, path), readFileSync(path)));
}

/** Resolves when the value is as wanted. */
export async function until<T>(store: Readable<T>, wanted: (value: T) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (wanted(store.value)) resolve();
  };
  const stop = store.watch(look);
  look();
  await promise;
  stop();
}
