import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { Handles, Probe } from "./rig.ts";
import { advertisingParameters, allLeEvents, connect, connectTo, message, Rig } from "./rig.ts";

interface Pair {
  readonly rig: Rig;
  readonly central: Probe;
  readonly peripheral: Probe;
}

async function pair(
  centralOptions: Partial<ControllerOptions> = {},
  peripheralOptions: Partial<ControllerOptions> = {},
): Promise<Pair> {
  const rig = new Rig();
  const central = await rig.probe("central", centralOptions);
  return { rig, central, peripheral: await rig.probe("peripheral", peripheralOptions) };
}

/** A link that has had its first events. */
async function established(
  options: Partial<ControllerOptions> = {},
): Promise<Pair & { readonly handles: Handles }> {
  const both = await pair(options, options);
  const handles = await connect(both.central, both.peripheral);
  await both.rig.clock.advance(500);
  return { ...both, handles };
}

const update = {
  intervalMin: 40,
  intervalMax: 40,
  latency: 0,
  supervisionTimeout: 200,
  minEventLength: 0,
  maxEventLength: 0,
};

async function advertise(probe: Probe, change: Partial<typeof advertisingParameters> = {}): Promise<void> {
  await probe.ok(advertising.LeSetAdvertisingParameters, { ...advertisingParameters, ...change });
  await probe.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
}

test("L1: no connection before the peer advertises connectably; a second attempt meanwhile is 0x0C", async () => {
  const { rig, central, peripheral } = await pair();
  const target = connectTo(peripheral.controller.publicAddress.octets);
  await central.ok(connection.LeCreateConnection, target);
  assert.equal(await central.refused(connection.LeCreateConnection, target), 0x0c);
  await rig.clock.advance(2_000);
  await advertise(peripheral, { type: "nonConnectableUndirected", intervalMin: 0xa0, intervalMax: 0xa0 });
  await rig.clock.advance(2_000);
  assert.equal(central.count(events.LeConnectionComplete), 0);
  await peripheral.ok(advertising.LeSetAdvertisingEnable, { enable: "off" });
  await advertise(peripheral);
  const complete = await central.next(events.LeConnectionComplete);
  assert.equal(complete.status, 0);
  assert.equal(complete.role, "central");
  assert.deepEqual(complete.peerAddress, peripheral.controller.publicAddress.octets);
  assert.equal((await peripheral.next(events.LeConnectionComplete)).role, "peripheral");
});

test("L1: another device that advertises is left alone", async () => {
  const { rig, central, peripheral } = await pair();
  await advertise(peripheral);
  await central.ok(connection.LeCreateConnection, connectTo(fromHex("010203040506")));
  await rig.clock.advance(2_000);
  assert.equal(central.count(events.LeConnectionComplete), 0);
  assert.equal(peripheral.count(events.LeConnectionComplete), 0);
});

test("L2: Cancel: Command Complete 0x00, then Connection Complete with 0x02; with nothing to cancel 0x0C", async () => {
  const { central } = await pair();
  assert.equal(await central.refused(connection.LeCreateConnectionCancel, {}), 0x0c);
  await central.ok(connection.LeCreateConnection, connectTo(fromHex("010203040506")));
  central.raw(fromHex("0e2000"));
  await central.clock.advance(10);
  assert.deepEqual(
    central.inbox.map(({ bytes }) => bytes[0]),
    [0x0e, 0x3e],
  );
  assert.equal((await central.next(events.LeConnectionComplete)).status, 0x02);
  await central.answerTo(connection.LeCreateConnectionCancel.opcode);
  assert.equal(await central.refused(connection.LeCreateConnectionCancel, {}), 0x0c);
});

test("L2: a race with success, by switch: cancelled, and connected all the same", async () => {
  const { central, peripheral } = await pair({ cancelRace: "connection wins" });
  await central.ok(connection.LeCreateConnection, connectTo(peripheral.controller.publicAddress.octets));
  await central.ok(connection.LeCreateConnectionCancel, {});
  await advertise(peripheral);
  assert.equal((await central.next(events.LeConnectionComplete)).status, 0);
  await central.clock.advance(2_000);
  assert.equal(central.count(events.LeConnectionComplete), 0);
});

