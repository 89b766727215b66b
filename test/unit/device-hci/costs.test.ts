/** What a link costs in commands, requests and packets. None of it may grow unnoticed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { LeSetDataLength, LeSetPhy } from "../../../hci/host/commands/le-connection.ts";
import { characteristicsOf } from "../../../hci/gatt/table.ts";
import type { ServiceDefinition } from "../../../hci/gatt/database.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { ProfileName } from "../../../hci/virtual/profile.ts";
import { intercept } from "../../../hci/virtual/intercept.ts";
import type { ManualClock } from "../../support/manual-clock.ts";
import type { HostOptions, RigHost } from "../../support/stack-rig.ts";
import { StackRig } from "../../support/stack-rig.ts";

const SERVICE = uuidOf(0xb000);
const LONG = uuidOf(0xa000);
const VALUE = Uint8Array.from({ length: 512 }, (_, i) => i);

const ten: readonly ServiceDefinition[] = Array.from({ length: 10 }, (_s, s) => ({
  uuid: uuidOf(0xb000 + s),
  characteristics: Array.from({ length: 6 }, (_c, c) => ({
    uuid: uuidOf(0xa000 + 16 * s + c),
    properties: ["read", "notify", "write"] as const,
    value: s + c === 0 ? VALUE : Uint8Array.of(s, c),
  })),
}));

/** Two hosts, and the number of ACL packets that the first has received. */
async function two(controller: Partial<ControllerOptions> = {}, options: HostOptions = {}) {
  const rig = new StackRig();
  const seen = { packets: 0 };
  const cable = (inner: Transport, clock: ManualClock): Transport =>
    intercept(inner, {
      clock,
      incoming: (packet) => {
        if (packet.type === "acl") seen.packets++;
        return [{ packet, delayMs: 0 }];
      },
    });
  const central = await rig.host("central", { services: null, controller, cable, ...options });
  const peripheral = await rig.host("peripheral", { services: ten, controller });
  return { rig, central, peripheral, seen };
}

const commandsOf = ({ sent }: RigHost): readonly string[] =>
  sent.filter((line) => line.startsWith("command"));

const isCommand = ({ opcode }: { readonly opcode: number }) => {
  const line = `command ${opcode.toString(16).padStart(4, "0")}`;
  return (one: string): boolean => one === line;
};

for (const [profile, commands] of [
  ["4.0", 10],
  ["4.2", 14],
  ["5.2", 15],
] as const satisfies readonly (readonly [ProfileName, number])[]) {
  test(`an adapter of ${profile} is started with ${commands} commands`, async () => {
    const { central } = await two({ profile });
    assert.equal(commandsOf(central).length, commands);
  });
}

for (const [mtu, requests] of [
  [23, 62],
  [517, 9],
] as const) {
  test(`10 services and 60 characteristics are discovered at MTU ${mtu} with ${requests} requests`, async () => {
    const { rig, central, peripheral } = await two({}, { mtu });
    const { central: link } = await rig.connect(central, peripheral);
    const client = await rig.until(link.explore());
    const before = link.requests;
    await rig.until(client.discover());
    assert.equal(link.requests - before, requests);
  });
}

for (const { name, controller, packets } of [
  { name: "without long packets", controller: { profile: "4.0", aclLength: 251 }, packets: 21 },
  { name: "with long packets", controller: { profile: "4.2", aclLength: 251 }, packets: 3 },
] as const) {
  test(`a value of 512 octets comes in ${packets} packets ${name}`, async () => {
    const { rig, central, peripheral, seen } = await two(controller);
    const { central: link } = await rig.connect(central, peripheral);
    const client = await rig.until(link.explore());
    const [long] = characteristicsOf(client.table ?? { services: [] }, SERVICE, LONG);
    assert.ok(long);
    const before = seen.packets;
    assert.deepEqual(await rig.until(client.read(long.handle)), VALUE);
    assert.equal(seen.packets - before, packets);
    rig.assertClean();
  });
}

