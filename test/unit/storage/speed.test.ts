/** Work for many records, counted in what the database is asked: never once for each record. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { bond, entry, PROOF } from "../../support/records.ts";
import { newProfile, openTab } from "../../support/tabs.ts";

beforeEach(newProfile);
const COUNT = 10_000;

test("ten thousand records are written in one transaction and read in one request", async (t) => {
  await using tab = openTab();
  await tab.bonds.all();
  const records = Array.from({ length: COUNT }, (_, i) => bond(`b${i}`, { proofs: [PROOF, PROOF, PROOF] }));
  const transactions = t.mock.method(IDBDatabase.prototype, "transaction");
  await tab.bonds.put(records);
  assert.equal(transactions.mock.callCount(), 1);
  const requests = t.mock.method(IDBObjectStore.prototype, "getAll");
  assert.equal((await tab.bonds.all()).length, COUNT);
  assert.equal(requests.mock.callCount(), 1);
  assert.equal((await tab.bonds.byPlatformId("platform-b77")).length, 1);
});

test("the last entries of one device are found by index, not by reading all", async (t) => {
  await using tab = openTab();
  const entries = Array.from({ length: COUNT }, (_, i) => entry(`b${i % 100}`, i));
  await tab.history.append(entries);
  const everything = [IDBIndex, IDBObjectStore].map((kind) => t.mock.method(kind.prototype, "getAll"));
  assert.equal((await tab.history.of("b7", 20)).length, 20);
  assert.deepEqual(
    everything.map((method) => method.mock.callCount()),
    [0, 0],
  );
});
