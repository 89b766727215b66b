/** Everything that a backup holds, and whether it changed since. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { BackupContents } from "../../formats/backup/contents.ts";
import { printRecords } from "../../formats/record-json.ts";
import type { App } from "../app.ts";
import { identitiesOf } from "./backup-identities.ts";
import type { PageKeys } from "./screen.ts";

/** A backup that is older is worth another one, whatever changed. */
export const OLD_MS = 30 * 24 * 3_600_000;
const HISTORY_KEPT = 500;

type Ports = Pick<App["ports"], "stores" | "surroundings" | "appVersion">;

/** Rejects with VaultError `locked`, and where anything is damaged: half a backup must not look whole. */
export async function backupContents(
  { stores, surroundings, appVersion }: Ports,
  { keys }: Pick<PageKeys, "keys">,
): Promise<BackupContents> {
  const adapters = await keys.adapters.all();
  const [bonds, identities, settings, records] = await Promise.all([
    keys.export(),
    identitiesOf(keys, adapters),
    stores.settings.get(),
    stores.bonds.all(),
  ]);
  const entries = [];
  for (const record of records)
    entries.push({ record, history: await stores.history.of(record.id, HISTORY_KEPT) });
  const exportedAt = new Date(surroundings.now()).toISOString();
  return {
    v: 1,
    bonds,
    identities,
    adapters,
    records: printRecords(entries, { exportedAt, appVersion }),
    settings: { theme: settings.theme, cacheDays: settings.cacheDays },
  };
}

/** SHA-256, hexadecimal: another one after every change to what a backup would hold. Opens no vault. */
export async function backupState(
  { stores }: Ports,
  { keys, crypto }: Pick<PageKeys, "keys" | "crypto">,
): Promise<string> {
  const [standing, records, { theme, cacheDays }] = await Promise.all([
    keys.standing(),
    stores.bonds.all(),
    stores.settings.get(),
  ]);
  const all = JSON.stringify([standing, records, theme, cacheDays]);
  return toHex(await crypto.sha256(new TextEncoder().encode(all)));
}
