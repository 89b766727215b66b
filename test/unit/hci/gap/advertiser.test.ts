import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EncodeError } from "../../../../hci/codec/error.ts";
import type { AdvertisingEnd } from "../../../../hci/gap/advertiser.ts";
import { applyPolicy, reachable } from "../../../../hci/gap/connection-parameters.ts";
import { use2M, useLongPackets } from "../../../../hci/gap/link-tuning.ts";
import { LeSetAdvertisingParameters } from "../../../../hci/host/commands/le-advertising.ts";
import {
  LeConnectionUpdate,
  LeSetDataLength,
  LeSetPhy,
} from "../../../../hci/host/commands/le-connection.ts";
import {
  LeReadMaximumAdvertisingDataLength,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from "../../../../hci/host/commands/le-extended.ts";
import { LeAdvertisingSetTerminated, LePhyUpdateComplete } from "../../../../hci/host/events.ts";
import { L2cap } from "../../../../hci/l2cap/l2cap.ts";
import { settle } from "../../../support/manual-clock.ts";
import { linked } from "../../../support/scripted-controller.ts";
import { connectedTo, failed, gapOver, identity, peer } from "./gap-rig.ts";

const data = Uint8Array.of(2, 1, 6);

describe("advertising", () => {
  test("with the old commands, until someone connects", async () => {
    const { gap, controller } = await gapOver("legacy");
    const ends: AdvertisingEnd[] = [];
    await gap.advertiser.start({ data, scanResponse: data, connectable: true, intervalMs: 20 }, (end) =>
      ends.push(end),
    );
    assert.deepEqual(controller.take(), [
      "LE Set Random Address",
      "LE Set Advertising Parameters",
      "LE Set Advertising Data",
      "LE Set Scan Response Data",
      "LE Set Advertising Enable",
    ]);
    connectedTo(controller, peer, { role: "peripheral" });
    await settle();
    const [end] = ends;
    assert(end !== undefined && "link" in end);
    assert.equal(end.link.role, "peripheral");
    assert.deepEqual(end.link.localAddress, identity.address);
    assert.deepEqual(controller.take(), []);
    await gap.advertiser.start({ data, connectable: true }, () => {});
  });

  test("of each kind has its type", async () => {
    for (const [options, type] of [
      [{ connectable: true }, "connectableUndirected"],
      [{ connectable: false, scanResponse: data }, "scannableUndirected"],
      [{ connectable: false }, "nonConnectableUndirected"],
      [{ connectable: true, directed: { to: peer, duty: "high" } }, "connectableDirectedHigh"],
      [{ connectable: true, directed: { to: peer, duty: "low" } }, "connectableDirectedLow"],
    ] as const) {
      const { gap, controller } = await gapOver("legacy");
      await gap.advertiser.start({ data, ...options }, () => {});
      assert.equal(controller.last(LeSetAdvertisingParameters).type, type);
      assert.equal(controller.take().includes("LE Set Advertising Data"), !("directed" in options));
    }
  });

  test("with the extended commands uses legacy PDUs for what fits into them", async () => {
    const { gap, controller } = await gapOver("extended");
    await gap.advertiser.start({ data, scanResponse: data, connectable: true }, () => {});
    const { properties } = controller.last(LeSetExtendedAdvertisingParameters);
    assert(properties.legacy && properties.connectable && properties.scannable);
    await gap.advertiser.stop();
    assert.equal(controller.last(LeSetExtendedAdvertisingEnable).enable, "off");
  });

  test("long data goes out in fragments, in extended PDUs", async () => {
    const { gap, controller } = await gapOver("extended");
    controller.returns(LeReadMaximumAdvertisingDataLength, { length: 1650 });
    assert.equal(await gap.advertiser.maxDataLength(), 1650);
    controller.take();
    await gap.advertiser.start({ data: new Uint8Array(600), connectable: true }, () => {});
    assert(!controller.last(LeSetExtendedAdvertisingParameters).properties.legacy);
    assert.equal(controller.last(LeSetExtendedAdvertisingData).operation, "last");
    assert.equal(controller.take().filter((name) => name === "LE Set Extended Advertising Data").length, 3);
  });

  test("long data with a scan response is refused before the air sees any of it", async () => {
    const { gap, controller } = await gapOver("extended");
    const options = { data: new Uint8Array(60), scanResponse: data, connectable: true };
    await assert.rejects(
      gap.advertiser.start(options, () => {}),
      EncodeError,
    );
    assert(!controller.take().includes("LE Set Extended Advertising Enable"));
    await gap.advertiser.start({ data, connectable: true }, () => {});
  });

  test("only once at a time", async () => {
    const { gap } = await gapOver("legacy");
    await gap.advertiser.start({ data, connectable: true }, () => {});
    await assert.rejects(
      gap.advertiser.start({ data, connectable: true }, () => {}),
      /being done already/,
    );
  });

  test("directed at a peer that does not come ends with 0x3C", async () => {
    const { gap, controller } = await gapOver("legacy");
    const ends: AdvertisingEnd[] = [];
    const directed = { to: peer, duty: "high" } as const;
    await gap.advertiser.start({ data, connectable: true, directed }, (end) => ends.push(end));
    failed(controller, 0x3c);
    await settle();
    assert.deepEqual(ends, [{ status: 0x3c }]);
  });

  test("a set that ended by itself is told", async () => {
    const { gap, controller } = await gapOver("extended");
    const ends: AdvertisingEnd[] = [];
    await gap.advertiser.start({ data, connectable: true }, (end) => ends.push(end));
    controller.event(LeAdvertisingSetTerminated, { status: 0, set: 0, handle: 0x40, completedEvents: 0 });
    controller.event(LeAdvertisingSetTerminated, { status: 0x43, set: 0, handle: 0, completedEvents: 1 });
    await settle();
    assert.deepEqual(ends, [{ status: 0x43 }]);
  });

  test("that nobody may connect to takes no link", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.advertiser.start({ data, connectable: false }, () => assert.fail("there is no link"));
    connectedTo(controller, peer, { role: "peripheral" });
    await settle();
    assert(controller.take().includes("Disconnect"));
  });

  test("stands aside for a scan that needs nothing of it: both run", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.advertiser.start({ data, connectable: true }, () => {});
    controller.take();
    await gap.scanner.start({ active: false, duplicates: { report: "all" } }, () => {});
    assert.deepEqual(controller.take(), ["LE Set Scan Parameters", "LE Set Scan Enable"]);
  });
});

