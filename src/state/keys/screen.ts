/** All that the Keys screen shows and does, over the key store of the page. */
import type { Aes128 } from "../../../hci/ports.ts";
import type { AttributeTables } from "../../storage/keys/attribute-tables.ts";
import type { Keys } from "../../storage/keys/keys.ts";
import type { App } from "../app.ts";
import type { Readable } from "../store.ts";
import type { VaultCrypto } from "../../storage/vault/ports.ts";
import { looksLikeBackup, MAX_BACKUP_OCTETS } from "../../formats/backup/backup.ts";
import type { PickedFile } from "../transfer.ts";
import { BackupScreen } from "./backup.ts";
import type { BackupFile } from "./backup-file.ts";
import { KeyExportScreen } from "./export.ts";
import { KeyImportScreen } from "./import.ts";
import { KeyList } from "./key-list.ts";
import { VaultScreen } from "./vault.ts";

/** The key store of this page, opened once for the screens and the adapter. */
export interface PageKeys {
  readonly keys: Keys;
  /** What discovery found on bonded peers of our own host. */
  readonly tables: AttributeTables;
  /** What the vault is sealed with; backups are, too. */
  readonly crypto: VaultCrypto;
  /** Whether a security key or passkey can be asked for. */
  readonly passkeys: boolean;
  /** Changes when the vault was opened or locked, also by itself, and with `touched`. */
  readonly vaultTurns: Readable<number>;
  /** Fetched when it is first needed. */
  aes(): Promise<Aes128>;
  /** Something was changed in silence: who shows bonds looks again. */
  touched(): void;
  /** Deletes what stands outside the database of bonds. Rejects with StorageError. */
  eraseBeside(): Promise<void>;
  /** Locks the vault here and in every other tab of the page. */
  lockEverywhere(): void;
}

export class KeysScreen {
  readonly app: App;
  readonly vault: VaultScreen;
  readonly list: KeyList;
  readonly import: KeyImportScreen;
  readonly export: KeyExportScreen;
  readonly backup: BackupScreen;
  readonly file: BackupFile;

  /** `onSettings`: a restore has changed them. */
  constructor(app: App, page: PageKeys, file: BackupFile, onSettings: () => void = () => {}) {
    this.app = app;
    this.file = file;
    // Its key went with the vault, and what it holds is what may be wanted back.
    this.vault = new VaultScreen(app, page, () => file.stop());
    this.list = new KeyList(app, page);
    this.import = new KeyImportScreen(app, page);
    this.export = new KeyExportScreen(app, page);
    this.backup = new BackupScreen(app, page, { onSettings });
    this.list.view.watch(() => void this.#remind());
    file.view.watch(() => void this.#remind());
  }

  async start(): Promise<void> {
    await Promise.all([this.vault.start(), this.list.start(new AbortController().signal)]);
  }

  /** A file that was handed in, of any kind: a backup asks for its passphrase, all else is read as keys of a program. */
  async open(file: PickedFile): Promise<void> {
    if (file.size <= MAX_BACKUP_OCTETS && looksLikeBackup(await file.arrayBuffer()))
      await this.backup.pick(file);
    else
      await this.import.read([{ path: file.name, size: file.size, arrayBuffer: () => file.arrayBuffer() }]);
  }

  async #remind(): Promise<void> {
    const { value } = this.list.view;
    if (value.kind === "ready") await this.backup.look(value.groups.flatMap(({ bonds }) => bonds));
  }
}
