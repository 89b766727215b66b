import assert from "node:assert/strict";
import { test } from "node:test";
import { Demo } from "../../../src/state/demo.ts";

const WORLD = { devices: () => [], setInRange: () => {}, reset: () => {}, removeSystemBond: () => {} };
const LOCK = [{ key: "lock", name: "Lock" }];
const never = new AbortController().signal;

test("the demo's chooser answers with what was picked, and closes", async () => {
  const demo = new Demo(WORLD);
  const picked = demo.pick(LOCK, never);
  assert.deepEqual(demo.question.value?.devices, LOCK);
  demo.question.value?.answer("lock");
  assert.equal(await picked, "lock");
  assert.equal(demo.question.value, null);
});

test("an abort closes it, and a second one closes the first, as a browser's would", async () => {
  const demo = new Demo(WORLD);
  const stop = new AbortController();
  const first = demo.pick(LOCK, stop.signal);
  stop.abort();
  assert.equal(await first, null);
  const second = demo.pick(LOCK, never);
  const third = demo.pick(LOCK, never);
  assert.equal(await second, null);
  assert.notEqual(demo.question.value, null);
  demo.question.value?.answer(null);
  assert.equal(await third, null);
});
