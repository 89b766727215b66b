import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newIdentity } from "../../../hci/gap/own-address.ts";
import { openFileKeys, type FileKeys, type FileKeysOptions } from "../../../src/cli/file-key-store.ts";
import { nodeCrypto } from "../../../src/cli/node-crypto.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { NOW } from "../../support/records.ts";
import { FEW } from "../vault/vault-rig.ts";

export interface OpenedFile extends FileKeys {
  readonly said: readonly string[];
}

export async function openFile(
  directory: string,
  options: Partial<FileKeysOptions> = {},
): Promise<OpenedFile> {
  const said: string[] = [];
  const opened = await openFileKeys({
    directory,
    passphrase: null,
    clock: new ManualClock(),
    idleMs: null,
    iterations: FEW,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    newIdentity: () => newIdentity(nodeCrypto),
    onWarning: (warning) => said.push(warning),
    onDamaged: ({ table, reason }) => said.push(`${table}: ${reason}`),
    onListenerError: (error) => said.push(String(error)),
    ...options,
  });
  return Object.assign(opened, { said });
}

/** Runs `work` with a directory of its own, which is gone afterwards. */
export async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "keys-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
