/** A disk without room: said before anything is paired; whatever write it cuts off, the bond that worked works on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import { generalVerdict } from "../../../src/bonds/verdict.ts";
import { type Failure, failureOf } from "../../../src/link/failure.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { failWrites, fullDisk } from "../../support/tabs.ts";

const CONSENT: Partial<EnsureOptions> = { mode: "repair", prompts: { confirmRepair: async () => true } };
const QUOTA = { kind: "quota" } as const;

const sensor = (rig: OwnKeysRig): Promise<RigHost> =>
  rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });

async function bonded(rig: OwnKeysRig): Promise<RigHost> {
  await rig.start();
  const device = await sensor(rig);
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  return device;
}

test("nothing is paired unless a person goes on without, and then the result says that it is not kept", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await sensor(rig);
  const heal = fullDisk();
  rig.stores.failNext("bonds.put", QUOTA, 3);

  const refused = await rig.ensure(rig.chosen(device));
  assert.deepEqual([refused.code, refused.reason, refused.remedy], [4, "keys-not-writable", "free-space"]);
  assert.deepEqual([device.keys.bonds.length, device.person.asked.length], [0, 0]);

  const asked: string[] = [];
  const confirmUnstored = async (why: string): Promise<boolean> => {
    asked.push(`${why}, ${device.person.asked.length} questions before`);
    return true;
  };
  const result = await rig.ensure(rig.chosen(device), { prompts: { confirmUnstored } });
  heal();
  assert.deepEqual(asked, ["not-writable, 0 questions before"]);
  assert.deepEqual(
    [result.code, result.name, result.evidence, result.persisted],
    [9, "not-persisted", "encrypted", false],
  );
  assert.deepEqual(await rig.keys.list(), [], "nothing of it is on the disk");
});

test("a repair is not begun where the old record cannot be marked", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const keys = await rig.storedKeys();
  const links = device.connections.length;
  rig.stores.failNext("bonds.put", QUOTA);
  const result = await rig.again(CONSENT);
  assert.deepEqual(
    [result.code, result.reason, result.remedy, result.bondChanged],
    [4, "store-full", "free-space", "none"],
  );
  assert.equal(device.connections.length, links, "the device heard nothing of it");
  assert.equal(await rig.storedKeys(), keys);
});

test("a new key that does not fit is not agreed with the device, and the old bond encrypts", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const [keys, record] = [await rig.storedKeys(), await rig.record()];
  // The first write asks whether there is room; it is gone when the key comes.
  const heal = failWrites("bondKeys", 2);
  const result = await rig.again(CONSENT);
  heal();
  assert.deepEqual(
    [result.code, result.reason, result.bondChanged, result.halfBondSuspected],
    [4, "keys-not-writable", "restored", false],
  );
  assert.equal(await rig.storedKeys(), keys);
  assert.deepEqual((await rig.record()).proofs, record.proofs);
  assert.equal(device.keys.bonds.length, 1);
  assert.equal((await rig.again()).code, 0);
});

test("a mark that does not fit beside a stored key does not undo the pairing", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const heal = failWrites("bondKeys", 3);
  const result = await rig.again(CONSENT);
  heal();
  assert.deepEqual([result.code, result.bondChanged], [0, "replaced"]);
  const [bond] = await rig.keys.list();
  assert.deepEqual([bond?.state, bond?.alternatives], ["active", 0]);
});

test("a proof that does not fit is code 9: both keys stay until a later run proves the new one", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const heal = failWrites("bondKeys", 4);
  const result = await rig.again(CONSENT);
  heal();
  assert.deepEqual(
    [result.code, result.reason, result.remedy, result.evidence, result.persisted],
    [9, "store-failed", "free-space", "encrypted", false],
  );
  const [bond] = await rig.keys.list();
  assert.deepEqual([bond?.state, bond?.alternatives], ["unproven", 1], "the old key is not released");
  assert.equal((await rig.again()).code, 0);
  const [proven] = await rig.keys.list();
  assert.deepEqual([proven?.state, proven?.alternatives], ["active", 0]);
});

test("a bond that is verified on a full disk works, and is as it was; only the date of its proof is missing", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const before = await rig.storedKeys();
  const heal = fullDisk();
  const result = await rig.again();
  heal();
  assert.deepEqual([result.code, result.reason, result.evidence], [9, "store-failed", "encrypted"]);
  assert.equal(await rig.storedKeys(), before);
  assert.equal((await rig.again()).code, 0);
});

test("an adapter that is known comes up on a full disk, and its bonds encrypt", async () => {
  await using rig = new OwnKeysRig();
  await bonded(rig);
  const heal = fullDisk();
  await rig.start();
  const result = await rig.again({ mode: "check" });
  heal();
  assert.deepEqual([result.code, result.evidence], [0, "encrypted"]);
});

for (const [what, known] of [
  ["the first adapter, whose vault is yet to be made", false],
  ["a new adapter beside one that is known", true],
] as const)
  test(`${what}, says that the disk is full, and no bond is touched`, async () => {
    await using rig = new OwnKeysRig();
    if (known) await bonded(rig);
    const before = await rig.storedKeys();
    const heal = fullDisk();
    let failure: Failure | undefined;
    await assert.rejects(rig.start({ dongle: rig.world.dongle("new") }), (error) => {
      failure = failureOf(error);
      return true;
    });
    heal();
    assert.deepEqual(failure, { kind: "key-store", why: "full" });
    const { name, reason, remedy } = generalVerdict(failure);
    assert.deepEqual([name, reason, remedy], ["permission", "store-full", "free-space"]);
    assert.equal(await rig.storedKeys(), before);
    await rig.start();
    if (known) assert.equal((await rig.again({ mode: "check" })).code, 0);
  });

test("whichever write of a repair does not fit, there is a bond, and it encrypts", async () => {
  const codes = new Set<number>();
  for (let nth = 1; ; nth++) {
    await using rig = new OwnKeysRig();
    await bonded(rig);
    let reached = false;
    const heal = failWrites("bondKeys", nth, "QuotaExceededError", () => (reached = true));
    const result = await rig.again(CONSENT);
    heal();
    codes.add(result.code);
    assert.equal((await rig.keys.list()).length, 1);
    const again = await rig.again();
    assert.deepEqual([nth, again.code, again.reason], [nth, 0, null]);
    if (!reached) break;
  }
  assert.deepEqual(codes, new Set([4, 9, 0]));
});
