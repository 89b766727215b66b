/** Databases of every released version, opened by today's key store. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openDB } from "idb";
import { DATABASE_NAME, upgrades, type Schema } from "../../../src/storage/schema.ts";
import { newProfile, openTab, withRaw } from "../../support/tabs.ts";
import { snapshots } from "../storage/snapshots.ts";
import { CLAIM, MOUSE_BOND, octets, openKeysTab, repaired, SENSOR, SENSOR_BOND, US } from "./keys-rig.ts";

beforeEach(newProfile);
const PASSPHRASE = { kind: "passphrase", passphrase: "correct horse" } as const;

async function restore(version: number): Promise<void> {
  const db = await openDB<Schema>(DATABASE_NAME, version, {
    upgrade(made, _from, _to, tx) {
      for (const step of upgrades.slice(0, version)) void step(made, tx);
    },
  });
  db.close();
  await withRaw(async (raw) => {
    for (const [store, rows] of Object.entries(snapshots[version]?.stores ?? {})) {
      for (const { key, value } of rows) await raw.put(store, structuredClone(value), key);
    }
  });
}

test("a database without keys gets room for them, and keeps what it has", async () => {
  await restore(1);
  await using tab = openKeysTab();
  assert.deepEqual(await tab.keys.list(), []);
  await tab.keys.forAdapter(await tab.adapter()).put(SENSOR_BOND);
  await using records = openTab();
  assert.deepEqual(await records.bonds.all(), snapshots[1]?.expected.bonds);
});

test("a database of version 2 opens with its vault, identity and every key", async () => {
  await restore(2);
  await using tab = openKeysTab();
  await tab.keys.vault.unlock(PASSPHRASE);
  const adapter = await tab.keys.adapters.admit(CLAIM);
  assert.deepEqual(await tab.keys.identities.own(adapter.id), { address: US, irk: octets(3) });
  const replacement = repaired(SENSOR_BOND, 41);
  const store = tab.keys.forAdapter(adapter);
  assert.deepEqual(await store.all(US), [replacement, MOUSE_BOND]);
  assert.deepEqual(await tab.keys.bonds.alternatives(adapter.id, US, SENSOR), [replacement, SENSOR_BOND]);
  assert.deepEqual(
    (await tab.keys.list()).map(({ name, state }) => [name, state]),
    [
      ["Test Sensor", "half-bond"],
      ["", "half-bond"],
    ],
  );
  assert.equal((await tab.keys.ofType("irk")).length, 1);
  assert.deepEqual(await store.rollback(US, SENSOR), SENSOR_BOND);
});

test("a database of version 4 opens with what discovery found", async () => {
  await restore(4);
  await using tab = openKeysTab();
  const stored = await tab.tables.get(US, SENSOR);
  assert.equal(stored?.table.services[0]?.characteristics[0]?.handle, 3);
  assert.equal(stored.configured, true);
});
