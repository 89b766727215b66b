import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parameters } from "../../../hci/codec/command.ts";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as scanning from "../../../hci/host/commands/le-scanning.ts";
import * as events from "../../../hci/host/events.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { Probe } from "./rig.ts";
import { advertisingParameters, connectTo, Rig } from "./rig.ts";

const nameData = fromHex("020106050941424344");
const responseData = fromHex("0303fe18");

async function scanPair(options: Partial<ControllerOptions> = {}): Promise<{
  readonly rig: Rig;
  readonly scanner: Probe;
  readonly advertiser: Probe;
}> {
  const rig = new Rig();
  return { rig, scanner: await rig.probe("scanner", options), advertiser: await rig.probe("advertiser") };
}

async function advertise(probe: Probe, change: Partial<typeof advertisingParameters> = {}): Promise<void> {
  await probe.ok(advertising.LeSetAdvertisingParameters, { ...advertisingParameters, ...change });
  await probe.ok(advertising.LeSetAdvertisingData, { data: nameData });
  await probe.ok(advertising.LeSetScanResponseData, { data: responseData });
  await probe.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
}

type ScanSettings = Parameters<typeof scanning.LeSetScanParameters>;

async function scan(
  probe: Probe,
  change: Partial<ScanSettings> = {},
  filterDuplicates: "off" | "on" = "off",
): Promise<void> {
  const parameters: ScanSettings = {
    type: "passive",
    interval: 0x10,
    window: 0x10,
    ownAddressType: "public",
    filter: "all",
    ...change,
  };
  await probe.ok(scanning.LeSetScanParameters, parameters);
  await probe.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates });
}

function reports(probe: Probe) {
  return probe.all(events.LeAdvertisingReport).flatMap((event) => event.reports);
}

test("S1: a passive scan gives advertising only", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser);
  await scan(scanner);
  await rig.clock.advance(2_000);
  const heard = reports(scanner);
  assert.ok(heard.length > 50, `${heard.length} reports`);
  assert.ok(heard.every(({ type }) => type === "connectableUndirected"));
  assert.ok(heard.every(({ data }) => toHex(data) === toHex(nameData)));
});

test("S1: an active scan gives the scan response as a report of its own, sometimes not at all", async () => {
  const { rig, scanner, advertiser } = await scanPair({ scanResponses: 0.5 });
  await advertise(advertiser);
  await scan(scanner, { type: "active" });
  await rig.clock.advance(2_000);
  const heard = reports(scanner);
  const responses = heard.filter(({ type }) => type === "scanResponse");
  const others = heard.length - responses.length;
  assert.ok(
    responses.length > 0.3 * others && responses.length < 0.7 * others,
    `${responses.length}/${others}`,
  );
  assert.ok(responses.every(({ data }) => toHex(data) === toHex(responseData)));
});

test("S1: with the duplicate filter a response can come long after its advertisement", async () => {
  const { rig, scanner, advertiser } = await scanPair({ scanResponses: 0.05 });
  await advertise(advertiser);
  await scan(scanner, { type: "active" }, "on");
  await scanner.next(events.LeAdvertisingReport);
  const before = rig.clock.now();
  assert.equal((await scanner.next(events.LeAdvertisingReport)).reports[0]?.type, "scanResponse");
  assert.ok(rig.clock.now() - before > 50);
  await rig.clock.advance(5_000);
  assert.deepEqual(reports(scanner), [], "each once");
});

test("S1: what cannot be scanned gives no response", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser, { type: "nonConnectableUndirected", intervalMin: 0xa0, intervalMax: 0xa0 });
  await scan(scanner, { type: "active" });
  await rig.clock.advance(2_000);
  assert.deepEqual([...new Set(reports(scanner).map(({ type }) => type))], ["nonConnectableUndirected"]);
});

test("S2: a narrow window misses most, and a device on one channel is heard only on that one", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser);
  await scan(scanner, { interval: 0xa0, window: 0x10 });
  await rig.clock.advance(10_000);
  const all = 10_000 / 25;
  const narrow = reports(scanner).length;
  assert.ok(narrow > 0.05 * all && narrow < 0.2 * all, `${narrow} of about ${all}`);
  await advertiser.ok(advertising.LeSetAdvertisingEnable, { enable: "off" });
  await advertise(advertiser, { channels: { 37: true, 38: false, 39: false } });
  await scanner.ok(scanning.LeSetScanEnable, { enable: "off", filterDuplicates: "off" });
  reports(scanner);
  await scan(scanner, { interval: 0xa0, window: 0xa0 });
  await rig.clock.advance(10_000);
  const oneChannel = reports(scanner).length;
  assert.ok(oneChannel > 0.2 * all && oneChannel < 0.45 * all, `${oneChannel} of about ${all}`);
});

