/** Keeps the attribute table of a proven device, for display, comparison and choosing a probe. */
import type { CharacteristicRef, GattCharacteristic, GattTable } from "../link/gatt.ts";
import { structureHash } from "../storage/cache.ts";
import type { GattTableRecord } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";
import { historyEntry, offers } from "./record.ts";
import type { Run } from "./run.ts";

const GENERIC_ATTRIBUTE = "00001801-0000-1000-8000-00805f9b34fb";
const DATABASE_HASH = "00002b2a-0000-1000-8000-00805f9b34fb";
const DEVICE_INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb";
const FIRMWARE_REVISION = "00002a26-0000-1000-8000-00805f9b34fb";

/** Never fails a run: a table that could not be kept is discovered again, a bond is not. */
export async function saveTable(run: Run): Promise<void> {
  if (!run.hasTable) return;
  try {
    const { stores } = run.ports;
    const before = await stores.gatt.get(run.record.id);
    const now = await describe(run);
    const same = before?.structureHash === now.structureHash;
    // What an earlier, secured link told about the table is worth more than the same table without it.
    if (same && run.evidence !== "access-verified") return;
    await stores.gatt.put(now);
    if (before === undefined || same) return;
    await stores.history.append([historyEntry(now.bondId, now.at, "table-changed")]);
  } catch {
    // The link may have gone, the disk may be full: the proof stands either way.
  }
}

async function describe(run: Run): Promise<GattTableRecord> {
  // Only on a link that has just answered the probe: elsewhere another read could start a pairing.
  const secured = run.evidence === "access-verified";
  const hash = secured ? await readIfOffered(run, GENERIC_ATTRIBUTE, DATABASE_HASH) : null;
  const firmware = secured ? await readIfOffered(run, DEVICE_INFORMATION, FIRMWARE_REVISION) : null;
  return {
    v: 1,
    bondId: run.record.id,
    at: run.now(),
    table: run.table,
    structureHash: await structureHash(run.table),
    databaseHash: hash?.length === 16 ? hex(hash) : null,
    firmwareRevision: firmware === null ? null : cleanName(new TextDecoder().decode(firmware)),
    serviceChanged: false,
  };
}

/** Null where the device does not offer it or does not let us read it. */
async function readIfOffered(run: Run, service: string, characteristic: string): Promise<Uint8Array | null> {
  const ref = { service, characteristic, instance: 0 };
  if (!offers(run.table, ref)) return null;
  const { signal } = run.options;
  return run.onLink(signal, (connection) => connection.read(ref, { signal })).catch(() => null);
}

const hex = (octets: Uint8Array): string =>
  [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");

/** Every characteristic that can be read, with its reference: what a probe can be chosen from. */
export function* readable(table: GattTable): Generator<{
  readonly ref: CharacteristicRef;
  readonly characteristic: GattCharacteristic;
}> {
  const instances = new Map<string, number>();
  for (const service of table.services) {
    for (const characteristic of service.characteristics) {
      const key = `${service.uuid}/${characteristic.uuid}`;
      const instance = instances.get(key) ?? 0;
      instances.set(key, instance + 1);
      if (!characteristic.properties.includes("read")) continue;
      yield { ref: { service: service.uuid, characteristic: characteristic.uuid, instance }, characteristic };
    }
  }
}
