import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { Disconnect } from "../../../../hci/host/commands/basic.ts";
import {
  LeReadRemoteFeatures,
  LeRemoteConnectionParameterRequestReply,
  LeSetPhy,
} from "../../../../hci/host/commands/le-connection.ts";
import {
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeDataLengthChange,
  LeEnhancedConnectionComplete,
  LePhyUpdateComplete,
  LeReadRemoteFeaturesComplete,
  LeRemoteConnectionParameterRequest,
  NumberOfCompletedPackets,
} from "../../../../hci/host/events.ts";
import { FAULT_LIMIT, LinkClosedError } from "../../../../hci/host/link.ts";
import { settle } from "../../../support/manual-clock.ts";
import { linked, startHost } from "../../../support/scripted-controller.ts";

const phyRequest = {
  handle: 0x40,
  noPreference: { tx: false, rx: false },
  tx: { "1M": false, "2M": true, coded: false },
  rx: { "1M": false, "2M": true, coded: false },
  codedOptions: 0,
} as const;

describe("a new link", () => {
  test("knows the addresses over the air", async () => {
    const { host, controller } = await startHost();
    host.links.onOutcome = () => true;
    host.links.localAddress.central = { type: "random", octets: fromHex("c11111111111") };
    controller.connected(0x41);
    await settle();
    const link = host.links.get(0x41);
    assert.deepEqual(link?.localAddress, { type: "random", octets: fromHex("c11111111111") });
    assert.deepEqual(link?.peerAddress, { type: "random", octets: fromHex("c00000000041") });
    assert.equal(link?.peerIdentity, undefined);
    assert.equal(link?.encrypted, false);
  });

  test("that the controller resolved keeps the address over the air apart from the identity", async () => {
    const { host, controller } = await startHost();
    host.links.onOutcome = () => true;
    controller.event(LeEnhancedConnectionComplete, {
      status: 0,
      handle: 0x40,
      role: "peripheral",
      peerAddressType: "publicIdentity",
      peerAddress: fromHex("a01122334455"),
      localResolvableAddress: fromHex("4aaaaaaaaaaa"),
      peerResolvableAddress: fromHex("5bbbbbbbbbbb"),
      interval: 24,
      latency: 0,
      supervisionTimeout: 72,
      centralClockAccuracy: 0,
    });
    await settle();
    const link = host.links.get(0x40);
    assert.deepEqual(link?.localAddress, { type: "random", octets: fromHex("4aaaaaaaaaaa") });
    assert.deepEqual(link?.peerAddress, { type: "random", octets: fromHex("5bbbbbbbbbbb") });
    assert.deepEqual(link?.peerIdentity, { type: "public", octets: fromHex("a01122334455") });
  });

  test("that nobody asked for is ended", async () => {
    const { controller } = await startHost();
    controller.connected(0x40);
    await settle();
    assert.deepEqual(controller.last(Disconnect), { handle: 0x40, reason: 0x13 });
  });

  test("with a handle still in use ends the old link first", async () => {
    const { host, controller, link } = await linked();
    controller.connected(0x40);
    await settle();
    assert.equal((await link.closed).reason, 0x02);
    assert.notEqual(host.links.get(0x40), link);
    assert.equal(host.counters.strayEvents, 1);
  });

  test("with a reserved handle is no link", async () => {
    const { host, controller } = await startHost();
    host.links.onOutcome = () => true;
    controller.connected(0x0f00);
    await settle();
    assert.deepEqual(host.links.all, []);
    assert.equal(host.counters.strayEvents, 1);
  });

  test("that failed is told as its error code, whatever the other octets are", async () => {
    const { host, controller } = await startHost();
    const outcomes: unknown[] = [];
    host.links.onOutcome = (outcome) => outcomes.push(outcome) > 0;
    const failed = concat([0x3e, 19, 1, 0x3e], new Uint8Array(17).fill(0xee));
    controller.raw(failed);
    await settle();
    assert.deepEqual(outcomes, [{ status: 0x3e }]);
    assert.equal(LeConnectionComplete.subevent, 1);
  });
});

