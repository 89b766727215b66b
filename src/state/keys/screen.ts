/** All that the Keys screen shows and does, over the key store of the page. */
import type { Keys } from "../../storage/keys/keys.ts";
import type { App } from "../app.ts";
import type { Readable } from "../store.ts";
import { VaultScreen } from "./vault.ts";

/** The key store of this page, opened once for the screens and the adapter. */
export interface PageKeys {
  readonly keys: Keys;
  /** Whether a security key or passkey can be asked for. */
  readonly passkeys: boolean;
  /** Changes when the vault was opened or locked, also by itself. */
  readonly vaultTurns: Readable<number>;
  /** Locks the vault here and in every other tab of the page. */
  lockEverywhere(): void;
}

export class KeysScreen {
  readonly app: App;
  readonly vault: VaultScreen;

  constructor(app: App, page: PageKeys) {
    this.app = app;
    this.vault = new VaultScreen(app, page);
  }

  async start(): Promise<void> {
    await this.vault.look();
  }
}
