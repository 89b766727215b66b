import assert from "node:assert/strict";
import { test } from "node:test";
import type { BondResult, StepReport } from "../../../src/bonds/result.ts";
import { Output, type OutputOptions } from "../../../src/cli/output.ts";

function output(options: Partial<OutputOptions> = {}) {
  let out = "";
  let err = "";
  const made = new Output({
    out: { write: (text) => void (out += text) },
    err: { write: (text) => void (err += text) },
    json: false,
    verbose: false,
    system: "linux",
    ...options,
  });
  return { output: made, out: () => out, err: () => err };
}

const STARTED: StepReport = { step: "verify", status: "started", attempt: 1, ms: 0, note: null };
const DONE: StepReport = { step: "verify", status: "done", attempt: 1, ms: 400, note: null };

const RESULT: BondResult = {
  code: 5,
  name: "unreachable",
  reason: "connect-failed",
  mode: "check",
  bondId: "a",
  device: "Lock",
  transport: "dongle",
  level: null,
  keySize: null,
  evidence: "recorded",
  provenAt: "2026-03-05T07:08:09.123Z",
  persisted: true,
  bondChanged: "none",
  halfBondSuspected: false,
  remedy: "move-closer",
  failure: { kind: "unreachable", detail: "attempt-failed" },
  steps: [STARTED, DONE],
  appVersion: "1",
};

test("a person reads what ended, its time, and what to do", () => {
  const { output: made, out } = output();
  made.header([["device", "C0:FF:EE:00:00:01"]]);
  made.step(STARTED);
  made.step(DONE);
  made.result(RESULT);
  const lines = out().split("\n");
  assert.equal(lines[0], "device       C0:FF:EE:00:00:01");
  assert.equal(lines[1], "verify       done 0.4 s");
  assert.equal(lines[2], "result       5 unreachable, connect-failed");
  assert.match(out(), /last proof {3}2026-03-05T07:08:09\.123Z/);
  assert.match(out(), /\n- Bring the device closer/);
});

test("with --verbose the beginning of a step shows, too", () => {
  const { output: made, out } = output({ verbose: true });
  made.step(STARTED);
  assert.match(out(), /^verify +started\n$/);
});

test("a program gets one object a line: each step, then the result without its steps", () => {
  const { output: made, out } = output({ json: true });
  made.step(STARTED);
  made.step(DONE);
  made.result(RESULT);
  const [first, second, last, ...rest] = out().trim().split("\n");
  assert.deepEqual(JSON.parse(first ?? ""), { type: "step", ...STARTED });
  assert.deepEqual(JSON.parse(second ?? ""), { type: "step", ...DONE });
  const { steps: _steps, failure: _failure, ...facts } = RESULT;
  assert.deepEqual(JSON.parse(last ?? ""), { type: "result", ...facts });
  assert.deepEqual(rest, []);
});

test("names of devices cannot leave their line or steer the terminal", () => {
  const { output: made, out } = output();
  made.rows("bond", [{ name: "a\n\u001b[31mb\u202e", level: null }], "No bonds");
  assert.equal(out(), "name     level\na [31mb  –\n");
});

test("an empty list says so, to a program by saying nothing", () => {
  const person = output();
  person.output.rows("bond", [], "No bonds yet");
  assert.equal(person.out(), "No bonds yet\n");
  const program = output({ json: true });
  program.output.rows("bond", [], "No bonds yet");
  assert.equal(program.out(), "");
});

test("warnings stay out of the results", () => {
  const { output: made, out, err } = output({ json: true });
  made.warn("The keys are not protected by a passphrase");
  assert.equal(out(), "");
  assert.equal(err(), "The keys are not protected by a passphrase\n");
});
