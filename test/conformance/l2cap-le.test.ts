/** L2CAP over LE: fixed channels, parameter updates, rejects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex, toHex } from "../../hci/codec/bytes.ts";
import { encodePdu } from "../../hci/codec/pdu.ts";
import { applyPolicy } from "../../hci/gap/connection-parameters.ts";
import { LeConnectionUpdate } from "../../hci/host/commands/le-connection.ts";
import { LeConnectionUpdateComplete } from "../../hci/host/events.ts";
import { L2cap } from "../../hci/l2cap/l2cap.ts";
import { ConnectionParameterUpdateRequest } from "../../hci/l2cap/signalling-pdus.ts";
import { settle } from "../support/manual-clock.ts";
import { linked } from "../support/scripted-controller.ts";

const handle = 0x40;
const request = { intervalMin: 24, intervalMax: 40, latency: 0, supervisionTimeout: 200 };
const requestOctets = "0800180028000000c800";

async function channels(role: "central" | "peripheral") {
  const setup = await linked(handle, { role });
  const l2cap = new L2cap(setup.link, setup.clock);
  applyPolicy(setup.link, l2cap.signalling);
  const signal = async (hex: string): Promise<readonly string[]> => {
    setup.controller.frame(handle, 5, fromHex(hex));
    return sent();
  };
  /** Whole signalling commands that went out since the last call. */
  const sent = async (): Promise<readonly string[]> => {
    await settle();
    const frames = setup.controller.takeData(handle);
    if (frames.length > 0) setup.controller.completed(handle, frames.length);
    await settle();
    return frames.map((frame) => {
      assert.equal(toHex(frame.subarray(2, 4)), "0500");
      return toHex(frame.subarray(4));
    });
  };
  return { ...setup, l2cap, signal, sent };
}

test("L2CAP/LE/CPU/BV-01-C: the peripheral sends a Connection Parameter Update Request and takes the answer", async () => {
  const { l2cap, signal, sent } = await channels("peripheral");
  const asked = l2cap.signalling.requestParameters(request);
  assert.deepEqual(await sent(), [`1201${requestOctets}`]);
  assert.deepEqual(await signal("130102000000"), []);
  assert.equal(await asked, true);
});

test("L2CAP/LE/CPU/BV-02-C: the central accepts valid parameters, then starts the update", async () => {
  const { controller, link, signal } = await channels("central");
  assert.deepEqual(await signal(`1205${requestOctets}`), ["130502000000"]);
  const { intervalMin, intervalMax, latency, supervisionTimeout } = controller.last(LeConnectionUpdate);
  assert.deepEqual({ intervalMin, intervalMax, latency, supervisionTimeout }, request);
  controller.event(LeConnectionUpdateComplete, {
    status: 0,
    handle,
    interval: 40,
    latency: 0,
    supervisionTimeout: 200,
  });
  await settle();
  assert.equal(link.timing.interval, 40);
});

for (const [what, wrong] of [
  ["an interval below its minimum", { intervalMin: 5 }],
  ["a minimum above the maximum", { intervalMin: 41 }],
  ["an interval above its maximum", { intervalMax: 3201, supervisionTimeout: 3200 }],
  ["a latency above its maximum", { intervalMin: 6, intervalMax: 6, latency: 500, supervisionTimeout: 3200 }],
  ["a supervision timeout below its minimum", { intervalMin: 6, intervalMax: 6, supervisionTimeout: 9 }],
  ["a supervision timeout above its maximum", { supervisionTimeout: 3201 }],
  ["a supervision timeout that is over before two intervals", { supervisionTimeout: 10 }],
] as const) {
  test(`L2CAP/LE/CPU/BI-01-C: the central rejects ${what} with result 0x0001`, async () => {
    const { controller, signal } = await channels("central");
    const body = { identifier: 7, length: 8, ...request, ...wrong };
    assert.deepEqual(await signal(toHex(encodePdu(ConnectionParameterUpdateRequest, body))), [
      "130702000100",
    ]);
    assert(!controller.take().includes("LE Connection Update"));
  });
}

test("L2CAP/LE/CPU/BI-02-C: the peripheral answers an update request with Command Reject", async () => {
  const { controller, signal } = await channels("peripheral");
  assert.deepEqual(await signal(`1209${requestOctets}`), ["010902000000"]);
  assert(!controller.take().includes("LE Connection Update"));
});

const responses = new Set([0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a]);

test("L2CAP/LE/REJ/BI-02-C: every command we do not know is answered with Command Reject 0x0000", async () => {
  for (let code = 0; code < 256; code++) {
    if (code === 0x12 || responses.has(code)) continue;
    const { signal } = await channels("central");
    assert.deepEqual(await signal(`${toHex(Uint8Array.of(code))}0a0000`), ["010a02000000"], `code ${code}`);
  }
});

test("every signalling code one octet too short, one too long or without data is rejected or ignored, never obeyed", async () => {
  for (let code = 0; code <= 0x1b; code++) {
    for (const [declared, present] of [
      [8, 7],
      [8, 9],
      [8, 0],
    ] as const) {
      const { controller, link, signal } = await channels("central");
      const answers = await signal(toHex(concat([code, 0x0b, declared, 0], new Uint8Array(present).fill(6))));
      assert.deepEqual(answers, responses.has(code) ? [] : ["010b02000000"], `code ${code}`);
      assert.equal(link.faults.get("signalling"), 1);
      assert.deepEqual(controller.take(), []);
    }
  }
});

test("L2CAP/LE/CID/BI-01-C: frames on channels we do not have are ignored without an answer", async () => {
  const { controller, link, sent } = await channels("central");
  for (const channel of [0x00, 0x01, 0x02, 0x03, 0x07, 0x3f, 0x40, 0x7f, 0xff]) {
    controller.frame(handle, channel, fromHex("0a0300"));
  }
  assert.deepEqual(await sent(), []);
  assert.equal(link.faults.size, 0);
  assert.equal(link.end, undefined);
});
