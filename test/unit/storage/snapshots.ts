/**
 * Rows as each released version wrote them, keyed by database version. Append only: a snapshot is frozen with its
 * release, and `expected` alone is adapted when a later upgrade changes what the rows become.
 */
import type {
  BondRecord,
  GattTableRecord,
  HistoryEntry,
  Quarantined,
  Settings,
} from "../../../src/storage/records.ts";
import { keyRows2 } from "./snapshot-keys-2.ts";

interface Row {
  readonly value: unknown;
  /** For stores whose rows do not carry their key. */
  readonly key?: IDBValidKey;
}

export interface Snapshot {
  readonly stores: Readonly<Record<string, readonly Row[]>>;
  /** What today's program must read from it. */
  readonly expected: {
    readonly bonds: readonly BondRecord[];
    readonly tables: readonly GattTableRecord[];
    readonly previous: readonly GattTableRecord[];
    readonly history: Readonly<Record<string, readonly HistoryEntry[]>>;
    readonly settings: Settings;
    readonly quarantined: readonly Quarantined[];
  };
}

const HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb";
const MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb";
const BATTERY = "0000180f-0000-1000-8000-00805f9b34fb";
const LEVEL = "00002a19-0000-1000-8000-00805f9b34fb";
const CCCD = "00002902-0000-1000-8000-00805f9b34fb";
const BATTERY_LEVEL = { service: BATTERY, characteristic: LEVEL, instance: 0 };
const STRAP = "5f0b8a52-6a4e-4d8e-9a53-0d2f6f8f2f10";
const SCALE = "0e6f62dd-6a53-4a0b-8f57-5f7b0a7f2c11";

const strap1: BondRecord = {
  v: 1,
  id: STRAP,
  transport: "web-bluetooth",
  localIdentity: "web-bluetooth:7d1f",
  platformId: "q0Vn2M3YbXy2o0n3V9m1Xg==",
  name: "Strap A1B2",
  label: "Left strap",
  notes: "Battery changed\nin March",
  profile: "heart-rate",
  services: [HEART_RATE, BATTERY],
  createdAt: "2026-01-02T03:04:05.678Z",
  lastSeenAt: "2026-05-01T10:00:00.000Z",
  probe: { ref: BATTERY_LEVEL, source: "learned", level: "encrypted", since: "2026-01-03T00:00:00.000Z" },
  refused: [{ service: HEART_RATE, characteristic: MEASUREMENT, instance: 1 }],
  proofs: [
    {
      at: "2026-05-01T10:00:01.000Z",
      transport: "web-bluetooth",
      localIdentity: "web-bluetooth:7d1f",
      how: "gated-read",
      level: "encrypted",
      keySize: null,
      probe: BATTERY_LEVEL,
      appVersion: "0.1.0",
    },
  ],
  suspect: { reason: "access-refused", at: "2026-05-02T10:00:00.000Z" },
  archived: null,
  minimumLevel: "encrypted",
  autoConnect: true,
  importedFrom: null,
};

const scale1: BondRecord = {
  v: 1,
  id: SCALE,
  transport: "web-bluetooth",
  localIdentity: "web-bluetooth:7d1f",
  platformId: null,
  name: "",
  label: null,
  notes: "",
  profile: null,
  services: [],
  createdAt: "2026-02-02T03:04:05.000Z",
  lastSeenAt: null,
  probe: null,
  refused: [],
  proofs: [],
  suspect: null,
  archived: { at: "2026-02-03T03:04:05.000Z", why: "removed" },
  minimumLevel: null,
  autoConnect: false,
  importedFrom: "bondkeeper.records 2026-02-01T00:00:00.000Z",
};

