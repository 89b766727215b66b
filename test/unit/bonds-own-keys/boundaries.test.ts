/**
 * The page dies, or the dongle is pulled out, at each packet and at each store call of a pairing. What is opened again has
 * the old bond, the new one, or both: never none, and one procedure without a repair brings it to a proven state.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { ensureBond, type EnsureOptions, type EnsureTarget } from "../../../src/bonds/ensure.ts";
import type { AdapterPort } from "../../../src/link/hci/ports.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { settle } from "../../support/manual-clock.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const CONSENT: Partial<EnsureOptions> = { mode: "repair", prompts: { confirmRepair: async () => true } };

/** Lets `left` packets out, then pulls the plug. */
class Fuse {
  left = Infinity;
  sent = 0;
  blown: (() => void) | undefined;

  on(rig: OwnKeysRig): AdapterPort {
    return {
      open: async (signal) => {
        const { transport, usb } = await rig.dongle.adapter.open(signal);
        const outgoing = (packet: Parameters<typeof transport.send>[0]) => {
          this.sent++;
          if (this.left-- > 0) return [{ packet, delayMs: 0 }];
          this.blown?.();
          return [];
        };
        return { usb, transport: intercept(transport, { clock: rig.world.rig.clock, outgoing }) };
      },
    };
  }
}

interface Started {
  readonly rig: OwnKeysRig;
  readonly device: RigHost;
  readonly fuse: Fuse;
}

async function started(): Promise<Started> {
  const rig = new OwnKeysRig();
  const fuse = new Fuse();
  await rig.start({ adapter: fuse.on(rig) });
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  return { rig, device, fuse };
}

/** Runs the procedure until the fuse blows, then starts everything again from what is stored. */
async function cutOff(
  { rig, fuse }: Started,
  packets: number,
  target: EnsureTarget,
  options: Partial<EnsureOptions>,
) {
  const { promise: blown, resolve } = Promise.withResolvers<"cut off">();
  fuse.left = packets;
  fuse.blown = () => {
    void rig.dongle.adapter.unplug().then(() => resolve("cut off"));
  };
  const signal = new AbortController().signal;
  const running = ensureBond(target, { mode: "ensure", signal, ...options }, rig.ports);
  const outcome = await rig.world.until(Promise.race([blown, running.then(() => "ended" as const)]));
  fuse.left = Infinity;
  fuse.blown = undefined;
  // What the old page still does must not be mistaken for the new one.
  await rig.world.until(running);
  rig.dongle.adapter.plugIn();
  await rig.reload();
  await rig.world.rig.clock.advance(60_000);
  await settle();
  return outcome;
}

test("a first pairing that is cut off at any packet ends well the next time, without a repair", async () => {
  for (let packets = 1, outcome = "cut off"; outcome === "cut off"; packets += 3) {
    const start = await started();
    await using rig = start.rig;
    const target = rig.chosen(start.device);
    outcome = await cutOff(start, packets, target, {});
    const result = await rig.again();
    assert.deepEqual([packets, result.code, result.reason], [packets, 0, null]);
    assert.equal((await rig.keys.list())[0]?.state, "active");
    assert.ok(packets < 1_000, "it comes to an end");
  }
});

test("a repair that is cut off at any packet leaves the old bond, the new one, or both", async () => {
  const found = new Set<string>();
  for (let packets = 1, outcome = "cut off"; outcome === "cut off"; packets += 2) {
    const start = await started();
    await using rig = start.rig;
    assert.equal((await rig.ensure(rig.chosen(start.device))).code, 0);
    const { id } = await rig.record();
    outcome = await cutOff(start, packets, { bondId: id }, CONSENT);
    const listed = await rig.keys.list();
    assert.equal(listed.length, 1, "the bond is there");
    found.add(`${listed[0]?.state} ${listed[0]?.alternatives}`);
    const result = await rig.again();
    assert.deepEqual([packets, result.code, result.reason], [packets, 0, null]);
    assert.equal((await rig.keys.list())[0]?.state, "active");
    assert.ok(packets < 1_000, "it comes to an end");
  }
  // Old alone; a doubtful new one beside it; a new one that only lacks its proof.
  assert.ok(found.has("active 0"));
  assert.ok(found.has("half-bond 1"));
  assert.ok(found.has("unproven 1"));
});

test("a repair whose page is killed before or after any call to the store loses nothing", async () => {
  const killedAt: string[] = [];
  for (let nth = 1; ; nth++) {
    await using rig = new OwnKeysRig();
    let calls = -Infinity;
    const killed = Promise.withResolvers<"killed">();
    const dies = (call: string, when: "before" | "after"): boolean => {
      if (++calls !== nth) return false;
      killedAt.push(`${when} ${call}`);
      killed.resolve("killed");
      return true;
    };
    await rig.start({ dies });
    const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
    assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
    const { id } = await rig.record();
    const signal = new AbortController().signal;
    calls = 0;
    const running = ensureBond({ bondId: id }, { ...CONSENT, mode: "repair", signal }, rig.ports);
    const outcome = await rig.world.until(
      Promise.race([killed.promise, running.then(() => "ended" as const)]),
    );
    // What dies with the page: its links; what it waits for is never heard of again.
    calls = -Infinity;
    await rig.dongle.adapter.unplug();
    rig.dongle.adapter.plugIn();
    await rig.reload();
    await rig.world.rig.clock.advance(60_000);
    assert.equal((await rig.keys.list()).length, 1, "the bond is there");
    const result = await rig.again();
    assert.deepEqual([killedAt.at(-1), result.code, result.reason], [killedAt.at(-1), 0, null]);
    assert.equal((await rig.keys.list())[0]?.state, "active");
    if (outcome === "ended") break;
  }
  for (const call of ["before put", "after put", "before pairingEnded", "before promote", "after promote"])
    assert.ok(killedAt.includes(call), call);
});
