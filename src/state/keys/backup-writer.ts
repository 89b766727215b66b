/** What is done to a kept file: its key, what is in it, and one write that is read back. */
import { toHex } from "../../../hci/codec/bytes.ts";
import {
  BACKUP_ROUNDS,
  type BackupKey,
  MAX_BACKUP_OCTETS,
  makeBackupOctets,
  readBackupWith,
  writeBackup,
} from "../../formats/backup/backup.ts";
import type { BackupContents } from "../../formats/backup/contents.ts";
import { BackupError } from "../../formats/backup/problem.ts";
import { type FileHandle, replaceFile } from "../../storage/backup/file-handle.ts";
import type { KeptBackup, Written } from "../../storage/backup/store.ts";
import type { App } from "../app.ts";
import { backupContents, backupState } from "./backup-contents.ts";
import { FileDiffersError, KeyLostError } from "./file-problem.ts";
import type { PageKeys } from "./screen.ts";

export interface BackupWriterPorts {
  readonly app: App;
  readonly page: PageKeys;
  /** For tests, which have no time to be slow. */
  readonly rounds?: number;
}

/** Everything as it is now, not yet written. */
export interface Gathered {
  readonly contents: BackupContents;
  readonly at: string;
  /** See `Written`. */
  readonly state: string;
}

export class BackupWriter {
  readonly #ports: BackupWriterPorts;

  constructor(ports: BackupWriterPorts) {
    this.#ports = ports;
  }

  /** See `backupState`. */
  state(): Promise<string> {
    const { app, page } = this.#ports;
    return backupState(app.ports, page);
  }

  /** Rejects with VaultError `locked`, and where anything is damaged. */
  async gather(): Promise<Gathered> {
    const { app, page } = this.#ports;
    // First of all: what changes meanwhile makes the file look behind, never up to date.
    const state = await this.state();
    const at = new Date(app.ports.surroundings.now()).toISOString();
    return { contents: await backupContents(app.ports, page), at, state };
  }

  /** Written, read back and opened; before that the file counts as it did. */
  async write(handle: FileHandle, key: BackupKey, { contents, at, state }: Gathered): Promise<Written> {
    const { crypto } = this.#ports.page;
    const { appVersion } = this.#ports.app.ports;
    const text = await writeBackup(contents, { createdAt: at, appVersion }, key, crypto);
    const octets = new TextEncoder().encode(text);
    await replaceFile(handle, octets);
    const file = await handle.getFile();
    const there = new Uint8Array(await file.arrayBuffer());
    const digest = await this.#digest(there);
    if (digest !== (await this.#digest(octets))) throw new FileDiffersError("Cannot read the file back");
    await readBackupWith(there, key, crypto);
    const { length: bonds } = contents.bonds;
    return { at, digest, octets: there.length, modified: file.lastModified, bonds, state };
  }

  /** `ours`: empty, or written with our key: an earlier one that came back, or one that was not noted any more. */
  async whatIsThere(kept: KeptBackup): Promise<"as-left" | "ours" | "foreign"> {
    const { written, handle } = kept;
    const file = await handle.getFile();
    if (file.size === written.octets && file.lastModified === written.modified) return "as-left";
    if (file.size === 0) return "ours";
    if (file.size > MAX_BACKUP_OCTETS) return "foreign";
    const octets = new Uint8Array(await file.arrayBuffer());
    if ((await this.#digest(octets)) === written.digest) return "as-left";
    const key = await this.keyOf(kept);
    try {
      await readBackupWith(octets, key, this.#ports.page.crypto);
      return "ours";
    } catch (error) {
      if (error instanceof BackupError) return "foreign";
      throw error;
    }
  }

  /** A key of this passphrase, to be used and to be kept: sealed by the vault, which is made where there is none. */
  async keyFor(passphrase: string): Promise<Pick<KeptBackup, "key"> & { readonly use: BackupKey }> {
    const { page, rounds = BACKUP_ROUNDS } = this.#ports;
    const { octets, salt } = await makeBackupOctets(passphrase, page.crypto, rounds);
    try {
      const key = await page.keys.vault.seal(octets, boundTo(salt, rounds));
      return { key, use: { key: await page.crypto.importKey(octets), salt, rounds } };
    } finally {
      octets.fill(0);
    }
  }

  /** Rejects with VaultError `locked`, and with KeyLostError. */
  async keyOf({ key, salt, rounds }: KeptBackup): Promise<BackupKey> {
    const { keys, crypto } = this.#ports.page;
    // A vault that is not there would be made by the next call.
    const state = await keys.vault.state();
    const octets = state.kind === "absent" ? null : await keys.vault.unseal(key, boundTo(salt, rounds));
    if (octets === null) throw new KeyLostError("Cannot open the key of the file: its vault is gone");
    try {
      return { key: await crypto.importKey(octets), salt, rounds };
    } finally {
      octets.fill(0);
    }
  }

  async #digest(octets: Uint8Array<ArrayBuffer>): Promise<string> {
    return toHex(await this.#ports.page.crypto.sha256(octets));
  }
}

const boundTo = (salt: string, rounds: number) => ["bondkeeper.backup-file/1", salt, rounds] as const;
