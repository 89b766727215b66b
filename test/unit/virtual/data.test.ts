import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { RadioOptions } from "../../../hci/virtual/radio.ts";
import type { Handles, Probe } from "./rig.ts";
import { connect, message, Rig } from "./rig.ts";

interface Pair {
  readonly rig: Rig;
  readonly central: Probe;
  readonly peripheral: Probe;
  readonly handles: Handles;
}

async function connected(
  options: Partial<ControllerOptions> = {},
  radio: Partial<RadioOptions> = {},
): Promise<Pair> {
  const rig = new Rig(radio);
  const central = await rig.probe("central", options);
  const peripheral = await rig.probe("peripheral", options);
  return { rig, central, peripheral, handles: await connect(central, peripheral) };
}

function rules(probe: Probe): readonly string[] {
  return probe.controller.violations.map(({ rule }) => rule);
}

/** Sends a message as a host does: in pieces of at most 27 octets, each with a credit. */
async function sendMessage(probe: Probe, handle: number, octets: Uint8Array): Promise<void> {
  let free = 3;
  for (let offset = 0; offset < octets.length; offset += 27) {
    if (free === 0) {
      const { links } = await probe.next(events.NumberOfCompletedPackets);
      free += links.find((link) => link.handle === handle)?.completed ?? 0;
    }
    probe.data(handle, offset === 0 ? 0 : 1, octets.subarray(offset, offset + 27));
    free--;
  }
}

test("D1: the buffers are small: three packets of 27 octets", async () => {
  const probe = await new Rig().probe("dongle");
  assert.deepEqual(await probe.ok(setup.LeReadBufferSize, {}), { aclLength: 27, aclPackets: 3 });
});

test("D1: a packet that is too long, or without a free buffer, is a violation and is dropped", async () => {
  const { rig, central, peripheral, handles } = await connected();
  central.data(handles.central, 0, message(24));
  for (let i = 0; i < 4; i++) central.data(handles.central, 0, message(10));
  await rig.clock.advance(1_000);
  assert.deepEqual(rules(central), ["D1", "D1"]);
  assert.equal(peripheral.received().length, 3);
});

test("D2: messages are cut to the data length on air, with start and continuation marked", async () => {
  const { rig, central, peripheral, handles } = await connected();
  const whole = message(60);
  await sendMessage(central, handles.central, whole);
  await rig.clock.advance(1_000);
  const packets = peripheral.received();
  assert.deepEqual(
    packets.map(({ flags, octets }) => [flags, octets.length]),
    [
      [0b10, 27],
      [0b01, 27],
      [0b01, 10],
    ],
  );
  assert.deepEqual(concat(...packets.map(({ octets }) => octets)), whole);
  assert.ok(packets.every(({ handle }) => handle === handles.peripheral));
});

test("D2: a long host packet is cut into several on air, and is longer there after a data length update", async () => {
  const { rig, central, peripheral, handles } = await connected({ aclLength: 251 });
  central.data(handles.central, 0, message(96));
  await rig.clock.advance(1_000);
  assert.deepEqual(
    peripheral.received().map(({ octets }) => octets.length),
    [27, 27, 27, 19],
  );
  const command = { handle: handles.central, txOctets: 80, txTime: 2120 };
  await central.ok(connection.LeSetDataLength, command);
  await central.next(events.LeDataLengthChange);
  central.data(handles.central, 0, message(96));
  await rig.clock.advance(1_000);
  assert.deepEqual(
    peripheral.received().map(({ octets }) => octets.length),
    [80, 20],
  );
});

test("D2: what is delivered is cut to what the receiving host takes", async () => {
  const { rig, central, peripheral, handles } = await connected({ aclLength: 100, maxDataOctets: 100 });
  const sizes = { aclLength: 40, synchronousLength: 0, aclPackets: 10, synchronousPackets: 0 };
  await peripheral.ok(basic.HostBufferSize, sizes);
  const command = { handle: handles.central, txOctets: 100, txTime: 2120 };
  await central.ok(connection.LeSetDataLength, command);
  await central.next(events.LeDataLengthChange);
  central.data(handles.central, 0, message(96));
  await rig.clock.advance(1_000);
  assert.deepEqual(
    peripheral.received().map(({ flags, octets }) => [flags, octets.length]),
    [
      [0b10, 40],
      [0b01, 40],
      [0b01, 20],
    ],
  );
});

test("D2: wrong flags, an empty packet and a continuation without a start are violations", async () => {
  const { rig, central, peripheral, handles } = await connected();
  central.data(handles.central, 1, message(10));
  central.data(handles.central, 2, message(10));
  central.data(handles.central, 4, message(10));
  central.data(handles.central, 0, new Uint8Array(0));
  central.data(handles.central, 0, message(10));
  central.data(handles.central, 1, message(10));
  await rig.clock.advance(1_000);
  assert.deepEqual(rules(central), ["D2", "D2", "D2", "D2", "D2"]);
  assert.equal(peripheral.received().length, 1);
});

test("D3: completed packets are reported at connection events, several in one event, and each once", async () => {
  const { rig, central, handles } = await connected({ aclPackets: 8 });
  await rig.clock.advance(100);
  for (let i = 0; i < 8; i++) central.data(handles.central, 0, message(10));
  assert.equal(central.count(events.NumberOfCompletedPackets), 0, "not at once");
  await rig.clock.advance(2_000);
  const reports = central.all(events.NumberOfCompletedPackets);
  const counts = reports.flatMap(({ links }) => links.map(({ completed }) => completed));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    8,
  );
  assert.ok(
    counts.some((count) => count > 1),
    counts.join(),
  );
});

