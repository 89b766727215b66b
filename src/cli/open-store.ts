/** Opens the keys and the records of one directory, and says aloud what their owner has to know. */
import { homedir } from "node:os";
import { newIdentity } from "../../hci/gap/own-address.ts";
import type { Keys } from "../storage/keys/keys.ts";
import { DEFAULT_MAX_AGE_DAYS } from "../storage/cache.ts";
import { AttributeTables } from "../storage/keys/attribute-tables.ts";
import { Waits } from "../storage/keys/waits.ts";
import type { Stores } from "../storage/ports.ts";
import type { Common } from "./arguments.ts";
import { FileCache } from "./file-cache.ts";
import { openFileKeys, type FileKeysWarning } from "./file-key-store.ts";
import { openFileStores } from "./file-stores.ts";
import { nodeClock } from "./node-clock.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { readSecret, type SecretPorts } from "./secret-input.ts";
import { usualStore } from "./store-place.ts";

export interface OpenStore extends AsyncDisposable {
  readonly directory: string;
  readonly keys: Keys;
  readonly stores: Stores;
  /** What discovery found on bonded devices, from one run to the next. */
  readonly tables: AttributeTables;
  readonly waits: Waits;
  readonly cache: FileCache;
}

const WARNINGS: Readonly<Record<FileKeysWarning, string>> = {
  unprotected: "The keys are protected by the permissions of their file alone; --passphrase-file seals them",
  "was-readable":
    "Others could read the file with the keys until now; pair anew if they should not have them",
  "taken-over": "The program that used these keys before did not end by itself; its lock was taken over",
};

const WAITS_LOST = "How long a device has to wait after a failed pairing could not be kept";

/** Rejects as `openFileKeys` does. `readOnly`: tables and waiting times stay as they are, whatever is learned. */
export async function openStore(
  { store, passphrase }: Pick<Common, "store" | "passphrase">,
  secrets: SecretPorts,
  warn: (text: string) => void,
  readOnly = false,
): Promise<OpenStore> {
  const directory = store ?? usualStore({ env: process.env, home: homedir(), system: process.platform });
  const newId = (): string => crypto.randomUUID();
  const now = (): number => Date.now();
  const onListenerError = (): void => warn("A part of this program that watches the keys failed");
  const opened = await openFileKeys({
    directory,
    passphrase: await readSecret(passphrase, secrets),
    clock: nodeClock,
    idleMs: null,
    now,
    newId,
    newIdentity: () => newIdentity(nodeCrypto),
    onWarning: (warning) => warn(WARNINGS[warning]),
    onDamaged: ({ table, id, reason }) => warn(`Damaged, and left as it is: ${table} ${id}: ${reason}`),
    onListenerError,
  });
  const { keys, lock } = opened;
  const stores = openFileStores({ directory, lock, now, newId, onListenerError });
  const cache = new FileCache({ directory, lock, readOnly, newId });
  const tables = new AttributeTables(cache.attributes, now, async () => DEFAULT_MAX_AGE_DAYS);
  const waits = new Waits(cache.waits, now, () => warn(WAITS_LOST));
  return { directory, keys, stores, tables, waits, cache, [Symbol.asyncDispose]: () => opened.close() };
}
