import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeptTable, keepTable, type SeenTable } from "../../../src/bonds/table.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import type { CharacteristicRef, GattTable } from "../../../src/link/gatt.ts";
import { memoryStores, type MemoryStores } from "../../support/memory-stores.ts";
import { bondRig, PROVEN } from "../../support/bond-rig.ts";

const uuid = (number: number): string =>
  `0000${number.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;
const service = (number: number, ...characteristics: number[]): GattTable["services"][number] => ({
  uuid: uuid(number),
  characteristics: characteristics.map((characteristic) => ({
    uuid: uuid(characteristic),
    properties: ["read"],
    descriptors: [],
  })),
});

const TABLE: GattTable = {
  services: [service(0x1801, 0x2b2a), service(0x180a, 0x2a26), service(0x180f, 0x2a19)],
};
const SMALLER: GattTable = { services: TABLE.services.slice(0, 2) };
const H1 = "a1".repeat(16);

/** Values by the number of the characteristic, as hexadecimal. What is missing is refused. */
function linkWith(values: Record<string, string>, asked: string[] = []): SeenTable["connection"] {
  return {
    read: async ({ characteristic }: CharacteristicRef) => {
      const number = characteristic.slice(4, 8);
      asked.push(number);
      const value = values[number];
      if (value === undefined)
        throw new DeviceError({ kind: "access-refused", why: "not-paired", ambiguous: true });
      return Uint8Array.from(Buffer.from(value, "hex"));
    },
  };
}

const firmware = (text: string): string => Buffer.from(text).toString("hex");

function keep(stores: MemoryStores, seen: Partial<SeenTable> = {}): Promise<KeptTable> {
  return keepTable(
    {
      bondId: "bond-1",
      at: "2026-03-01T12:00:00.000Z",
      table: TABLE,
      connection: linkWith({}),
      secured: false,
      signal: new AbortController().signal,
      ...seen,
    },
    stores,
  );
}

test("the first table of a device is stored, and there is nothing to judge", async () => {
  const stores = memoryStores();
  const kept = await keep(stores);
  assert.deepEqual(await stores.gatt.get("bond-1"), kept.now);
  assert.equal(kept.before, null);
  assert.equal(kept.verdict.by, "absent");
  assert.deepEqual(stores.entries, []);
});

test("before the link has answered the probe only the hash is asked, which everybody may read", async () => {
  const asked: string[] = [];
  const kept = await keep(memoryStores(), { connection: linkWith({ "2b2a": H1 }, asked) });
  assert.deepEqual(asked, ["2b2a"]);
  assert.equal(kept.now.databaseHash, H1);
  assert.equal(kept.now.firmwareRevision, null);
});

test("on a link that has answered the probe the firmware revision is asked too, and cleaned", async () => {
  const connection = linkWith({ "2b2a": H1, "2a26": firmware("1.4\u202E.2\0") });
  const kept = await keep(memoryStores(), { connection, secured: true });
  assert.equal(kept.now.firmwareRevision, "1.4.2");
});

test("what the table does not offer is never asked", async () => {
  const asked: string[] = [];
  const table = { services: [service(0x180f, 0x2a19)] };
  await keep(memoryStores(), { table, connection: linkWith({}, asked), secured: true });
  assert.deepEqual(asked, []);
});

test("a hash that has not 16 octets counts as absent", async () => {
  for (const wrong of ["", "a1".repeat(15), "a1".repeat(17)]) {
    const kept = await keep(memoryStores(), { connection: linkWith({ "2b2a": wrong }) });
    assert.equal(kept.now.databaseHash, null);
  }
});

const hash = (value: string): Partial<SeenTable> => ({ connection: linkWith({ "2b2a": value }) });
const revision = (text: string): Partial<SeenTable> => ({
  connection: linkWith({ "2a26": firmware(text) }),
  secured: true,
});

/** What was seen first, what was seen then, and what the first table turned out to be worth. */
const JUDGED: readonly (readonly [string, Partial<SeenTable>, Partial<SeenTable>, string])[] = [
  ["the same hash", hash(H1), hash(H1), "valid by database-hash"],
  [
    "another hash, though the table looks the same",
    hash(H1),
    hash("b2".repeat(16)),
    "stale by database-hash",
  ],
  ["the same firmware", revision("1.0"), revision("1.0"), "valid by firmware-revision"],
  ["another firmware", revision("1.0"), revision("1.1"), "stale by firmware-revision"],
  ["nothing but the table, and it is the same", {}, {}, "valid by structure"],
  ["nothing but the table, and it differs", {}, { table: SMALLER }, "stale by structure"],
];

for (const [what, first, then, outcome] of JUDGED) {
  test(`the stored table is judged by the best sign there is: ${what}`, async () => {
    const stores = memoryStores();
    await keep(stores, first);
    const { verdict } = await keep(stores, then);
    assert.equal(`${verdict.verdict} by ${verdict.by}`, outcome);
  });
}

test("a table with another structure keeps the old one beside it, and is noted", async () => {
  const stores = memoryStores();
  const { now } = await keep(stores);
  const kept = await keep(stores, { table: SMALLER, at: "2026-03-02T12:00:00.000Z" });
  assert.deepEqual(kept.before, now);
  assert.deepEqual(await stores.gatt.previous("bond-1"), now);
  assert.deepEqual(
    stores.entries.map(({ kind, at }) => [kind, at]),
    [["table-changed", "2026-03-02T12:00:00.000Z"]],
  );
});

test("a table that still holds is dated anew, and keeps what an earlier, secured link told", async () => {
  const stores = memoryStores();
  await keep(stores, { connection: linkWith({ "2b2a": H1, "2a26": firmware("1.0") }), secured: true });
  const { now } = await keep(stores, { connection: null, at: "2026-03-02T12:00:00.000Z" });
  assert.deepEqual([now.at, now.databaseHash, now.firmwareRevision], ["2026-03-02T12:00:00.000Z", H1, "1.0"]);
});

test("a table that no longer holds takes nothing over from the old one", async () => {
  const stores = memoryStores();
  const first = await keep(stores, {
    connection: linkWith({ "2b2a": H1, "2a26": firmware("1.0") }),
    secured: true,
  });
  assert.equal(
    (await keep(stores, hash("b2".repeat(16)))).now.firmwareRevision,
    null,
    "the hash is another one",
  );
  await stores.gatt.put({ ...first.now, serviceChanged: true });
  const { now, verdict } = await keep(stores, { connection: null });
  assert.equal(verdict.by, "service-changed");
  assert.deepEqual([now.databaseHash, now.firmwareRevision, now.serviceChanged], [null, null, false]);
});

test("a second look on the same link judges the table from before the link", async () => {
  const stores = memoryStores();
  await keep(stores);
  const changed = await keep(stores, { table: SMALLER });
  const again = await keep(stores, { table: SMALLER, judge: changed.before });
  assert.deepEqual(again.before, changed.before);
  assert.equal(again.verdict.verdict, "stale");
  assert.equal(stores.entries.length, 1, "the change is noted once");
});

test("a store that fails costs the copy, not the table", async () => {
  const stores = memoryStores();
  stores.failAll({ kind: "quota" });
  const kept = await keep(stores);
  assert.deepEqual(kept.now.table, TABLE);
  assert.equal(kept.verdict.by, "absent");
});

test("a link that was given up meanwhile writes nothing", async () => {
  const stores = memoryStores();
  await keep(stores, { signal: AbortSignal.abort() });
  assert.deepEqual(stores.writes, []);
});

test("a run that proves the bond keeps hash and firmware; one that fails asks for neither", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.table = { services: [...rig.peer.table.services, ...TABLE.services.slice(0, 2)] };
  assert.equal((await rig.ensure()).code, 0);
  const asked = (): string[] => rig.peer.calls.filter((call) => /2b2a|2a26/.test(call));
  assert.equal(asked().length, 2);
  const { probe: _, ...unproven } = PROVEN;
  const other = bondRig([{ ...unproven, probe: null, proofs: [] }]);
  other.peer.table = rig.peer.table;
  assert.equal((await other.ensure()).code, 7);
  assert.deepEqual(
    other.peer.calls.filter((call) => /2b2a|2a26/.test(call)),
    [],
  );
  assert.notEqual(await other.stores.gatt.get("bond-1"), undefined);
});