describe("a link made better", () => {
  test("long packets and the 2M PHY are asked for where the adapter can", async () => {
    const { host, controller, link } = await linked();
    assert.equal(await useLongPackets(host, link), true);
    assert.deepEqual(controller.last(LeSetDataLength), { handle: 0x40, txOctets: 251, txTime: 2120 });
    const fast = use2M(host, link);
    await settle();
    controller.event(LePhyUpdateComplete, { status: 0, handle: 0x40, tx: "2M", rx: "2M" });
    assert.equal(await fast, true);
  });

  for (const [what, end] of [
    ["the adapter or the peer stays at 1M", { status: 0, tx: "1M", rx: "1M" }],
    ["only one direction is fast", { status: 0, tx: "2M", rx: "1M" }],
    ["the peer knows no other PHY", { status: 0x1a, tx: "1M", rx: "1M" }],
    ["the peer does not answer in time", { status: 0x22, tx: "1M", rx: "1M" }],
  ] as const)
    test(`${what}: it is said, and not asked again`, async () => {
      const { host, controller, link } = await linked();
      const fast = use2M(host, link);
      await settle();
      controller.take();
      controller.event(LePhyUpdateComplete, { handle: 0x40, ...end });
      assert.equal(await fast, false);
      controller.event(LePhyUpdateComplete, { handle: 0x40, status: 0, tx: "1M", rx: "1M" }); // by the peer's own wish
      await settle();
      assert.deepEqual(controller.take(), []);
      assert.equal(link.end, undefined);
    });

  test("a refusal is an answer, the end of the link is not", async () => {
    const { host, controller, link } = await linked();
    controller.script(LeSetDataLength, { status: 0x1a });
    controller.script(LeSetPhy, { status: 0x1a });
    assert.equal(await useLongPackets(host, link), false);
    assert.equal(await use2M(host, link), false);
    controller.script(LeSetPhy, { status: 0 });
    const fast = use2M(host, link);
    await settle();
    controller.disconnected(0x40, 0x08);
    await assert.rejects(fast, { name: "LinkClosedError" });
  });

  test("a peripheral gets the parameters it asks for if the policy agrees", async () => {
    const { controller, link, clock } = await linked();
    const l2cap = new L2cap(link, clock);
    applyPolicy(link, l2cap.signalling);
    controller.frame(0x40, 5, Uint8Array.of(0x12, 1, 8, 0, 24, 0, 40, 0, 0, 0, 200, 0));
    await settle();
    assert.deepEqual(controller.last(LeConnectionUpdate).intervalMax, 40);
    controller.take();
    controller.frame(0x40, 5, Uint8Array.of(0x12, 2, 8, 0, 24, 0, 0x80, 0x0c, 0, 0, 0x80, 0x0c));
    await settle();
    assert.deepEqual(controller.take(), []);
  });

  test("the default policy wants a peer that can be reached within two seconds", async () => {
    const { link } = await linked();
    const request = { intervalMin: 6, intervalMax: 1600, latency: 0, supervisionTimeout: 3200 };
    assert(reachable(request, link));
    assert(!reachable({ ...request, intervalMax: 1601 }, link));
    assert(!reachable({ ...request, intervalMax: 800, latency: 2 }, link));
  });
});
