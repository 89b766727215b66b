/** Records as the product makes them, to be varied by tests of storage and formats. */
import type { GattTable } from "../../src/link/gatt.ts";
import type {
  BondRecord,
  GattTableRecord,
  HistoryEntry,
  Probe,
  Proof,
  Quarantined,
} from "../../src/storage/records.ts";

export const NOW = Date.parse("2026-06-01T10:00:00.000Z");
export const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

export const HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb";
export const MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb";
export const CONTROL_POINT = "00002a39-0000-1000-8000-00805f9b34fb";
export const BATTERY = "0000180f-0000-1000-8000-00805f9b34fb";
export const LEVEL = "00002a19-0000-1000-8000-00805f9b34fb";
export const CCCD = "00002902-0000-1000-8000-00805f9b34fb";

export const PROBE: Probe = {
  ref: { service: BATTERY, characteristic: LEVEL, instance: 0 },
  source: "learned",
  level: null,
  since: at(-60),
};

export const PROOF: Proof = {
  at: at(-30),
  transport: "web-bluetooth",
  localIdentity: "web-bluetooth:profile-1",
  how: "gated-read",
  level: null,
  keySize: null,
  probe: PROBE.ref,
  appVersion: "0.1.0",
};

export function bond(id: string, change: Partial<BondRecord> = {}): BondRecord {
  return {
    v: 1,
    id,
    transport: "web-bluetooth",
    localIdentity: "web-bluetooth:profile-1",
    platformId: `platform-${id}`,
    name: `Strap ${id}`,
    label: null,
    notes: "",
    profile: null,
    services: [HEART_RATE, BATTERY],
    createdAt: at(-1_000),
    lastSeenAt: at(-30),
    probe: PROBE,
    refused: [],
    proofs: [PROOF],
    suspect: null,
    archived: null,
    minimumLevel: null,
    autoConnect: false,
    importedFrom: null,
    ...change,
  };
}

export const TABLE: GattTable = {
  services: [
    {
      uuid: HEART_RATE,
      characteristics: [
        { uuid: MEASUREMENT, properties: ["notify"], descriptors: [{ uuid: CCCD }] },
        { uuid: CONTROL_POINT, properties: ["write"], descriptors: [] },
      ],
    },
    {
      uuid: BATTERY,
      characteristics: [{ uuid: LEVEL, properties: ["read", "notify"], descriptors: [{ uuid: CCCD }] }],
    },
  ],
};

export function tableOf(bondId: string, change: Partial<GattTableRecord> = {}): GattTableRecord {
  return {
    v: 1,
    bondId,
    at: at(-30),
    table: TABLE,
    structureHash: "11".repeat(32),
    databaseHash: null,
    firmwareRevision: "1.4.2",
    serviceChanged: false,
    ...change,
  };
}

export function entry(bondId: string, minutes: number, change: Partial<HistoryEntry> = {}): HistoryEntry {
  return { bondId, at: at(minutes), kind: "verified", detail: "", ...change };
}

/** What a test looks at of a quarantine entry. */
export const brief = ({ store, key, reason }: Quarantined): string => `${store} ${key}: ${reason}`;
