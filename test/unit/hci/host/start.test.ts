import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex } from "../../../../hci/codec/bytes.ts";
import { DecodeError } from "../../../../hci/codec/error.ts";
import {
  Disconnect,
  ReadBdAddr,
  ReadBufferSize,
  ReadLocalSupportedCommands,
  ReadLocalSupportedFeatures,
  ReadLocalVersionInformation,
  Reset,
  SetEventMaskPage2,
} from "../../../../hci/host/commands/basic.ts";
import { LeSetPhy } from "../../../../hci/host/commands/le-connection.ts";
import {
  LeReadBufferSize,
  LeReadLocalSupportedFeatures,
  LeSetEventMask,
} from "../../../../hci/host/commands/le-setup.ts";
import { AdapterRefusedError } from "../../../../hci/host/controller.ts";
import { HciError } from "../../../../hci/host/hci-error.ts";
import { Host, HostClosedError } from "../../../../hci/host/host.ts";
import {
  commandsByOpcode,
  LeFeature,
  supportedCommandsMask,
  supports,
} from "../../../../hci/host/supported.ts";
import { loopback } from "../../../../hci/transport/loopback.ts";
import { ManualClock, settle } from "../../../support/manual-clock.ts";
import { LE_ONLY, ScriptedController, startHost } from "../../../support/scripted-controller.ts";

describe("starting an adapter", () => {
  test("begins with Reset, reads what it is, and tells it which events to send", async () => {
    const ends = loopback();
    const controller = new ScriptedController(ends.controller);
    const host = await Host.start(ends.host, new ManualClock());
    assert.deepEqual(controller.take(), [
      "Reset",
      "Read Local Version Information",
      "Read Local Supported Commands",
      "Read Local Supported Features",
      "LE Read Local Supported Features",
      "Set Event Mask",
      "Set Event Mask Page 2",
      "LE Set Event Mask",
      "LE Read Maximum Data Length",
      "LE Write Suggested Default Data Length",
      "Read BD_ADDR",
      "LE Read Buffer Size",
      "LE Read Filter Accept List Size",
      "LE Read Resolving List Size",
    ]);
    const { facts } = host.controller;
    assert.deepEqual(facts.acl, { length: 27, packets: 3 });
    assert.deepEqual(facts.publicAddress, { type: "public", octets: fromHex("a00000000001") });
    assert.equal(facts.resolvingListSize, 8);
    assert(host.controller.supports(LeSetPhy));
    assert(host.controller.has(LeFeature.phy2M));
  });

  test("drops every packet before the answer to Reset", async () => {
    const { host } = await startHost((controller) => {
      controller.script(Reset, () => {
        controller.raw(fromHex("0e0401011000")); // an old answer
        controller.connected(0x40);
        controller.frame(0x40, 4, fromHex("0102"));
        return { returns: Uint8Array.of(0) };
      });
    });
    await settle();
    assert.deepEqual(host.links.all, []);
    assert.equal(host.counters.unexpectedAnswers, 0);
    assert.equal(host.counters.strayData, 1);
  });

  test("sends no command the adapter does not claim", async () => {
    const few = [Disconnect, LeReadBufferSize];
    const controller = await new Promise<ScriptedController>((resolve) => {
      const ends = loopback();
      const scripted = new ScriptedController(ends.controller);
      scripted.returns(ReadLocalSupportedCommands, { commands: supportedCommandsMask(few) });
      scripted.returns(LeReadLocalSupportedFeatures, { features: new Uint8Array(8) });
      void Host.start(ends.host, new ManualClock()).then((host) => {
        assert.equal(host.controller.facts.publicAddress, undefined);
        assert.equal(host.controller.facts.resolvingListSize, 0);
        assert.deepEqual(host.controller.facts.maxDataLength, { txOctets: 27, txTime: 328 });
        resolve(scripted);
      });
    });
    assert.deepEqual(controller.take(), [
      "Reset",
      "Read Local Version Information",
      "Read Local Supported Commands",
      "Read Local Supported Features",
      "LE Read Local Supported Features",
      "Set Event Mask",
      "LE Set Event Mask",
      "LE Read Buffer Size",
    ]);
  });

  test("asks only for events of features the adapter has", async () => {
    const ends = loopback();
    const controller = new ScriptedController(ends.controller);
    controller.returns(LeReadLocalSupportedFeatures, { features: Uint8Array.of(0x01, 0, 0, 0, 0, 0, 0, 0) });
    await Host.start(ends.host, new ManualClock());
    const { mask } = controller.last(LeSetEventMask);
    const asked = Object.entries(mask)
      .filter(([, on]) => on)
      .map(([name]) => name);
    assert.deepEqual(asked, [
      "connectionComplete",
      "advertisingReport",
      "connectionUpdateComplete",
      "readRemoteFeaturesComplete",
      "longTermKeyRequest",
    ]);
  });

  test("takes a command that is claimed and then unknown as missing", async () => {
    const { host } = await startHost((controller) => {
      controller.script(SetEventMaskPage2, { status: 0x01 });
      controller.script(ReadBdAddr, { status: 0x01 });
    });
    assert.equal(host.controller.facts.publicAddress, undefined);
  });

  test("an address of zeros or ones is no address", async () => {
    for (const octet of [0, 0xff]) {
      const { host } = await startHost((controller) =>
        controller.returns(ReadBdAddr, { address: new Uint8Array(6).fill(octet) }),
      );
      assert.equal(host.controller.facts.publicAddress, undefined);
    }
  });

  test("uses the shared buffers where LE has none of its own", async () => {
    const { host } = await startHost((controller) => {
      controller.returns(LeReadBufferSize, { aclLength: 0, aclPackets: 0 });
      controller.returns(ReadBufferSize, {
        aclLength: 310,
        synchronousLength: 64,
        aclPackets: 10,
        synchronousPackets: 8,
      });
    });
    assert.deepEqual(host.controller.facts.acl, { length: 310, packets: 10 });
  });

  test("refuses an adapter without usable data buffers", async () => {
    for (const [aclLength, aclPackets] of [
      [0, 0],
      [27, 0],
      [26, 8],
    ] as const) {
      await assert.rejects(
        startHost((controller) => controller.returns(LeReadBufferSize, { aclLength, aclPackets })),
        AdapterRefusedError,
      );
    }
  });

  test("refuses an adapter without LE", async () => {
    await assert.rejects(
      startHost((controller) =>
        controller.returns(ReadLocalSupportedFeatures, { features: new Uint8Array(8) }),
      ),
      AdapterRefusedError,
    );
  });

  test("ends with the error of a command that must succeed, and lets go of the transport", async () => {
    const ends = loopback();
    const controller = new ScriptedController(ends.controller);
    let lost = false;
    ends.controller.onClosed = () => (lost = true);
    controller.script(ReadLocalVersionInformation, { status: 0x0c });
    await assert.rejects(
      Host.start(ends.host, new ManualClock()),
      (error) => error instanceof HciError && error.status === 0x0c,
    );
    assert(lost);
  });

  test("ends when an answer has too few or too many octets", async () => {
    for (const octets of ["", "00", "000d01000dffff0100ee"]) {
      await assert.rejects(
        startHost((controller) =>
          controller.script(ReadLocalVersionInformation, { returns: fromHex(octets) }),
        ),
        DecodeError,
      );
    }
  });

  test("ends when an answer does not come", async () => {
    const ends = loopback();
    const controller = new ScriptedController(ends.controller);
    controller.script(Reset, "silence");
    const clock = new ManualClock();
    const starting = Host.start(ends.host, clock);
    const outcome = assert.rejects(starting, HostClosedError);
    await clock.advance(4999);
    await clock.advance(1);
    await outcome;
    assert.equal(clock.pending, 0);
  });
});

