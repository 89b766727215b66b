/** What `--plan` says is what the same command then does. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { digestOf, pinFile, place, type Place } from "./place.ts";

/** Of a store without a file. */
const NO_FILES = createHash("sha256").digest("hex");

type Run = Awaited<ReturnType<Place["run"]>>;

function linesOf({ out }: Run, type: string): readonly Record<string, unknown>[] {
  const lines = out.trim().split("\n");
  return lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => line["type"] === type);
}

/** Steps that a plan wants to run, and those that did. */
const planned = (run: Run) =>
  linesOf(run, "plan").flatMap(({ step, intent }) => (intent === "run" ? [step] : []));
const done = (run: Run) =>
  linesOf(run, "step").flatMap(({ step, status }) =>
    status === "done" || status === "failed" ? [step] : [],
  );
const inOrder = (steps: readonly unknown[]) => steps.map(String).toSorted();

test(
  "a plan opens nothing and changes nothing, and the run that follows does just that",
  place(async (at) => {
    for (const options of [[], [], ["--check-only"], ["--force-repair"]] as const) {
      const before = await digestOf(at).catch(() => NO_FILES);
      const plan = await at.run(at.address, "--plan", ...options);
      assert.equal(plan.code, 0, plan.err);
      assert.equal(await digestOf(at).catch(() => NO_FILES), before);
      assert.deepEqual(done(plan), []);
      const pin = options.some((name) => name === "--check-only") ? [] : pinFile(at);
      const run = await at.run(at.address, ...options, ...pin);
      assert.equal(run.code, 0, run.err);
      assert.deepEqual(inOrder(planned(plan)), inOrder(done(run)), String(options));
    }
  }),
);

test(
  "a check of what is not bonded plans no pairing",
  place(async (at) => {
    const plan = await at.run(at.address, "--plan", "--check-only");
    const pair = linesOf(plan, "plan").find(({ step }) => step === "pair");
    assert.deepEqual([plan.code, pair?.["intent"]], [0, "never"]);
  }),
);
