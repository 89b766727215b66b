import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { sameAddress } from "../../../../hci/gap/address.ts";
import type { Advertisement } from "../../../../hci/gap/advertisement.ts";
import { buildAdvertisingData } from "../../../../hci/gap/advertising-data.ts";
import type { AdvertisingEnd } from "../../../../hci/gap/advertiser.ts";
import { applyPolicy, updateParameters } from "../../../../hci/gap/connection-parameters.ts";
import { use2M, useLongPackets } from "../../../../hci/gap/link-tuning.ts";
import { newIdentity } from "../../../../hci/gap/own-address.ts";
import { resolvesWith } from "../../../../hci/gap/rpa.ts";
import { LeReadPhy, LeSetPhy } from "../../../../hci/host/commands/le-connection.ts";
import { LePhyUpdateComplete } from "../../../../hci/host/events.ts";
import { HciError } from "../../../../hci/host/hci-error.ts";
import { L2cap } from "../../../../hci/l2cap/l2cap.ts";
import type { LongTermKey } from "../../../../hci/ports.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { connect, data, during, noViolations, pair, text, type World } from "../../../support/gap-world.ts";

const key: LongTermKey = {
  value: fromHex("00112233445566778899aabbccddeeff"),
  ediv: 0,
  rand: new Uint8Array(8),
  keySize: 16,
};

for (const profile of ["4.0", "4.2", "5.2"] as const) {
  describe(`two hosts on strict controllers of Bluetooth ${profile}`, () => {
    test("find each other", async () => {
      const world = await pair({ profile });
      const { central, peripheral } = world;
      const heard: Advertisement[] = [];
      const response = buildAdvertisingData({ txPower: 4 }, text);
      await during(
        world,
        peripheral.gap.advertiser.start({ data, scanResponse: response, connectable: true }, () => {}),
      );
      const options = { active: true, duplicates: { report: "all" } } as const;
      const scan = await during(
        world,
        central.gap.scanner.start(options, (one) => heard.push(one)),
      );
      await world.clock.advance(2000);
      await during(world, scan.stop());
      assert(heard.some((one) => one.fields().name === "virtual" && one.connectable));
      assert(heard.some((one) => one.scanResponse && one.fields().txPower === 4));
      assert(
        heard.every(
          ({ address }) => address !== undefined && sameAddress(address, peripheral.identity.address),
        ),
      );
      noViolations(world);
    });

    test("exchange frames of every size in both directions, through small buffers", async () => {
      const world = await pair({ profile });
      const { ours, theirs } = await connect(world);
      const a = new L2cap(ours, world.clock);
      const b = new L2cap(theirs, world.clock);
      const heard: number[] = [];
      a.attribute.onPdu = (pdu) => heard.push(pdu.length);
      b.attribute.onPdu = (pdu) => {
        assert(pdu.every((octet, i) => octet === i % 251));
        heard.push(pdu.length);
      };
      const sizes = [0, 1, 22, 23, 24, 27, 28, 100, 247, 517];
      for (const size of sizes) {
        const payload = Uint8Array.from({ length: size }, (_, i) => i % 251);
        await during(world, Promise.all([a.attribute.send(payload), b.attribute.send(payload)]));
      }
      await world.clock.advance(2000);
      assert.deepEqual(
        heard.toSorted((x, y) => x - y),
        [...sizes, ...sizes].toSorted((x, y) => x - y),
      );
      assert.equal(ours.faults.size + theirs.faults.size, 0);
      noViolations(world);
    });

    test("encrypt with the same key, and refresh it", async () => {
      const world = await pair({ profile });
      const { ours, theirs } = await connect(world);
      const changes: unknown[] = [];
      theirs.watchEncryption((change) => changes.push(change));
      theirs.onLongTermKeyRequest = () => key;
      await during(world, ours.encrypt(key));
      await during(world, ours.encrypt(key));
      await world.clock.advance(500);
      assert(ours.encrypted && theirs.encrypted);
      assert.equal(changes.length, 2);
      noViolations(world);
    });

    test("a missing key is 0x06 and leaves the link; a wrong one is 0x3D and ends it", async () => {
      const world = await pair({ profile });
      const { ours, theirs } = await connect(world);
      await assert.rejects(
        during(world, ours.encrypt(key)),
        (error) => error instanceof HciError && error.status === 0x06,
      );
      assert.equal(ours.end, undefined);
      theirs.onLongTermKeyRequest = () => ({ ...key, value: fromHex("ff112233445566778899aabbccddeeff") });
      await assert.rejects(during(world, ours.encrypt(key)));
      assert.equal((await during(world, ours.closed)).reason, 0x3d);
      assert.equal((await during(world, theirs.closed)).reason, 0x3d);
      noViolations(world);
    });

    test("the central changes the parameters, and the peripheral asks for others", async () => {
      const world = await pair({ profile });
      const { ours, theirs } = await connect(world);
      const a = new L2cap(ours, world.clock);
      const b = new L2cap(theirs, world.clock);
      applyPolicy(ours, a.signalling);
      const slow = { intervalMin: 40, intervalMax: 40, latency: 0, supervisionTimeout: 300 };
      await during(world, updateParameters(ours, slow));
      assert.equal(ours.timing.interval, 40);
      assert.equal(
        await during(world, b.signalling.requestParameters({ ...slow, intervalMin: 80, intervalMax: 80 })),
        true,
      );
      await world.clock.advance(3000);
      assert.equal(ours.timing.interval, 80);
      assert.equal(theirs.timing.interval, 80);
      noViolations(world);
    });

    test("an attempt to connect to nobody ends in time, and the next one succeeds", async () => {
      const world = await pair({ profile });
      const nobody = newIdentity(nodeCrypto).address;
      await assert.rejects(
        during(world, world.central.gap.connect({ address: nobody }, { timeoutMs: 1000 })),
        {
          name: "ConnectTimeoutError",
        },
      );
      await connect(world);
      noViolations(world);
    });

    test("a disconnection has its reasons on both sides", async () => {
      const world = await pair({ profile });
      const { ours, theirs } = await connect(world);
      await during(world, ours.disconnect(0x13));
      assert.equal(ours.end?.reason, 0x16);
      assert.equal((await during(world, theirs.closed)).reason, 0x13);
      noViolations(world);
    });
  });
}

