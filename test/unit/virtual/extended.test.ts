import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parameters } from "../../../hci/codec/command.ts";
import { concat, fromHex, toHex } from "../../../hci/codec/bytes.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as extended from "../../../hci/host/commands/le-extended.ts";
import * as scanning from "../../../hci/host/commands/le-scanning.ts";
import * as events from "../../../hci/host/events.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { Probe } from "./rig.ts";
import { advertisingParameters, connectTo, Rig } from "./rig.ts";

const nameData = fromHex("020106050941424344");

async function scanPair(options: Partial<ControllerOptions> = {}): Promise<{
  readonly rig: Rig;
  readonly scanner: Probe;
  readonly advertiser: Probe;
}> {
  const rig = new Rig();
  return { rig, scanner: await rig.probe("scanner", options), advertiser: await rig.probe("advertiser") };
}

function extendedReports(probe: Probe) {
  return probe.all(events.LeExtendedAdvertisingReport).flatMap((event) => event.reports);
}

type SetSettings = Parameters<typeof extended.LeSetExtendedAdvertisingParameters>;
const properties = {
  connectable: false,
  scannable: false,
  directed: false,
  highDutyCycle: false,
  legacy: false,
  anonymous: false,
  includeTxPower: false,
};
const setParameters: SetSettings = {
  set: 3,
  properties,
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
  secondaryPhy: "2M",
  sid: 5,
  scanRequestNotification: "off",
};

async function startSet(
  probe: Probe,
  change: Partial<SetSettings>,
  data: Uint8Array<ArrayBuffer>,
  limits: { readonly duration?: number; readonly maxEvents?: number } = {},
): Promise<void> {
  await probe.ok(extended.LeSetExtendedAdvertisingParameters, { ...setParameters, ...change });
  const set = change.set ?? 3;
  for (let offset = 0; offset < data.length || offset === 0; offset += 251) {
    const last = offset + 251 >= data.length;
    await probe.ok(extended.LeSetExtendedAdvertisingData, {
      set,
      operation: offset === 0 ? (last ? "complete" : "first") : last ? "last" : "intermediate",
      fragmentPreference: "allowed",
      data: data.slice(offset, offset + 251),
    });
  }
  const sets = [{ set, duration: limits.duration ?? 0, maxEvents: limits.maxEvents ?? 0 }];
  await probe.ok(extended.LeSetExtendedAdvertisingEnable, { enable: "on", sets });
}

async function scanExtended(
  probe: Probe,
  options: {
    readonly coded?: boolean;
    readonly active?: boolean;
    readonly duration?: number;
    readonly period?: number;
    readonly duplicates?: "off" | "on" | "eachPeriod";
  } = {},
): Promise<void> {
  const each = {
    type: options.active === true ? "active" : "passive",
    interval: 0x20,
    window: 0x20,
  } as const;
  await probe.ok(scanning.LeSetExtendedScanParameters, {
    ownAddressType: "public",
    filter: "all",
    phys: { "1M": true, coded: options.coded === true },
    parameters: options.coded === true ? [each, each] : [each],
  });
  await probe.ok(scanning.LeSetExtendedScanEnable, {
    enable: "on",
    filterDuplicates: options.duplicates ?? "off",
    duration: options.duration ?? 0,
    period: options.period ?? 0,
  });
}

test("S3: an advertising set is reported with its SID, PHYs and power; a legacy scan does not hear it", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  const legacy = await rig.probe("legacy");
  await startSet(advertiser, { properties: { ...properties, includeTxPower: true }, txPower: 4 }, nameData);
  await scanExtended(scanner);
  await legacy.ok(scanning.LeSetScanEnable, { enable: "on", filterDuplicates: "off" });
  await rig.clock.advance(1_000);
  const [report] = extendedReports(scanner);
  assert.equal(report?.type, 0);
  assert.equal(report.sid, 5);
  assert.equal(report.txPower, 4);
  assert.equal(report.primaryPhy, "1M");
  assert.equal(report.secondaryPhy, "2M");
  assert.deepEqual(report.data, nameData);
  assert.equal(legacy.count(events.LeAdvertisingReport), 0);
});

test("S3: legacy advertising comes as legacy PDUs in extended reports", async () => {
  const { rig, scanner, advertiser } = await scanPair({ scanResponses: 1 });
  await advertiser.ok(advertising.LeSetAdvertisingParameters, advertisingParameters);
  await advertiser.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  await scanExtended(scanner, { active: true });
  await rig.clock.advance(500);
  const types = new Set(extendedReports(scanner).map(({ type }) => type));
  assert.deepEqual([...types], [0x13, 0x1b]);
});

test("S3: long data comes in parts marked incomplete, and the end is missed sometimes", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  const long = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
  await startSet(advertiser, {}, long);
  await scanExtended(scanner);
  await rig.clock.advance(5_000);
  let parts: Uint8Array[] = [];
  const endings = new Map<string, number>();
  for (const { type, data } of extendedReports(scanner)) {
    parts.push(data);
    const status = (type >> 5) & 3;
    if (status === 1) continue;
    const whole = toHex(concat(...parts)) === toHex(long);
    const kind = status === 0 ? (whole ? "complete" : "wrong") : whole ? "not cut" : "truncated";
    endings.set(kind, (endings.get(kind) ?? 0) + 1);
    parts = [];
  }
  assert.deepEqual(
    [...endings.keys()].sort((a, b) => a.localeCompare(b)),
    ["complete", "truncated"],
  );
  assert.ok((endings.get("complete") ?? 0) > 5 * (endings.get("truncated") ?? 0));
});

