import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, equal, fromHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as security from "../../../hci/host/commands/le-security.ts";
import * as events from "../../../hci/host/events.ts";
import { encodeCommand } from "../../../hci/codec/command.ts";
import { Output } from "../../../hci/virtual/output.ts";
import { h4Cable } from "../../../hci/virtual/h4-cable.ts";
import { faults, intercept } from "../../../hci/virtual/intercept.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import { usbEndpoints } from "../../../hci/virtual/usb-pipes.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Probe } from "./rig.ts";
import { connect, connectTo, message, Rig } from "./rig.ts";

const key = fromHex("000102030405060708090a0b0c0d0e0f");

test("random values: streams do not disturb each other, and chance keeps to its share", () => {
  const [one, two] = [seededRandom(5), seededRandom(5)];
  const [losses, again] = [one.stream("losses"), two.stream("losses")];
  two.stream("levels").octets(100);
  assert.deepEqual(losses.octets(20), again.octets(20));
  assert.notDeepEqual(losses.octets(20), one.stream("levels").octets(20));
  const hits = Array.from({ length: 10_000 }, () => losses.chance(0.3)).filter(Boolean).length;
  assert.ok(hits > 2_800 && hits < 3_200, `${hits} of 10000`);
});

/** Codes of events in the order of arrival, with "data" between them. */
function arrivals(probe: Probe): readonly (string | number | undefined)[] {
  const order = probe.inbox.map(({ type, bytes }) => (type === "acl" ? "data" : bytes[0]));
  probe.inbox = [];
  return order;
}

async function usbPair(seed: number): Promise<{ rig: Rig; central: Probe; peripheral: Probe }> {
  const rig = new Rig();
  const central = await rig.probe("central", { seed, usb: { eventDelay: 200, aclDelay: 300 } });
  return { rig, central, peripheral: await rig.probe("peripheral") };
}

const seeds = Array.from({ length: 12 }, (_, i) => i + 1);

test("U1: events and data take separate ways: data comes before Connection Complete with some seeds", async () => {
  const orders: string[] = [];
  for (const seed of seeds) {
    const { rig, central, peripheral } = await usbPair(seed);
    await peripheral.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
    const target = connectTo(peripheral.controller.publicAddress.octets);
    await central.ok(connection.LeCreateConnection, target);
    const { handle } = await peripheral.next(events.LeConnectionComplete);
    peripheral.data(handle, 0, message(10));
    await rig.clock.advance(800);
    orders.push(arrivals(central).join(" "));
  }
  assert.deepEqual(
    [...new Set(orders)].sort((a, b) => a.localeCompare(b)),
    ["62 data", "data 62"],
  );
});

test("U1: data can come before Encryption Change, and Disconnection Complete before the last data", async () => {
  const seen = new Set<string>();
  for (const seed of seeds) {
    const { rig, central, peripheral } = await usbPair(seed);
    const handles = await connect(central, peripheral);
    const enable = { handle: handles.central, rand: new Uint8Array(8), ediv: 0, longTermKey: key };
    await central.ok(security.LeEnableEncryption, enable);
    await peripheral.next(events.LeLongTermKeyRequest);
    peripheral.data(handles.peripheral, 0, message(10));
    const reply = { handle: handles.peripheral, longTermKey: key };
    await peripheral.ok(security.LeLongTermKeyRequestReply, reply);
    await rig.clock.advance(800);
    const start = arrivals(central);
    if (start.indexOf("data") < start.indexOf(0x08)) seen.add("data before Encryption Change");
    peripheral.inbox = [];
    peripheral.data(handles.peripheral, 0, message(11));
    await peripheral.next(events.NumberOfCompletedPackets);
    await peripheral.ok(basic.Disconnect, { handle: handles.peripheral, reason: 0x13 });
    await rig.clock.advance(800);
    const end = arrivals(central);
    assert.ok(end.includes("data") && end.includes(0x05), "nothing is lost");
    if (end.indexOf(0x05) < end.indexOf("data")) seen.add("end before data");
  }
  assert.deepEqual(
    [...seen].sort((a, b) => a.localeCompare(b)),
    ["data before Encryption Change", "end before data"],
  );
});

