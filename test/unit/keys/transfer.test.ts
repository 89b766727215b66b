import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import type { Keys } from "../../../src/storage/keys/keys.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import type { Restored } from "../../../src/storage/keys/restore.ts";
import { failWrites, newProfile } from "../../support/tabs.ts";
import {
  bondWith,
  MOUSE,
  MOUSE_BOND,
  octets,
  openKeysTab,
  record,
  repaired,
  SENSOR,
  SENSOR_BOND,
  US,
} from "./keys-rig.ts";

beforeEach(newProfile);

async function fill(keys: Keys, adapter: AdmittedAdapter): Promise<void> {
  await keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  const store = keys.forAdapter(adapter);
  for (const bond of [bondWith(5), SENSOR_BOND, MOUSE_BOND]) {
    await store.put(bond);
    await store.promote(bond);
  }
  await store.put(repaired(SENSOR_BOND, 41));
  await store.pairingEnded(US, SENSOR);
  await store.put(repaired(MOUSE_BOND, 42));
  await store.rollback(US, MOUSE);
}

describe("an export", () => {
  test("holds the reference bonds as the formats write them: wire order, lower case", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    await fill(tab.keys, adapter);
    const all = await tab.keys.export();
    const sensor = all.find(({ peer, state }) => peer.address === "C6:3B:11:7E:4D:02" && state === "active");
    assert.deepEqual(sensor?.keys.sc, { ltk: "fb4c6b6c9f8ccf371533f3934955990f", keySize: 16 });
    assert.equal(sensor?.irk, "a4a1d07a8e247877fbfdd4eef54c3915");
    assert.deepEqual(sensor?.local, { address: "C0:5A:10:00:00:01", type: "static" });
    assert.equal(sensor?.ownIrk, Buffer.from(octets(3).toReversed()).toString("hex"));
    const mouse = all.find(({ peer, state }) => peer.type === "public" && state === "active");
    const { central, peripheral } = mouse?.keys ?? {};
    assert.deepEqual(central, {
      ltk: "6ba3c040f2b15f930aa698389909b349",
      keySize: 16,
      ediv: 36916,
      rand: "54a981feac7325b8",
    });
    assert.deepEqual(peripheral, {
      ltk: "054c3102936db6ad1417995131b7eac1",
      keySize: 16,
      ediv: 31988,
      rand: "b162ad1cae33d111",
    });
    assert.deepEqual(
      all.map(({ state }) => state),
      ["active", "unproven", "active", "active", "failed"],
    );
  });

  test("is frozen through and through, and a copy", async () => {
    await using tab = openKeysTab();
    await fill(tab.keys, await tab.adapter());
    const [first] = await tab.keys.export();
    assert.ok(
      first && Object.isFrozen(first) && Object.isFrozen(first.keys) && Object.isFrozen(first.keys.sc),
    );
    await tab.keys.bonds.rename(first.adapter, US, SENSOR, "other");
    assert.equal(first.name, "");
  });

  test("can be of one adapter and one identity", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    await fill(tab.keys, adapter);
    assert.equal((await tab.keys.export({ adapter: adapter.id })).length, 5);
    assert.equal((await tab.keys.export({ adapter: "another" })).length, 0);
    assert.equal((await tab.keys.export({ local: US })).length, 5);
    assert.equal((await tab.keys.export({ local: MOUSE })).length, 0);
  });
});

