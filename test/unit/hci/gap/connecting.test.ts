import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex } from "../../../../hci/codec/bytes.ts";
import { parseAddress } from "../../../../hci/gap/address.ts";
import { ConnectTimeoutError } from "../../../../hci/gap/connector.ts";
import { newResolvableAddress } from "../../../../hci/gap/rpa.ts";
import { Disconnect } from "../../../../hci/host/commands/basic.ts";
import {
  LeCreateConnection,
  LeCreateConnectionCancel,
  LeExtendedCreateConnection,
} from "../../../../hci/host/commands/le-connection.ts";
import { LeAdvertisingReport } from "../../../../hci/host/events.ts";
import { HostClosedError } from "../../../../hci/host/host.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { settle } from "../../../support/manual-clock.ts";
import type { ScriptedController } from "../../../support/scripted-controller.ts";
import { connectedTo, failed, gapOver, peer } from "./gap-rig.ts";

/** The controller stops when told, and says so with status 0x02. */
function obedient(controller: ScriptedController): void {
  controller.script(LeCreateConnectionCancel, () => {
    void Promise.resolve().then(() => failed(controller, 0x02));
    return { returns: Uint8Array.of(0) };
  });
}

const target = { address: peer } as const;

describe("connecting", () => {
  test("resolves with the link, in the role of central, from our address", async () => {
    const { gap, controller } = await gapOver("legacy");
    const connecting = gap.connect(target);
    await settle();
    assert.deepEqual(controller.take(), ["LE Set Random Address", "LE Create Connection"]);
    connectedTo(controller, peer);
    const link = await connecting;
    assert.equal(link.role, "central");
    assert.deepEqual(link.localAddress, parseAddress("C0:00:00:00:00:01", "random"));
    assert.deepEqual(controller.take(), []);
  });

  test("uses the extended command where the adapter has it, with parameters for both PHYs", async () => {
    const { gap, controller } = await gapOver("extended");
    const connecting = gap.connect(target);
    await settle();
    const { phys, perPhy, peerAddress } = controller.last(LeExtendedCreateConnection);
    assert.deepEqual(phys, { "1M": true, "2M": true, coded: false });
    assert.equal(perPhy.length, 2);
    assert.deepEqual(peerAddress, peer.octets);
    connectedTo(controller, peer);
    await connecting;
  });

  test("stops after its time, tells at once, and leaves the radio free for the next", async () => {
    const { gap, controller, clock } = await gapOver("legacy");
    obedient(controller);
    const first = assert.rejects(gap.connect(target, { timeoutMs: 3000 }), ConnectTimeoutError);
    await clock.advance(2999);
    assert(!controller.take().includes("LE Create Connection Cancel"));
    await clock.advance(1);
    await first;
    await settle();
    assert.deepEqual(controller.take(), ["LE Create Connection Cancel"]);
    const second = gap.connect(target);
    await settle();
    connectedTo(controller, peer);
    await second;
    assert.equal(clock.pending, 0);
  });

  test("stops when it is cancelled, with the reason that was given", async () => {
    const { gap, controller, clock } = await gapOver("legacy");
    obedient(controller);
    const abort = new AbortController();
    const connecting = gap.connect(target, { signal: abort.signal });
    await settle();
    const reason = new Error("the person left");
    abort.abort(reason);
    await assert.rejects(connecting, (error) => error === reason);
    await settle();
    assert(controller.take().includes("LE Create Connection Cancel"));
    assert.equal(clock.pending, 0);
  });

  test("does not begin when it is cancelled before its turn", async () => {
    const { gap, controller } = await gapOver("legacy");
    const first = gap.connect(target);
    const abort = new AbortController();
    const second = gap.connect(target, { signal: abort.signal });
    await settle();
    abort.abort(new Error("not needed any more"));
    await assert.rejects(second, /not needed any more/);
    await assert.rejects(gap.connect(target, { signal: AbortSignal.abort(new Error("never")) }), /never/);
    connectedTo(controller, peer);
    await first;
    await settle();
    assert.equal(controller.take().filter((name) => name === "LE Create Connection").length, 1);
  });

  test("a link that comes while it is being cancelled is ended", async () => {
    const { gap, controller } = await gapOver("legacy");
    for (const order of ["before the answer", "after it"]) {
      controller.script(LeCreateConnectionCancel, () => {
        if (order === "before the answer") connectedTo(controller, peer);
        else void Promise.resolve().then(() => connectedTo(controller, peer));
        return order === "before the answer" ? { status: 0x0c } : { returns: Uint8Array.of(0) };
      });
      const abort = new AbortController();
      const connecting = assert.rejects(gap.connect(target, { signal: abort.signal }), /enough/);
      await settle();
      abort.abort(new Error("enough"));
      await connecting;
      await settle();
      assert.deepEqual(controller.last(Disconnect), { handle: 0x40, reason: 0x13 }, order);
      controller.disconnected(0x40, 0x16);
      await settle();
    }
  });

  test("an adapter that never confirms the cancel does not block the next attempt for ever", async () => {
    const { gap, controller, clock } = await gapOver("legacy");
    const first = assert.rejects(gap.connect(target, { timeoutMs: 1000 }), ConnectTimeoutError);
    const second = gap.connect(target);
    await clock.advance(1000);
    await first;
    await clock.advance(5000);
    connectedTo(controller, peer);
    await second;
  });

  test("0x3E is tried again at once, three times", async () => {
    const { gap, controller } = await gapOver("legacy");
    const connecting = gap.connect(target);
    for (let i = 0; i < 3; i++) {
      await settle();
      failed(controller, 0x3e);
    }
    await settle();
    assert.equal(controller.take().filter((name) => name === "LE Create Connection").length, 4);
    failed(controller, 0x3e);
    await assert.rejects(connecting, { name: "HciError", status: 0x3e });
  });

  test("any other error is the caller's", async () => {
    const { gap, controller } = await gapOver("legacy");
    const connecting = gap.connect(target);
    await settle();
    failed(controller, 0x09);
    await assert.rejects(connecting, { name: "HciError", status: 0x09 });
    controller.script(LeCreateConnection, { status: 0x0c });
    await assert.rejects(gap.connect(target), { status: 0x0c });
  });

  test("a link to somebody else is ended and not taken for the one we wanted", async () => {
    const { gap, controller } = await gapOver("legacy");
    const connecting = gap.connect(target);
    await settle();
    connectedTo(controller, parseAddress("C0:BB:BB:BB:BB:BB", "random"));
    await settle();
    assert.deepEqual(controller.last(Disconnect), { handle: 0x40, reason: 0x13 });
    connectedTo(controller, peer, { handle: 0x41 });
    assert.equal((await connecting).handle, 0x41);
  });

  test("a link nobody asked for is ended", async () => {
    const { controller } = await gapOver("legacy");
    connectedTo(controller, peer);
    connectedTo(controller, peer, { handle: 0x41, role: "peripheral" });
    await settle();
    assert.equal(controller.take().filter((name) => name === "Disconnect").length, 2);
  });

  test("scanning stands aside and goes on afterwards", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.scanner.start({ active: false, duplicates: { report: "all" } }, () => {});
    controller.take();
    const connecting = gap.connect(target);
    await settle();
    assert.deepEqual(controller.take(), ["LE Set Scan Enable", "LE Create Connection"]);
    connectedTo(controller, peer);
    await connecting;
    await settle();
    assert.deepEqual(controller.take(), ["LE Set Scan Parameters", "LE Set Scan Enable"]);
  });

  test("the end of the adapter ends it", async () => {
    const { gap, host, controller, clock } = await gapOver("legacy");
    controller.script(LeCreateConnection, "silence");
    const connecting = assert.rejects(gap.connect(target), HostClosedError);
    await settle();
    await Promise.all([host.close(), clock.advance(1000)]);
    await connecting;
  });
});