describe("data before its link", () => {
  test("is held until Connection Complete, for USB keeps no order", async () => {
    const { host, controller } = await startHost();
    const frames: string[] = [];
    host.links.onOutcome = (outcome) => {
      if ("link" in outcome) {
        outcome.link.frameLimit = () => 23;
        outcome.link.onFrame = (channel, payload) => frames.push(`${channel}:${toHex(payload)}`);
      }
      return true;
    };
    controller.frame(0x40, 4, fromHex("0102"));
    controller.frame(0x40, 6, fromHex("03"));
    await settle();
    controller.connected(0x40);
    controller.frame(0x40, 4, fromHex("04"));
    await settle();
    assert.deepEqual(frames, ["4:0102", "6:03", "4:04"]);
    assert.equal(host.counters.strayData, 0);
  });

  test("is dropped and counted after 100 ms", async () => {
    const { host, controller, clock } = await startHost();
    controller.frame(0x40, 4, fromHex("0102"));
    await clock.advance(100);
    assert.equal(host.counters.strayData, 1);
    assert.equal(clock.pending, 0);
  });

  test("does not fill the memory", async () => {
    const { host, controller } = await startHost();
    for (let i = 0; i < 1000; i++) controller.frame(i, 4, new Uint8Array(200));
    await settle();
    assert(host.counters.strayData >= 1000 - 32);
  });

  test("of a link that just ended never reaches the next one with that handle", async () => {
    const { host, controller, clock } = await linked();
    const frames: string[] = [];
    controller.disconnected(0x40, 0x13);
    controller.frame(0x40, 4, fromHex("0bad"));
    await settle();
    host.links.onOutcome = (outcome) => {
      if ("link" in outcome) {
        outcome.link.frameLimit = () => 23;
        outcome.link.onFrame = (_, payload) => frames.push(toHex(payload));
      }
      return true;
    };
    controller.connected(0x40);
    controller.frame(0x40, 4, fromHex("600d"));
    await settle();
    assert.deepEqual(frames, ["600d"]);
    assert.equal(host.counters.strayData, 1);
    await clock.advance(100);
  });
});

describe("the end of a link", () => {
  test("releases everyone who waits for it", async () => {
    const { controller, link } = await linked();
    const waiting = [
      link.send(4, new Uint8Array(500)),
      link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete),
      link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete),
      link.procedure(LeReadRemoteFeatures, { handle: 0x40 }, LeReadRemoteFeaturesComplete),
      link.encrypt({ value: new Uint8Array(16).fill(1), ediv: 0, rand: new Uint8Array(8), keySize: 16 }),
    ];
    const outcomes = Promise.allSettled(waiting);
    await settle();
    controller.disconnected(0x40, 0x08);
    for (const outcome of await outcomes) {
      assert(outcome.status === "rejected" && outcome.reason instanceof LinkClosedError, outcome.status);
      assert.equal(outcome.reason.reason, 0x08);
      assert.match(outcome.reason.message, /Connection Timeout/);
    }
    assert.equal((await link.closed).reason, 0x08);
    await assert.rejects(link.send(4, new Uint8Array(1)), LinkClosedError);
    await assert.rejects(link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete), LinkClosedError);
  });

  test("by us waits for Disconnection Complete; nothing is sent or heard meanwhile", async () => {
    const { controller, link } = await linked();
    const heard: number[] = [];
    link.frameLimit = () => 23;
    link.onFrame = (channel) => heard.push(channel);
    let gone = false;
    const ending = link.disconnect(0x13).then(() => (gone = true));
    controller.frame(0x40, 4, fromHex("01"));
    await settle();
    assert(!gone);
    await assert.rejects(link.send(4, fromHex("01")), LinkClosedError);
    controller.disconnected(0x40, 0x16);
    await ending;
    assert.deepEqual(heard, []);
    assert.deepEqual(
      controller.take().filter((name) => name === "Disconnect"),
      ["Disconnect"],
    );
  });

  test("by us when it is gone already", async () => {
    const { controller, link } = await linked();
    controller.script(Disconnect, { status: 0x02 });
    await link.disconnect(0x13);
    assert.equal(link.end?.reason, 0x02);
  });

  test("by us when the adapter never says that it is gone", async () => {
    const { link, clock } = await linked();
    const ending = link.disconnect(0x13);
    await clock.advance(720 + 1000);
    await ending;
    assert.equal(link.end?.reason, 0x08);
    assert.equal(clock.pending, 0);
  });

  test("a failed disconnection leaves the link as it is", async () => {
    const { controller, link } = await linked();
    controller.raw(fromHex("05040c400013"));
    await settle();
    assert.equal(link.end, undefined);
  });

  test("comes with the adapter's", async () => {
    const { host, link } = await linked();
    await host.close();
    assert.equal((await link.closed).reason, undefined);
  });
});

