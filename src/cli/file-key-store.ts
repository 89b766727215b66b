/** The key store of a process: a directory with one file that only its owner may read. */
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OwnIdentity } from "../storage/keys/identities.ts";
import type { DamagedRow } from "../storage/keys/key-rows.ts";
import { Keys } from "../storage/keys/keys.ts";
import type { VaultClock } from "../storage/vault/ports.ts";
import type { Iterations } from "../storage/vault/vault-row.ts";
import { webVaultCrypto } from "../storage/vault/web-crypto.ts";
import { codeOf, lockDirectory, type FileLock } from "./file-key-store-lock.ts";
import { FileKeyRows, KEYS_FILE } from "./file-key-store-rows.ts";
import { removeLeftovers, type WriteStep } from "./file-key-store-write.ts";

/**
 * What a person has to be told. `unprotected`: no passphrase, the permissions of the file are all there is.
 * `was-readable`: others could read it until now. `taken-over`: the process that used it before died.
 */
export type FileKeysWarning = "unprotected" | "was-readable" | "taken-over";

export interface FileKeysOptions {
  /** Made with mode 0700 where there is none. */
  readonly directory: string;
  /** Null: a vault that has a passphrase stays locked; one that has none is as safe as its file. */
  readonly passphrase: string | null;
  readonly clock: VaultClock;
  /** Milliseconds without use after which a vault with a passphrase is locked; null: never. */
  readonly idleMs: number | null;
  readonly iterations?: Iterations;
  /** Milliseconds since 1970. */
  now(): number;
  /** Fresh and random: letters, digits and `-`, at most 60. */
  newId(): string;
  newIdentity(): OwnIdentity;
  onWarning(warning: FileKeysWarning): void;
  onDamaged(row: DamagedRow): void;
  onListenerError(error: unknown): void;
  /** For tests that end the process between two steps. */
  onStep?(step: WriteStep): void;
}

export interface FileKeys extends AsyncDisposable {
  readonly keys: Keys;
  /** Of the whole directory: other files in it are written under the same lock. */
  readonly lock: Pick<FileLock, "assertOurs">;
  /** Waits for the write that runs and gives the directory free. */
  close(): Promise<void>;
}

/**
 * Rejects with KeysInUseError where another process has the directory, with StorageError where the file cannot be read
 * (a corrupt file is never an empty one, and is left as it is), and with VaultError where the passphrase does not fit.
 */
export async function openFileKeys(options: FileKeysOptions): Promise<FileKeys> {
  const { directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(directory, options.newId());
  const rows = new FileKeyRows({
    directory,
    lock,
    newId: () => options.newId(),
    onDamaged: (row) => options.onDamaged(row),
    onStep: (step) => options.onStep?.(step),
  });
  try {
    if (lock.takenOver) options.onWarning("taken-over");
    await removeLeftovers(join(directory, KEYS_FILE));
    await closeToOthers(join(directory, KEYS_FILE), options);
    const keys = new Keys(rows, portsOf(options));
    await openVault(keys, options);
    const close = async (): Promise<void> => {
      keys.close();
      await rows.close();
      await lock.release();
    };
    return { keys, lock, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openVault({ vault }: Keys, options: FileKeysOptions): Promise<void> {
  const { passphrase } = options;
  const state = await vault.state();
  if (passphrase === null) {
    const closed = state.kind !== "absent" && state.by.includes("passphrase");
    if (!closed) options.onWarning("unprotected");
    return;
  }
  const credential = { kind: "passphrase", passphrase } as const;
  if (state.kind === "absent") await vault.create([credential]);
  else if (state.by.includes("passphrase")) await vault.unlock(credential);
  else await vault.change({ kind: "file" }, [credential]);
}

/** Whoever may have read the file may have the keys: that cannot be undone, only said. */
async function closeToOthers(path: string, options: FileKeysOptions): Promise<void> {
  if (process.platform === "win32") return;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) === 0) return;
    await chmod(path, 0o600);
    options.onWarning("was-readable");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function portsOf(options: FileKeysOptions): ConstructorParameters<typeof Keys>[1] {
  const { clock, idleMs, iterations } = options;
  return {
    crypto: webVaultCrypto(),
    clock,
    prf: null,
    idleMs,
    ...(iterations === undefined ? {} : { iterations }),
    madeWith: "file",
    channel: null,
    origin: "",
    now: () => options.now(),
    newId: () => options.newId(),
    newIdentity: () => options.newIdentity(),
    onListenerError: (error) => options.onListenerError(error),
  };
}