test("a link is made quick once, after encryption; a peer of short PDUs is left alone", async () => {
  const { rig, central, peripheral } = await two();
  await rig.bond(central, peripheral);
  const from = central.sent.length;
  const { central: link } = await rig.connect(central, peripheral);
  await rig.until(link.secure());
  const sent = central.sent.slice(from);
  const encrypted = sent.findIndex(isCommand({ opcode: 0x2019 }));
  assert.equal(sent.filter(isCommand(LeSetDataLength)).length, 1);
  assert.equal(sent.filter(isCommand(LeSetPhy)).length, 1);
  assert.ok(encrypted >= 0 && encrypted < sent.findIndex(isCommand(LeSetDataLength)));
  assert.deepEqual(central.stack.host.links.all[0]?.dataLength, { tx: 251, rx: 251 });

  const short = await two({}, { mtu: 23 });
  const { central: slow } = await short.rig.connect(short.central, short.peripheral);
  await short.rig.until(slow.explore());
  assert.equal(commandsOf(short.central).filter(isCommand(LeSetDataLength)).length, 0);
});

const COMMAND_STATUS = 0x0f;
const UNSUPPORTED_REMOTE_FEATURE = 0x1a;

/** Between the host and an adapter that says no to LE Set PHY. */
const refusesPhy = (inner: Transport, clock: ManualClock): Transport =>
  intercept(inner, {
    clock,
    incoming: (packet) => {
      const bytes = Uint8Array.from(packet.bytes);
      const opcode = (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8);
      if (packet.type === "event" && bytes[0] === COMMAND_STATUS && opcode === LeSetPhy.opcode)
        bytes[2] = UNSUPPORTED_REMOTE_FEATURE;
      return [{ packet: { ...packet, bytes }, delayMs: 0 }];
    },
  });

for (const [what, options, peer] of [
  ["an adapter that refuses the faster PHY", { cable: refusesPhy }, "5.2"],
  ["a peer that stays at 1M", {}, "4.2"],
] as const satisfies readonly (readonly [string, HostOptions, ProfileName])[]) {
  test(`${what} is asked once: the link is used as it is, and again after an encryption`, async () => {
    const rig = new StackRig();
    const controller = { profile: "5.2" } as const;
    const central = await rig.host("central", { services: null, controller, ...options });
    const peripheral = await rig.host("peripheral", { services: ten, controller: { profile: peer } });
    const { central: link } = await rig.connect(central, peripheral);
    const client = await rig.until(link.explore());
    const [long] = characteristicsOf(client.table ?? { services: [] }, SERVICE, LONG);
    assert.deepEqual(await rig.until(client.read(long?.handle ?? 0)), VALUE);
    await rig.until(link.pair());
    const secured = await rig.until(link.secure());
    assert.deepEqual(await rig.until(secured.read(long?.handle ?? 0)), VALUE);
    await rig.clock.advance(120_000); // beyond every time limit of the link layer
    assert.equal(link.link.end, undefined);
    assert.equal(commandsOf(central).filter(isCommand(LeSetPhy)).length, 1);
    assert.equal(commandsOf(central).filter(isCommand(LeSetDataLength)).length, 1);
    assert.deepEqual(central.stack.host.links.all[0]?.dataLength, { tx: 251, rx: 251 });
    rig.assertClean();
  });
}

test("an adapter or a peer without long packets goes on with short ones", async () => {
  const rig = new StackRig();
  const central = await rig.host("central", { services: null, controller: { profile: "5.2" } });
  const peripheral = await rig.host("peripheral", { services: ten, controller: { profile: "4.0" } });
  const { central: link } = await rig.connect(central, peripheral);
  const client = await rig.until(link.explore());
  const [long] = characteristicsOf(client.table ?? { services: [] }, SERVICE, LONG);
  assert.deepEqual(await rig.until(client.read(long?.handle ?? 0)), VALUE);
  assert.deepEqual(central.stack.host.links.all[0]?.dataLength, { tx: 27, rx: 27 });
  rig.assertClean();
});
