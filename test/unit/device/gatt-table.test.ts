import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionView } from "../../../src/state/gatt-session.ts";
import { readTable, type StoredTable, tableStanding } from "../../../src/state/gatt-table.ts";
import type { BondRecord, GattTableRecord } from "../../../src/storage/records.ts";
import { memoryStores } from "../../support/memory-stores.ts";
import { bondRecord, PROBED, START, TABLE } from "./scripted-link.ts";

const DAY = 86_400_000;
const OFF: SessionView = { step: "off", ended: null };

function record(change: Partial<GattTableRecord> = {}): GattTableRecord {
  return {
    v: 1,
    bondId: "bond-1",
    at: new Date(START).toISOString(),
    table: TABLE,
    structureHash: "00".repeat(32),
    databaseHash: null,
    firmwareRevision: null,
    serviceChanged: false,
    ...change,
  };
}

function open(change: Partial<GattTableRecord> = {}, before: GattTableRecord | null = null): SessionView {
  const verdict = { verdict: "stale", by: "structure", ageDays: 0 } as const;
  return {
    step: "open",
    since: new Date(START).toISOString(),
    table: { now: record(change), before, verdict },
  };
}

const stored = (change: Partial<StoredTable> = {}): StoredTable => ({
  table: record(),
  trouble: null,
  change: null,
  maxAgeDays: 30,
  ...change,
});

/** Verdict and rule for a table that is not asked for now. */
function judged(table: StoredTable, bond: BondRecord, after: number): string {
  const standing = tableStanding(table, bond, OFF, START + after);
  assert(standing.kind === "stored");
  return `${standing.verdict.verdict} by ${standing.verdict.by}`;
}

test("the stored table of a proven bond holds until it is as old as the settings say", () => {
  const proven = bondRecord(PROBED);
  assert.equal(judged(stored(), proven, 30 * DAY - 1), "valid by age");
  assert.equal(judged(stored(), proven, 30 * DAY), "stale by age");
  assert.equal(judged(stored({ maxAgeDays: 2 }), proven, 2 * DAY), "stale by age");
});

test("a table from the future is stale: its age cannot be told", () => {
  assert.equal(judged(stored(), bondRecord(PROBED), -DAY), "stale by age");
});

test("without a bond that stands proven no stored table holds, however young", () => {
  assert.equal(judged(stored(), bondRecord(), 0), "stale by not-bonded");
  const suspect = bondRecord({
    ...PROBED,
    suspect: { reason: "access-refused", at: "2026-02-02T00:00:00.000Z" },
  });
  assert.equal(judged(stored(), suspect, 0), "stale by not-bonded");
});

test("what the device said itself stands above age and bond", () => {
  const table = stored({ table: record({ serviceChanged: true }) });
  assert.equal(judged(table, bondRecord(PROBED), 0), "stale by service-changed");
  assert.equal(judged(table, bondRecord(), 0), "stale by service-changed");
});

test("on a link that is up the table is the one asked there, whatever is stored", () => {
  const now = START + 99 * DAY;
  const standing = tableStanding(stored({ table: null, trouble: "damaged" }), bondRecord(), open(), now);
  assert(standing.kind === "asked");
  assert.equal(standing.outdated, false);
  const changed = tableStanding(stored(), bondRecord(), open({ serviceChanged: true }), now);
  assert(changed.kind === "asked");
  assert.equal(changed.outdated, true, "until the device says that it changed");
});

test("a link that is being made shows the stored table, still as stored", () => {
  const standing = tableStanding(stored(), bondRecord(PROBED), { step: "discovering" }, START);
  assert.equal(standing.kind, "stored");
});

test("never asked, damaged and unreadable are three different things", async () => {
  const why = async (stores: ReturnType<typeof memoryStores>): Promise<string> => {
    const standing = tableStanding(await readTable("bond-1", { stores }, OFF), bondRecord(), OFF, START);
    return standing.kind === "none" ? standing.why : standing.kind;
  };
  assert.equal(await why(memoryStores()), "never-asked");

  const unreadable = memoryStores({ tables: [record()] });
  unreadable.failNext("gatt.get", { kind: "terminated" });
  assert.equal(await why(unreadable), "unreadable");
  assert.equal(await why(unreadable), "stored", "and is there again when the store is");

  const damaged = memoryStores();
  const entry = { id: "q", key: "bond-1", reason: "table: not an object", at: "", raw: {} };
  const list = (store: "gatt" | "history") => ({
    ...damaged,
    bonds: { ...damaged.bonds, quarantined: async () => [{ ...entry, store }] },
  });
  const standing = async (store: "gatt" | "history") =>
    (await readTable("bond-1", { stores: list(store) }, OFF)).trouble;
  assert.equal(await standing("gatt"), "damaged");
  assert.equal(await standing("history"), null, "damage elsewhere is no damage here");
});

test("the days come from the settings, and from the default where those cannot be read", async () => {
  const stores = memoryStores({ tables: [record()], settings: { cacheDays: 7 } });
  assert.equal((await readTable("bond-1", { stores }, OFF)).maxAgeDays, 7);
  stores.failNext("settings.get", { kind: "terminated" });
  const table = await readTable("bond-1", { stores }, OFF);
  assert.equal(table.maxAgeDays, 30);
  assert.notEqual(table.table, null, "the table is shown all the same");
});

const SMALLER = { services: TABLE.services.slice(1) };

test("the difference to the table before is read back from the store", async () => {
  const stores = memoryStores({ tables: [record()] });
  const newer = record({ at: "2026-03-05T00:00:00.000Z", table: SMALLER, structureHash: "11".repeat(32) });
  await stores.gatt.put(newer);
  const { change } = await readTable("bond-1", { stores }, OFF);
  assert.deepEqual([change?.before, change?.now], [record(), newer]);
  assert.equal(change?.diff.services[0]?.change, "removed");
  assert.equal(change?.sameDatabase, false);
});

test("where the Database Hash is the same, the page sees something else of an unchanged device", async () => {
  const hash = { databaseHash: "ab".repeat(16) };
  const stores = memoryStores({ tables: [record(hash)] });
  await stores.gatt.put(record({ ...hash, table: SMALLER, structureHash: "11".repeat(32) }));
  assert.equal((await readTable("bond-1", { stores }, OFF)).change?.sameDatabase, true);
});

test("a change seen on this link is shown though the store has not kept it", async () => {
  const stores = memoryStores({ tables: [record()] });
  const session = open({ table: SMALLER, structureHash: "11".repeat(32) }, record());
  const { change } = await readTable("bond-1", { stores }, session);
  assert.equal(change?.diff.services[0]?.change, "removed");
});
