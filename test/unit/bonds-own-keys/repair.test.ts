/** A bond that is lost, refused, out of reach or replaced: what happens to it, and what never does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const CONSENT: Partial<EnsureOptions> = { mode: "repair", prompts: { confirmRepair: async () => true } };

async function bonded(rig: OwnKeysRig): Promise<RigHost> {
  await rig.start();
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const { code, reason } = await rig.ensure(rig.chosen(device));
  assert.deepEqual([code, reason], [0, null]);
  return device;
}

/** Every record and every key there is, as text. */
const everything = async (rig: OwnKeysRig): Promise<string> =>
  JSON.stringify([
    await rig.stores.bonds.all(),
    rig.stores.entries,
    await rig.storedKeys(),
    await rig.keys.list(),
  ]);

test("a check of a bond that works encrypts, and changes nothing at all", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const before = await everything(rig);
  const writes = rig.stores.writes.length;
  const result = await rig.again({ mode: "check" });
  assert.deepEqual(
    [result.code, result.evidence, result.level, result.keySize],
    [0, "encrypted", "encrypted", 16],
  );
  assert.equal(device.connections.length, 3);
  assert.equal(await everything(rig), before);
  assert.equal(rig.stores.writes.length, writes);
});

test("the stored key encrypts before the first attribute is asked for", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const seen: boolean[] = [];
  device.stack.onConnection = (link) => {
    const deliver = link.link.onFrame;
    link.link.onFrame = (channel, payload) => {
      if (channel === 4) seen.push(link.link.encrypted);
      deliver(channel, payload);
    };
    void link.closed.then(() => rig.world.rig.advertise(device));
  };
  assert.equal((await rig.again()).code, 0);
  assert.ok(seen.length > 0, "attributes were asked for");
  assert.ok(seen.every((encrypted) => encrypted));
});

test("the device lost its key: a check says so, ensure offers a repair, and the key is kept", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const keys = await rig.storedKeys();
  device.keys.clear();
  const checked = await rig.again({ mode: "check" });
  assert.deepEqual([checked.code, checked.reason], [1, "key-missing"]);
  assert.equal((await rig.record()).suspect, null);

  const ensured = await rig.again();
  assert.deepEqual([ensured.code, ensured.reason, ensured.remedy], [10, "key-missing", "repair"]);
  assert.equal(ensured.bondChanged, "marked-suspect");
  assert.equal((await rig.record()).suspect?.reason, "key-missing");
  assert.equal(await rig.storedKeys(), keys);
  assert.equal(device.keys.bonds.length, 0, "nothing was paired");
});

test("the device has another key: a mismatch, and nothing is paired", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const [bond] = device.keys.bonds;
  assert.ok(bond?.asPeripheral);
  const other = { ...bond.asPeripheral, value: bond.asPeripheral.value.map((octet) => octet ^ 0xff) };
  await device.keys.put({ ...bond, asPeripheral: other, asCentral: other });
  const { code, reason } = await rig.again();
  assert.deepEqual([code, reason], [10, "key-mismatch"]);
});

test("without consent a repair changes nothing", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  device.keys.clear();
  const before = await everything(rig);
  const result = await rig.again({ mode: "repair", prompts: { confirmRepair: async () => false } });
  assert.equal(result.code, 6);
  assert.equal(await everything(rig), before);
});

test("a repair with consent replaces the bond, on a connection of its own, once it is proven", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  device.keys.clear();
  assert.equal((await rig.again()).code, 10);
  const links = device.connections.length;
  const result = await rig.again(CONSENT);
  assert.deepEqual([result.code, result.reason, result.bondChanged], [0, null, "replaced"]);
  assert.equal(device.connections.length, links + 2);
  const [listed] = await rig.keys.list();
  assert.deepEqual([listed?.state, listed?.alternatives], ["active", 0]);
  const record = await rig.record();
  assert.deepEqual([record.suspect, record.archived, record.proofs.length], [null, null, 1]);
  assert.equal((await rig.again()).code, 0);
});

test("a repair whose key fails its proof gives the old bond back, and that one encrypts again", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const [kept] = device.keys.bonds;
  assert.ok(kept);
  const proofs = (await rig.record()).proofs.length;
  // The device takes part in a new pairing, and comes back as it was before.
  device.keys.clear();
  const put = device.keys.put.bind(device.keys);
  device.keys.put = () => put(kept);
  const result = await rig.again(CONSENT);
  assert.deepEqual([result.code, result.name, result.bondChanged], [2, "pairing-failed", "restored"]);
  const record = await rig.record();
  assert.deepEqual([record.archived, record.proofs.length], [null, proofs]);
  assert.equal((await rig.keys.list())[0]?.state, "active");
  const again = await rig.again();
  assert.deepEqual([again.code, again.bondChanged], [0, "none"]);
});

test("a repair whose pairing is refused leaves the old bond as it was", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const keys = await rig.storedKeys();
  device.person.onAccept = () => false;
  const result = await rig.again(CONSENT);
  assert.deepEqual([result.code, result.reason], [2, "not-supported-by-peer"]);
  assert.equal(await rig.storedKeys(), keys);
  assert.equal((await rig.again()).code, 0);
});