describe("restoring", () => {
  test("an export into an empty store gives the same export, slots and order included; twice changes nothing", async () => {
    let exported: readonly VaultRecord[] = [];
    {
      await using tab = openKeysTab();
      await fill(tab.keys, await tab.adapter());
      exported = await tab.keys.export();
    }
    newProfile();
    await using tab = openKeysTab();
    const heard: unknown[] = [];
    tab.keys.onChange((change) => heard.push(change), new AbortController().signal);
    assert.deepEqual(await countsOf(tab.keys.restore(exported)), [5, 0, 0]);
    assert.deepEqual(await tab.keys.export(), exported);
    assert.deepEqual(await countsOf(tab.keys.restore(exported)), [0, 5, 0]);
    assert.deepEqual(await tab.keys.export(), exported);
    assert.deepEqual(heard, [], "and silent");
    const [own] = await tab.keys.identities.all(exported[0]?.adapter ?? "");
    assert.deepEqual(own, { address: US, irk: octets(3) });
  });

  test("is one write: cut off, nothing is half imported; undone, everything is as before", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const store = tab.keys.forAdapter(adapter);
    await store.put(SENSOR_BOND);
    await store.promote(SENSOR_BOND);
    const before = await tab.keys.export();
    const records = [record(adapter.id, { irk: null }), ...[1, 2, 3].map((n) => other(adapter, n))];
    const heal = failWrites("bondKeys", 3);
    await assert.rejects(tab.keys.restore(records), { name: "StorageError" });
    heal();
    assert.deepEqual(await tab.keys.export(), before);
    const done = await tab.keys.restore(records);
    assert.deepEqual([done.added, (await tab.keys.export()).length], [4, 5]);
    assert.equal(await done.undo(), true);
    assert.deepEqual(await tab.keys.export(), before);
    const again = await tab.keys.restore(records);
    await tab.keys.bonds.rename(adapter.id, US, SENSOR, "changed in the meantime");
    assert.equal(await again.undo(), false);
    assert.equal((await tab.keys.export()).length, 5);
  });

  test("keeps signing keys, older keys and unknown fields for the way back, and uses none of them", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const full = record(adapter.id, {
      ownIrk: "91b21ce9b8618a4d8df48e1103cea110",
      csrkLocal: { key: "11".repeat(16), counter: 0xffff_ffff, authenticated: true },
      csrkRemote: { key: "22".repeat(16), counter: null, authenticated: null },
      keys: {
        sc: { ltk: "fb4c6b6c9f8ccf371533f3934955990f", keySize: null },
        central: null,
        peripheral: null,
        others: [
          {
            place: "central",
            ltk: "33".repeat(16),
            keySize: 7,
            ediv: 0xffff,
            rand: "ff".repeat(8),
            authenticated: false,
            debug: null,
          },
        ],
      },
      keySize: null,
      oob: null,
      extra: { bluez: { info: "[LinkKey]\nKey=…", nested: [1, null, { a: "ü" }] } },
    });
    await tab.keys.restore([full]);
    assert.deepEqual(await tab.keys.export(), [full]);
    const bond = await tab.keys.forAdapter(adapter).get(US, SENSOR);
    assert.deepEqual(bond?.asCentral, SENSOR_BOND.asCentral);
    assert.equal((await tab.keys.nthOfType("csrkRemote", 0))?.type, "csrkRemote");
  });

  test("what claims a level does not have it until a person accepts that for the device", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const store = tab.keys.forAdapter(adapter);
    await tab.keys.restore([record(adapter.id, { state: "active" })]);
    const [listed] = await tab.keys.list();
    assert.equal(listed?.state, "unproven", "whatever the record says");
    assert.equal((await store.get(US, SENSOR))?.authenticated, false);
    assert.equal(await tab.keys.bonds.acceptClaims(adapter.id, US, SENSOR), true);
    assert.equal((await store.get(US, SENSOR))?.authenticated, true);
    assert.equal(await tab.keys.bonds.acceptClaims(adapter.id, US, SENSOR), false);
    await store.promote(await present(store.get(US, SENSOR)));
    assert.equal((await tab.keys.list())[0]?.state, "active");
  });

  test("another key for a bonded device never takes its place: it is kept as a spare", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const store = tab.keys.forAdapter(adapter);
    await store.put(SENSOR_BOND);
    await store.promote(SENSOR_BOND);
    const other = record(adapter.id);
    const keys = { ...other.keys, sc: { ltk: "ab".repeat(16), keySize: 16 } };
    await tab.keys.restore([{ ...other, keys }]);
    assert.deepEqual(await store.get(US, SENSOR), SENSOR_BOND);
    const [, spare] = await tab.keys.bonds.alternatives(adapter.id, US, SENSOR);
    assert.equal(spare?.asCentral?.value[0], 0xab);
    assert.deepEqual(
      (await tab.keys.export()).map(({ state }) => state),
      ["active", "spare"],
    );
  });

  test("a debug key is kept and never used", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    await tab.keys.restore([record(adapter.id, { debug: true })]);
    const bond = await tab.keys.forAdapter(adapter).get(US, SENSOR);
    assert.deepEqual([bond?.asCentral, bond?.asPeripheral], [null, null]);
    assert.equal((await tab.keys.export())[0]?.debug, true);
  });

  test("a device whose address type nobody knows answers to both", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const store = tab.keys.forAdapter(adapter);
    await tab.keys.restore([record(adapter.id, { peer: { address: "C6:3B:11:7E:4D:02", type: "unknown" } })]);
    assert.deepEqual((await store.get(US, SENSOR))?.peer, SENSOR);
    const asPublic = { ...SENSOR, type: "public" } as const;
    assert.deepEqual((await store.get(US, asPublic))?.peer, asPublic);
    assert.deepEqual(
      (await store.all(US)).map(({ peer }) => peer),
      [SENSOR],
    );
    for (const peer of [SENSOR, asPublic])
      assert.equal(
        (await store.about(US, peer))?.peer.type,
        "unknown",
        "the listing answers as the key does",
      );
    assert.equal(await store.about(US, MOUSE), undefined);
    assert.equal(await store.promote(await present(store.get(US, SENSOR))), "active");
    assert.equal(await store.delete(US, SENSOR), true);
  });

  test("short keys whose size no file says are used at the size their zeros show", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const { keys } = record(adapter.id);
    const ltk = `${"ab".repeat(7)}${"00".repeat(9)}`;
    await tab.keys.restore([record(adapter.id, { keys: { ...keys, sc: { ltk, keySize: null } } })]);
    assert.equal((await tab.keys.forAdapter(adapter).get(US, SENSOR))?.asCentral?.keySize, 7);
  });

  const bad: readonly (readonly [string, (good: VaultRecord) => unknown])[] = [
    ["a short LTK", (good) => ({ ...good, keys: { ...good.keys, sc: { ltk: "ab", keySize: 16 } } })],
    ["upper-case hex", (good) => ({ ...good, irk: "AB".repeat(16) })],
    [
      "a zero LTK",
      (good) => ({ ...good, keys: { ...good.keys, sc: { ltk: "00".repeat(16), keySize: 16 } } }),
    ],
    ["an IRK that everybody knows", (good) => ({ ...good, irk: "a599bae4e17ca618228e0756b4e85f01" })],
    [
      "a key size of 17",
      (good) => ({ ...good, keys: { ...good.keys, sc: { ltk: "ab".repeat(16), keySize: 17 } } }),
    ],
    ["an address of five octets", (good) => ({ ...good, peer: { ...good.peer, address: "C6:3B:11:7E:4D" } })],
    ["an id that reaches out", (good) => ({ ...good, adapter: "../../etc" })],
    ["an id with a dot, which separates", (good) => ({ ...good, adapter: "a.b" })],
    ["a time that is none", (good) => ({ ...good, createdAt: "yesterday" })],
    ["extra that is no object", (good) => ({ ...good, extra: [1] })],
    ["extra beyond all bounds", (good) => ({ ...good, extra: { a: "x".repeat(1_000_001) } })],
    ["another version", (good) => ({ ...good, v: 2 })],
    ["nothing", () => null],
  ];
  for (const [what, change] of bad) {
    test(`leaves out a record with ${what}, says why, and takes the others`, async () => {
      await using tab = openKeysTab();
      const adapter = await tab.adapter();
      const good = record(adapter.id, { peer: { address: "C1:00:00:00:00:01", type: "static" } });
      const result = await tab.keys.restore([change(record(adapter.id)), good]);
      assert.deepEqual([result.added, result.refused.map(({ index }) => index)], [1, [0]]);
      assert.ok(result.refused[0]?.reason);
      assert.equal((await tab.keys.list()).length, 1);
    });
  }
});

function other(adapter: AdmittedAdapter, n: number): VaultRecord {
  return record(adapter.id, { peer: { address: `C1:00:00:00:00:0${n}`, type: "static" } });
}

async function countsOf(restored: Promise<Restored>): Promise<readonly number[]> {
  const { added, same, refused } = await restored;
  return [added, same, refused.length];
}

async function present(bond: Promise<Bond | undefined>): Promise<Bond> {
  const there = await bond;
  assert.ok(there);
  return there;
}
