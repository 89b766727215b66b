import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import type { EventBody } from "../../../../hci/codec/event.ts";
import { parseAddress } from "../../../../hci/gap/address.ts";
import type { Advertisement } from "../../../../hci/gap/advertisement.ts";
import {
  LeAddDeviceToFilterAcceptList,
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  LeSetScanEnable,
  LeSetScanParameters,
} from "../../../../hci/host/commands/le-scanning.ts";
import { LeAdvertisingReport, LeExtendedAdvertisingReport } from "../../../../hci/host/events.ts";
import { settle } from "../../../support/manual-clock.ts";
import type { ScriptedController } from "../../../support/scripted-controller.ts";
import { gapOver, peer } from "./gap-rig.ts";

const all = { active: false, duplicates: { report: "all" } } as const;

type Legacy = EventBody<typeof LeAdvertisingReport>["reports"][number];
type Extended = EventBody<typeof LeExtendedAdvertisingReport>["reports"][number];

function legacy(controller: ScriptedController, changes: Partial<Legacy> = {}): void {
  const report: Legacy = {
    type: "connectableUndirected",
    addressType: "random",
    address: peer.octets,
    data: fromHex("020106"),
    rssi: -60,
    ...changes,
  };
  controller.event(LeAdvertisingReport, { reports: [report] });
}

function extended(controller: ScriptedController, changes: Partial<Extended> = {}): void {
  const report: Extended = {
    type: 0x0001,
    addressType: "random",
    address: peer.octets,
    primaryPhy: "1M",
    secondaryPhy: "1M",
    sid: 3,
    txPower: 127,
    rssi: -60,
    periodicInterval: 0,
    directAddressType: "public",
    directAddress: new Uint8Array(6),
    data: fromHex("020106"),
    ...changes,
  };
  controller.event(LeExtendedAdvertisingReport, { reports: [report] });
}

describe("scanning", () => {
  test("uses the old commands on an old adapter", async () => {
    const { gap, controller } = await gapOver("legacy");
    const scan = await gap.scanner.start({ ...all, active: true, intervalMs: 100, windowMs: 50 }, () => {});
    assert.deepEqual(controller.take(), [
      "LE Set Random Address",
      "LE Set Scan Parameters",
      "LE Set Scan Enable",
    ]);
    await scan.stop();
    assert.deepEqual(controller.take(), ["LE Set Scan Enable"]);
    assert.equal(controller.commands.length, 0);
  });

  test("passes on what was asked for, in the units of HCI", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.scanner.start({ ...all, active: true, intervalMs: 100, windowMs: 50 }, () => {});
    assert.deepEqual(controller.last(LeSetScanParameters), {
      type: "active",
      interval: 160,
      window: 80,
      ownAddressType: "random",
      filter: "all",
    });
    assert.deepEqual(controller.last(LeSetScanEnable), { enable: "on", filterDuplicates: "off" });
  });

  test("uses the extended commands where the adapter has them, the coded PHY only when asked", async () => {
    const { gap, controller } = await gapOver("extended");
    const scan = await gap.scanner.start(all, () => {});
    assert.deepEqual(controller.last(LeSetExtendedScanParameters).phys, { "1M": true, coded: false });
    await scan.stop();
    assert.equal(controller.last(LeSetExtendedScanEnable).enable, "off");
    await gap.scanner.start({ ...all, coded: true }, () => {});
    const { phys, parameters } = controller.last(LeSetExtendedScanParameters);
    assert(phys.coded && parameters.length === 2);
  });

  test("several who listen share one scan: active if one is, filtered only if all want each device once", async () => {
    const { gap, controller } = await gapOver("legacy");
    const heard: string[] = [];
    const first = await gap.scanner.start({ active: false, duplicates: { report: "first" } }, () =>
      heard.push("first"),
    );
    assert.equal(controller.last(LeSetScanEnable).filterDuplicates, "on");
    const second = await gap.scanner.start({ ...all, active: true }, () => heard.push("second"));
    assert.equal(controller.last(LeSetScanParameters).type, "active");
    assert.equal(controller.last(LeSetScanEnable).filterDuplicates, "off");
    legacy(controller);
    legacy(controller);
    await settle();
    assert.deepEqual(heard, ["first", "second", "second"]);
    await first.stop();
    await second.stop();
    assert.equal(controller.last(LeSetScanEnable).enable, "off");
  });

  test("only some devices: by the controller's accept list where it has room", async () => {
    const { gap, controller } = await gapOver("legacy");
    const scan = await gap.scanner.start({ ...all, only: [peer] }, () => {});
    assert.deepEqual(controller.last(LeAddDeviceToFilterAcceptList), {
      addressType: "random",
      address: peer.octets,
    });
    assert.equal(controller.last(LeSetScanParameters).filter, "acceptList");
    await scan.stop();
    await scan.stop();
    const many = Array.from({ length: 9 }, (_, i) => parseAddress(`C0:00:00:00:01:0${i}`, "random"));
    controller.take();
    await gap.scanner.start({ ...all, only: many }, () => {});
    assert.equal(controller.last(LeSetScanParameters).filter, "all");
    assert(!controller.take().includes("LE Add Device To Filter Accept List"));
  });

  test("only some devices: others are not told, whoever else listens", async () => {
    const { gap, controller } = await gapOver("legacy");
    const heard: string[] = [];
    await gap.scanner.start({ ...all, only: [peer] }, ({ address }) =>
      heard.push(toHex(address?.octets ?? new Uint8Array(0))),
    );
    await gap.scanner.start(all, () => heard.push("everyone"));
    assert.equal(controller.last(LeSetScanParameters).filter, "all");
    legacy(controller, { address: fromHex("c0ffffffffff") });
    legacy(controller);
    await settle();
    assert.deepEqual(heard, ["everyone", "c0aa00000002", "everyone"]);
  });

  test("a failure to start is the caller's, and nothing is left behind", async () => {
    const { gap, controller } = await gapOver("legacy");
    controller.script(LeSetScanEnable, { status: 0x0c });
    await assert.rejects(
      gap.scanner.start(all, () => {}),
      { status: 0x0c },
    );
    controller.script(LeSetScanEnable, { returns: Uint8Array.of(0) });
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    legacy(controller);
    await settle();
    assert.equal(heard.length, 1);
  });
});

