import assert from "node:assert/strict";
import { test } from "node:test";
import type { BondResult, StepNote } from "../../../src/bonds/result.ts";
import { ResultCode } from "../../../src/bonds/result.ts";
import type { Failure } from "../../../src/link/failure.ts";
import { explain, operationWords } from "../../../src/ui/explain.ts";
import type { Advice } from "../../../src/ui/explain/advice.ts";
import { explainObstacle } from "../../../src/ui/explain/obstacle.ts";
import { explainReason } from "../../../src/ui/explain/reasons.ts";
import { remedyWords } from "../../../src/ui/explain/remedies.ts";
import { explainResult, resultTitle } from "../../../src/ui/explain/results.ts";
import { noteWords, stepWords } from "../../../src/ui/explain/steps.ts";
import { storedWords } from "../../../src/ui/result-text.ts";
import {
  browserPermissionSteps,
  flagSteps,
  pairingDialogHint,
  removalSteps,
  switchOnSteps,
  systemPairingSteps,
} from "../../../src/ui/explain/system.ts";
import { FAILURES, OPERATIONS, REASONS, REMEDIES, RESULT_NAMES, STEP_NAMES, SYSTEMS } from "./unions.ts";

/** Sentences: not empty, no hole, nothing that looks like a passkey or a key. */
function sound(text: string, where: string): void {
  assert.match(text.trim(), /\p{L}.*\p{L}/u, `${where}: empty`);
  assert.doesNotMatch(text, /undefined|null|NaN|\[object/, `${where}: "${text}"`);
  assert.doesNotMatch(text, /\b\d{4,}\b/, `${where} shows digits like a passkey: "${text}"`);
  assert.doesNotMatch(text, /\b[0-9a-f]{8,}\b/i, `${where} shows octets like a key: "${text}"`);
}

function soundAdvice(advice: Advice, where: string): void {
  sound(advice.happened, where);
  sound(advice.untouched, where);
  assert(advice.next.length > 0, `${where}: nothing to do next`);
  for (const step of advice.next) sound(step, where);
  for (const sentence of [advice.happened, advice.untouched, ...advice.next]) {
    assert.match(sentence, /[.”]$/, `${where}: no end of the sentence: "${sentence}"`);
  }
}

for (const system of SYSTEMS) {
  test(`every failure has words on ${system}`, () => {
    for (const failure of Object.values(FAILURES).flat()) {
      soundAdvice(explain(failure, system), JSON.stringify(failure));
    }
  });

  test(`every reason of a result has words on ${system}`, () => {
    for (const reason of REASONS) soundAdvice(explainReason(reason, system), reason);
  });

  test(`every place in the settings has words on ${system}`, () => {
    for (const list of [removalSteps, systemPairingSteps, switchOnSteps, browserPermissionSteps, flagSteps]) {
      assert(list(system).length > 0);
      for (const step of list(system)) sound(step, list.name);
    }
    sound(pairingDialogHint(system), "pairingDialogHint");
  });

  test(`every obstacle has words on ${system}`, () => {
    for (const obstacle of [
      { state: "adapter-missing" },
      { state: "adapter-off" },
      { state: "api-missing", why: "browser" },
      { state: "api-missing", why: "insecure-context" },
      { state: "api-missing", why: "disabled" },
      { state: "blocked", by: "site-setting" },
      { state: "blocked", by: "system-permission" },
      { state: "blocked", by: "permissions-policy" },
    ] as const) {
      soundAdvice(explainObstacle(obstacle, system), JSON.stringify(obstacle));
    }
  });
}

test("every remedy has a button and a sentence", () => {
  for (const remedy of REMEDIES) {
    const { label, help } = remedyWords(remedy, null);
    sound(label, remedy);
    sound(help, remedy);
  }
});

test("after a person's own no nobody is told that it may simply work now", () => {
  const { help } = remedyWords("retry", "by-person");
  sound(help, "by-person");
  assert.doesNotMatch(help, /work now/);
  assert.match(remedyWords("retry", "connect-failed").help, /work now/);
});

test("every step has a title and says what it does", () => {
  for (const step of STEP_NAMES) {
    const { title, doing } = stepWords(step);
    sound(title, step);
    sound(doing, step);
  }
});

test("every note of a step has words", () => {
  const failure: Failure = { kind: "busy", what: "connect" };
  const notes: { readonly [K in StepNote["kind"]]: Extract<StepNote, { kind: K }> } = {
    satisfied: { kind: "satisfied" },
    "not-needed": { kind: "not-needed" },
    "read-only": { kind: "read-only" },
    "never-proven": { kind: "never-proven" },
    "by-request": { kind: "by-request" },
    settling: { kind: "settling", ms: 2_000 },
    retrying: { kind: "retrying", inMs: 480, failure },
    failure: { kind: "failure", failure },
    refused: { kind: "refused", reason: "no-probe" },
  };
  for (const note of Object.values(notes)) sound(noteWords(note, "linux"), note.kind);
  assert.match(noteWords(notes.retrying, "linux"), /Once more in 0\.5 s/);
});

test("every operation can stand after 'while'", () => {
  for (const operation of OPERATIONS) assert.match(operationWords(operation), /^\p{Ll}.*ing\b/u);
});

test("every result has a headline of its own", () => {
  const titles = RESULT_NAMES.map((name) => resultTitle({ name, reason: null }));
  for (const title of titles) sound(title, title);
  assert.equal(new Set(titles).size, Object.keys(ResultCode).length);
});

const RESULT: BondResult = {
  code: 0,
  name: "ok",
  reason: null,
  mode: "ensure",
  bondId: "b1",
  device: "Lock",
  transport: "web-bluetooth",
  level: null,
  keySize: null,
  evidence: "access-verified",
  provenAt: "2026-01-02T03:04:05.000Z",
  persisted: true,
  bondChanged: "none",
  halfBondSuspected: false,
  remedy: "continue",
  failure: null,
  steps: [],
  appVersion: "0",
};

test("a result tells what was changed", () => {
  for (const [bondChanged, words] of [
    ["none", /not touched/],
    ["created", /new bond was made and stored/],
    ["replaced", /replaced the old one/],
    ["restored", /old record is back/],
    ["marked-suspect", /marked suspect/],
  ] as const) {
    assert.match(explainResult({ ...RESULT, bondChanged }, "linux").untouched, words);
  }
  assert.match(
    explainResult({ ...RESULT, bondChanged: "created", persisted: false }, "linux").untouched,
    /not stored/,
  );
});

test("a pairing that failed does not speak of a bond as if there were one", () => {
  const failed: BondResult = {
    ...RESULT,
    code: 6,
    name: "cancelled",
    reason: "by-person",
    evidence: "reachable",
    provenAt: null,
  };
  assert.match(explainResult(failed, "linux").untouched, /No bond was made/);
  assert.match(storedWords(failed), /without a bond/);
  assert.match(explainResult({ ...failed, mode: "check" }, "linux").untouched, /Nothing was changed/);
  const before = { ...failed, provenAt: RESULT.provenAt };
  assert.match(explainResult(before, "linux").untouched, /Nothing was changed/);
  assert.deepEqual([storedWords(before), storedWords({ ...failed, persisted: false })], ["yes", "no"]);
});

test("where the reason is vague, the failure behind it speaks", () => {
  const failure: Failure = { kind: "system-error" };
  const vague = explainResult(
    { ...RESULT, code: 5, name: "unreachable", reason: "probe-failed", failure },
    "android",
  );
  assert.match(vague.happened, /internal error/);
  const clear = explainResult(
    { ...RESULT, code: 5, name: "unreachable", reason: "connect-failed", failure },
    "android",
  );
  assert.match(clear.happened, /could not be reached/);
});

test("a bond that the device refuses is never blamed on the device alone: it was reset, or something imitates it", () => {
  for (const reason of ["access-refused", "key-missing", "key-mismatch", "encryption-refused"] as const) {
    assert.match(explainReason(reason, "linux").happened, /something imitates it/);
    assert.match(explainReason(reason, "linux").untouched, /Only you can delete it/);
  }
});

test("on Web Bluetooth nothing is called bonded or encrypted that was not proven", () => {
  const texts = [
    explain({ kind: "unreachable", detail: "unknown" }, "linux"),
    explainResult(RESULT, "linux"),
  ];
  for (const { happened } of texts) assert.doesNotMatch(happened, /encrypted|bonded/i);
});

test("an unknown text is shown on one line, without marks that turn or hide text, and cut", () => {
  const text = `a\u202Eb\u0000c\nd<img src=x onerror=alert(1)>${"x".repeat(5_000)}`;
  const { happened } = explain({ kind: "unknown", name: "Odd", text }, "linux");
  assert.doesNotMatch(happened, /[\p{Cc}\p{Cf}]/u);
  assert.match(happened, /Odd: a b c d<img src=x onerror=alert\(1\)>x/);
  assert(happened.length < 320);
});

test("on Linux the flag of Web Bluetooth is named", () => {
  const advice = explainObstacle({ state: "api-missing", why: "disabled" }, "linux");
  assert.match(advice.next.join(" "), /chrome:\/\/flags\/#enable-web-bluetooth/);
});

test("a lost write says that nobody knows whether it arrived", () => {
  assert.match(explain({ kind: "link-lost", during: "write" }, "linux").untouched, /not known/);
  assert.match(
    explain({ kind: "timeout", during: "write", afterMs: 35_000 }, "linux").untouched,
    /not known/,
  );
});

test("a pause of our own is not called the device's, and its length is left to the countdown", () => {
  const pairing = { kind: "pairing-failed", reason: "repeated-attempts" } as const;
  const ours = explain({ ...pairing, by: "local", retryAfterMs: 1_000 }, "linux");
  assert.doesNotMatch([ours.happened, ...ours.next].join(" "), /The device wants|half a minute/u);
  soundAdvice(ours, "own pause");
  assert.match(explain({ ...pairing, by: "peer" }, "linux").happened, /The device wants a pause/u);
});
