import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  BondResult,
  Remedy,
  ResultName,
  ResultReason,
  StepName,
  StepNote,
} from "../../../src/bonds/result.ts";
import { ResultCode } from "../../../src/bonds/result.ts";
import type { Failure, FailureKind, Operation, PairingReason } from "../../../src/link/failure.ts";
import type { System } from "../../../src/state/platform.ts";
import type { SuspectReason } from "../../../src/storage/records.ts";
import { explain, operationWords } from "../../../src/ui/explain.ts";
import type { Advice } from "../../../src/ui/explain/advice.ts";
import { explainObstacle } from "../../../src/ui/explain/obstacle.ts";
import { explainReason } from "../../../src/ui/explain/reasons.ts";
import { remedyWords } from "../../../src/ui/explain/remedies.ts";
import { explainResult, resultTitle } from "../../../src/ui/explain/results.ts";
import { noteWords, stepWords } from "../../../src/ui/explain/steps.ts";
import {
  browserPermissionSteps,
  flagSteps,
  pairingDialogHint,
  removalSteps,
  switchOnSteps,
  systemPairingSteps,
} from "../../../src/ui/explain/system.ts";

/** The names of a table that the compiler proves complete. */
function names<T extends string>(table: Record<T, true>): T[] {
  return Object.keys(table).filter((name): name is T => name in table);
}

const SYSTEMS = names<System>({
  windows: true,
  macos: true,
  linux: true,
  chromeos: true,
  android: true,
  ios: true,
  unknown: true,
});
const OPERATIONS = names<Operation>({
  choose: true,
  connect: true,
  discover: true,
  read: true,
  write: true,
  subscribe: true,
  pair: true,
  forget: true,
  availability: true,
  disconnect: true,
});
const PAIRING = names<PairingReason>({
  "passkey-wrong": true,
  "oob-missing": true,
  "auth-requirements": true,
  "confirm-failed": true,
  "not-supported-by-peer": true,
  "key-size": true,
  "command-not-supported": true,
  unspecified: true,
  "repeated-attempts": true,
  "invalid-parameters": true,
  "dhkey-check": true,
  "comparison-rejected": true,
  "not-for-le": true,
  "key-rejected": true,
  "peer-busy": true,
  "smp-timeout": true,
  "link-lost-while-pairing": true,
  "declined-by-peer": true,
  "authentication-failed": true,
  "os-dialog-failed": true,
  "os-canceled": true,
  "os-timeout": true,
});
const SUSPICIONS = names<SuspectReason>({
  "access-refused": true,
  "key-missing": true,
  "key-mismatch": true,
  "encryption-refused": true,
  "half-bond": true,
  evicted: true,
});
const REASONS = [
  ...PAIRING,
  ...SUSPICIONS,
  ...names<Exclude<ResultReason, PairingReason | SuspectReason>>({
    "no-record": true,
    "never-proven": true,
    "system-bond-in-the-way": true,
    "needs-system-pairing": true,
    "adapter-missing": true,
    "adapter-off": true,
    "adapter-too-old": true,
    "needs-chooser": true,
    blocked: true,
    "held-elsewhere": true,
    "store-unreadable": true,
    "connect-failed": true,
    "link-lost": true,
    "time-limit": true,
    "probe-failed": true,
    "by-person": true,
    "no-probe": true,
    "other-transport": true,
    "probe-not-found": true,
    "no-web-bluetooth": true,
    "level-not-shown-here": true,
    "operation-not-supported": true,
    "probe-below-level": true,
    "store-failed": true,
    "no-gesture": true,
    "bad-parameters": true,
    unexpected: true,
  }),
];
const REMEDIES = names<Remedy>({
  continue: true,
  "run-ensure": true,
  retry: true,
  "retry-in-pairing-mode": true,
  "check-adapter": true,
  "choose-again": true,
  "close-other-tab": true,
  "move-closer": true,
  "choose-probe": true,
  "use-other-browser": true,
  "remove-in-system-settings": true,
  "pair-in-system-settings": true,
  repair: true,
  "free-space": true,
  "fix-call": true,
});
const STEP_NAMES = names<StepName>({
  adapter: true,
  permission: true,
  known: true,
  connect: true,
  discover: true,
  verify: true,
  pair: true,
  prove: true,
  trust: true,
  persist: true,
});

