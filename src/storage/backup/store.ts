/**
 * The file that a backup is kept in, in a database of its own: it exists only where a person chose such a file. The key of
 * the file is in it as the vault sealed it, and nothing else that is secret.
 */
import { deleteDB, openDB, type DBSchema } from "idb";
import { exactly, fields, integer, Misfit, pattern, text, type Check } from "../check.ts";
import { openFailure, storageError, transactionFailure } from "../failures.ts";
import { StorageError } from "../ports.ts";
import { time } from "../rows.ts";
import { storable } from "../storable.ts";
import type { Sealed } from "../vault/vault.ts";
import { hasBackupFile } from "./database.ts";
import type { FileHandle } from "./file-handle.ts";

const hex = (octets: number): Check<string> =>
  pattern(new RegExp(`^[\\da-f]{${octets * 2}}$`, "u"), `${octets} octets in lower-case hexadecimal`);

const written = fields({
  at: time,
  /** SHA-256 of the file. */
  digest: hex(32),
  octets: integer(0, Number.MAX_SAFE_INTEGER),
  /** Milliseconds since 1970, as the file system says. */
  modified: integer(0, Number.MAX_SAFE_INTEGER),
  /** Keys of bonds in it. */
  bonds: integer(0, Number.MAX_SAFE_INTEGER),
  /** SHA-256 of what it was made of: another one means that the file is behind. */
  state: hex(32),
});
export type Written = ReturnType<typeof written>;

const sealed: Check<Sealed> = fields({ vault: text(100, 1), iv: hex(12), data: hex(48) });

export interface KeptBackup {
  readonly v: 1;
  readonly handle: FileHandle;
  /** As `BackupKey` has them. */
  readonly salt: string;
  readonly rounds: number;
  /** 32 octets: the key of the file. */
  readonly key: Sealed;
  readonly written: Written;
}

/** Every call rejects with StorageError. */
export interface BackupFileStore {
  /** Undefined where no file is kept. Rejects with `unreadable` for a damaged row. */
  get(): Promise<KeptBackup | undefined>;
  /** On disk when it resolves. `kept`: false, and nothing was stored, where none is kept any more. */
  put(kept: KeptBackup, as: "new" | "kept"): Promise<boolean>;
  /** The file itself stays. */
  erase(): Promise<void>;
}

export async function eraseBackupFile(name: string): Promise<void> {
  try {
    await deleteDB(name);
  } catch (error) {
    throw storageError(error, openFailure);
  }
}

interface Schema extends DBSchema {
  file: { key: string; value: KeptBackup };
}
const KEY = "kept";

/** `isHandle`: whether a stored value is a handle of this platform. The connection is open only while it is used. */
export function indexedBackupFile(
  name: string,
  isHandle: (value: unknown) => value is FileHandle,
): BackupFileStore {
  const handle: Check<FileHandle> = (value) => {
    if (!isHandle(value)) throw new Misfit("not a file handle");
    return value;
  };
  const row: Check<KeptBackup> = fields({
    v: exactly(1),
    handle,
    salt: hex(32),
    rounds: integer(1, 10_000_000),
    key: sealed,
    written,
  });
  return {
    async get() {
      const stored: unknown = await run(async () =>
        (await hasBackupFile(name)) ? withDatabase(name, (db) => db.get("file", KEY)) : undefined,
      );
      if (stored === undefined) return undefined;
      try {
        return row(stored);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        throw new StorageError({ kind: "unreadable", detail: `backup file: ${error.describe()}` });
      }
    },
    async put(kept, as) {
      const fitting = storable("backup file", row, kept);
      return run(async () => {
        if (as === "kept" && !(await hasBackupFile(name))) return false;
        return withDatabase(name, async (db) => {
          const tx = db.transaction("file", "readwrite", { durability: "strict" });
          const goes = as === "new" || (await tx.store.getKey(KEY)) !== undefined;
          if (goes) await tx.store.put(fitting, KEY);
          await tx.done;
          return goes;
        });
      });
    },
    erase: () => eraseBackupFile(name),
  };
}

type Connection = Awaited<ReturnType<typeof openDB<Schema>>>;

async function withDatabase<T>(name: string, work: (db: Connection) => Promise<T>): Promise<T> {
  const db = await openDB<Schema>(name, 1, {
    upgrade: (made) => void made.createObjectStore("file"),
    blocking: () => db.close(),
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

async function run<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, transactionFailure);
  }
}
