/** The state of the Keys screen, loaded with it. */
import type { App } from "../state/app.ts";
import type { BackupFile } from "../state/keys/backup-file.ts";
import { KeysScreen, type PageKeys } from "../state/keys/screen.ts";

export async function keysScreen(
  app: App,
  keys: PageKeys,
  file: BackupFile,
  onSettings: () => void,
): Promise<KeysScreen> {
  const screen = new KeysScreen(app, keys, file, onSettings);
  await screen.start();
  return screen;
}