/** Every failure there is, with every value of its closed fields. */
const FAILURES: { readonly [K in FailureKind]: readonly Extract<Failure, { kind: K }>[] } = {
  cancelled: [
    { kind: "cancelled", by: "caller" },
    { kind: "cancelled", by: "chooser" },
  ],
  adapter: [
    { kind: "adapter", state: "missing" },
    { kind: "adapter", state: "off" },
    { kind: "adapter", state: "too-old" },
  ],
  "api-missing": [
    { kind: "api-missing", why: "browser" },
    { kind: "api-missing", why: "insecure-context" },
    { kind: "api-missing", why: "disabled" },
  ],
  blocked: [
    { kind: "blocked", by: "site-setting" },
    { kind: "blocked", by: "system-permission" },
    { kind: "blocked", by: "permissions-policy" },
  ],
  "permission-lost": [{ kind: "permission-lost" }],
  "device-gone": [{ kind: "device-gone" }],
  unreachable: [
    { kind: "unreachable", detail: "attempt-failed" },
    { kind: "unreachable", detail: "unknown" },
    { kind: "unreachable", detail: "out-of-range" },
  ],
  "link-lost": [
    { kind: "link-lost", during: "idle" },
    ...OPERATIONS.map((during) => ({ kind: "link-lost", during }) as const),
  ],
  timeout: OPERATIONS.map((during) => ({ kind: "timeout", during, afterMs: 15_000 })),
  busy: [
    { kind: "busy", what: "connect" },
    { kind: "busy", what: "operation" },
  ],
  "not-found": [
    { kind: "not-found", what: "service" },
    { kind: "not-found", what: "characteristic" },
    { kind: "not-found", what: "descriptor" },
  ],
  "service-not-allowed": [
    { kind: "service-not-allowed", why: "not-requested" },
    { kind: "service-not-allowed", why: "blocklisted" },
  ],
  "access-refused": (["not-paired", "not-permitted", "not-authorized", "key-size"] as const).flatMap(
    (why) => [
      { kind: "access-refused", why, ambiguous: true },
      { kind: "access-refused", why, ambiguous: false },
    ],
  ),
  "pairing-failed": PAIRING.map((reason) => ({ kind: "pairing-failed", reason })),
  "key-refused": [
    { kind: "key-refused", reason: "key-missing" },
    { kind: "key-refused", reason: "key-mismatch" },
    { kind: "key-refused", reason: "encryption-refused" },
  ],
  "stale-handle": [{ kind: "stale-handle" }],
  "not-supported": [
    { kind: "not-supported", what: "operation" },
    { kind: "not-supported", what: "device" },
  ],
  "invalid-length": [{ kind: "invalid-length" }],
  "att-error": [{ kind: "att-error" }, { kind: "att-error", code: 0x0e }],
  "system-error": [{ kind: "system-error" }],
  "needs-gesture": [{ kind: "needs-gesture" }],
  usage: [{ kind: "usage", text: "wrong argument" }],
  unknown: [{ kind: "unknown", name: "NetworkError", text: "The moon is in the wrong house." }],
};

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
    const { label, help } = remedyWords(remedy);
    sound(label, remedy);
    sound(help, remedy);
  }
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
  const titles = names<ResultName>({
    ok: true,
    "not-valid": true,
    "pairing-failed": true,
    adapter: true,
    permission: true,
    unreachable: true,
    cancelled: true,
    unsupported: true,
    "below-level": true,
    "not-persisted": true,
    "peer-key-missing": true,
    usage: true,
  }).map(resultTitle);
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
  provenAt: null,
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
    ["created", /new record was stored/],
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