describe("what the peer sends", () => {
  test("ends the link when it is wrong too often", async () => {
    const { controller, link } = await linked();
    for (let i = 0; i < FAULT_LIMIT - 1; i++) controller.data(0x40, 0b01, fromHex("01"));
    await settle();
    assert(!controller.take().includes("Disconnect"));
    controller.data(0x40, 0b01, fromHex("01"));
    await settle();
    assert.deepEqual(controller.last(Disconnect), { handle: 0x40, reason: 0x13 });
    assert.equal(link.faults.get("continuation-without-start"), FAULT_LIMIT);
  });

  test("with a length or a broadcast flag that contradicts itself is dropped", async () => {
    const { host, controller } = await linked();
    for (const packet of ["4020", "40200500aa", "4020000055", "40600000", "40a00000"])
      controller.rawData(fromHex(packet));
    await settle();
    assert.equal(host.counters.malformedData, 5);
  });
});

describe("procedures", () => {
  test("resolve with their event", async () => {
    const { controller, link } = await linked();
    const update = link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete);
    await settle();
    controller.event(LePhyUpdateComplete, { status: 0, handle: 0x40, tx: "2M", rx: "2M" });
    assert.deepEqual(await update, { status: 0, handle: 0x40, tx: "2M", rx: "2M" });
  });

  test("reject with the event's error, also where its other octets are empty", async () => {
    const { controller, link } = await linked();
    const update = link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete);
    await settle();
    controller.event(LePhyUpdateComplete, { status: 0x1a, handle: 0x40, tx: "unknown", rx: "unknown" });
    await assert.rejects(update, { name: "HciError", status: 0x1a });
  });

  test("reject with the command's error and let the next one begin", async () => {
    const { controller, link } = await linked();
    controller.script(LeSetPhy, { status: 0x0c });
    const first = link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete);
    const second = link.procedure(LeSetPhy, phyRequest, LePhyUpdateComplete);
    await assert.rejects(first, { status: 0x0c });
    await assert.rejects(second, { status: 0x0c });
  });

  test("reject after 40 s without an event", async () => {
    const { link, clock } = await linked();
    const features = link.procedure(LeReadRemoteFeatures, { handle: 0x40 }, LeReadRemoteFeaturesComplete);
    const rejected = assert.rejects(features, { name: "HciError", status: 0x22 });
    await clock.advance(40_000);
    await rejected;
  });
});

describe("changes of a link", () => {
  test("its timing and data length follow the controller", async () => {
    const { controller, link } = await linked();
    controller.event(LeConnectionUpdateComplete, {
      status: 0,
      handle: 0x40,
      interval: 40,
      latency: 4,
      supervisionTimeout: 500,
    });
    controller.event(LeDataLengthChange, {
      handle: 0x40,
      maxTxOctets: 251,
      maxTxTime: 2120,
      maxRxOctets: 100,
      maxRxTime: 2120,
    });
    await settle();
    assert.equal(link.timing.interval, 40);
    assert.deepEqual(link.dataLength, { tx: 251, rx: 100 });
  });

  test("a failed update changes nothing", async () => {
    const { controller, link } = await linked();
    controller.event(LeConnectionUpdateComplete, {
      status: 0x3b,
      handle: 0x40,
      interval: 0,
      latency: 0,
      supervisionTimeout: 0,
    });
    await settle();
    assert.equal(link.timing.interval, 24);
  });

  test("the peer's request for other parameters is always answered", async () => {
    const { controller, link } = await linked();
    const request = { handle: 0x40, intervalMin: 6, intervalMax: 8, latency: 0, supervisionTimeout: 100 };
    controller.event(LeRemoteConnectionParameterRequest, request);
    await settle();
    assert.deepEqual(controller.take().at(-1), "LE Remote Connection Parameter Request Negative Reply");
    link.onParameterRequest = ({ intervalMin }) => intervalMin === 6;
    controller.event(LeRemoteConnectionParameterRequest, request);
    await settle();
    assert.equal(controller.last(LeRemoteConnectionParameterRequestReply).intervalMax, 8);
  });

  test("events for handles that are no link of ours are counted and ignored", async () => {
    const { host, controller } = await linked();
    controller.disconnected(0x99, 0x13);
    controller.event(LeDataLengthChange, {
      handle: 0x99,
      maxTxOctets: 0,
      maxTxTime: 0,
      maxRxOctets: 0,
      maxRxTime: 0,
    });
    controller.event(LeRemoteConnectionParameterRequest, {
      handle: 0x99,
      intervalMin: 6,
      intervalMax: 8,
      latency: 0,
      supervisionTimeout: 100,
    });
    controller.event(NumberOfCompletedPackets, { links: [{ handle: 0x99, completed: 0xffff }] });
    await settle();
    assert.equal(host.counters.strayEvents, 3);
    assert.equal(host.counters.excessCompletions, 1);
  });
});