describe("privacy over the air", () => {
  for (const profile of ["4.0", "4.2", "5.2"] as const) {
    test(`two hosts with private addresses find and recognise each other (${profile})`, async () => {
      const world = await pair({ profile, privacy: true });
      const { central, peripheral } = world;
      const peer = { identity: peripheral.identity.address, irk: peripheral.identity.irk };
      await during(world, central.gap.recognise([peer]));
      const ended = Promise.withResolvers<AdvertisingEnd>();
      await during(world, peripheral.gap.advertiser.start({ data, connectable: true }, ended.resolve));
      const ours = await during(world, central.gap.connect(peer));
      const end = await during(world, ended.promise);
      assert("link" in end);
      assert(
        resolvesWith(nodeCrypto, peripheral.identity.irk, ours.peerAddress),
        toHex(ours.peerAddress.octets),
      );
      assert(
        resolvesWith(nodeCrypto, central.identity.irk, end.link.peerAddress),
        "our own address is private too",
      );
      assert(
        sameAddress(ours.localAddress, end.link.peerAddress),
        "both ends know the same addresses over the air",
      );
      assert(sameAddress(end.link.localAddress, ours.peerAddress));
      noViolations(world);
    });
  }

  test("addresses rotate while scanning and advertising go on", async () => {
    const world = await pair({ profile: "5.2", privacy: true });
    const { central, peripheral } = world;
    const heard = new Set<string>();
    await during(
      world,
      peripheral.gap.advertiser.start({ data, connectable: true }, () => {}),
    );
    const options = { active: true, duplicates: { report: "all" } } as const;
    await during(
      world,
      central.gap.scanner.start(options, ({ address }) => void (address && heard.add(toHex(address.octets)))),
    );
    await world.clock.advance(910_000);
    assert.equal(heard.size, 2);
    noViolations(world);
  });
});

