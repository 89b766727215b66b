/** Opens the keys and the records of one directory, and says aloud what their owner has to know. */
import { homedir } from "node:os";
import { newIdentity } from "../../hci/gap/own-address.ts";
import type { Keys } from "../storage/keys/keys.ts";
import type { Stores } from "../storage/ports.ts";
import type { Common } from "./arguments.ts";
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
}

const WARNINGS: Readonly<Record<FileKeysWarning, string>> = {
  unprotected: "The keys are protected by the permissions of their file alone; --passphrase-file seals them",
  "was-readable":
    "Others could read the file with the keys until now; pair anew if they should not have them",
  "taken-over": "The program that used these keys before did not end by itself; its lock was taken over",
};

/** Rejects as `openFileKeys` does. */
export async function openStore(
  { store, passphrase }: Pick<Common, "store" | "passphrase">,
  secrets: SecretPorts,
  warn: (text: string) => void,
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
  return { directory, keys, stores, [Symbol.asyncDispose]: () => opened.close() };
}
