/** Link Layer procedures that meet: both sides at once, sides that lack a feature, answers that never come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as extended from "../../../hci/host/commands/le-extended.ts";
import * as privacy from "../../../hci/host/commands/le-privacy.ts";
import * as scanning from "../../../hci/host/commands/le-scanning.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { Handles, Probe } from "./rig.ts";
import { advertisingParameters, allLeEvents, connect, Rig } from "./rig.ts";

const update = {
  intervalMin: 40,
  intervalMax: 40,
  latency: 0,
  supervisionTimeout: 200,
  minEventLength: 0,
  maxEventLength: 0,
};

async function connected(
  peripheralOptions: Partial<ControllerOptions> = {},
  centralOptions: Partial<ControllerOptions> = {},
): Promise<{
  readonly rig: Rig;
  readonly central: Probe;
  readonly peripheral: Probe;
  readonly handles: Handles;
}> {
  const rig = new Rig();
  const central = await rig.probe("central", centralOptions);
  const peripheral = await rig.probe("peripheral", peripheralOptions);
  const handles = await connect(central, peripheral);
  await rig.clock.advance(300);
  return { rig, central, peripheral, handles };
}

async function exchangeFeatures(central: Probe, handle: number): Promise<void> {
  await central.ok(connection.LeReadRemoteFeatures, { handle });
  assert.equal((await central.next(events.LeReadRemoteFeaturesComplete)).status, 0);
}

test("a central that knows the peripheral's features asks its host before it changes the parameters", async () => {
  const { central, peripheral, handles } = await connected();
  await exchangeFeatures(central, handles.central);
  await central.ok(connection.LeConnectionUpdate, { handle: handles.central, ...update });
  const request = await peripheral.next(events.LeRemoteConnectionParameterRequest);
  assert.deepEqual([request.handle, request.intervalMin], [handles.peripheral, 40]);
  const reply = { handle: handles.peripheral, ...update, intervalMin: 50, intervalMax: 50 };
  await peripheral.ok(connection.LeRemoteConnectionParameterRequestReply, reply);
  assert.equal((await central.next(events.LeConnectionUpdateComplete)).interval, 50);
  assert.equal((await peripheral.next(events.LeConnectionUpdateComplete)).interval, 50);
});

test("a peripheral whose host does not want to be asked: the central decides alone", async () => {
  const { central, peripheral, handles } = await connected();
  const mask = { ...allLeEvents, remoteConnectionParameterRequest: false };
  await peripheral.ok(setup.LeSetEventMask, { mask });
  await exchangeFeatures(central, handles.central);
  await central.ok(connection.LeConnectionUpdate, { handle: handles.central, ...update });
  assert.equal((await peripheral.next(events.LeConnectionUpdateComplete)).interval, 40);
});

test("a peripheral that says no: the central's host learns its reason", async () => {
  const { central, peripheral, handles } = await connected();
  await exchangeFeatures(central, handles.central);
  await central.ok(connection.LeConnectionUpdate, { handle: handles.central, ...update });
  await peripheral.next(events.LeRemoteConnectionParameterRequest);
  const refusal = { handle: handles.peripheral, reason: 0x3b };
  await peripheral.ok(connection.LeRemoteConnectionParameterRequestNegativeReply, refusal);
  assert.equal((await central.next(events.LeConnectionUpdateComplete)).status, 0x3b);
});

test("both ask at once: the central's wish wins, the peripheral's host hears of one change", async () => {
  const { rig, central, peripheral, handles } = await connected();
  await central.ok(connection.LeConnectionUpdate, { handle: handles.central, ...update });
  const other = { ...update, intervalMin: 80, intervalMax: 80, supervisionTimeout: 400 };
  await peripheral.ok(connection.LeConnectionUpdate, { handle: handles.peripheral, ...other });
  assert.equal((await central.next(events.LeConnectionUpdateComplete)).interval, 40);
  await rig.clock.advance(3_000);
  const heard = peripheral.all(events.LeConnectionUpdateComplete);
  assert.ok(heard.some(({ status, interval }) => status === 0 && interval === 40));
  assert.equal(central.count(events.DisconnectionComplete), 0);
});

test("a peripheral of Core 4.0 does not know the peripheral's feature exchange, nor does a central", async () => {
  const { central, peripheral, handles } = await connected({}, { profile: "4.0" });
  await peripheral.ok(connection.LeReadRemoteFeatures, { handle: handles.peripheral });
  assert.equal((await peripheral.next(events.LeReadRemoteFeaturesComplete)).status, 0x1a);
  await peripheral.ok(connection.LeConnectionUpdate, { handle: handles.peripheral, ...update });
  assert.equal((await peripheral.next(events.LeConnectionUpdateComplete)).status, 0x1a);
  await exchangeFeatures(central, handles.central);
  assert.equal(await central.refused(connection.LeReadPhy, { handle: handles.central }), 0x01);
});

test("the same procedure asked for twice is 0x0C; features read again come at once", async () => {
  const { central, handles } = await connected();
  const { central: handle } = handles;
  await central.ok(connection.LeReadRemoteFeatures, { handle });
  assert.equal(await central.refused(connection.LeReadRemoteFeatures, { handle }), 0x0c);
  await central.next(events.LeReadRemoteFeaturesComplete);
  await exchangeFeatures(central, handle);
  await central.ok(basic.ReadRemoteVersionInformation, { handle });
  await central.next(events.ReadRemoteVersionInformationComplete);
  await central.ok(basic.ReadRemoteVersionInformation, { handle });
  assert.equal((await central.next(events.ReadRemoteVersionInformationComplete)).status, 0);
});

test("a question without an answer for 40 s ends the link with 0x22", async () => {
  const { rig, central, peripheral, handles } = await connected();
  await peripheral.ok(connection.LeConnectionUpdate, { handle: handles.peripheral, ...update });
  await central.next(events.LeRemoteConnectionParameterRequest);
  const before = rig.clock.now();
  assert.equal((await peripheral.next(events.DisconnectionComplete, 60_000)).reason, 0x22);
  assert.ok(rig.clock.now() - before > 39_000);
  assert.equal((await central.next(events.DisconnectionComplete)).reason, 0x08);
});

test("the RSSI of a link can be read", async () => {
  const { central, handles } = await connected();
  const { rssi } = await central.ok(basic.ReadRssi, { handle: handles.central });
  assert.ok(rssi === 127 || (rssi < -20 && rssi > -100));
  assert.equal(await central.refused(basic.ReadRssi, { handle: 0x0eff }), 0x02);
});

test("default data length and PHY apply to what the other side asks for", async () => {
  const rig = new Rig();
  const [central, peripheral] = [await rig.probe("central"), await rig.probe("peripheral")];
  await peripheral.ok(connection.LeWriteSuggestedDefaultDataLength, { txOctets: 100, txTime: 912 });
  const suggested = await peripheral.ok(connection.LeReadSuggestedDefaultDataLength, {});
  assert.deepEqual(suggested, { txOctets: 100, txTime: 912 });
  const only1M = { "1M": true, "2M": false, coded: false };
  const wish = { noPreference: { tx: false, rx: false }, tx: only1M, rx: only1M };
  await peripheral.ok(connection.LeSetDefaultPhy, wish);
  const handles = await connect(central, peripheral);
  const { central: handle } = handles;
  await central.ok(connection.LeSetDataLength, { handle, txOctets: 251, txTime: 2120 });
  assert.equal((await central.next(events.LeDataLengthChange)).maxRxOctets, 100);
  const two = { ...only1M, "1M": false, "2M": true };
  await central.ok(connection.LeSetPhy, { handle, ...wish, tx: two, rx: two, codedOptions: 0 });
  const changed = await central.next(events.LePhyUpdateComplete);
  assert.deepEqual([changed.status, changed.tx], [0, "1M"]);
  const none = { ...only1M, "1M": false };
  const command = { handle, ...wish, tx: none, rx: none, codedOptions: 0 };
  assert.equal(await central.refused(connection.LeSetPhy, command), 0x12);
});

test("directed advertising to a private address: heard by the target, and reported unresolved where asked for", async () => {
  const rig = new Rig();
  const [advertiser, target, stranger] = [
    await rig.probe("advertiser"),
    await rig.probe("target"),
    await rig.probe("stranger"),
  ];
  const irk = fromHex("ec0234a357c8ad05341010a60a397d9b");
  const own = fromHex("000102030405060708090a0b0c0d0e0f");
  const toTarget = {
    peerAddressType: "public",
    peerAddress: target.controller.publicAddress.octets,
  } as const;
  const toAdvertiser = { ...toTarget, peerAddress: advertiser.controller.publicAddress.octets };
  await advertiser.ok(privacy.LeAddDeviceToResolvingList, { ...toTarget, peerIrk: irk, localIrk: own });
  await advertiser.ok(privacy.LeSetAddressResolutionEnable, { enable: "on" });
  await target.ok(privacy.LeAddDeviceToResolvingList, { ...toAdvertiser, peerIrk: own, localIrk: irk });
  await target.ok(privacy.LeSetAddressResolutionEnable, { enable: "on" });
  await advertiser.ok(advertising.LeSetAdvertisingParameters, {
    ...advertisingParameters,
    ...toTarget,
    type: "connectableDirectedLow",
    ownAddressType: "resolvableOrPublic",
  });
  await advertiser.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  for (const [probe, filter] of [
    [target, "all"],
    [stranger, "allAndUnresolvedDirected"],
  ] as const) {
    await probe.ok(scanning.LeSetScanParameters, {
      type: "passive",
      interval: 16,
      window: 16,
      ownAddressType: "public",
      filter,
    });
    await probe.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "on" });
  }
  const [report] = (await target.next(events.LeAdvertisingReport)).reports;
  assert.deepEqual([report?.type, report?.addressType], ["connectableDirected", "publicIdentity"]);
  const [unresolved] = (await stranger.next(events.LeDirectedAdvertisingReport)).reports;
  assert.match(toHex(unresolved?.directAddress ?? new Uint8Array()), /^[4-7]/);
  assert.equal(stranger.count(events.LeAdvertisingReport), 0);
  const seen = await advertiser.ok(privacy.LeReadPeerResolvableAddress, toTarget);
  assert.match(toHex(seen.address), /^[4-7]/);
  const local = await advertiser.ok(privacy.LeReadLocalResolvableAddress, toTarget);
  assert.deepEqual(unresolved?.address, local.address);
});

test("a set can tell who scans it, and keeps its data when asked to", async () => {
  const rig = new Rig();
  const [advertiser, scanner] = [
    await rig.probe("advertiser"),
    await rig.probe("scanner", { scanResponses: 1 }),
  ];
  const nothing = { connectable: false, directed: false, highDutyCycle: false, anonymous: false };
  await advertiser.ok(extended.LeSetExtendedAdvertisingParameters, {
    set: 2,
    properties: { ...nothing, scannable: true, legacy: true, includeTxPower: false },
    intervalMin: 0x40,
    intervalMax: 0x40,
    channels: { 37: true, 38: true, 39: true },
    ownAddressType: "public",
    peerAddressType: "public",
    peerAddress: new Uint8Array(6),
    filter: "all",
    txPower: 127,
    primaryPhy: "1M",
    secondaryMaxSkip: 0,
    secondaryPhy: "1M",
    sid: 0,
    scanRequestNotification: "on",
  });
  const sets = [{ set: 2, duration: 0, maxEvents: 0 }];
  await advertiser.ok(extended.LeSetExtendedAdvertisingEnable, { enable: "on", sets });
  const parameters = {
    type: "active",
    interval: 16,
    window: 16,
    ownAddressType: "public",
    filter: "all",
  } as const;
  await scanner.ok(scanning.LeSetScanParameters, parameters);
  await scanner.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });
  const request = await advertiser.next(events.LeScanRequestReceived);
  assert.deepEqual(request.scannerAddress, scanner.controller.publicAddress.octets);
  const keep = {
    set: 2,
    operation: "unchanged",
    fragmentPreference: "allowed",
    data: new Uint8Array(0),
  } as const;
  assert.equal(await advertiser.refused(extended.LeSetExtendedAdvertisingData, keep), 0x0c, "legacy PDUs");
  await advertiser.ok(extended.LeSetExtendedAdvertisingEnable, { enable: "off", sets: [] });
  await advertiser.ok(extended.LeClearAdvertisingSets, {});
  assert.equal(await advertiser.refused(extended.LeRemoveAdvertisingSet, { set: 2 }), 0x42);
});
