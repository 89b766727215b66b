/** What one value costs in what can be counted. A machine may be busy; these numbers are the same on every one. */
import assert from "node:assert/strict";
import { createHook } from "node:async_hooks";
import { mock, test } from "node:test";
import { SHORT } from "../../../hci/codec/bytes.ts";
import { ourPushed } from "../../bench/hosts.ts";
import { OurPair, PUSHED } from "../../bench/pairs.ts";

const VALUES = 200;

interface Made {
  /** Of arrays that had no ArrayBuffer before. */
  readonly views: number;
  readonly promises: number;
}

/** For each of the values that `push` sends and `heard` waits for. */
async function eachOf(push: () => void, heard: Promise<void>): Promise<Made> {
  let promises = 0;
  const views = mock.method(Uint8Array.prototype, "subarray");
  const hook = createHook({ init: (_id, type) => void (type === "PROMISE" && promises++) });
  hook.enable();
  try {
    push();
    await heard;
  } finally {
    hook.disable();
    views.mock.restore();
  }
  const short = views.mock.calls.filter(({ this: of }) => of instanceof Uint8Array && of.length <= SHORT);
  return { views: short.length / VALUES, promises: promises / VALUES };
}

function counting() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = VALUES;
  return { all: promise, hear: () => void (--left === 0 && resolve()) };
}

test("a notification of 20 octets makes no view, and one promise beside those of cables and controllers", async () => {
  const pair = new OurPair();
  const { central, server } = await pair.link();
  const client = await pair.rig.until(central.explore());
  const { all, hear } = counting();
  await pair.rig.until(client.subscribe(ourPushed(client), hear));
  const value = new Uint8Array(20);
  const made = await eachOf(() => {
    for (let i = 0; i < VALUES; i++) void server.server.notify(PUSHED, value);
  }, all);
  assert.equal(made.views, 0);
  assert.ok(made.promises < 2.5, `${made.promises} promises`);
});

test("a notification of 244 octets that comes in ten packets makes no view of any of them", async () => {
  const pair = new OurPair({ longPackets: false });
  const { central, server } = await pair.link();
  const client = await pair.rig.until(central.explore());
  const { all, hear } = counting();
  await pair.rig.until(client.subscribe(ourPushed(client), hear));
  const value = new Uint8Array(244);
  const made = await eachOf(() => {
    for (let i = 0; i < VALUES; i++) void server.server.notify(PUSHED, value);
  }, all);
  assert.equal(made.views, 0);
});

test("a write without response of 20 octets makes no view, and one promise beside those of cables and controllers", async () => {
  const pair = new OurPair();
  const { central } = await pair.link();
  const client = await pair.rig.until(central.explore());
  const { handle } = ourPushed(client);
  const { all, hear } = counting();
  pair.onWrite = hear;
  const made = await eachOf(() => {
    for (let i = 0; i < VALUES; i++) void client.writeWithoutResponse(handle, new Uint8Array(20));
  }, all);
  assert.equal(made.views, 0);
  assert.ok(made.promises < 2.5, `${made.promises} promises`);
});
