/** Settings of this browser, and how safely it keeps what was stored. */
import type { Settings } from "../storage/records.ts";
import type { StorageHealth } from "../storage/persist.ts";
import type { App } from "./app.ts";
import { storageFailure } from "./bonds.ts";
import { Store } from "./store.ts";
import type { StorageFailure } from "../storage/ports.ts";

export type Theme = Settings["theme"];

export type PreferencesView =
  | { readonly kind: "loading" }
  | { readonly kind: "unreadable"; readonly failure: StorageFailure }
  | {
      readonly kind: "ready";
      readonly theme: Theme;
      readonly cacheDays: number;
      readonly connectSeconds: number;
    };

/** How the page asks the browser about its storage. */
export interface HealthPort {
  look(): Promise<StorageHealth>;
  ask(): Promise<StorageHealth>;
}

export const CACHE_DAYS = { least: 1, most: 365 } as const;
/** For an attempt to connect over a dongle. Some sensors are heard every ten seconds only. */
export const CONNECT_SECONDS = { least: 5, most: 120, usual: 10 } as const;

export class Preferences {
  readonly view = new Store<PreferencesView>({ kind: "loading" });
  readonly health = new Store<StorageHealth | null>(null);
  readonly app: App;
  readonly #health: HealthPort;

  constructor(app: App, health: HealthPort) {
    this.app = app;
    this.#health = health;
  }

  async start(): Promise<void> {
    this.health.set(await this.#health.look());
    await this.look();
  }

  /** Reads the settings anew. */
  async look(): Promise<void> {
    await this.#settle(() => this.app.ports.stores.settings.get());
  }

  /** A click asks for it: Firefox shows a dialog then. */
  async askPersistence(): Promise<void> {
    const health = await this.#health.ask();
    this.health.set(health);
    const granted = health.persistence === "persistent";
    if (granted) this.app.notices.done("The browser will keep what is stored here");
    else
      this.app.notices.problem(
        "The browser did not promise to keep it. Export your records from time to time",
      );
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.#settle(() => this.app.ports.stores.settings.update({ theme }));
  }

  /** False where the number is no whole number of days within the limits; nothing is stored then. */
  async setCacheDays(text: string): Promise<boolean> {
    const days = wholeIn(text, CACHE_DAYS);
    if (days === null) return false;
    await this.#settle(() => this.app.ports.stores.settings.update({ cacheDays: days }));
    return true;
  }

  /** False where the number is no whole number of seconds within the limits; nothing is stored then. */
  async setConnectSeconds(text: string): Promise<boolean> {
    const seconds = wholeIn(text, CONNECT_SECONDS);
    if (seconds === null) return false;
    await this.#settle(() => this.app.ports.stores.settings.update({ connectSeconds: seconds }));
    return true;
  }

  async clearTables(): Promise<void> {
    try {
      const count = await this.app.ports.stores.gatt.clearAll();
      this.app.notices.done(
        count === 1 ? "1 attribute table was cleared" : `${count} attribute tables were cleared`,
      );
    } catch (error) {
      this.app.notices.problem(`Nothing was cleared: the storage answered "${storageFailure(error).kind}"`);
    }
  }

  async #settle(work: () => Promise<Settings>): Promise<void> {
    try {
      const { theme, cacheDays, connectSeconds = CONNECT_SECONDS.usual } = await work();
      this.view.set({ kind: "ready", theme, cacheDays, connectSeconds });
    } catch (error) {
      this.view.set({ kind: "unreadable", failure: storageFailure(error) });
    }
  }
}

function wholeIn(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | null {
  const number = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : null;
}