describe("closing", () => {
  test("resets the adapter, ends its links and lets go of the transport", async () => {
    const { host, controller } = await startHost();
    host.links.onOutcome = () => true;
    controller.connected(0x40);
    await settle();
    const link = host.links.get(0x40);
    assert(link !== undefined);
    const ends: unknown[] = [];
    host.onClosed = (error) => ends.push(error);
    await host.close();
    assert.deepEqual(controller.take(), ["Reset"]);
    assert.equal((await link.closed).reason, undefined);
    assert.deepEqual(ends, [undefined]);
    await assert.rejects(host.run(Reset, {}), HostClosedError);
  });

  test("does not wait for ever for an adapter that is stuck", async () => {
    const { host, controller, clock } = await startHost();
    controller.script(Reset, "silence");
    const closed = host.close();
    await clock.advance(1000);
    await closed;
    assert.equal(clock.pending, 0);
  });
});

test("the mask of supported commands names each declared command that has a bit", () => {
  const mask = supportedCommandsMask([LeSetPhy]);
  assert(supports(mask, LeSetPhy));
  const others = [...commandsByOpcode.values()].filter((command) => command !== LeSetPhy);
  assert(others.every((command) => !supports(mask, command)));
  assert.equal(mask[35], 0x40);
  assert.equal(LE_ONLY[4], 0x60);
});