test("D3: one event can speak for several links", async () => {
  const rig = new Rig();
  const central = await rig.probe("central", { lateCompletion: 0.9 });
  const first = await connect(central, await rig.probe("first"));
  const second = await connect(central, await rig.probe("second"));
  await rig.clock.advance(300);
  central.data(first.central, 0, message(10));
  central.data(second.central, 0, message(10));
  await rig.clock.advance(5_000);
  const reports = central.all(events.NumberOfCompletedPackets);
  assert.deepEqual(
    reports.map(({ links }) => links.map(({ handle }) => handle)),
    [[first.central, second.central]],
  );
});

test("D3: at disconnection nothing is reported for what was pending; the buffers are free all the same", async () => {
  const { rig, central, peripheral, handles } = await connected();
  await rig.clock.advance(300);
  rig.radio.cut(central.controller, peripheral.controller);
  for (let i = 0; i < 3; i++) central.data(handles.central, 0, message(10));
  await central.next(events.DisconnectionComplete);
  await rig.clock.advance(500);
  assert.equal(central.count(events.NumberOfCompletedPackets), 0);
  rig.radio.mend(central.controller, peripheral.controller);
  const again = await connect(central, peripheral);
  for (let i = 0; i < 3; i++) central.data(again.central, 0, message(10));
  await rig.clock.advance(500);
  assert.deepEqual(rules(central), []);
});

test("D4: data on an unknown or a closed handle is a violation and takes no buffer", async () => {
  const { rig, central, peripheral, handles } = await connected();
  central.data(0x0abc, 0, message(10));
  for (let i = 0; i < 3; i++) central.data(handles.central, 0, message(10));
  await rig.clock.advance(500);
  assert.equal(peripheral.received().length, 3);
  await central.ok(basic.Disconnect, { handle: handles.central, reason: 0x13 });
  await central.next(events.DisconnectionComplete);
  central.data(handles.central, 0, message(10));
  await rig.clock.advance(500);
  assert.deepEqual(rules(central), ["D4", "D4"]);
});

test("D5: losses delay and never leave a gap", async () => {
  const { rig, central, peripheral, handles } = await connected({}, { seed: 3 });
  await rig.clock.advance(300);
  rig.radio.setLoss(0.3);
  const whole = message(500);
  await sendMessage(central, handles.central, whole);
  await rig.clock.advance(10_000);
  assert.deepEqual(concat(...peripheral.received().map(({ octets }) => octets)), whole);
  assert.equal(central.count(events.DisconnectionComplete), 0);
});

test("D5: the same seed loses the same packets", async () => {
  const finish = async (seed: number): Promise<number> => {
    const { rig, central, peripheral, handles } = await connected({}, { seed });
    await rig.clock.advance(300);
    rig.radio.setLoss(0.5);
    central.data(handles.central, 0, message(20));
    const before = rig.clock.now();
    await peripheral.until(() => peripheral.received()[0], "data");
    return rig.clock.now() - before;
  };
  const times = await Promise.all([1, 2, 3, 4, 5, 6].map(finish));
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5, 6].map(finish)), times);
  assert.ok(new Set(times).size > 1, "seeds differ");
});

test("D6: a stalled peer holds the buffers that it got, the others go on to the other link", async () => {
  const rig = new Rig();
  const central = await rig.probe("central");
  const [first, second] = [await rig.probe("first"), await rig.probe("second")];
  const stalled = await connect(central, first, { supervisionTimeout: 3200 });
  const lively = await connect(central, second);
  await rig.clock.advance(300);
  rig.radio.cut(central.controller, first.controller);
  central.data(stalled.central, 0, message(10));
  central.data(stalled.central, 0, message(10));
  for (let i = 0; i < 5; i++) {
    central.data(lively.central, 0, message(10));
    const { links } = await central.next(events.NumberOfCompletedPackets);
    assert.deepEqual(links, [{ handle: lively.central, completed: 1 }]);
  }
  assert.equal(second.received().length, 5);
  central.data(lively.central, 0, message(10));
  central.data(lively.central, 0, message(10));
  await rig.clock.advance(100);
  assert.deepEqual(rules(central), ["D1"], "two of the three buffers are with the stalled peer");
});

test("a host that asked for flow control gets no more data than it has room for", async () => {
  const rig = new Rig();
  const central = await rig.probe("central", { aclPackets: 10 });
  const peripheral = await rig.probe("peripheral");
  const sizes = { aclLength: 27, synchronousLength: 0, aclPackets: 6, synchronousPackets: 0 };
  await peripheral.ok(basic.HostBufferSize, sizes);
  await peripheral.ok(basic.SetControllerToHostFlowControl, { enable: "acl" });
  const handles = await connect(central, peripheral);
  for (let i = 0; i < 10; i++) central.data(handles.central, 0, message(10));
  await rig.clock.advance(1_000);
  const before = peripheral.received().length;
  assert.ok(before < 10, `${before} packets came`);
  const opcode = basic.HostNumberOfCompletedPackets.opcode;
  const { peripheral: handle } = handles;
  peripheral.raw(Uint8Array.of(opcode & 0xff, opcode >> 8, 5, 1, handle & 0xff, handle >> 8, before, 0));
  await rig.clock.advance(1_000);
  assert.equal(peripheral.received().length + before, 10);
  assert.equal(peripheral.count(events.CommandComplete), 0, "that command is not answered");
});
