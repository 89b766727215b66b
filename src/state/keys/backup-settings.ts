/** The settings of a backup: taken over where a person wants that. They say how the page looks, never who may do what. */
import type { BackupContents } from "../../formats/backup/contents.ts";
import type { SettingsStore } from "../../storage/ports.ts";
import { CACHE_DAYS } from "../preferences.ts";

export type BackupSettings = BackupContents["settings"];

/** What a file would change here, within what can be set here; null where it is the same. */
export async function settingsOffered(
  { theme, cacheDays }: BackupSettings,
  store: SettingsStore,
): Promise<BackupSettings | null> {
  const here = await store.get();
  const days = Math.min(Math.max(cacheDays, CACHE_DAYS.least), CACHE_DAYS.most);
  return here.theme === theme && here.cacheDays === days ? null : { theme, cacheDays: days };
}

/** Resolves with the undo, which resolves with 1 where a setting changed since and both stay. */
export async function takeSettings(
  taken: BackupSettings,
  store: SettingsStore,
  onChange: () => void,
): Promise<() => Promise<0 | 1>> {
  const { theme, cacheDays } = await store.get();
  await store.update(taken);
  onChange();
  return async () => {
    const now = await store.get();
    if (now.theme !== taken.theme || now.cacheDays !== taken.cacheDays) return 1;
    await store.update({ theme, cacheDays });
    onChange();
    return 0;
  };
}
