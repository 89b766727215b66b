/** Imported bonds with the identity key in either order, up to an encryption by our own host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exportKeys } from "../../../src/formats/keys/export.ts";
import { importKeys } from "../../../src/formats/keys/import.ts";
import { matchIrk } from "../../../src/formats/keys/irk-order.ts";
import { flip } from "../../../src/formats/keys/values.ts";
import { IrkWatch } from "../../../src/link/hci/irk-watch.ts";
import { scanRadioOf } from "../../../src/link/hci/scan-radio.ts";
import type { AdvertisingReport } from "../../../src/link/scan.ts";
import { keyRecordOf, vaultRecordOf } from "../../../src/state/keys/records.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import { UnsettledIrks } from "../../../src/storage/keys/unsettled-irks.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";

const AT = "2026-01-02T03:04:05.000Z";
const NO_QUESTIONS = { policy: { ioCapability: "NoInputNoOutput" }, privacy: true } as const;

/** Pairs with a device that uses private addresses, and puts in place of that bond what BlueZ files give of it. */
async function imported(rig: OwnKeysRig, irkOf: (irk: string) => string) {
  await rig.start();
  const { stack } = await rig.world.device("sensor", NO_QUESTIONS);
  // It keeps the private address it has: else time ran on from renewal to renewal while hashes are made.
  stack.gap.close();
  const peer = rig.backend.chosen(await onAir(rig), "sensor");
  assert.equal((await rig.ensure({ peer, services: [], profile: null, probe: null })).code, 0);
  const [made] = await rig.keys.export();
  assert(made?.irk !== undefined && made.irk !== null && made.local !== null);
  const { files } = exportKeys("bluez", [{ ...keyRecordOf(made), irk: irkOf(made.irk) }], {
    aes: nodeCrypto,
  });
  const found = importKeys(files, { aes: nodeCrypto, adapters: [made.local] });
  const [bond] = found.bonds;
  assert(bond !== undefined);
  for (const { id } of await rig.keys.list()) await rig.keys.bonds.deletePlace(id);
  const origin = { from: "bluez: bonds.tar", at: AT };
  await rig.keys.restore([vaultRecordOf(bond, { adapter: made.adapter, local: made.local }, origin)]);
  await rig.reload();
  return { irk: made.irk };
}

/** Scans until a device is heard; resolves with the id of its private address. */
async function onAir(rig: OwnKeysRig): Promise<string> {
  const stop = new AbortController();
  const heard = Promise.withResolvers<string>();
  const listener = (report: AdvertisingReport) => heard.resolve(report.address().id);
  await rig.world.until(scanRadioOf(rig.backend).scan(listener, stop.signal));
  const id = await rig.world.until(heard.promise);
  stop.abort();
  return id;
}

function watch(rig: OwnKeysRig): { readonly watch: IrkWatch; readonly turned: { count: number } } {
  const turned = { count: 0 };
  const watching = new IrkWatch({
    session: rig.backend.session,
    irks: rig.world.watched(new UnsettledIrks(rig.keys)),
    order: (irk, heard) => matchIrk(nodeCrypto, irk, heard).order,
    aes: nodeCrypto,
    clock: rig.world.rig.clock,
    onTurned: () => turned.count++,
    onError: (error) => {
      throw error;
    },
  });
  watching.start(new AbortController().signal);
  return { watch: watching, turned };
}

/** Scans until the device was heard, and what follows of it is done. */
async function listen(rig: OwnKeysRig, watching: IrkWatch): Promise<void> {
  await rig.world.outside(watching.look());
  await onAir(rig);
  // After what was heard: one thing at a time.
  await rig.world.outside(watching.look());
}

const stored = async (rig: OwnKeysRig): Promise<VaultRecord | undefined> => (await rig.keys.export())[0];

test("an identity key the right way round stays as it is, and the imported bond encrypts", async () => {
  await using rig = new OwnKeysRig();
  const { irk } = await imported(rig, (right) => right);
  const before = await stored(rig);
  const { watch: watching, turned } = watch(rig);
  await listen(rig, watching);
  assert.equal(turned.count, 0);
  assert.deepEqual(await stored(rig), before);
  const result = await rig.again();
  assert.deepEqual([result.code, result.evidence, (await stored(rig))?.irk], [0, "encrypted", irk]);
});

test("a reversed identity key is turned round by what is heard, marked, and the imported bond encrypts", async () => {
  await using rig = new OwnKeysRig();
  const { irk } = await imported(rig, flip);
  const before = await stored(rig);
  assert.equal(before?.irk, flip(irk));
  const { watch: watching, turned } = watch(rig);
  await listen(rig, watching);
  assert.equal(turned.count, 1);
  const after = await stored(rig);
  assert(after !== undefined && before.imported !== null);
  assert.deepEqual(after, { ...before, irk, imported: { ...before.imported, irkMatched: true } });
  assert.equal(keyRecordOf(after).proof, "irk-matched");
  // Found behind its private address, and encrypted with the key of the file.
  const result = await rig.again();
  assert.deepEqual([result.code, result.evidence, (await stored(rig))?.state], [0, "encrypted", "active"]);
});

test("where two devices can be meant, and while the vault is locked, nothing changes", async () => {
  await using rig = new OwnKeysRig();
  await imported(rig, flip);
  const [first] = await rig.keys.export();
  assert(first !== undefined);
  const peer = { address: "C6:3B:11:7E:4D:02", type: "static" } as const;
  await rig.keys.restore([{ ...first, peer }]);
  const before = await rig.keys.export();
  const { watch: watching, turned } = watch(rig);
  await listen(rig, watching);
  assert.deepEqual([turned.count, await rig.keys.export()], [0, before]);
  // One device again, but nobody may read its key.
  await rig.keys.bonds.deletePlace(idOf(await rig.keys.list(), peer.address));
  rig.keys.vault.lock();
  await rig.world.outside(watching.look());
  await onAir(rig);
  await rig.world.outside(watching.look());
  assert.equal(turned.count, 0);
});

test("a key that was made here stays, whatever is heard", async () => {
  await using rig = new OwnKeysRig();
  const { irk } = await imported(rig, flip);
  const [first] = await rig.keys.export();
  assert(first !== undefined && first.local !== null);
  const { id } = (await rig.keys.list())[0] ?? { id: "" };
  await rig.keys.bonds.deletePlace(id);
  await rig.keys.restore([{ ...first, imported: null }]);
  const { watch: watching, turned } = watch(rig);
  await listen(rig, watching);
  assert.deepEqual([turned.count, (await stored(rig))?.irk], [0, flip(irk)]);
});

const idOf = (bonds: Awaited<ReturnType<OwnKeysRig["keys"]["list"]>>, address: string): string =>
  bonds.find(({ peer }) => peer.address === address)?.id ?? "";
