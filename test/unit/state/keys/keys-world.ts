/** The Keys screen over a real key store in an IndexedDB of its own. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { nodeCrypto } from "../../../../src/cli/node-crypto.ts";
import { BackupFile } from "../../../../src/state/keys/backup-file.ts";
import type { PickedKeyFile } from "../../../../src/state/keys/import.ts";
import { KeysScreen, type PageKeys } from "../../../../src/state/keys/screen.ts";
import { type Readable, Store } from "../../../../src/state/store.ts";
import type { IndexedKeysOptions } from "../../../../src/storage/keys/open.ts";
import type { BackupFileStore, KeptBackup } from "../../../../src/storage/backup/store.ts";
import { eraseApps } from "../../../../src/storage/apps/erase.ts";
import { webVaultCrypto } from "../../../../src/storage/vault/web-crypto.ts";
import { START } from "../../../support/bond-rig.ts";
import type { FileStandIn } from "../../../support/file-stand-in.ts";
import { type KeysTab, openKeysTab } from "../../keys/keys-rig.ts";
import { type World, world } from "../world.ts";

export interface KeysWorld extends World, AsyncDisposable {
  readonly screen: KeysScreen;
  readonly tab: KeysTab;
  readonly pageKeys: PageKeys;
  readonly files: MemoryBackupFile;
  /** What the person picks next where a file to save is asked for; null: nothing. */
  picks: FileStandIn | null;
  /** The date moves on by so many milliseconds. */
  tick(ms: number): void;
}

async function timed(late: () => number): Promise<World> {
  const around = await world([], { now: () => START + late() });
  const { surroundings } = around.app.ports;
  const now = (): number => surroundings.now() + late();
  const ports = { ...around.app.ports, surroundings: { ...surroundings, now } };
  return { ...around, app: { ...around.app, ports } };
}

/** The row about the kept file: a handle of the stand-in cannot be stored in a database. */
export class MemoryBackupFile implements BackupFileStore {
  row: KeptBackup | undefined;

  async get(): Promise<KeptBackup | undefined> {
    return this.row;
  }

  async put(kept: KeptBackup, as: "new" | "kept"): Promise<boolean> {
    if (as === "kept" && this.row === undefined) return false;
    this.row = kept;
    return true;
  }

  async erase(): Promise<void> {
    this.row = undefined;
  }
}

export async function keysWorld(options: Partial<IndexedKeysOptions> = {}): Promise<KeysWorld> {
  let late = 0;
  const files = new MemoryBackupFile();
  const around = await timed(() => late);
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
    async eraseBeside() {
      await eraseApps();
      await files.erase();
    },
    lockEverywhere() {
      tab.keys.vault.lock();
      touched();
    },
  };
  const picks: { next: FileStandIn | null } = { next: null };
  const file = new BackupFile({
    app: around.app,
    page,
    store: files,
    picker: { pick: async () => picks.next },
    rounds: FEW_ROUNDS,
  });
  const screen = new KeysScreen(around.app, page, file);
  await screen.start();
  const closed = new AbortController();
  await file.start(closed.signal);
  return {
    ...around,
    screen,
    tab,
    pageKeys: page,
    files,
    get picks() {
      return picks.next;
    },
    set picks(next) {
      picks.next = next;
    },
    tick(ms) {
      late += ms;
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await tab.close();
    },
  };
}

/** Of a backup: tests have no time to be slow. */
export const FEW_ROUNDS = 10;

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