test("stopping after the adapter is gone is no error", async () => {
  const { gap, host } = await gapOver("legacy");
  const scan = await gap.scanner.start(all, () => {});
  await gap.advertiser.start({ data: new Uint8Array(0), connectable: true }, () => {});
  await host.close();
  await scan.stop();
  await gap.advertiser.stop();
});

describe("what is heard", () => {
  test("legacy advertising and its scan response are two reports", async () => {
    const { gap, controller } = await gapOver("legacy");
    const heard: Advertisement[] = [];
    await gap.scanner.start({ ...all, active: true }, (advertisement) => heard.push(advertisement));
    legacy(controller);
    legacy(controller, { type: "scanResponse", data: fromHex("0409414243"), rssi: 127 });
    await settle();
    const [advertising, response] = heard;
    assert.deepEqual(advertising?.address, peer);
    assert(
      advertising !== undefined &&
        advertising.connectable &&
        advertising.scannable &&
        !advertising.scanResponse &&
        advertising.legacy,
    );
    assert.equal(advertising?.rssi, -60);
    assert(response?.scanResponse === true && !response.connectable);
    assert.equal(response?.rssi, undefined);
    assert.equal(response?.fields().name, "ABC");
  });

  test("an identity the controller resolved is marked as such", async () => {
    const { gap, controller } = await gapOver("legacy");
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    legacy(controller, { addressType: "publicIdentity" });
    await settle();
    assert(heard[0]?.resolved === true && heard[0].address?.type === "public");
  });

  test("extended data in several reports is one advertisement; anonymous ones have no address", async () => {
    const { gap, controller } = await gapOver("extended");
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    extended(controller, { type: 0x0021, data: fromHex("0409") });
    extended(controller, { type: 0x0021, addressType: "anonymous", data: fromHex("aa") });
    extended(controller, { type: 0x0001, data: fromHex("414243") });
    extended(controller, { type: 0x0041, addressType: "anonymous", data: fromHex("bb") });
    await settle();
    assert.equal(heard.length, 2);
    assert.equal(heard[0]?.fields().name, "ABC");
    assert.equal(heard[0]?.sid, 3);
    assert.equal(heard[1]?.address, undefined);
    assert.deepEqual(heard[1]?.data, fromHex("aabb"));
    assert.equal(heard[1]?.complete, false);
  });

  test("legacy advertising in an extended report is legacy", async () => {
    const { gap, controller } = await gapOver("extended");
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    extended(controller, { type: 0x0013, sid: 0xff });
    extended(controller, { type: 0x001b, sid: 0xff });
    await settle();
    assert(heard[0]?.legacy === true && heard[0].connectable && heard[0].sid === undefined);
    assert.equal(heard[1]?.scanResponse, true);
  });

  test("a malformed report is counted and nothing of its event is told", async () => {
    const { gap, host, controller } = await gapOver("legacy");
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    controller.raw(fromHex("3e0e 02 01 00 01 02000000aac0 05 020106"));
    await settle();
    assert.deepEqual(heard, []);
    assert.equal(host.counters.malformedEvents, 1);
  });

  test("data outlives the event it came in", async () => {
    const { gap, controller } = await gapOver("legacy");
    const heard: Advertisement[] = [];
    await gap.scanner.start(all, (advertisement) => heard.push(advertisement));
    const packet = fromHex("3e0f 02 01 00 01 02000000aac0 03 020106 c4");
    controller.raw(packet);
    await settle();
    packet.fill(0);
    assert.deepEqual(heard[0]?.data, fromHex("020106"));
    assert.deepEqual(heard[0]?.address, { type: "random", octets: fromHex("c0aa00000002") });
  });
});
