/** Who is called bonded in the scanner: whoever there is a key for, never a mere record. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListFilter } from "../../../src/storage/keys/listing.ts";
import { ScanBonds } from "../../../src/state/scan/bonded.ts";
import { Bonds } from "../../../src/state/bonds.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { ManualPage, record, settle, world } from "../state/world.ts";

test("A pairing that failed leaves a record and no bond; the one that works makes the bond", async () => {
  await using rig = new OwnKeysRig();
  const page = new ManualPage();
  await rig.start();
  const bonds = new Bonds(rig.stores.bonds, page);
  await bonds.start(new AbortController().signal);
  const scan = new ScanBonds({ ports: rig.ports, bonds }, () => {});
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "DisplayOnly", mitm: "required" },
  });
  const standing = async () => {
    await page.frame();
    await rig.world.until(scan.refresh());
    return scan.of(rig.idOf(device));
  };
  assert.deepEqual(await standing(), { bonded: false, recordId: undefined });

  const wrong = await rig.ensure(rig.chosen(device), { pin: "000000" });
  assert.equal(wrong.code, 2);
  const { id } = await rig.record();
  assert.deepEqual(await standing(), { bonded: false, recordId: id });

  await rig.world.rig.clock.advance(60_000);
  const pairing = agreeable({ enter: async () => device.person.shown ?? null });
  assert.equal((await rig.again({ prompts: { pairing } })).code, 0);
  assert.deepEqual(await standing(), { bonded: true, recordId: id });

  await rig.stores.bonds.delete(id);
  assert.deepEqual(
    await standing(),
    { bonded: true, recordId: undefined },
    "the key is there without a record",
  );
});

test("Where nobody can be asked for keys, only what was proven counts", async () => {
  const { app } = await world([record("mine")]);
  const scan = new ScanBonds(app, () => {});
  await scan.refresh();
  await settle();
  assert.deepEqual(scan.of("peer-mine"), { bonded: false, recordId: "mine" });
});

/** A bonded device in a room, and what of the key store is read from then on: `all` its keys, or those of one `peer`. */
async function watched(rig: OwnKeysRig) {
  const page = new ManualPage();
  await rig.start();
  const device = await rig.world.device("sensor");
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  const bonds = new Bonds(rig.stores.bonds, page);
  await bonds.start(new AbortController().signal);
  let told = (): void => {};
  const scan = new ScanBonds({ ports: rig.ports, bonds }, () => told());
  await rig.world.until(scan.refresh());
  const reads: string[] = [];
  const list = rig.keys.list.bind(rig.keys);
  const counted = (filter: ListFilter = {}) => {
    reads.push(filter.peer === undefined ? "all" : "peer");
    return list(filter);
  };
  Object.defineProperty(rig.keys, "list", { value: counted });
  /** The change that was made is shown; what was read for it. */
  const shown = async () => {
    reads.length = 0;
    const shows = Promise.withResolvers<void>();
    told = shows.resolve;
    await page.frame();
    await rig.world.until(shows.promise);
    return reads.splice(0);
  };
  return { device, scan, shown };
}

test("What a person writes about a device reads no key", async () => {
  await using rig = new OwnKeysRig();
  const { device, scan, shown } = await watched(rig);
  const before = await rig.record();
  await rig.stores.bonds.put([
    { ...before, label: "Attic", notes: "left of the window", minimumLevel: "encrypted", autoConnect: false },
  ]);
  assert.deepEqual(await shown(), []);
  assert.deepEqual(scan.of(rig.idOf(device)), { bonded: true, recordId: before.id });
});

test("A record that changed has the key of its own device read, whatever else is stored", async () => {
  await using rig = new OwnKeysRig();
  const { device, scan, shown } = await watched(rig);
  const mine = await rig.record();
  await rig.stores.bonds.put([{ ...mine, lastSeenAt: "2026-02-03T04:05:06.000Z" }]);
  assert.deepEqual(await shown(), ["peer"]);

  await rig.stores.bonds.put([
    {
      ...mine,
      id: "elsewhere",
      localIdentity: "dongle:random-c00000000009",
      platformId: "random-c00000000001",
    },
  ]);
  assert.deepEqual(await shown(), [], "a bond of another dongle");

  await rig.stores.bonds.put([{ ...mine, id: "keyless", platformId: "random-c00000000002" }]);
  assert.deepEqual(await shown(), ["peer"], "a device there is no key for");
  assert.equal(scan.of("random-c00000000002").bonded, false);

  const removed = rig.backend.bonds.remove(rig.idOf(device), new AbortController().signal);
  assert.equal(await rig.world.until(removed), "removed");
  await rig.stores.bonds.delete(mine.id);
  assert.deepEqual(await shown(), ["peer"]);
  assert.deepEqual(scan.of(rig.idOf(device)), { bonded: false, recordId: undefined });
});

test("Records whose device cannot be asked for, and many at once, have all keys read once", async () => {
  await using rig = new OwnKeysRig();
  const { device, scan, shown } = await watched(rig);
  const mine = await rig.record();
  await rig.stores.bonds.put([{ ...mine, id: "strange", platformId: "no address" }]);
  assert.deepEqual(await shown(), ["all"]);

  const many = Array.from({ length: 20 }, (_, n) => ({
    ...mine,
    id: `many-${n}`,
    platformId: `random-c000000001${n + 10}`,
  }));
  await rig.stores.bonds.put(many);
  assert.deepEqual(await shown(), ["all"]);
  assert.equal(scan.of(rig.idOf(device)).bonded, true, "the key that is there still counts");
});
