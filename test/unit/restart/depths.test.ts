/** What a bond outlives. Each depth ends in a link that is really encrypted with the stored key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { failureOf } from "../../../src/link/failure.ts";
import type { AskAboutAdapter } from "../../../src/storage/keys/admission.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { RigHost } from "../../support/stack-rig.ts";

const RESET = 0x0c03;
const SET_RANDOM_ADDRESS = 0x2005;
const ADD_TO_RESOLVING_LIST = 0x2027;
const CREATE_CONNECTION = 0x2043;

async function bonded(rig: OwnKeysRig): Promise<RigHost> {
  await rig.start();
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
  return device;
}

/** Encrypts with the stored key and asks nobody. */
async function encrypts(rig: OwnKeysRig, device: RigHost): Promise<void> {
  const asked = device.person.asked.length;
  const { code, reason, evidence, keySize } = await rig.again();
  assert.deepEqual([code, reason, evidence, keySize], [0, null, "encrypted", 16]);
  assert.equal(device.person.asked.length, asked, "nobody was asked");
  assert.equal((await rig.keys.list())[0]?.state, "active");
  rig.world.rig.assertClean();
  assert.deepEqual(rig.dongle.controller.violations, []);
}

test("the stack object is made anew", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.start();
  await encrypts(rig, device);
});

test("everything of the page is gone but the database", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.reload();
  await encrypts(rig, device);
});

test("HCI Reset", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.world.until(rig.backend.session.reset(new AbortController().signal));
  await encrypts(rig, device);
});

test("after a Reset the adapter gets our address, then the list of peers, before it listens or connects", async () => {
  await using rig = new OwnKeysRig();
  const sent: number[] = [];
  await rig.start({
    privacy: true,
    adapter: {
      open: async (signal) => {
        const { transport, usb } = await rig.dongle.adapter.open(signal);
        const outgoing = (packet: Parameters<typeof transport.send>[0]) => {
          const { type, bytes } = packet;
          if (type === "command") sent.push((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8));
          return [{ packet, delayMs: 0 }];
        };
        return { usb, transport: intercept(transport, { clock: rig.world.rig.clock, outgoing }) };
      },
    },
  });
  const device = await rig.world.device("sensor", {
    privacy: true,
    policy: { ioCapability: "NoInputNoOutput" },
  });
  const peer = await rig.world.until(
    rig.backend.choose({ services: [], optionalServices: [] }, new AbortController().signal),
  );
  assert.equal((await rig.ensure({ peer, services: [], profile: null, probe: null })).code, 0);
  sent.splice(0);
  await rig.world.until(rig.backend.session.reset(new AbortController().signal));
  await encrypts(rig, device);
  const at = (opcode: number): number => sent.indexOf(opcode);
  const order = [RESET, ADD_TO_RESOLVING_LIST, CREATE_CONNECTION].map(at);
  assert.ok(
    order.every((index) => index >= 0),
    order.join(" "),
  );
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    order,
  );
  assert.ok(at(SET_RANDOM_ADDRESS) > at(RESET) && at(SET_RANDOM_ADDRESS) < at(CREATE_CONNECTION));
});

test("the dongle is pulled out and plugged in again", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.dongle.adapter.unplug();
  const gone = await rig.again();
  assert.deepEqual([gone.code, gone.reason, gone.bondChanged], [3, "adapter-missing", "none"]);
  assert.equal((await rig.record()).suspect, null);
  rig.dongle.adapter.plugIn();
  await encrypts(rig, device);
});

test("the dongle is pulled out while a link is up", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const peer = rig.backend.peer(rig.idOf(device));
  const connection = await rig.world.until(peer.connect(new AbortController().signal));
  await rig.dongle.adapter.unplug();
  await rig.world.until(connection.closed);
  assert.equal(rig.backend.session.state.kind, "lost");
  rig.dongle.adapter.plugIn();
  await rig.world.rig.clock.advance(20_000); // the device notices the silence and advertises again
  await encrypts(rig, device);
});

test("another dongle gets no bond until a person moves the identity there; then it encrypts", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  const { adapter } = rig.backend.session.admitted;
  const { local } = rig.backend.session;
  const second = rig.world.dongle("second", { seed: 77 });
  await rig.start({ dongle: second });
  const elsewhere = await rig.again();
  assert.deepEqual([elsewhere.code, elsewhere.reason], [7, "other-adapter"]);
  const there = rig.backend.session.admitted.adapter;
  assert.notEqual(there, adapter);
  assert.equal(device.connections.length, 2, "no key was tried");

  const moved = await rig.keys.moveIdentity(
    local,
    { id: adapter, admitted: true },
    { id: there, admitted: true },
  );
  assert.deepEqual(moved, { bonds: 1 });
  await rig.start({ dongle: second });
  await encrypts(rig, device);
  await rig.start();
  assert.equal((await rig.again()).reason, "other-adapter", "the first one has it no more");
});

test("an adapter that claims a known address but differs gets no key without a person's yes", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.world.close();
  const { publicAddress } = rig.dongle.controller;
  const imitation = rig.world.dongle("imitation", { publicAddress, profile: "4.2" });
  const refused = await rig.world.failure(rig.start({ dongle: imitation }));
  assert.deepEqual(failureOf(refused), { kind: "adapter", state: "not-admitted" });

  const asked: string[] = [];
  const another: AskAboutAdapter = async (_, matches) => {
    asked.push(...matches.flatMap(({ differences }) => differences.map(({ field }) => field)));
    return { kind: "new", label: "another" };
  };
  await rig.start({ dongle: imitation, ask: another });
  assert.ok(asked.includes("features"));
  assert.deepEqual(await rig.backend.bonds.all(), []);
  assert.equal((await rig.again()).reason, "other-adapter");
  await rig.world.close();

  await rig.start();
  await encrypts(rig, device);
});

test("an adapter that changed gets its keys when a person says that it is the same", async () => {
  await using rig = new OwnKeysRig();
  const device = await bonded(rig);
  await rig.world.close();
  const { publicAddress } = rig.dongle.controller;
  const updated = rig.world.dongle("after a firmware update", { publicAddress, profile: "4.2" });
  await rig.start({
    dongle: updated,
    ask: async (_, matches) => ({ kind: "same", id: matches[0]?.id ?? "" }),
  });
  await encrypts(rig, device);
});