test("L3: a peer that is gone before the first six events: 0x3E on both sides", async () => {
  const { rig, central, peripheral } = await pair();
  await connect(central, peripheral);
  const before = rig.clock.now();
  rig.radio.cut(central.controller, peripheral.controller);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x3e);
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x3e);
  assert.ok(rig.clock.now() - before <= 7 * 30 + 10, "six intervals of 30 ms, not the supervision timeout");
});

test("L4: Disconnect: 0x16 here, the given reason there; then the handle is stale", async () => {
  const { central, peripheral, handles } = await established();
  await central.ok(basic.Disconnect, { handle: handles.central, reason: 0x15 });
  assert.deepEqual(await central.next(events.DisconnectionComplete), {
    status: 0,
    handle: handles.central,
    reason: 0x16,
  });
  assert.deepEqual(await peripheral.next(events.DisconnectionComplete), {
    status: 0,
    handle: handles.peripheral,
    reason: 0x15,
  });
  assert.equal(await central.refused(basic.Disconnect, { handle: handles.central, reason: 0x13 }), 0x02);
});

test("L4: a reason outside the permitted set is 0x12 and the link stays", async () => {
  const { central, handles } = await established();
  for (const reason of [0x00, 0x06, 0x08, 0x16, 0x3d]) {
    assert.equal(await central.refused(basic.Disconnect, { handle: handles.central, reason }), 0x12);
  }
  assert.equal(central.count(events.DisconnectionComplete), 0);
});

test("L4: the peripheral can end the link too", async () => {
  const { central, peripheral, handles } = await established();
  await peripheral.ok(basic.Disconnect, { handle: handles.peripheral, reason: 0x13 });
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x16);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x13);
});

test("L5: the radio between them cut: 0x08 on both sides, each by its own clock", async () => {
  const { rig, central, peripheral } = await established();
  const before = rig.clock.now();
  rig.radio.cut(central.controller, peripheral.controller);
  await rig.clock.advance(900);
  assert.equal(central.count(events.DisconnectionComplete), 0);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x08);
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x08);
  assert.ok(rig.clock.now() - before < 1_050);
});

test("L5: a gap shorter than the timeout does no harm", async () => {
  const { rig, central, peripheral, handles } = await established();
  rig.radio.cut(central.controller, peripheral.controller);
  await rig.clock.advance(700);
  rig.radio.mend(central.controller, peripheral.controller);
  await rig.clock.advance(5_000);
  assert.equal(central.count(events.DisconnectionComplete), 0);
  central.data(handles.central, 0, message(10));
  await rig.clock.advance(200);
  assert.equal(peripheral.received().length, 1);
});

test("L6: the enhanced event if its bit is set, the old one otherwise, never both", async () => {
  const { rig, central, peripheral } = await pair();
  const mask = { ...allLeEvents, enhancedConnectionComplete: true };
  await central.ok(setup.LeSetEventMask, { mask });
  await advertise(peripheral);
  await central.ok(connection.LeCreateConnection, connectTo(peripheral.controller.publicAddress.octets));
  const complete = await central.next(events.LeEnhancedConnectionComplete);
  assert.equal(complete.peerAddressType, "public");
  assert.deepEqual(complete.peerResolvableAddress, new Uint8Array(6));
  await rig.clock.advance(100);
  assert.equal(central.count(events.LeConnectionComplete), 0);
  assert.equal(peripheral.count(events.LeConnectionComplete), 1);
  assert.equal(peripheral.count(events.LeEnhancedConnectionComplete), 0);
});

async function handlesOf(options: Partial<ControllerOptions>): Promise<readonly number[]> {
  const { rig, central, peripheral } = await pair(options);
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { central: handle } = await connect(central, peripheral);
    seen.push(handle);
    await rig.clock.advance(200);
    await central.ok(basic.Disconnect, { handle, reason: 0x13 });
    await peripheral.next(events.DisconnectionComplete);
  }
  return seen;
}

