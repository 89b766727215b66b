/**
 * Opens a database of every version that was ever released, with data as that version wrote it. A new entry in
 * `upgrades` without a snapshot here fails the first test; with one, every older snapshot is upgraded and compared.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openDB } from "idb";
import { DATABASE_NAME, upgrades, type Schema } from "../../../src/storage/schema.ts";
import { newProfile, openTab, withRaw } from "../../support/tabs.ts";
import { snapshots, type Snapshot } from "./snapshots.ts";

beforeEach(newProfile);

/** Makes the database as the program of that version made it: its own upgrades, its own rows. */
async function restore(version: number, snapshot: Snapshot): Promise<void> {
  const db = await openDB<Schema>(DATABASE_NAME, version, {
    upgrade(made, _from, _to, tx) {
      for (const step of upgrades.slice(0, version)) void step(made, tx);
    },
  });
  db.close();
  await withRaw(async (raw) => {
    for (const [store, rows] of Object.entries(snapshot.stores)) {
      for (const { key, value } of rows) await raw.put(store, structuredClone(value), key);
    }
  });
}

test("every released version has a snapshot of its data", () => {
  assert.deepEqual(
    Object.keys(snapshots).map(Number),
    upgrades.map((_, i) => i + 1),
  );
});

for (const [name, snapshot] of Object.entries(snapshots)) {
  const version = Number(name);

  test(`a database of version ${version} opens with everything in it`, async () => {
    await restore(version, snapshot);
    await using tab = openTab();
    assert.deepEqual(await tab.bonds.all(), snapshot.expected.bonds);
    for (const table of snapshot.expected.tables) assert.deepEqual(await tab.gatt.get(table.bondId), table);
    for (const table of snapshot.expected.previous) {
      assert.deepEqual(await tab.gatt.previous(table.bondId), table);
    }
    for (const [bondId, entries] of Object.entries(snapshot.expected.history)) {
      assert.deepEqual(await tab.history.of(bondId, 100), entries);
    }
    assert.deepEqual(await tab.settings.get(), snapshot.expected.settings);
    assert.deepEqual(await tab.bonds.quarantined(), snapshot.expected.quarantined);
  });

  test(`a database of version ${version} can be written after it was opened`, async () => {
    await restore(version, snapshot);
    const [first] = snapshot.expected.bonds;
    assert.ok(first);
    {
      await using tab = openTab();
      await tab.bonds.put([{ ...first, label: "changed" }]);
      await tab.history.append([
        { bondId: first.id, at: "2030-01-01T00:00:00.000Z", kind: "renamed", detail: "" },
      ]);
    }
    await using tab = openTab();
    assert.equal((await tab.bonds.get(first.id))?.label, "changed");
    assert.equal((await tab.history.of(first.id, 1))[0]?.kind, "renamed");
    const { platformId } = first;
    if (platformId !== null) assert.equal((await tab.bonds.byPlatformId(platformId)).length, 1);
  });

  test(`a database upgraded from version ${version} has the stores and indexes of a new one`, async () => {
    const shape = async (): Promise<unknown> => {
      {
        await using tab = openTab();
        await tab.bonds.all();
      }
      const db = await openDB(DATABASE_NAME);
      const found = [...db.objectStoreNames].map((store) => {
        const { keyPath, autoIncrement, indexNames } = db.transaction(store).store;
        return [store, keyPath, autoIncrement, [...indexNames]];
      });
      db.close();
      return [db.version, found];
    };
    const fresh = await shape();
    newProfile();
    await restore(version, snapshot);
    assert.deepEqual(await shape(), fresh);
  });
}
