/** The state of the Keys screen, loaded with it. */
import type { App } from "../state/app.ts";
import { KeysScreen, type PageKeys } from "../state/keys/screen.ts";

export async function keysScreen(app: App, keys: PageKeys): Promise<KeysScreen> {
  const screen = new KeysScreen(app, keys);
  await screen.start();
  return screen;
}
