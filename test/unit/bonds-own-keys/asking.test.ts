/** Devices that ask for security by themselves as soon as a link is up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairingPrompts } from "../../../src/link/pairing.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

async function asking(rig: OwnKeysRig): Promise<RigHost> {
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const connected = device.stack.onConnection;
  device.stack.onConnection = (link) => {
    connected?.(link);
    link.requestSecurity().catch(() => {}); // the events say how it ends
  };
  return device;
}

for (const [name, accept] of [
  ["a person would say yes to the device", async () => true],
  ["nobody answers the device", () => new Promise<boolean>(() => {})],
  ["a person would say no to the device", async () => false],
] as const) {
  test(`the pairing that a person began answers what the device asked for: ${name}`, async () => {
    await using rig = new OwnKeysRig();
    await rig.start({ prompts: agreeable({ accept }) });
    const device = await asking(rig);
    const result = await rig.ensure(rig.chosen(device));
    assert.deepEqual([result.code, result.reason], [0, null]);
    assert.equal((await rig.again()).code, 0);
    rig.world.rig.assertClean();
  });
}

test("a repair is not spoiled by a device that asks for security and has lost its key", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await asking(rig);
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  device.keys.clear();
  assert.equal((await rig.again()).code, 10);
  const result = await rig.again({ mode: "repair", prompts: { confirmRepair: async () => true } });
  assert.deepEqual([result.code, result.reason, result.bondChanged], [0, null, "replaced"]);
  assert.equal((await rig.again()).code, 0);
});

test("a question that the device's wish opened is over when a pairing is begun from here", async () => {
  await using rig = new OwnKeysRig();
  const asked = Promise.withResolvers<AbortSignal>();
  const accept: PairingPrompts["accept"] = (_, { signal }) => {
    asked.resolve(signal);
    return new Promise(() => {});
  };
  await rig.start({ prompts: agreeable({ accept }) });
  const device = await asking(rig);
  const never = new AbortController().signal;
  const peer = rig.backend.reach(rig.idOf(device));
  const connection = await rig.world.until(peer?.connect(never) ?? Promise.reject(new Error("unreachable")));
  const question = await rig.world.until(asked.promise);
  const { bonding } = connection;
  assert.ok(bonding);
  const policy = { minimumLevel: "encrypted", legacyAllowed: false } as const;
  const outcome = await rig.world.until(bonding.pair({ policy, unstored: "refuse", signal: never }));
  assert.ok(outcome.bonded);
  assert.ok(question.aborted);
});
