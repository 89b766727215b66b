/** The adapter opened and closed over and over, asked for twice, and asked for before it is open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf } from "../../../src/link/failure.ts";
import type { AdapterPort } from "../../../src/link/hci/ports.ts";
import { AdapterSession } from "../../../src/link/hci/session.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const TIMES = 50;
const never = new AbortController().signal;

const sensor = (rig: OwnKeysRig, bondable = true): Promise<RigHost> =>
  rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput", bondable } });

/** Counts how often the adapter was taken, and how often it was let go of. */
function counted({ dongle }: OwnKeysRig): { port: AdapterPort; opened: number; closed: number } {
  const counts = {
    opened: 0,
    closed: 0,
    port: {
      open: async (signal: AbortSignal) => {
        counts.opened++;
        const { transport, usb } = await dongle.adapter.open(signal);
        const close = transport.close.bind(transport);
        transport.close = () => {
          counts.closed++;
          return close();
        };
        return { transport, usb };
      },
    },
  };
  return counts;
}

test(`opened and closed ${TIMES} times: no error, no bond lost, no timer left, and what was opened is closed`, async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await sensor(rig);
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  await rig.world.close();
  const keys = await rig.storedKeys();
  const timers = rig.world.rig.clock.pending;
  const counts = counted(rig);
  for (let n = 0; n < TIMES; n++) {
    await rig.start({ adapter: counts.port });
    await rig.world.close();
  }
  assert.equal(counts.opened, TIMES);
  assert.equal(counts.closed, TIMES);
  assert.equal(rig.world.rig.clock.pending, timers);
  assert.equal(await rig.storedKeys(), keys);
  await rig.start();
  assert.equal((await rig.again()).code, 0);
  assert.deepEqual(rig.dongle.controller.violations, []);
});

test("asked for twice at the same time, the adapter is taken once", async () => {
  await using rig = new OwnKeysRig();
  const counts = counted(rig);
  const { ports } = (await rig.start({ adapter: counts.port })).session;
  await rig.world.close();
  const session = AdapterSession.over(ports);
  const [first, second] = await rig.world.until(Promise.all([session.ready(never), session.ready(never)]));
  assert.equal(first, second);
  assert.equal(counts.opened, 2, "once for each session");
  await rig.world.until(session.reset(never));
  assert.equal(counts.opened, 2, "a Reset keeps what is open");
  await rig.world.until(session.close());
});

test("what is not open yet, or not any more, is said and not guessed", async () => {
  await using rig = new OwnKeysRig();
  const { session } = await rig.start();
  const early = AdapterSession.over(session.ports);
  for (const ask of [() => early.stack, () => early.admitted, () => early.local, () => early.facts])
    assert.throws(ask, (error) => failureOf(error).kind === "adapter");
  await rig.world.close();
  assert.throws(
    () => session.stack,
    (error) => failureOf(error).kind === "adapter",
  );
  const late = await session.ready(never).catch((error: unknown) => failureOf(error));
  assert.deepEqual(late, { kind: "adapter", state: "lost" });
});

test("a device that keeps no bond is paired for its connection only: said so, and nothing is stored", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await sensor(rig, false);
  const result = await rig.ensure(rig.chosen(device));
  assert.deepEqual(
    [result.code, result.reason, result.remedy],
    [2, "peer-does-not-bond", "retry-in-pairing-mode"],
  );
  assert.deepEqual(await rig.keys.list(), []);
  assert.equal((await rig.record()).proofs.length, 0);
});
