/** What a stored row must look like, field by field. The same checks judge an imported file. */
import type { CharacteristicProperty, CharacteristicRef, GattTable } from "../link/gatt.ts";
import {
  boolean,
  changed,
  exactly,
  fields,
  integer,
  listOf,
  Misfit,
  nullable,
  oneOf,
  pattern,
  text,
  type Check,
} from "./check.ts";
import type {
  BondRecord,
  GattTableRecord,
  HistoryEntry,
  HistoryKind,
  Level,
  Proof,
  Probe,
  Quarantined,
  Settings,
} from "./records.ts";
import { MAX_PROOFS } from "./records.ts";
import { cleanName, cleanText } from "./text.ts";

export const MAX_NOTES = 4_000;
export const MAX_SERVICES = 500;
export const MAX_REFUSED = 500;
export const MAX_CHARACTERISTICS = 5_000;
const MAX_DETAIL = 1_000;

/** `2026-03-05T07:08:09.123Z`: what `Date.prototype.toISOString` writes. */
export const time: Check<string> = (value) => {
  if (
    typeof value !== "string" ||
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/u.test(value) ||
    Number.isNaN(Date.parse(value))
  ) {
    throw new Misfit("not a time such as 2026-03-05T07:08:09.123Z");
  }
  return value;
};

export const id = pattern(/^[\w.:-]{1,128}$/u, "an id of letters, digits and . : - _");
export const uuid = pattern(
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/u,
  "a 128-bit UUID in lower case",
);
const name = changed(text(1_000), (value) => cleanName(value));
const level: Check<Level> = oneOf("encrypted", "authenticated", "secure");
const transport = oneOf("web-bluetooth", "dongle", "demo", "simulator");
const hex = (octets: number): Check<string> =>
  pattern(new RegExp(`^[\\da-f]{${octets * 2}}$`, "u"), `${octets} octets in lower-case hexadecimal`);

const ref: Check<CharacteristicRef> = fields({
  service: uuid,
  characteristic: uuid,
  instance: integer(0, MAX_CHARACTERISTICS),
});

const probe: Check<Probe> = fields({
  ref,
  source: oneOf("profile", "user", "learned"),
  level: nullable(level),
  since: time,
});

const proof: Check<Proof> = fields(
  {
    at: time,
    transport,
    localIdentity: text(200),
    how: oneOf("re-encryption", "gated-read", "gated-write", "gated-notify"),
    level: nullable(level),
    keySize: nullable(integer(7, 16)),
    probe: nullable(ref),
    appVersion: text(100),
  },
  { encMs: integer(0, 3_600_000) },
);

export const bondRow: Check<BondRecord> = fields(
  {
    v: exactly(1),
    id,
    transport,
    localIdentity: text(200),
    platformId: nullable(text(500)),
    name,
    label: changed(nullable(name), (label) => (label === "" ? null : label)),
    notes: changed(text(MAX_NOTES * 4), (value) => cleanText(value, MAX_NOTES)),
    profile: nullable(text(100)),
    services: listOf(uuid, MAX_SERVICES),
    createdAt: time,
    lastSeenAt: nullable(time),
    probe: nullable(probe),
    refused: listOf(ref, MAX_REFUSED),
    proofs: listOf(proof, MAX_PROOFS),
    suspect: nullable(
      fields({
        reason: oneOf(
          "access-refused",
          "key-missing",
          "key-mismatch",
          "encryption-refused",
          "half-bond",
          "evicted",
        ),
        at: time,
      }),
    ),
    archived: nullable(fields({ at: time, why: oneOf("repair", "removed") })),
    minimumLevel: nullable(level),
    autoConnect: boolean,
    importedFrom: nullable(text(500)),
  },
  { legacyAllowed: boolean },
);

const property: Check<CharacteristicProperty> = oneOf(
  "broadcast",
  "read",
  "writeWithoutResponse",
  "write",
  "notify",
  "indicate",
  "authenticatedSignedWrites",
  "reliableWrite",
  "writableAuxiliaries",
);
const handle = integer(1, 0xffff);

export const gattTable: Check<GattTable> = changed(
  fields({
    services: listOf(
      fields(
        {
          uuid,
          characteristics: listOf(
            fields(
              {
                uuid,
                properties: listOf(property, 9),
                descriptors: listOf(fields({ uuid }), 100),
              },
              { handle },
            ),
            MAX_CHARACTERISTICS,
          ),
        },
        { handle },
      ),
      MAX_SERVICES,
    ),
  }),
  (table) => {
    const count = table.services.reduce((sum, service) => sum + service.characteristics.length, 0);
    if (count > MAX_CHARACTERISTICS) throw new Misfit(`more than ${MAX_CHARACTERISTICS} characteristics`);
    return table;
  },
);

export const gattRow: Check<GattTableRecord> = fields({
  v: exactly(1),
  bondId: id,
  at: time,
  table: gattTable,
  structureHash: hex(32),
  databaseHash: nullable(hex(16)),
  firmwareRevision: nullable(text(512)),
  serviceChanged: boolean,
});

export const historyKind: Check<HistoryKind> = oneOf(
  "added",
  "paired",
  "verified",
  "check-failed",
  "suspect",
  "repair-started",
  "repaired",
  "repair-undone",
  "renamed",
  "probe-chosen",
  "probe-learned",
  "table-changed",
  "removed",
  "restored",
  "exported",
  "imported",
  "identity-confirmed",
  "failed",
);

export const historyRow: Check<HistoryEntry> = fields({
  bondId: id,
  at: time,
  kind: historyKind,
  detail: changed(text(MAX_DETAIL * 4), (value) => cleanText(value, MAX_DETAIL)),
});

export const MAX_CACHE_DAYS = 3_650;
export const profileId = pattern(/^[\w-]{1,64}$/u, "a profile id");
export const settingsFields = {
  v: exactly(1),
  profileId,
  theme: oneOf("system", "light", "dark"),
  cacheDays: integer(0, MAX_CACHE_DAYS),
} as const;
/** Came later than the first rows. */
export const laterSettings = {
  autoLockMinutes: nullable(integer(1, 24 * 60)),
  connectSeconds: integer(1, 600),
  lastBackupAt: time,
} as const;
export const settingsRow: Check<Settings> = fields(settingsFields, laterSettings);

/** A row of the quarantine, which also remembers the key under which the damaged row stood. */
export interface QuarantineRow extends Quarantined {
  readonly rowKey: string | number;
}

export const quarantineRow: Check<QuarantineRow> = fields({
  id,
  store: oneOf("bonds", "gatt", "history", "settings", "quarantine", "bondKeys", "identities", "adapters"),
  key: text(1_000),
  reason: text(1_000),
  at: time,
  raw: (value: unknown) => value,
  rowKey: (value: unknown) => {
    if (typeof value !== "string" && typeof value !== "number") throw new Misfit("not a key");
    return value;
  },
});
