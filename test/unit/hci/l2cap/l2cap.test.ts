import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import type { ConnectionParameters } from "../../../../hci/codec/connection-parameters.ts";
import { areValidParameters } from "../../../../hci/codec/connection-parameters.ts";
import { Disconnect } from "../../../../hci/host/commands/basic.ts";
import { FAULT_LIMIT } from "../../../../hci/host/link.ts";
import { L2cap } from "../../../../hci/l2cap/l2cap.ts";
import { CommandRejectedError } from "../../../../hci/l2cap/signalling.ts";
import { settle } from "../../../support/manual-clock.ts";
import { linked } from "../../../support/scripted-controller.ts";

const handle = 0x40;

async function channels(role: "central" | "peripheral" = "central") {
  const setup = await linked(handle, { role });
  const l2cap = new L2cap(setup.link, setup.clock);
  /** What went out on the signalling channel since the last call. */
  const signalled = async (): Promise<readonly string[]> => {
    await settle();
    setup.controller.completed(handle, 3);
    await settle();
    return setup.controller.takeData(handle).map((frame) => {
      assert.equal(toHex(frame.subarray(2, 4)), "0500");
      return toHex(frame.subarray(4));
    });
  };
  const signal = (hex: string): void => setup.controller.frame(handle, 5, fromHex(hex));
  return { ...setup, l2cap, signalled, signal };
}

const request: ConnectionParameters = {
  intervalMin: 24,
  intervalMax: 40,
  latency: 0,
  supervisionTimeout: 200,
};
const requestOctets = "12070800180028000000c800";

describe("fixed channels", () => {
  test("carry payloads to the one who listens, and back", async () => {
    const { controller, l2cap } = await channels();
    const heard: string[] = [];
    l2cap.attribute.onPdu = (pdu) => heard.push(`att ${toHex(pdu)}`);
    l2cap.securityManager.onPdu = (pdu) => heard.push(`smp ${toHex(pdu)}`);
    controller.frame(handle, 4, fromHex("0a0300"));
    controller.frame(handle, 6, fromHex("0b05"));
    await settle();
    assert.deepEqual(heard, ["att 0a0300", "smp 0b05"]);
    await l2cap.securityManager.send(fromHex("0508"));
    await settle();
    assert.deepEqual(
      controller.takeData(handle).map((data) => toHex(data)),
      ["020006000508"],
    );
  });

  test("are closed with the link, once each", async () => {
    const { controller, l2cap, link } = await channels();
    const closed: string[] = [];
    l2cap.attribute.onClosed = ({ message }) => closed.push(`att ${message}`);
    l2cap.securityManager.onClosed = ({ message }) => closed.push(`smp ${message}`);
    controller.disconnected(handle, 0x13);
    await link.closed;
    await settle();
    assert.equal(closed.length, 2);
    assert(closed.every((line) => line.includes("Remote User Terminated Connection")));
  });

  test("drop and count what is longer than they take, and end a link that goes on", async () => {
    const { controller, link } = await channels();
    controller.frame(handle, 6, new Uint8Array(66));
    controller.frame(handle, 4, new Uint8Array(518));
    controller.frame(handle, 5, new Uint8Array(24));
    await settle();
    assert.equal(link.faults.get("frame-too-long"), 3);
    for (let i = 3; i < FAULT_LIMIT; i++) controller.frame(handle, 6, new Uint8Array(66));
    await settle();
    assert.equal(controller.last(Disconnect).handle, handle);
  });

  test("an ATT limit follows the negotiated MTU", async () => {
    const { controller, l2cap, link } = await channels();
    l2cap.attribute.limit = 23;
    controller.frame(handle, 4, new Uint8Array(24));
    await settle();
    assert.equal(link.faults.get("frame-too-long"), 1);
  });
});

