import assert from "node:assert/strict";
import { test } from "node:test";
import { countsOf, sumOf, type Tally } from "../../support/tally.ts";

const part = (change: Partial<Tally>): Tally => ({
  name: "part",
  passed: 0,
  failed: 0,
  skipped: [],
  ms: 1,
  ...change,
});

test("the last line counts what passed and failed, and skipped only where there is any", () => {
  assert.equal(countsOf(part({ passed: 3, failed: 1 })), "3 passed, 1 failed");
  assert.equal(countsOf(part({ passed: 3, skipped: ["a: no D-Bus"] })), "3 passed, 0 failed, 1 skipped");
});

test("parts are added up", () => {
  const sum = sumOf([part({ passed: 2, skipped: ["a"] }), part({ passed: 3, failed: 1, ms: 4 })], false);
  assert.deepEqual([sum.passed, sum.failed, sum.skipped, sum.ms], [5, 1, ["a"], 5]);
});

test("where a machine checks, a skipped test is a failed one", () => {
  const sum = sumOf([part({ passed: 2, skipped: ["a", "b"] })], true);
  assert.equal(countsOf(sum), "2 passed, 2 failed");
});
