import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { runTargets, seedOf } from "./fuzz/runner.ts";
import type { Target } from "./fuzz/target.ts";
import { TARGETS } from "./fuzz/targets.ts";
import { runWatched } from "./fuzz/watched.ts";
import { IN_CI } from "./support/requirements.ts";

/** Where a commit is judged, twice the same commit gets the same verdict; everywhere else each run tries new cases. */
const FIXED_SEED = 1;

/** Fewer where coverage is counted. */
const CASES = Number(process.env["FUZZ_CASES"] ?? 1_000_000);

test("hostile inputs break nothing: a million of them", async (t) => {
  const seed = IN_CI ? FIXED_SEED : randomInt(2 ** 32);
  t.diagnostic(`seed ${seed}`);
  const outcomes = await runWatched({ seed, inputs: CASES });
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const told = failures.map(
    ({ target, seed: at, error }) => `npm run fuzz -- --only ${target} --seed ${at} --cases 1\n${error}`,
  );
  assert.deepEqual(told, [], `seed ${seed}`);
  const inputs = outcomes.reduce((sum, outcome) => sum + outcome.inputs, 0);
  assert.ok(inputs >= CASES, `only ${inputs} inputs were tried`);
  assert.deepEqual(
    outcomes.map(({ target }) => target),
    TARGETS.map(({ name }) => name),
  );
});

const planted = (name: string, more: { readonly seed?: number; readonly inputs?: number } = {}) =>
  runWatched({ seed: 1, inputs: 100_000, patience: 500, ...more, module: "./planted.ts", only: [name] });

test("a mistake is found, named by its seed, and comes back from it", async () => {
  const [outcome] = await planted("rarely wrong");
  const [failure] = outcome?.failures ?? [];
  assert.ok(failure !== undefined && failure.seed !== 1);
  assert.match(failure.error, /seven/);
  const [again] = await planted("rarely wrong", { seed: failure.seed, inputs: 1 });
  assert.equal(again?.failures[0]?.seed, failure.seed);
});

for (const [name, error] of [
  ["forgets a promise", /Unhandled rejection[^]*lost/],
  ["throws later", /too late to be caught/],
  ["never ends", /did not end in 500 ms/],
] as const) {
  test(`a target that ${name} fails, and its seed is known`, async () => {
    const outcomes = await planted(name, { seed: 9, inputs: 1 });
    const failures = outcomes.flatMap((outcome) => outcome.failures);
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.target, name);
    assert.equal(failures[0]?.seed, 9);
    assert.match(failures[0]?.error ?? "", error);
  });
}

test("the same seed makes the same cases, and every case has another", async () => {
  const draw = async (seed: number): Promise<readonly number[]> => {
    const drawn: number[] = [];
    const target: Target = { name: "draws", share: 1, run: (random) => drawn.push(random.below(2 ** 32)) };
    await runTargets([target], { seed, inputs: 50 });
    return drawn;
  };
  assert.deepEqual(await draw(5), await draw(5));
  assert.notDeepEqual(await draw(5), await draw(6));
  const seeds = new Set(Array.from({ length: 10_000 }, (_, index) => seedOf(5, index)));
  assert.equal(seeds.size, 10_000);
});
