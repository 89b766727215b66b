/** Making and matching bond records. */
import type { Peer } from "../link/backend.ts";
import type { GattTable, Uuid } from "../link/gatt.ts";
import type { BondRecord, HistoryEntry, HistoryKind, Probe } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";

export interface NewRecord {
  readonly id: string;
  readonly at: string;
  readonly transport: BondRecord["transport"];
  readonly localIdentity: string;
  readonly peer: Peer;
  readonly services: readonly Uuid[];
  readonly profile: string | null;
  readonly probe: Probe | null;
}

/** A device that was chosen: recorded, nothing proven. */
export function newRecord(from: NewRecord): BondRecord {
  return {
    v: 1,
    id: from.id,
    transport: from.transport,
    localIdentity: from.localIdentity,
    platformId: from.peer.id,
    name: cleanName(from.peer.name ?? ""),
    label: null,
    notes: "",
    profile: from.profile,
    services: from.services,
    createdAt: from.at,
    lastSeenAt: null,
    probe: from.probe,
    refused: [],
    proofs: [],
    suspect: null,
    archived: null,
    minimumLevel: null,
    autoConnect: false,
    importedFrom: null,
  };
}

/** What the screens call it: the person's label, else the device's own name. May be empty. */
export function displayName(record: Pick<BondRecord, "label" | "name">): string {
  return record.label ?? record.name;
}

/** The same for all bonds of one device, as far as ids tell; a record that has no id of the device stands for itself. */
export function deviceOf({ transport, platformId, id }: BondRecord): string {
  return platformId === null ? `record ${id}` : `${transport} ${platformId}`;
}

export type Match =
  | { readonly kind: "same-id"; readonly record: BondRecord }
  /** The id is new but the name is one we know: a person must say whether it is the same device. */
  | { readonly kind: "ask"; readonly record: BondRecord }
  | { readonly kind: "unknown" };

/**
 * Finds the record of a peer that was just chosen. Ids are hints: one that fits is taken (the probe decides later
 * whether the bond holds), one that does not fit is no new device if name and services are those of a record whose
 * own id is not in use.
 */
export function matchPeer(
  records: readonly BondRecord[],
  peer: Peer,
  services: readonly Uuid[],
  transport: BondRecord["transport"],
): Match {
  const active = records.filter(
    (record) => record.transport === transport && record.archived?.why !== "removed",
  );
  const byId = active.find((record) => record.platformId === peer.id);
  if (byId !== undefined) return { kind: "same-id", record: byId };
  const name = cleanName(peer.name ?? "");
  if (name === "") return { kind: "unknown" };
  const candidates = active.filter(
    (record) => record.name === name && record.services.some((service) => services.includes(service)),
  );
  const only = candidates.length === 1 ? candidates[0] : undefined;
  return only === undefined ? { kind: "unknown" } : { kind: "ask", record: only };
}

/** Whether the table still offers what the record names as its probe. */
export function offers(table: GattTable, ref: Probe["ref"]): boolean {
  let seen = 0;
  for (const service of table.services) {
    if (service.uuid !== ref.service) continue;
    for (const characteristic of service.characteristics) {
      if (characteristic.uuid !== ref.characteristic) continue;
      if (seen === ref.instance) return characteristic.properties.includes("read");
      seen++;
    }
  }
  return false;
}

export function historyEntry(bondId: string, at: string, kind: HistoryKind, detail = ""): HistoryEntry {
  return { bondId, at, kind, detail };
}
