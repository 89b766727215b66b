/** The file that a backup is kept in, over the File System Access API of Chromium. */
import type { App } from "../state/app.ts";
import { BackupFile, type FilePicker } from "../state/keys/backup-file.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import type { FileHandle } from "../storage/backup/file-handle.ts";
import { backupDatabase } from "../storage/backup/database.ts";
import { indexedBackupFile } from "../storage/backup/store.ts";

declare global {
  /** Chromium only. */
  var showSaveFilePicker:
    | ((options: {
        readonly id: string;
        readonly suggestedName: string;
        readonly types: readonly {
          readonly description: string;
          readonly accept: Readonly<Record<string, readonly string[]>>;
        }[];
      }) => Promise<FileHandle>)
    | undefined;
}

/** Goes on for as long as the page does. `world`: as `databaseOf` names it. */
export function keepBackupFile(app: App, page: PageKeys, world: string | undefined): BackupFile {
  const store = indexedBackupFile(backupDatabase(world), isHandle);
  const file = new BackupFile({ app, page, store, picker: filePicker() });
  void file.start(new AbortController().signal);
  return file;
}

function isHandle(value: unknown): value is FileHandle {
  return value instanceof FileSystemFileHandle && "queryPermission" in value;
}

function filePicker(): FilePicker | null {
  const choose = globalThis.showSaveFilePicker;
  if (choose === undefined) return null;
  return {
    async pick(suggestedName) {
      try {
        const types = [{ description: "Backup of Bondkeeper", accept: { "application/json": [".json"] } }];
        return await choose({ id: "backup", suggestedName, types });
      } catch (error) {
        // Closed without a choice.
        if (error instanceof DOMException && error.name === "AbortError") return null;
        throw error;
      }
    },
  };
}
