/** Bonds that cannot be stored, bonds that are removed, and an adapter without room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { purgeBond, removeBond } from "../../../src/bonds/remove.ts";
import { failureOf } from "../../../src/link/failure.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const never = new AbortController().signal;
const JUST_WORKS = { policy: { ioCapability: "NoInputNoOutput" } } as const;

async function bonded(rig: OwnKeysRig): Promise<RigHost> {
  await rig.start();
  const device = await rig.world.device("sensor", JUST_WORKS);
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  return device;
}

test("with a locked vault and a person who goes on the bond works, and the result says that it is not kept", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  rig.keys.vault.lock();
  const asked: string[] = [];
  const device = await rig.world.device("other", JUST_WORKS);
  const result = await rig.ensure(rig.chosen(device), {
    prompts: {
      confirmUnstored: async (why) => {
        asked.push(`${why}, ${device.person.asked.length} questions before`);
        return true;
      },
    },
  });
  assert.deepEqual(asked, ["vault-locked, 0 questions before"]);
  assert.deepEqual(
    [result.code, result.reason, result.persisted, result.evidence],
    [9, "kept-for-session", false, "encrypted"],
  );
  const bond = await rig.world.until(rig.backend.bonds.bondOf(rig.idOf(device)));
  assert.equal(bond?.persisted, false);
});

test("removing says what was there; the peer is known no more", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const id = rig.idOf(device);
  const peer = rig.backend.peer(id);
  const connection = await rig.world.until(peer.connect(never));
  assert.equal(await rig.world.until(rig.backend.bonds.remove(id, never)), "removed");
  await rig.world.until(connection.closed);
  assert.deepEqual(await rig.keys.list(), []);
  assert.equal(await rig.world.until(rig.backend.bonds.remove(id, never)), "notFound");
});

test("a removal is pending while the adapter does not let go of the peer, and its keys stay", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  rig.backend.session.stack.withdraw = () => new Promise(() => {});
  assert.equal(await rig.world.until(rig.backend.bonds.remove(rig.idOf(device), never)), "pending");
  assert.equal((await rig.keys.list())[0]?.state, "active");
});

test("a removal that the store refuses leaves the key, and the record that names it", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const { id } = await rig.record();
  rig.backend.session.admitted.keys.delete = () =>
    Promise.reject(new Error("Cannot write: the disk is full"));
  assert.equal((await removeBond(id, rig.ports)).kind, "removed");
  const failure = failureOf(await rig.world.failure(purgeBond(id, rig.ports, never)));
  assert.deepEqual(failure, { kind: "key-store", why: "failed" });
  assert.equal((await rig.stores.bonds.all()).length, 1);
  assert.equal((await rig.keys.list())[0]?.state, "active");
});

test("a record that is deleted for good takes its keys with it", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const { id } = await rig.record();
  await removeBond(id, rig.ports);
  assert.equal((await rig.keys.list()).length, 1, "until then it can be undone");
  assert.equal(await rig.world.until(purgeBond(id, rig.ports, never)), true);
  assert.deepEqual(await rig.keys.list(), []);
});

test("an adapter without room for one more link says so, and how many it holds", async () => {
  await using rig = new OwnKeysRig();
  await rig.start({ dongle: rig.world.dongle("small", { maxLinks: 1 }) });
  const first = await rig.world.device("first", JUST_WORKS);
  const second = await rig.world.device("second", JUST_WORKS);
  for (const device of [first, second]) rig.backend.reach(rig.idOf(device));
  await rig.world.until(rig.backend.peer(rig.idOf(first)).connect(never));
  const failure = failureOf(await rig.world.failure(rig.backend.peer(rig.idOf(second)).connect(never)));
  assert.deepEqual(failure, { kind: "slots-full", used: 1, limit: 1 });
});
