/** Keeps the newest attribute table of a device and says what changed since the one before. */
import type { BondPorts } from "../bonds/ensure.ts";
import type { Connection } from "../link/backend.ts";
import type { GattTable } from "../link/gatt.ts";
import { structureHash } from "../storage/cache.ts";
import type { GattTableRecord } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";
import { historyEntry } from "../bonds/record.ts";
import { findCharacteristic, gattTree } from "./gatt-tree.ts";

const DATABASE_HASH = {
  service: "00001801-0000-1000-8000-00805f9b34fb",
  characteristic: "00002b2a-0000-1000-8000-00805f9b34fb",
  instance: 0,
};
const FIRMWARE_REVISION = {
  service: "0000180a-0000-1000-8000-00805f9b34fb",
  characteristic: "00002a26-0000-1000-8000-00805f9b34fb",
  instance: 0,
};

export interface KeptTable {
  readonly now: GattTableRecord;
  /** The table stored before; null when this is the first one. */
  readonly before: GattTableRecord | null;
}

/** Stores the table that was just discovered. A table that cannot be stored is still returned. */
export async function keepTable(
  bondId: string,
  table: GattTable,
  connection: Connection,
  ports: BondPorts,
  signal: AbortSignal,
): Promise<KeptTable> {
  const read = async (ref: typeof DATABASE_HASH): Promise<Uint8Array | null> => {
    if (findCharacteristic(gattTree(table), ref)?.can.read !== true) return null;
    return connection.read(ref, { signal }).catch(() => null);
  };
  const hash = await read(DATABASE_HASH);
  const firmware = await read(FIRMWARE_REVISION);
  const at = new Date(ports.surroundings.now()).toISOString();
  const now: GattTableRecord = {
    v: 1,
    bondId,
    at,
    table,
    structureHash: await structureHash(table),
    databaseHash: hash?.length === 16 ? hexDigits(hash) : null,
    firmwareRevision: firmware === null ? null : cleanName(new TextDecoder().decode(firmware)),
    serviceChanged: false,
  };
  const before = (await ports.stores.gatt.get(bondId).catch(() => undefined)) ?? null;
  try {
    await ports.stores.gatt.put(now);
    if (before !== null && before.structureHash !== now.structureHash) {
      await ports.stores.history.append([historyEntry(bondId, at, "table-changed")]);
    }
  } catch {
    // A table is a copy of what the device says at any time; losing it loses nothing.
  }
  return { now, before };
}

function hexDigits(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