test("U1: within one pipe the order is kept", async () => {
  const { rig, central, peripheral } = await usbPair(3);
  const handles = await connect(central, peripheral);
  for (let i = 0; i < 30; i++) {
    peripheral.data(handles.peripheral, 0, message(Math.min(i, 23)));
    await peripheral.next(events.NumberOfCompletedPackets);
  }
  await rig.clock.advance(1_000);
  const lengths = central.received().map(({ octets }) => octets.length - 4);
  assert.deepEqual(
    lengths,
    Array.from({ length: 30 }, (_, i) => Math.min(i, 23)),
  );
});

test("U1: timers that fire in another order than they are due change no pipe's order, and overtaking is counted", () => {
  const timers: (() => void)[] = [];
  const clock = { now: () => 0, after: (_ms: number, run: () => void) => (timers.push(run), () => {}) };
  const output = new Output(clock, seededRandom(4), { eventDelay: 5, aclDelay: 5 });
  const out: string[] = [];
  output.sink = ({ type, bytes }) => out.push(`${type} ${bytes[0] ?? 0}`);
  for (const type of ["event", "event", "acl", "acl", "acl"] as const)
    output.send({ type, bytes: Uint8Array.of(out.length + timers.length) });
  for (const run of timers.reverse()) run();
  assert.deepEqual(out, ["acl 2", "acl 3", "acl 4", "event 0", "event 1"]);
  assert.equal(output.overtaken, 2);
});

test("U2: events come in USB packets of 16 octets; reads end anywhere, and a full packet ends none", async () => {
  const rig = new Rig();
  const { transport } = rig.bare("dongle");
  const usb = usbEndpoints(transport, seededRandom(2));
  const collected: Uint8Array[] = [];
  const lengths = new Set<number>();
  const pump = async (): Promise<void> => {
    for (;;) {
      const { status, octets } = await usb.events.read(16);
      if (status !== "ok") return;
      lengths.add(octets.length);
      collected.push(octets);
    }
  };
  const pumping = pump();
  for (let i = 0; i < 40; i++) {
    usb.command(encodeCommand(basic.ReadLocalSupportedCommands, {}));
    await settle();
  }
  const one = collected.length;
  assert.ok(one > 40 * 5, `${one} transfers for 40 events of 70 octets`);
  assert.ok(lengths.has(16) && lengths.has(70 % 16) && lengths.size > 4, [...lengths].join());
  const all = concat(...collected);
  assert.equal(all.length, 40 * 70);
  assert.ok(Array.from({ length: 40 }, (_, i) => all[70 * i]).every((code) => code === 0x0e));
  await rig.clock.advance(1);
  await transport.close();
  await pumping;
});

test("U2: a packet that fills its USB packets leaves the read open until more comes; too small a buffer babbles", async () => {
  const usb = usbEndpoints(new Rig().bare("dongle").transport, seededRandom(1));
  const pipe = usb.acl;
  let done = false;
  const read = pipe.read(256).then((transfer) => {
    done = true;
    return transfer;
  });
  pipe.push(new Uint8Array(64));
  await settle();
  assert.equal(done, false);
  pipe.push(new Uint8Array(10));
  assert.equal((await read).octets.length, 74);
  const small = pipe.read(10);
  pipe.push(new Uint8Array(20));
  assert.equal((await small).status, "babble");
});

test("U3: octets dribble in chunks of any size and the packets come out whole", async () => {
  const rig = new Rig();
  const probe = rig.bare("dongle");
  const cable = h4Cable({ random: seededRandom(4), longestChunk: 3 });
  probe.controller.attach(cable.controller);
  probe.transport = cable.host;
  cable.host.onPacket = (packet) => void probe.inbox.push(packet);
  await probe.open();
  assert.equal((await probe.ok(basic.ReadLocalVersionInformation, {})).hciVersion, 11);
  assert.deepEqual(probe.controller.violations, []);
});

