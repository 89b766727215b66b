/** Who is called bonded in the scanner: whoever there is a key for, never a mere record. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
