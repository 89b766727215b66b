import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTESTS } from "./bench/contests.ts";
import type { Contest } from "./bench/harness.ts";
import { compete, described } from "./bench/harness.ts";

/** A contest whose samples are given. */
function given(ours: readonly number[], other: readonly number[], goal?: number): Contest {
  const rival = (name: string, samples: readonly number[]) => {
    let calls = 0;
    return { name, sample: () => samples[Math.floor(calls++ / 5) % samples.length] ?? 0 };
  };
  const rivals = [rival("ours", ours), rival("theirs", other)] as const;
  return { name: "given", rivals, ...(goal === undefined ? {} : { goal }) };
}

test("the ratio is that of the medians of the rounds, and the goal is judged by it", async () => {
  const result = await compete(given([100], [200], 0.5), 7);
  assert.equal(result.ratio, 0.5);
  assert.equal(result.met, true);
  assert.equal(result.noise, 0);
  assert.equal(result.rivals[0].median, 100);
  assert.equal((await compete(given([101], [200], 0.5), 7)).met, false);
  assert.equal((await compete(given([101], [200]), 7)).met, undefined);
  assert.match(described(result), /ratio 0\.50 .*goal ≤ 0\.5: met/);
});

test("what shakes is said to shake", async () => {
  const result = await compete(given([100, 300, 50, 700], [200]), 8);
  assert.ok(result.rivals[0].spread > 0.3);
  assert.equal(result.rivals[1].spread, 0);
});

for (const contest of CONTESTS()) {
  test(`can be measured: ${contest.name}`, async () => {
    const { rivals } = await compete(contest, 1);
    for (const { name, median } of rivals) assert.ok(Number.isFinite(median) && median > 0, name);
  });
}