describe("connecting to a bonded peer with a private address", () => {
  const irk = fromHex("ec0234a357c8ad05341010a60a397d9b");
  const identity = parseAddress("A0:11:22:33:44:55", "public");
  const bonded = { identity, irk } as const;

  function advertise(
    controller: ScriptedController,
    octets: Uint8Array<ArrayBuffer>,
    connectable = true,
  ): void {
    controller.event(LeAdvertisingReport, {
      reports: [
        {
          type: connectable ? "connectableUndirected" : "nonConnectableUndirected",
          addressType: "random",
          address: octets,
          data: new Uint8Array(0),
          rssi: -50,
        },
      ],
    });
  }

  test("the controller finds it by its identity where it is on the resolving list", async () => {
    const { gap, controller } = await gapOver("legacy");
    await gap.recognise([bonded]);
    const connecting = gap.connect(bonded);
    await settle();
    const { peerAddressType, peerAddress } = controller.last(LeCreateConnection);
    assert.equal(peerAddressType, "publicIdentity");
    assert.deepEqual(peerAddress, identity.octets);
    const rpa = newResolvableAddress(nodeCrypto, irk);
    connectedTo(controller, identity, {
      peerAddressType: "publicIdentity",
      peerResolvableAddress: rpa.octets,
    });
    const link = await connecting;
    assert.deepEqual(link.peerAddress, rpa, "the address over the air is what enters f5 and f6");
    assert.deepEqual(link.peerIdentity, identity);
  });

  test("the host finds it by listening where the controller cannot resolve", async () => {
    const { gap, controller } = await gapOver("no-privacy");
    await gap.recognise([bonded]);
    const connecting = gap.connect(bonded);
    await settle();
    assert(controller.take().includes("LE Set Scan Enable"));
    advertise(controller, newResolvableAddress(nodeCrypto, nodeCrypto.random(16)).octets);
    const rpa = newResolvableAddress(nodeCrypto, irk);
    advertise(controller, rpa.octets, false);
    await settle();
    assert(!controller.take().includes("LE Create Connection"));
    advertise(controller, rpa.octets);
    await settle();
    assert.deepEqual(controller.last(LeCreateConnection).peerAddress, rpa.octets);
    connectedTo(controller, rpa);
    await connecting;
  });

  test("listening ends with the time of the attempt", async () => {
    const { gap, controller, clock } = await gapOver("no-privacy");
    const connecting = assert.rejects(gap.connect(bonded, { timeoutMs: 2000 }), ConnectTimeoutError);
    await settle();
    controller.take();
    await clock.advance(2000);
    await connecting;
    await settle();
    assert.deepEqual(controller.take(), ["LE Set Scan Enable"]);
    assert.equal(clock.pending, 0);
  });

  test("without an IRK, or with one of zeros, the identity is the address", async () => {
    for (const none of [null, new Uint8Array(16)]) {
      const { gap, controller } = await gapOver("no-privacy");
      const connecting = gap.connect({ identity, irk: none });
      await settle();
      assert.equal(controller.last(LeCreateConnection).peerAddressType, "public");
      connectedTo(controller, identity);
      await connecting;
    }
  });
});