test("L7: handles jump and come back late; by switch the same one comes back at once", async () => {
  const late = await handlesOf({});
  assert.equal(new Set(late).size, 5);
  assert.ok(late.some((handle, i) => i > 0 && handle !== (late[i - 1] ?? 0) + 1));
  assert.deepEqual(await handlesOf({ handleReuse: "at once" }), [0, 0, 0, 0, 0]);
});

test("L8: a connection update is checked, takes effect some events later, with an event on both sides", async () => {
  const { rig, central, peripheral, handles } = await established();
  const { central: handle } = handles;
  const command = connection.LeConnectionUpdate;
  const wrong = {
    "interval below 6": { ...update, intervalMin: 5 },
    "interval above 3200": { ...update, intervalMax: 3201, supervisionTimeout: 3200 },
    "latency above 499": { ...update, latency: 500, supervisionTimeout: 3200 },
    "timeout not above twice the silence allowed": { ...update, latency: 20, supervisionTimeout: 200 },
    "minimum above maximum": { ...update, intervalMin: 41 },
  };
  for (const [name, parameters] of Object.entries(wrong)) {
    assert.equal(await central.refused(command, { handle, ...parameters }), 0x12, name);
  }
  await central.ok(command, { handle, ...update });
  await rig.clock.advance(100);
  assert.equal(central.count(events.LeConnectionUpdateComplete), 0, "not at once");
  const expected = { status: 0, interval: 40, latency: 0, supervisionTimeout: 200 };
  assert.deepEqual(await central.next(events.LeConnectionUpdateComplete), { ...expected, handle });
  const there = { ...expected, handle: handles.peripheral };
  assert.deepEqual(await peripheral.next(events.LeConnectionUpdateComplete), there);
});

test("L8: an update that arrives after its instant ends the link with 0x28", async () => {
  const { rig, central, peripheral } = await pair();
  const handles = await connect(central, peripheral, { supervisionTimeout: 500 });
  await rig.clock.advance(300);
  rig.radio.cut(central.controller, peripheral.controller);
  await central.ok(connection.LeConnectionUpdate, { handle: handles.central, ...update });
  await rig.clock.advance(500);
  rig.radio.mend(central.controller, peripheral.controller);
  assert.equal((await peripheral.next(events.DisconnectionComplete)).reason, 0x28);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x08);
});

test("L8: a peripheral's wish is put to the central's host, which grants it", async () => {
  const { central, peripheral, handles } = await established();
  await peripheral.ok(connection.LeConnectionUpdate, { handle: handles.peripheral, ...update });
  const request = await central.next(events.LeRemoteConnectionParameterRequest);
  assert.equal(request.intervalMax, 40);
  const reply = { handle: handles.central, ...update };
  await central.ok(connection.LeRemoteConnectionParameterRequestReply, reply);
  assert.equal((await peripheral.next(events.LeConnectionUpdateComplete)).interval, 40);
  assert.equal((await central.next(events.LeConnectionUpdateComplete)).interval, 40);
});

test("L8: a peripheral's wish that is refused, or that nobody is asked about, changes nothing", async () => {
  const { central, peripheral, handles } = await established();
  const wish = { handle: handles.peripheral, ...update };
  await peripheral.ok(connection.LeConnectionUpdate, wish);
  await central.next(events.LeRemoteConnectionParameterRequest);
  const refusal = { handle: handles.central, reason: 0x3b };
  await central.ok(connection.LeRemoteConnectionParameterRequestNegativeReply, refusal);
  const refused = await peripheral.next(events.LeConnectionUpdateComplete);
  assert.deepEqual([refused.status, refused.interval], [0x3b, 24]);

  const mask = { ...allLeEvents, remoteConnectionParameterRequest: false };
  await central.ok(setup.LeSetEventMask, { mask });
  await peripheral.ok(connection.LeConnectionUpdate, wish);
  assert.equal((await peripheral.next(events.LeConnectionUpdateComplete)).status, 0x1a);
  assert.equal(central.count(events.LeConnectionUpdateComplete), 0);
});

