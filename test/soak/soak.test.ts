import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFlat, soak } from "./cycles.ts";
import { ACTS, assertCounted, soakProduct } from "./product.ts";

const CYCLES = 300;

test(`${CYCLES} cycles of connecting, pairing and encrypting leave nothing behind`, async (t) => {
  const result = await soak(CYCLES);
  assertFlat(result);
  t.diagnostic(
    `heap after each tenth, KiB: ${result.heap.map((octets) => Math.round(octets / 1024)).join(" ")}`,
  );
});

test("a run that leaks would be seen", () => {
  const leaking = Array.from({ length: 10 }, (_, i) => 20_000_000 + i * 600_000);
  assert.throws(() => assertFlat({ cycles: 300, heap: leaking, alarms: [1, 1], ms: 1 }), /the heap grew/);
  assert.throws(() => assertFlat({ cycles: 300, heap: [1, 1], alarms: [1, 2], ms: 1 }), /alarms are left/);
});

const MINUTES = 5;

test(`${MINUTES} minutes of the product leave no link, listener or timer behind`, async (t) => {
  const result = await soakProduct(MINUTES * 60_000);
  assertCounted(result);
  assertFlat(result);
  assert.deepEqual([...result.done.keys()].toSorted(), ACTS.map(([, name]) => name).toSorted());
  t.diagnostic(JSON.stringify(result.last));
});

test("a listener that a round leaves behind would be seen", async () => {
  const result = await soakProduct(30_000, {
    also: ({ parts }) => parts.page.signal.addEventListener("abort", () => {}),
  });
  assert.throws(() => assertCounted(result), /listeners of the page/);
});
