/** How long our own host tries to connect: by default, as it was set, and never to the harm of a pairing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DONGLE_LIMITS } from "../../../src/link/backend.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";

/** Milliseconds on the room's clock until a run for a device that is not there gives up. */
async function patience(rig: OwnKeysRig): Promise<number> {
  const { clock } = rig.world.rig;
  const peer = rig.backend.reach("random-c0ffee000001");
  assert.ok(peer);
  let began = NaN;
  const result = await rig.ensure(
    { peer, services: [], profile: null, probe: null },
    {
      onStep: ({ step, status }) => {
        if (step === "connect" && status === "started") began = clock.now();
      },
    },
  );
  assert.deepEqual([result.code, result.reason, result.bondChanged], [5, "time-limit", "none"]);
  return clock.now() - began;
}

test("an attempt to connect is given up after ten seconds, or what was set last", async () => {
  await using rig = new OwnKeysRig();
  const limits = { ...DONGLE_LIMITS };
  await rig.start({ limits });
  assert.equal(Math.round((await patience(rig)) / 1_000), 10);
  limits.connect = 40_000;
  assert.equal(Math.round((await patience(rig)) / 1_000), 40);
});

test("a pairing may take longer than an attempt to connect", async () => {
  await using rig = new OwnKeysRig();
  await rig.start({ limits: { ...DONGLE_LIMITS, connect: 5_000 } });
  const { clock } = rig.world.rig;
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "DisplayOnly", mitm: "required" },
  });
  const typesSlowly = async () => {
    await new Promise<void>((resolve) => void clock.after(20_000, resolve));
    return device.person.shown ?? null;
  };
  const result = await rig.ensure(rig.chosen(device), {
    prompts: { pairing: agreeable({ enter: typesSlowly }) },
  });
  assert.deepEqual([result.code, result.evidence], [0, "encrypted"]);
});
