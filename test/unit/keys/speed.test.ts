/** Work for many bonds, counted in what the database is asked: never once for each bond. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab, peerOf, bondWith, record, US } from "./keys-rig.ts";

beforeEach(newProfile);
const COUNT = 2_000;

test(`${COUNT} bonds are restored, listed, opened one by one and all at once`, async (context) => {
  await using tab = openKeysTab();
  const adapter = await tab.adapter();
  const records = Array.from({ length: COUNT }, (_, n) => {
    const { keys } = record(adapter.id);
    const ltk = Buffer.from(bondWith(n).asCentral?.value ?? []).toString("hex");
    const address = Buffer.from(peerOf(n).octets).toString("hex").toUpperCase().match(/../g)?.join(":") ?? "";
    return record(adapter.id, {
      peer: { address, type: "static" },
      keys: { ...keys, sc: { ltk, keySize: 16 } },
      irk: null,
    });
  });
  const store = tab.keys.forAdapter(adapter);
  const transactions = context.mock.method(IDBDatabase.prototype, "transaction");
  const gets = context.mock.method(IDBObjectStore.prototype, "get");
  const asked = async (work: () => Promise<unknown>): Promise<readonly [number, number]> => {
    transactions.mock.resetCalls();
    gets.mock.resetCalls();
    await work();
    return [transactions.mock.callCount(), gets.mock.callCount()];
  };
  const [restored, looked] = await asked(() => tab.keys.restore(records));
  assert.ok(restored <= 6, `${restored} transactions to restore`);
  assert.ok(looked < COUNT + 10, `${looked} looks at what is there to restore`);
  assert.deepEqual(await asked(async () => assert.equal((await tab.keys.list()).length, COUNT)), [1, 0]);
  assert.deepEqual(await asked(async () => assert.equal((await store.all(US)).length, COUNT)), [1, 0]);
  assert.deepEqual(await asked(async () => assert.ok(await store.get(US, peerOf(7)))), [2, 2]);
  const [written, read] = await asked(() => store.put(bondWith(COUNT + 1)));
  assert.ok(written <= 4 && read <= 5, `${written} transactions and ${read} reads to put one`);
  assert.deepEqual(await asked(() => tab.keys.nthOfType("sc", 1_500)), [1, 0]);
});
