/** Settings over IndexedDB. Damaged fields fall back to their default, except the profile id, which is looked for. */
import { fields, isFields, Misfit, type Check } from "./check.ts";
import type { Database, Transaction } from "./open.ts";
import type { SettingsStore } from "./ports.ts";
import { sift, type Quarantine } from "./quarantine.ts";
import type { Settings } from "./records.ts";
import { laterSettings, profileId, settingsFields, settingsRow } from "./rows.ts";
import { storable } from "./storable.ts";

const KEY = "settings";
const { theme, cacheDays } = settingsFields;
const changeable = fields({}, { theme, cacheDays, ...laterSettings });
/** The pseudo controller of a browser profile, as in `web-bluetooth:` and the profile id. */
const IDENTITY = /^(?:web-bluetooth|demo):(.+)$/u;

export class IndexedSettings implements SettingsStore {
  readonly #database: Database;
  readonly #quarantine: Quarantine;
  readonly #newId: () => string;

  constructor(database: Database, quarantine: Quarantine, newId: () => string) {
    this.#database = database;
    this.#quarantine = quarantine;
    this.#newId = newId;
  }

  async get(): Promise<Settings> {
    const row: unknown = await this.#database.read(["settings"], (tx) => tx.objectStore("settings").get(KEY));
    const [settings] = sift("settings", row === undefined ? [] : [row], settingsRow, () => KEY).fits;
    // First start, or a damaged row: decided in a write transaction, so that two tabs agree on one profile id.
    return settings ?? this.update({});
  }

  async update(change: Partial<Omit<Settings, "v" | "profileId">>): Promise<Settings> {
    const wanted = storable("setting", changeable, change);
    return this.#database.write(["settings", "bonds", "quarantine"], "strict", async (tx) => {
      const next: Settings = { ...(await this.#standing(tx)), ...wanted };
      await tx.objectStore("settings").put(next, KEY);
      return next;
    });
  }

  async #standing(tx: Transaction<"readwrite">): Promise<Settings> {
    const row: unknown = await tx.objectStore("settings").get(KEY);
    if (row !== undefined) {
      const { fits, found } = sift("settings", [row], settingsRow, () => KEY);
      if (fits[0] !== undefined) return fits[0];
      await this.#quarantine.keepCopies(tx, found);
    }
    const old = isFields(row) ? row : {};
    return {
      v: 1,
      profileId: or(profileId, old["profileId"], null) ?? (await profileOfBonds(tx)) ?? this.#newId(),
      theme: or(theme, old["theme"], "system"),
      cacheDays: or(cacheDays, old["cacheDays"], 30),
    };
  }
}

function or<T, D>(check: Check<T>, value: unknown, fallback: D): T | D {
  try {
    return check(value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return fallback;
  }
}

/** The profile id that all Web Bluetooth records here agree on: with another one they would all look foreign. */
async function profileOfBonds(tx: Transaction<"readwrite">): Promise<string | null> {
  const rows: readonly unknown[] = await tx.objectStore("bonds").getAll();
  const found = new Set<string>();
  for (const row of rows) {
    const identity = isFields(row) ? row["localIdentity"] : undefined;
    const [, profile] = (typeof identity === "string" ? IDENTITY.exec(identity) : null) ?? [];
    if (profile !== undefined) found.add(profile);
  }
  const [only] = found;
  return found.size === 1 ? or(profileId, only, null) : null;
}
