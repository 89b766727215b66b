/** A record as a file, to take along or to keep. It holds no key: a record never does. */
import type { BondPorts } from "../bonds/ensure.ts";
import { displayName, historyEntry } from "../bonds/record.ts";
import type { BondRecord } from "../storage/records.ts";

export interface ExportFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export async function exportRecord(record: BondRecord, ports: BondPorts): Promise<ExportFile> {
  const at = new Date(ports.surroundings.now()).toISOString();
  await ports.stores.history.append([historyEntry(record.id, at, "exported")]);
  return {
    name: fileName(displayName(record), at),
    type: "application/json",
    text: JSON.stringify({ record }, null, 2),
  };
}

/** `bondkeeper-hall-lamp-2026-03-01.json`: what any file system takes, whatever the device calls itself. */
export function fileName(device: string, at: string): string {
  const plain = device
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return `bondkeeper-${plain === "" ? "device" : plain}-${at.slice(0, 10)}.json`;
}