test("U3: a broken type octet ends the host's transport with a reason", async () => {
  const probe = new Rig().bare("dongle");
  const cable = h4Cable({ random: seededRandom(4), longestChunk: 3, breaksAt: 2 });
  probe.controller.attach(cable.controller);
  const ended: unknown[] = [];
  cable.host.onClosed = (error) => void ended.push(error?.message);
  cable.host.send({ type: "command", bytes: encodeCommand(basic.Reset, {}) });
  await settle();
  cable.host.send({ type: "command", bytes: encodeCommand(basic.ReadBdAddr, {}) });
  await settle();
  assert.deepEqual(ended, ["Cannot find the next packet: type octet is 0x77"]);
});

test("U4: unplugged: the transport ends; plugged in again, the controller is as after power-on", async () => {
  const rig = new Rig();
  const central = await rig.probe("central");
  const peripheral = await rig.probe("peripheral");
  const handles = await connect(central, peripheral);
  await rig.clock.advance(300);
  await central.controller.unplug();
  assert.match(central.closed?.message ?? "", /^Cannot go on/);
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x08);
  central.plug();
  assert.equal(await central.refused(basic.Disconnect, { handle: handles.central, reason: 0x13 }), 0x02);
  await central.open();
  await connect(central, peripheral);
});

test("U4: unplugged in the middle of a command: no answer, and no ghost of it later", async () => {
  const rig = new Rig();
  const probe = await rig.probe("dongle", { usb: { eventDelay: 50, aclDelay: 50 } });
  probe.raw(encodeCommand(basic.ReadBdAddr, {}));
  await settle();
  await probe.controller.unplug();
  probe.plug();
  await rig.clock.advance(500);
  assert.deepEqual(probe.inbox, []);
  await probe.open();
});

test("faults: packets are dropped, repeated, delayed and changed as asked, and the seed repeats them", async () => {
  const run = async (seed: number): Promise<string> => {
    const rig = new Rig();
    const probe = rig.bare("dongle");
    const random = seededRandom(seed);
    const fate = faults({ drop: 0.2, duplicate: 0.2, corrupt: 0.2, delay: 0.2 }, random);
    const cable = intercept(probe.plug(), { clock: rig.clock, incoming: fate });
    const seen: string[] = [];
    cable.onPacket = ({ bytes }) => void seen.push([...bytes].join());
    const good = "14,10,1,9,16,0";
    const answers: string[] = [];
    for (let i = 0; i < 60; i++) {
      cable.send({ type: "command", bytes: encodeCommand(basic.ReadBdAddr, {}) });
      await settle();
      const same = seen.filter((text) => text.startsWith(good)).length;
      answers.push(`${seen.length}${same === seen.length ? "" : "!"}`);
      seen.length = 0;
      await rig.clock.advance(100);
      if (seen.length > 0) answers.push(`+${seen.length}`);
      seen.length = 0;
    }
    return answers.join(" ");
  };
  const once = await run(1);
  assert.equal(await run(1), once);
  assert.notEqual(await run(2), once);
  for (const kind of [/\b0 \d/, /\b2\b/, /1!/, /\+1/]) assert.match(once, kind);
});

test("a corrupted packet keeps its length and its header", () => {
  const fate = faults({ corrupt: 1 }, seededRandom(9));
  const bytes = fromHex("3e0401020304");
  const [delivery] = fate({ type: "event", bytes });
  assert.equal(delivery?.packet.bytes.length, bytes.length);
  assert.deepEqual(delivery?.packet.bytes.slice(0, 2), bytes.slice(0, 2));
  assert.equal(equal(delivery?.packet.bytes ?? [], bytes), false);
});