const table1: GattTableRecord = {
  v: 1,
  bondId: STRAP,
  at: "2026-05-01T10:00:02.000Z",
  table: {
    services: [
      {
        uuid: HEART_RATE,
        handle: 1,
        characteristics: [
          { uuid: MEASUREMENT, properties: ["notify"], descriptors: [{ uuid: CCCD }], handle: 3 },
        ],
      },
      {
        uuid: BATTERY,
        characteristics: [{ uuid: LEVEL, properties: ["read", "notify"], descriptors: [] }],
      },
    ],
  },
  structureHash: "a7".repeat(32),
  databaseHash: "0123456789abcdef0123456789abcdef",
  firmwareRevision: "1.4.2",
  serviceChanged: false,
};
const tableBefore1: GattTableRecord = {
  ...table1,
  at: "2026-03-01T10:00:02.000Z",
  structureHash: "b8".repeat(32),
};

const history1: readonly HistoryEntry[] = [
  { bondId: STRAP, at: "2026-01-02T03:04:05.678Z", kind: "added", detail: "" },
  { bondId: STRAP, at: "2026-05-01T10:00:01.000Z", kind: "verified", detail: "Battery Level" },
  { bondId: SCALE, at: "2026-02-02T03:04:05.000Z", kind: "imported", detail: "" },
];

const settings1: Settings = { v: 1, profileId: "7d1f", theme: "dark", cacheDays: 14 };

const quarantined1: Quarantined = {
  id: "q-1",
  store: "bonds",
  key: "lost",
  reason: "name: not a text",
  at: "2026-04-01T00:00:00.000Z",
  raw: { id: "lost", name: 5 },
};

const version1: Snapshot = {
  stores: {
    bonds: [{ value: strap1 }, { value: scale1 }],
    gatt: [{ value: table1 }],
    gattPrevious: [{ value: tableBefore1 }],
    history: history1.map((value) => ({ value })),
    settings: [{ value: settings1, key: "settings" }],
    quarantine: [{ value: { ...quarantined1, rowKey: "lost" } }],
  },
  expected: {
    bonds: [scale1, strap1],
    tables: [table1],
    previous: [tableBefore1],
    history: { [STRAP]: history1.slice(0, 2).toReversed(), [SCALE]: history1.slice(2) },
    settings: settings1,
    quarantined: [quarantined1],
  },
};

export const firmware3 = {
  v: 1,
  id: "2357:0604",
  family: "realtek",
  name: "rtl8761bu_fw.bin",
  addedAt: "2026-06-01T10:00:00.000Z",
  file: Uint8Array.of(1, 2, 3),
  config: null,
  digest: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
  configDigest: null,
};

/** What keys there are in it, see the tests of the key store. */
const version2: Snapshot = { ...version1, stores: { ...version1.stores, ...keyRows2 } };

/** A firmware file beside them, as version 3 wrote it. */
const version3: Snapshot = { ...version2, stores: { ...version2.stores, firmware: [{ value: firmware3 }] } };

/** What discovery found on one peer, as version 4 wrote it. */
export const attributes4 = {
  v: 1,
  id: "static-c05a10000001.static-c63b117e4d02",
  at: "2026-06-01T10:00:00.000Z",
  hash: "f1ca2d48ecf58bac8a8830bbb9fba990",
  configured: true,
  hashLies: false,
  table: {
    services: [
      {
        start: 1,
        end: 3,
        uuid: "0000180f-0000-1000-8000-00805f9b34fb",
        included: [],
        characteristics: [
          {
            declaration: 2,
            handle: 3,
            end: 3,
            uuid: "00002a19-0000-1000-8000-00805f9b34fb",
            properties: {
              broadcast: false,
              read: true,
              writeWithoutResponse: false,
              write: false,
              notify: false,
              indicate: false,
              authenticatedSignedWrites: false,
              extended: false,
            },
            descriptors: [],
          },
        ],
      },
    ],
  },
};

const version4: Snapshot = {
  ...version3,
  stores: { ...version3.stores, attributes: [{ value: attributes4 }] },
};

export const snapshots: Readonly<Record<number, Snapshot>> = {
  1: version1,
  2: version2,
  3: version3,
  4: version4,
};
