import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Case, Verdict } from "./conformance/table.ts";
import { idsIn, markdown, openGate, regressions, rowsOf } from "./conformance/table.ts";

const LIST: readonly Case[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "conformance/ids.json"), "utf8"),
);

test("every case is listed once, with a purpose, and under an id that can be found", () => {
  assert.equal(new Set(LIST.map(({ id }) => id)).size, LIST.length);
  for (const { id, purpose } of LIST) {
    assert.deepEqual(idsIn(id), [id]);
    assert.ok(purpose.length > 3);
  }
});

test("docs/conformance.md says what the tests say, and no case stopped passing", () => {
  // A test runner inside a test runner runs nothing, unless it does not know
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const script = join(import.meta.dirname, "conformance/run.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check"], {
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});

const CASES: readonly Case[] = [
  { id: "SM/CEN/JW/BV-01-C", purpose: "one" },
  { id: "SM/CEN/JW/BI-06-C", purpose: "two", core: ">=6.2" },
  { id: "SM/PER/PKE/BV-05-C", purpose: "three", core: "<=6.1" },
  { id: "GATT/SR/GAC/BV-01-C", purpose: "four" },
  { id: "SM/SIGN/BV-01-C", purpose: "five", notApplicable: "signing is not offered" },
];
const pass = (name: string): Verdict => ({ name, verdict: "pass" });
const statuses = (verdicts: readonly Verdict[]): readonly string[] =>
  rowsOf(CASES, verdicts).map(({ status }) => status);

test("a case passes when a test bears its id, and all that do pass", () => {
  const good = [pass("SM/CEN/JW/BV-01-C: a"), pass("SM/CEN/JW/BV-01-C GATT/SR/GAC/BV-01-C: b")];
  assert.deepEqual(statuses(good), ["pass", "missing", "not applicable", "pass", "not applicable"]);
  const bad: Verdict = { name: "SM/CEN/JW/BV-01-C: round 2", verdict: "fail" };
  assert.equal(statuses([...good, bad])[0], "fail");
  assert.equal(statuses([{ name: "SM/CEN/JW/BV-01-C", verdict: "skipped" }])[0], "missing");
});

test("a case of another Core version does not apply, and a failing test of it still fails", () => {
  assert.equal(rowsOf(CASES, [])[2]?.why, "only up to Core 6.1");
  assert.match(rowsOf(CASES, [pass("SM/PER/PKE/BV-05-C")])[2]?.why ?? "", /tested all the same/);
  assert.equal(statuses([{ name: "SM/PER/PKE/BV-05-C", verdict: "fail" }])[2], "fail");
});

test("an id that no suite has is refused", () => {
  assert.throws(() => rowsOf(CASES, [pass("SM/CEN/JW/BV-99-C: invented")]), /SM\/CEN\/JW\/BV-99-C/);
});

test("ids are found wherever they stand in a name", () => {
  assert.deepEqual(idsIn("SM/SIGN/BV-01-C L2CAP/LE/REJ/BI-02-C: both"), [
    "SM/SIGN/BV-01-C",
    "L2CAP/LE/REJ/BI-02-C",
  ]);
  assert.deepEqual(idsIn("Vol 3 Part H 2.3.5"), []);
});

test("the release gate is closed by each of its cases that does not pass, and by no other", () => {
  const rows = rowsOf(CASES, [pass("SM/CEN/JW/BV-01-C")]);
  assert.deepEqual(
    openGate(rows).map(({ id }) => id),
    ["SM/CEN/JW/BI-06-C"],
  );
  assert.match(markdown(rows), /\*\*Closed\*\*: 1 of the 3 cases/);
});

test("a case that passed and does not any more is named", () => {
  const before = markdown(
    rowsOf(CASES, [pass("SM/CEN/JW/BV-01-C"), pass("SM/CEN/JW/BV-01-C"), pass("SM/CEN/JW/BI-06-C")]),
  );
  assert.deepEqual(regressions(before, rowsOf(CASES, [pass("SM/CEN/JW/BI-06-C")])), ["SM/CEN/JW/BV-01-C"]);
  assert.deepEqual(
    regressions(before, rowsOf(CASES, [pass("SM/CEN/JW/BI-06-C"), pass("SM/CEN/JW/BV-01-C")])),
    [],
  );
});