describe("over pipes that reorder, as USB does", () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`data is never taken for clear or encrypted when it is not (seed ${seed})`, async () => {
      const world = await pair({ profile: "5.2", seed, usb: { eventDelay: 20, aclDelay: 5 } });
      const { ours, theirs } = await connect(world);
      const a = new L2cap(ours, world.clock);
      const b = new L2cap(theirs, world.clock);
      const heard: string[] = [];
      a.securityManager.onPdu = (pdu) => heard.push(`${pdu[0]} ${ours.encrypted}`);
      b.securityManager.onPdu = () => {};
      theirs.onLongTermKeyRequest = () => key;
      theirs.watchEncryption(({ encrypted }) => {
        if (encrypted) void b.securityManager.send(Uint8Array.of(2));
      });
      await during(world, b.securityManager.send(Uint8Array.of(1)));
      await world.clock.advance(500);
      await during(world, ours.encrypt(key));
      await world.clock.advance(1000);
      assert.deepEqual(heard, ["1 false", "2 true"]);
      assert.equal(world.central.host.counters.strayData, 0);
      noViolations(world);
    });
  }
});

async function phyOf(world: World, handle: number) {
  const { tx, rx } = await during(world, world.central.host.run(LeReadPhy, { handle }));
  return { tx, rx };
}

describe("a better link over the air", () => {
  test("long packets and 2M where both can", async () => {
    const world = await pair({ profile: "5.2" });
    const { ours } = await connect(world);
    assert.equal(await during(world, useLongPackets(world.central.host, ours)), true);
    assert.equal(await during(world, use2M(world.central.host, ours)), true);
    await world.clock.advance(1000);
    assert.equal(ours.dataLength.tx, 251);
    noViolations(world);
  });

  test("a peer that knows no 2M leaves the link at 1M", async () => {
    const world = await pair({ profile: "5.2" }, { profile: "4.2" });
    const { ours } = await connect(world);
    assert.equal(await during(world, use2M(world.central.host, ours)), false);
    assert.deepEqual(await phyOf(world, ours.handle), { tx: "1M", rx: "1M" });
    assert.equal(ours.end, undefined);
    noViolations(world);
  });

  test("a peer that goes back to 1M is followed", async () => {
    const world = await pair({ profile: "5.2" });
    const { ours, theirs } = await connect(world);
    assert.equal(await during(world, use2M(world.central.host, ours)), true);
    assert.deepEqual(await phyOf(world, ours.handle), { tx: "2M", rx: "2M" });
    const slow = { "1M": true, "2M": false, coded: false };
    const handle = theirs.handle;
    const wish = { handle, noPreference: { tx: false, rx: false }, tx: slow, rx: slow, codedOptions: 0 };
    await during(world, theirs.procedure(LeSetPhy, wish, LePhyUpdateComplete));
    assert.deepEqual(await phyOf(world, ours.handle), { tx: "1M", rx: "1M" });
    noViolations(world);
  });

  test("an old adapter says no, and the link goes on", async () => {
    const world = await pair({ profile: "4.0" });
    const { ours } = await connect(world);
    assert.equal(await during(world, useLongPackets(world.central.host, ours)), false);
    assert.equal(await during(world, use2M(world.central.host, ours)), false);
    assert.equal(ours.end, undefined);
  });

  test("a peer that walks away is a connection timeout", async () => {
    const world = await pair({ profile: "5.2" });
    const { ours } = await connect(world);
    await world.clock.advance(1000);
    await world.peripheral.controller.unplug();
    assert.equal((await during(world, ours.closed)).reason, 0x08);
  });
});