test("L9: data length follows what both sides can do, and is told only when it changes", async () => {
  const { rig, central, peripheral } = await pair({ maxDataOctets: 251 }, { maxDataOctets: 100 });
  const handles = await connect(central, peripheral);
  const command = { handle: handles.central, txOctets: 251, txTime: 2120 };
  await central.ok(connection.LeSetDataLength, command);
  const here = await central.next(events.LeDataLengthChange);
  assert.equal(here.maxTxOctets, 100);
  assert.equal(here.maxRxOctets, 27, "the peripheral's host did not ask for more");
  assert.equal((await peripheral.next(events.LeDataLengthChange)).maxRxOctets, 100);
  await central.ok(connection.LeSetDataLength, command);
  await rig.clock.advance(1_000);
  assert.equal(central.count(events.LeDataLengthChange), 0);
  assert.equal(peripheral.count(events.LeDataLengthChange), 0);
});

test("L9: the PHY is agreed on the common set; an unsupported one is 0x11; without change only the asker hears", async () => {
  const { rig, central, peripheral, handles } = await established();
  const none = { "1M": false, "2M": false, coded: false };
  const two = { ...none, "2M": true };
  const wish = { noPreference: { tx: false, rx: false }, tx: two, rx: two, codedOptions: 0 };
  await central.ok(connection.LeSetPhy, { handle: handles.central, ...wish });
  const done = { status: 0, tx: "2M", rx: "2M" };
  assert.deepEqual(await central.next(events.LePhyUpdateComplete), { ...done, handle: handles.central });
  assert.equal((await peripheral.next(events.LePhyUpdateComplete)).tx, "2M");
  assert.equal((await peripheral.ok(connection.LeReadPhy, { handle: handles.peripheral })).rx, "2M");

  await central.ok(connection.LeSetPhy, { handle: handles.central, ...wish });
  assert.equal((await central.next(events.LePhyUpdateComplete)).tx, "2M");
  await rig.clock.advance(1_000);
  assert.equal(peripheral.count(events.LePhyUpdateComplete), 0);
});

test("L9: a peer of Core 4.2 has no other PHY: the update ends with 0x1A", async () => {
  const { central, peripheral } = await pair({}, { profile: "4.2" });
  const handles = await connect(central, peripheral);
  const two = { "1M": false, "2M": true, coded: false };
  const wish = { noPreference: { tx: false, rx: false }, tx: two, rx: two, codedOptions: 0 };
  await central.ok(connection.LeSetPhy, { handle: handles.central, ...wish });
  const update = await central.next(events.LePhyUpdateComplete);
  assert.deepEqual([update.status, update.tx], [0x1a, "1M"]);
});

test("L10: no more links than there is room for: 0x09", async () => {
  const { central, peripheral } = await pair({ maxLinks: 1 });
  await connect(central, peripheral);
  const target = connectTo(fromHex("010203040506"));
  assert.equal(await central.refused(connection.LeCreateConnection, target), 0x09);
});

test("L10: a controller of Core 4.0 takes one role at a time", async () => {
  const { central, peripheral } = await pair({ profile: "4.0" });
  await connect(central, peripheral);
  await central.ok(advertising.LeSetAdvertisingParameters, advertisingParameters);
  assert.equal(await central.refused(advertising.LeSetAdvertisingEnable, { enable: "on" }), 0x0c);
  const plain = { ...advertisingParameters, type: "nonConnectableUndirected" } as const;
  await central.ok(advertising.LeSetAdvertisingParameters, plain);
  await central.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
});

test("features and version of the other side are read over the air", async () => {
  const { central, peripheral } = await pair({}, { profile: "4.2" });
  const handles = await connect(central, peripheral);
  await central.ok(connection.LeReadRemoteFeatures, { handle: handles.central });
  const { features } = await central.next(events.LeReadRemoteFeaturesComplete);
  assert.equal(features[0], 0xef, "what both sides have");
  assert.equal(features[1], 0x00);
  await peripheral.ok(basic.ReadRemoteVersionInformation, { handle: handles.peripheral });
  assert.equal((await peripheral.next(events.ReadRemoteVersionInformationComplete)).version, 11);
});