test("S3: a set on the coded PHY is heard only by a scan of that PHY", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await startSet(advertiser, { primaryPhy: "coded", secondaryPhy: "coded" }, nameData);
  await scanExtended(scanner);
  await rig.clock.advance(1_000);
  assert.deepEqual(extendedReports(scanner), []);
  const off = { enable: "off", filterDuplicates: "off", duration: 0, period: 0 } as const;
  await scanner.ok(scanning.LeSetExtendedScanEnable, off);
  await scanExtended(scanner, { coded: true });
  await rig.clock.advance(1_000);
  assert.equal(extendedReports(scanner)[0]?.primaryPhy, "coded");
});

test("S3: a scannable set gives its data in the scan response only", async () => {
  const { rig, scanner, advertiser } = await scanPair({ scanResponses: 1 });
  const scannable = { ...setParameters, properties: { ...properties, scannable: true } };
  await advertiser.ok(extended.LeSetExtendedAdvertisingParameters, scannable);
  const sets = [{ set: 3, duration: 0, maxEvents: 0 }];
  const enable = { enable: "on", sets } as const;
  assert.equal(await advertiser.refused(extended.LeSetExtendedAdvertisingEnable, enable), 0x0c);
  const response = { set: 3, operation: "complete", fragmentPreference: "allowed", data: nameData } as const;
  await advertiser.ok(extended.LeSetExtendedScanResponseData, response);
  await advertiser.ok(extended.LeSetExtendedAdvertisingEnable, enable);
  await scanExtended(scanner, { active: true });
  await rig.clock.advance(500);
  const heard = extendedReports(scanner);
  assert.deepEqual([...new Set(heard.map(({ type }) => type))], [0x0a]);
  assert.deepEqual(heard[0]?.data, nameData);
});

test("S3: scan durations end with LE Scan Timeout; periods go on, and forget duplicates", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await startSet(advertiser, {}, nameData);
  await scanExtended(scanner, { duration: 50 });
  await rig.clock.advance(490);
  assert.equal(scanner.count(events.LeScanTimeout), 0);
  await rig.clock.advance(20);
  assert.equal(scanner.all(events.LeScanTimeout).length, 1);
  extendedReports(scanner);
  await rig.clock.advance(1_000);
  assert.deepEqual(extendedReports(scanner), []);
  await scanExtended(scanner, { duration: 50, period: 1, duplicates: "eachPeriod" });
  await rig.clock.advance(4_000);
  assert.equal(extendedReports(scanner).length, 4, "once in each of four periods of 1.28 s");
  assert.equal(scanner.count(events.LeScanTimeout), 0);
});

test("S3: Advertising Set Terminated: after its duration, after its events, and by a connection", async () => {
  const { rig, scanner, advertiser } = await scanPair();
  await startSet(advertiser, {}, nameData, { duration: 30 });
  const ended = await advertiser.next(events.LeAdvertisingSetTerminated);
  assert.deepEqual([ended.status, ended.set], [0x3c, 3]);
  await startSet(advertiser, { set: 7 }, nameData, { maxEvents: 5 });
  const counted = await advertiser.next(events.LeAdvertisingSetTerminated);
  assert.deepEqual([counted.status, counted.set, counted.completedEvents], [0x43, 7, 5]);

  await startSet(advertiser, { set: 9, properties: { ...properties, connectable: true } }, nameData);
  const rest = connectTo(advertiser.controller.publicAddress.octets);
  await scanner.ok(connection.LeExtendedCreateConnection, {
    filter: rest.filter,
    ownAddressType: rest.ownAddressType,
    peerAddressType: rest.peerAddressType,
    peerAddress: rest.peerAddress,
    phys: { "1M": true, "2M": false, coded: false },
    perPhy: [{ ...rest }],
  });
  const { handle } = await advertiser.next(events.LeConnectionComplete);
  const connected = await advertiser.next(events.LeAdvertisingSetTerminated);
  assert.deepEqual([connected.status, connected.set, connected.handle], [0, 9, handle]);
  await scanner.next(events.LeConnectionComplete);
  await rig.clock.advance(1_000);
  assert.equal(scanner.count(events.DisconnectionComplete), 0);
});

test("S3: sets are checked: unknown handle 0x42, too many 0x07, impossible properties 0x12, in use 0x0C", async () => {
  const probe = await new Rig().probe("dongle");
  const set = (change: Partial<SetSettings>): SetSettings => ({ ...setParameters, ...change });
  assert.equal(await probe.refused(extended.LeRemoveAdvertisingSet, { set: 1 }), 0x42);
  for (const id of [0, 1, 2, 3])
    await probe.ok(extended.LeSetExtendedAdvertisingParameters, set({ set: id }));
  const command = extended.LeSetExtendedAdvertisingParameters;
  assert.equal(await probe.refused(command, set({ set: 4 })), 0x07);
  const both = { ...properties, connectable: true, scannable: true };
  assert.equal(await probe.refused(command, set({ properties: both })), 0x12);
  assert.equal(await probe.refused(command, set({ intervalMin: 0x1f })), 0x12);
  assert.equal(await probe.refused(command, set({ primaryPhy: "2M" })), 0x12);
  await startSet(probe, {}, nameData);
  assert.equal(await probe.refused(command, set({})), 0x0c);
  assert.equal(await probe.refused(extended.LeRemoveAdvertisingSet, { set: 3 }), 0x0c);
});