test("a repair that would give less than the old bond is refused before a key is exchanged", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "DisplayYesNo", mitm: "required" },
  });
  assert.equal((await rig.ensure(rig.chosen(device))).level, "secure");
  await device.stack.close();
  const imitation = await rig.world.device("sensor", {
    identity: device.stack.identity,
    policy: { ioCapability: "NoInputNoOutput" },
  });
  const result = await rig.again(CONSENT);
  assert.deepEqual([result.code, result.reason, result.bondChanged], [8, "weaker-than-before", "restored"]);
  assert.equal(imitation.keys.bonds.length, 0);
  assert.equal((await rig.keys.list())[0]?.alternatives, 0);
});

test("a device that is out of range keeps its bond untouched", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const [keys, record] = [await rig.storedKeys(), await rig.record()];
  rig.world.rig.radio.cut(rig.dongle.controller, device.controller);
  const result = await rig.again();
  assert.deepEqual([result.code, result.reason, result.bondChanged], [5, "time-limit", "none"]);
  assert.equal(await rig.storedKeys(), keys);
  assert.equal((await rig.record()).suspect, null);
  assert.deepEqual((await rig.record()).proofs, record.proofs);
  rig.world.rig.radio.mend(rig.dongle.controller, device.controller);
  assert.equal((await rig.again()).code, 0);
});

test("a bond that works but is weaker than demanded is told so, and proven all the same", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const proofs = (await rig.record()).proofs.length;
  const result = await rig.again({ level: "secure" });
  assert.deepEqual([result.code, result.reason, result.level], [8, "link-below-level", "encrypted"]);
  assert.equal((await rig.record()).proofs.length, proofs + 1);
  const checked = await rig.again({ mode: "check", level: "authenticated" });
  assert.deepEqual([checked.code, checked.reason], [8, "link-below-level"]);
});

test("a locked vault is said before anything is paired, and nothing is", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  rig.keys.vault.lock();
  const result = await rig.again();
  assert.deepEqual([result.code, result.reason, result.remedy], [4, "vault-locked", "unlock-vault"]);
  const other = await rig.world.device("other", { policy: { ioCapability: "NoInputNoOutput" } });
  const first = await rig.ensure(rig.chosen(other));
  assert.deepEqual([first.code, first.reason], [4, "vault-locked"]);
  assert.equal(other.keys.bonds.length, 0);
  assert.equal(other.person.asked.length, 0);
  assert.equal(device.keys.bonds.length, 1);
});

test("a record of another identity of ours is not used here", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  await rig.world.close();
  await rig.start({ dongle: rig.world.dongle("another", { seed: 99 }) });
  const { code, reason } = await rig.again();
  assert.deepEqual([code, reason], [7, "other-adapter"]);
});

test("a device that is bonded with another adapter is paired here only after a warning", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const first = await rig.record();
  const { adapter } = rig.world.dongle("another", { seed: 99 });
  await rig.start({ adapter });
  const writes = rig.stores.writes.length;
  const silent = await rig.ensure(rig.chosen(device));
  assert.deepEqual([silent.code, silent.reason], [7, "other-adapter"]);
  const asked: string[] = [];
  const answer = (go: boolean) => async (record: { readonly id: string }) => {
    asked.push(`${record.id}, ${device.person.asked.length} questions before`);
    return go;
  };
  const before = device.person.asked.length;
  const declined = await rig.ensure(rig.chosen(device), { prompts: { confirmElsewhere: answer(false) } });
  assert.deepEqual([declined.code, declined.remedy, device.keys.bonds.length], [6, "retry", 1]);
  assert.equal(rig.stores.writes.length, writes, "nothing was written before a yes");
  assert.equal(declined.bondId, null);
  const paired = await rig.ensure(rig.chosen(device), { prompts: { confirmElsewhere: answer(true) } });
  assert.equal(paired.code, 0);
  assert.deepEqual(asked, Array(2).fill(`${first.id}, ${before} questions before`));
  assert.equal(
    (await rig.ensure(rig.chosen(device))).code,
    0,
    "once it is proven here, nobody is warned again",
  );
  await rig.stores.bonds.delete(paired.bondId ?? "");
  const found = await rig.ensure(rig.chosen(device));
  assert.deepEqual(
    [found.code, found.bondChanged],
    [0, "none"],
    "a key that is here is tried, and nobody asked",
  );
  await rig.start();
  assert.equal((await rig.ensure({ bondId: first.id })).code, 0, "the first adapter has its own bond still");
});

test("a bond whose keys were erased is paired anew without a repair; a check says that there is no key", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.keys.bonds.delete(
    (await rig.keys.list())[0]?.adapter ?? "",
    rig.backend.session.local,
    device.stack.identity.address,
  );
  device.keys.clear();
  const checked = await rig.again({ mode: "check" });
  assert.deepEqual([checked.code, checked.reason], [1, "no-key"]);
  assert.equal((await rig.again()).code, 0);
});