test("S2: intervals jitter by up to 10 ms", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser);
  await scan(scanner);
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    await scanner.next(events.LeAdvertisingReport);
    times.push(rig.clock.now());
  }
  const gaps = new Set(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  assert.ok(gaps.size > 1 && [...gaps].every((gap) => gap >= 15 && gap <= 35), [...gaps].join());
});

test("S4: the accept list counts for scanning and connecting, and cannot change while in use", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  const other = await rig.probe("other");
  await advertise(advertiser);
  await advertise(other);
  const entry = { addressType: "public", address: other.controller.publicAddress.octets } as const;
  await scanner.ok(scanning.LeAddDeviceToFilterAcceptList, entry);
  await scan(scanner, { filter: "acceptList" });
  assert.equal(await scanner.refused(scanning.LeClearFilterAcceptList, {}), 0x0c);
  await rig.clock.advance(500);
  const heard = new Set(reports(scanner).map(({ address }) => toHex(address)));
  assert.deepEqual([...heard], [toHex(entry.address)]);
  await scanner.ok(scanning.LeSetScanEnable, { enable: "off", filterDuplicates: "off" });
  const target = { ...connectTo(new Uint8Array(6)), filter: "acceptList" } as const;
  await scanner.ok(connection.LeCreateConnection, target);
  assert.equal(await scanner.refused(scanning.LeAddDeviceToFilterAcceptList, entry), 0x0c);
  assert.deepEqual((await scanner.next(events.LeConnectionComplete)).peerAddress, entry.address);
});

test("S4: an advertiser that takes connections from its list ignores others: they see 0x3E", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser, { filter: "connectFromAcceptList" });
  const target = connectTo(advertiser.controller.publicAddress.octets);
  await scanner.ok(connection.LeCreateConnection, target);
  assert.equal((await scanner.next(events.LeConnectionComplete)).status, 0);
  assert.equal((await scanner.next(events.DisconnectionComplete)).reason, 0x3e);
  assert.equal(advertiser.count(events.LeConnectionComplete), 0);
  await advertiser.ok(advertising.LeSetAdvertisingEnable, { enable: "off" });
  const entry = { addressType: "public", address: scanner.controller.publicAddress.octets } as const;
  await advertiser.ok(scanning.LeAddDeviceToFilterAcceptList, entry);
  await advertiser.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  await scanner.ok(connection.LeCreateConnection, target);
  await advertiser.next(events.LeConnectionComplete);
  await rig.clock.advance(1_000);
  assert.equal(scanner.count(events.DisconnectionComplete), 0);
});

test("S4: an advertiser that answers scan requests from its list only, gives others no response", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser, { filter: "scanFromAcceptList" });
  await scan(scanner, { type: "active" });
  await rig.clock.advance(1_000);
  assert.deepEqual([...new Set(reports(scanner).map(({ type }) => type))], ["connectableUndirected"]);
});

test("S6: directed advertising reaches only its target, and ends with 0x3C", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  const bystander = await rig.probe("bystander");
  await scan(scanner);
  await scan(bystander);
  const before = rig.clock.now();
  await advertise(advertiser, {
    type: "connectableDirectedHigh",
    peerAddress: scanner.controller.publicAddress.octets,
  });
  const failed = await advertiser.next(events.LeConnectionComplete);
  assert.deepEqual([failed.status, failed.role], [0x3c, "peripheral"]);
  assert.ok(rig.clock.now() - before >= 1_280);
  assert.deepEqual([...new Set(reports(scanner).map(({ type }) => type))], ["connectableDirected"]);
  assert.deepEqual(reports(bystander), []);
});

test("S6: only the target of directed advertising can connect", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  const bystander = await rig.probe("bystander");
  await advertise(advertiser, {
    type: "connectableDirectedLow",
    peerAddress: scanner.controller.publicAddress.octets,
  });
  const target = connectTo(advertiser.controller.publicAddress.octets);
  await bystander.ok(connection.LeCreateConnection, target);
  await rig.clock.advance(2_000);
  assert.equal(bystander.count(events.LeConnectionComplete), 0);
  await scanner.ok(connection.LeCreateConnection, target);
  assert.equal((await scanner.next(events.LeConnectionComplete)).status, 0);
});

test("S7: RSSI varies, and is 127 sometimes", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await advertise(advertiser);
  await scan(scanner);
  await rig.clock.advance(10_000);
  const levels = reports(scanner).map(({ rssi }) => rssi);
  assert.ok(levels.includes(127));
  const known = levels.filter((rssi) => rssi !== 127);
  assert.ok(new Set(known).size > 5 && known.every((rssi) => rssi < -20 && rssi > -100));
});
