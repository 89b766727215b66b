/** Keeps the attribute table of a device, for display, comparison and choosing a probe. */
import type { Connection } from "../link/backend.ts";
import type { CharacteristicRef, GattTable } from "../link/gatt.ts";
import { type CacheVerdict, hexDigits, structureHash, validity } from "../storage/cache.ts";
import type { Stores } from "../storage/ports.ts";
import type { GattTableRecord } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";
import { historyEntry, offers } from "./record.ts";
import type { Run } from "./run.ts";

const DATABASE_HASH: CharacteristicRef = {
  service: "00001801-0000-1000-8000-00805f9b34fb",
  characteristic: "00002b2a-0000-1000-8000-00805f9b34fb",
  instance: 0,
};
const FIRMWARE_REVISION: CharacteristicRef = {
  service: "0000180a-0000-1000-8000-00805f9b34fb",
  characteristic: "00002a26-0000-1000-8000-00805f9b34fb",
  instance: 0,
};
/** Octets of a Database Hash; another length counts as absent. */
const HASH_LENGTH = 16;

/** A table that was discovered just now. */
export interface SeenTable {
  readonly bondId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly table: GattTable;
  /** To ask for the Database Hash and the firmware revision; null where nothing more may be asked. */
  readonly connection: Pick<Connection, "read"> | null;
  /** The link has just answered the probe. */
  readonly secured: boolean;
  readonly signal: AbortSignal;
  /** The table to judge by what was seen; left out: the one that is stored. */
  readonly judge?: GattTableRecord | null;
}

export interface KeptTable {
  readonly now: GattTableRecord;
  /** The table known before this link; null when this is the first one. */
  readonly before: GattTableRecord | null;
  /** What `before` turned out to be worth. */
  readonly verdict: CacheVerdict;
}

/** Never rejects: a table that cannot be stored is still returned, and discovered again the next time. */
export async function keepTable(
  seen: SeenTable,
  stores: Pick<Stores, "gatt" | "history">,
): Promise<KeptTable> {
  const { bondId, at, table } = seen;
  const facts = { now: Date.parse(at), ...(await ask(seen)), structureHash: await structureHash(table) };
  const stored = await stores.gatt.get(bondId).catch(() => undefined);
  const before = seen.judge === undefined ? (stored ?? null) : seen.judge;
  // What an earlier link told about a table that still holds is not lost because this link does not tell it.
  const known = validity(stored, facts).verdict === "valid" ? stored : undefined;
  const now: GattTableRecord = {
    v: 1,
    bondId,
    at,
    table,
    structureHash: facts.structureHash,
    databaseHash: facts.databaseHash ?? known?.databaseHash ?? null,
    firmwareRevision: facts.firmwareRevision ?? known?.firmwareRevision ?? null,
    serviceChanged: false,
  };
  const kept: KeptTable = { now, before, verdict: validity(before ?? undefined, facts) };
  // Given up while we asked: the device may have been deleted for good meanwhile.
  if (seen.connection !== null && seen.signal.aborted) return kept;
  try {
    await stores.gatt.put(now);
    if (stored !== undefined && stored.structureHash !== now.structureHash) {
      await stores.history.append([historyEntry(bondId, at, "table-changed")]);
    }
  } catch {
    // A copy of what the device says at any time: losing it loses nothing.
  }
  return kept;
}

/** What a run of the procedure saw. Never fails it: a table is discovered again, a bond is not. */
export async function saveTable(run: Run): Promise<void> {
  if (!run.hasTable) return;
  const { signal } = run.options;
  const secured = run.proven;
  const connection: SeenTable["connection"] = {
    read: (ref, options) => run.onLink(signal, (link) => link.read(ref, options)),
  };
  await keepTable(
    {
      bondId: run.record.id,
      at: run.now(),
      table: run.table,
      connection: secured ? connection : null, // a run that failed must not bring up another link
      secured,
      signal,
    },
    run.ports.stores,
  );
}

async function ask({ table, connection, secured, signal }: SeenTable): Promise<{
  readonly databaseHash: string | null;
  readonly firmwareRevision: string | null;
}> {
  const read = async (ref: CharacteristicRef): Promise<Uint8Array | null> =>
    connection === null || !offers(table, ref) ? null : connection.read(ref, { signal }).catch(() => null);
  // Everybody may read the hash (Vol 3 Part G 7.3). The revision may be protected, and on a link that has not
  // answered the probe asking for it could start a pairing.
  const hash = await read(DATABASE_HASH);
  const firmware = secured ? await read(FIRMWARE_REVISION) : null;
  return {
    databaseHash: hash?.length === HASH_LENGTH ? hexDigits(hash) : null,
    firmwareRevision: firmware === null ? null : cleanName(new TextDecoder().decode(firmware)),
  };
}