describe("signalling", () => {
  test("a wrong length is rejected and counted, for every code, one octet more, one less and none", async () => {
    const { link, signalled, signal } = await channels();
    signal("1201070018002800000048"); // one octet less than declared
    signal("120208001800280000004800ee"); // one more
    signal("12030000"); // right by itself, but too short for this command
    assert.deepEqual(await signalled(), ["010102000000", "010202000000", "010302000000"]);
    assert.equal(link.faults.get("signalling"), 3);
  });

  test("what has no identifier or no header cannot be rejected: it is counted", async () => {
    const { link, signalled, signal } = await channels();
    for (const octets of ["", "12", "1201", "120100", "12000000"]) signal(octets);
    assert.deepEqual(await signalled(), []);
    assert.equal(link.faults.get("signalling"), 5);
  });

  test("a response is never answered", async () => {
    const { signalled, signal } = await channels();
    for (const code of [0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a]) {
      signal(`${toHex(Uint8Array.of(code))}010000`);
      signal(`${toHex(Uint8Array.of(code))}010500`);
    }
    assert.deepEqual(await signalled(), []);
  });

  test("a request for a credit-based channel is refused without any state", async () => {
    const { signalled, signal } = await channels();
    signal("14090a0080004000170017000500");
    signal("17090a0080004000170001004000");
    const answers = await signalled();
    assert(answers.length === 2 && answers.every((answer) => answer === "010902000000"));
  });

  test("a peer that asks without listening gets a bounded number of answers", async () => {
    const { controller, signal } = await channels();
    for (let i = 1; i <= 200; i++) signal(`08${toHex(Uint8Array.of(i))}0000`);
    await settle();
    let answers = 0;
    for (let sent = controller.takeData(handle).length; sent > 0; sent = controller.takeData(handle).length) {
      answers += sent;
      controller.completed(handle, sent);
      await settle();
    }
    assert(answers <= 3 + 8, `${answers} answers`);
  });
});

describe("connection parameters asked for by a peripheral", () => {
  test("are accepted only if they are valid and someone agrees", async () => {
    const { l2cap, signalled, signal } = await channels();
    const accepted: ConnectionParameters[] = [];
    l2cap.signalling.onParametersAccepted = (parameters) => accepted.push(parameters);
    signal(requestOctets);
    assert.deepEqual(await signalled(), ["130702000100"]);
    l2cap.signalling.onParameterRequest = () => true;
    signal(requestOctets);
    assert.deepEqual(await signalled(), ["130702000000"]);
    assert.equal(accepted.length, 1);
    assert.equal(accepted[0]?.intervalMax, 40);
  });

  test("the ranges and the supervision timeout are checked at their limits", () => {
    assert(areValidParameters(request));
    assert(areValidParameters({ intervalMin: 6, intervalMax: 3200, latency: 0, supervisionTimeout: 801 }));
    for (const wrong of [
      { intervalMin: 5 },
      { intervalMin: 41 },
      { intervalMax: 3201, supervisionTimeout: 3200 },
      { latency: 500, intervalMin: 6, intervalMax: 6, supervisionTimeout: 3200 },
      { supervisionTimeout: 9, intervalMin: 6, intervalMax: 6 },
      { supervisionTimeout: 3201 },
      { supervisionTimeout: 10 },
      { latency: 19 },
    ]) {
      assert(!areValidParameters({ ...request, ...wrong }), JSON.stringify(wrong));
    }
    assert(!areValidParameters({ intervalMin: 6, intervalMax: 3200, latency: 0, supervisionTimeout: 800 }));
  });
});

describe("asking as peripheral", () => {
  test("sends the request and takes the decision", async () => {
    const { l2cap, signalled, signal, clock } = await channels("peripheral");
    for (const [identifier, result, decision] of [
      ["01", "0000", true],
      ["02", "0100", false],
    ] as const) {
      const asked = l2cap.signalling.requestParameters(request);
      assert.deepEqual(await signalled(), [`12${identifier}0800180028000000c800`]);
      signal(`13ee0200${result}`);
      signal(`13${identifier}0200${result}`);
      assert.equal(await asked, decision);
    }
    assert.equal(clock.pending, 0);
  });

  test("rejects after 30 s without an answer, and a late answer is ignored", async () => {
    const { l2cap, signal, clock } = await channels("peripheral");
    const asked = assert.rejects(l2cap.signalling.requestParameters(request), /no answer for 30000 ms/);
    await assert.rejects(l2cap.signalling.requestParameters(request), /under way/);
    await clock.advance(30_000);
    await asked;
    signal("130102000000");
    await settle();
  });

  test("rejects when the link ends", async () => {
    const { l2cap, controller } = await channels("peripheral");
    const asked = assert.rejects(l2cap.signalling.requestParameters(request), { name: "LinkClosedError" });
    controller.disconnected(handle, 0x08);
    await asked;
  });

  test("is not for a central", async () => {
    const { l2cap } = await channels();
    await assert.rejects(l2cap.signalling.requestParameters(request), /only a peripheral/);
  });

  test("rejects when the central does not know the command", async () => {
    const { l2cap, signal } = await channels("peripheral");
    const asked = assert.rejects(l2cap.signalling.requestParameters(request), CommandRejectedError);
    signal("010102000000");
    await asked;
  });
});
