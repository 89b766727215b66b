/** What the attribute table on the screen is worth, and how it differs from the one before. */
import type { BondPorts } from "../bonds/ensure.ts";
import { lastProof } from "../bonds/evidence.ts";
import type { KeptTable } from "../bonds/table.ts";
import { type CacheVerdict, DEFAULT_MAX_AGE_DAYS, validity } from "../storage/cache.ts";
import type { BondRecord, GattTableRecord } from "../storage/records.ts";
import { diffTables, type TableDiff } from "../storage/table-diff.ts";
import type { SessionView } from "./gatt-session.ts";

/** What the store has about the table of one device. */
export interface StoredTable {
  readonly table: GattTableRecord | null;
  /** Why there is none, where there should be one. A damaged one was set aside and counts as absent. */
  readonly trouble: "damaged" | "unreadable" | null;
  /** Against the newest table whose structure differed; null where none is known. */
  readonly change: TableChange | null;
  /** Days after which a table counts as old. */
  readonly maxAgeDays: number;
}

export const NOTHING_STORED: StoredTable = {
  table: null,
  trouble: null,
  change: null,
  maxAgeDays: DEFAULT_MAX_AGE_DAYS,
};

export interface TableChange {
  readonly before: GattTableRecord;
  readonly now: GattTableRecord;
  readonly diff: TableDiff;
  /** The Database Hash says that the device is unchanged: the page may see other services of it. */
  readonly sameDatabase: boolean;
}

export type TableStanding =
  | { readonly kind: "none"; readonly why: "never-asked" | "damaged" | "unreadable" }
  /** Asked on the link that is up. `outdated`: the device has said since that it changed. */
  | { readonly kind: "asked"; readonly kept: KeptTable; readonly outdated: boolean }
  /** As it was stored: the device is not asked. `verdict` stale: never to be taken for what it offers now. */
  | { readonly kind: "stored"; readonly table: GattTableRecord; readonly verdict: CacheVerdict };

/** `now` in milliseconds since 1970. Without a link only the device's own word, the bond and the age can decide. */
export function tableStanding(
  stored: StoredTable,
  record: BondRecord,
  session: SessionView,
  now: number,
): TableStanding {
  if (session.step === "open") {
    return { kind: "asked", kept: session.table, outdated: session.table.now.serviceChanged };
  }
  const { table, trouble, maxAgeDays } = stored;
  if (table === null) return { kind: "none", why: trouble ?? "never-asked" };
  const bonded = lastProof(record) !== undefined && record.suspect === null;
  return { kind: "stored", table, verdict: validity(table, { now, bonded, maxAgeDays }) };
}

/** Never rejects: what cannot be read is told apart from what was never there. */
export async function readTable(
  bondId: string,
  { stores }: Pick<BondPorts, "stores">,
  session: SessionView,
): Promise<StoredTable> {
  const maxAgeDays = await stores.settings.get().then(
    (settings) => settings.cacheDays,
    () => DEFAULT_MAX_AGE_DAYS,
  );
  try {
    const table = await stores.gatt.get(bondId);
    if (table === undefined) {
      const quarantined = await stores.bonds.quarantined();
      const damaged = quarantined.some(({ store, key }) => store === "gatt" && key === bondId);
      return { ...NOTHING_STORED, trouble: damaged ? "damaged" : null, maxAgeDays };
    }
    const seen = session.step === "open" ? session.table : null;
    const change =
      (seen?.before && changeBetween(seen.before, seen.now)) ??
      changeBetween((await stores.gatt.previous(bondId)) ?? null, table);
    return { table, trouble: null, change, maxAgeDays };
  } catch {
    return { ...NOTHING_STORED, trouble: "unreadable", maxAgeDays };
  }
}

function changeBetween(before: GattTableRecord | null, now: GattTableRecord): TableChange | null {
  if (before === null) return null;
  const diff = diffTables(before.table, now.table);
  const sameDatabase = before.databaseHash !== null && before.databaseHash === now.databaseHash;
  return diff.same ? null : { before, now, diff, sameDatabase };
}
