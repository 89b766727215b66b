import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "../../../src/link/failure.ts";
import {
  backoff,
  isTransient,
  LINK_BACKOFF,
  quickRetry,
  SECURITY_BACKOFF,
} from "../../../src/link/transient.ts";

const LOST: Failure = { kind: "link-lost", during: "read" };

test("failures of the radio pass by themselves", () => {
  for (const failure of [
    { kind: "unreachable", detail: "attempt-failed" },
    { kind: "unreachable", detail: "unknown" },
    LOST,
    { kind: "busy", what: "operation" },
    { kind: "stale-handle" },
    { kind: "timeout", during: "discover", afterMs: 15_000 },
  ] satisfies Failure[]) {
    assert.equal(isTransient(failure), true, JSON.stringify(failure));
  }
});

test("what a person, the peer or the system decided is not tried again", () => {
  for (const failure of [
    { kind: "cancelled", by: "caller" },
    { kind: "pairing-failed", reason: "os-canceled" },
    { kind: "pairing-failed", reason: "declined-by-peer" },
    { kind: "access-refused", why: "not-authorized", ambiguous: false },
    { kind: "key-refused", reason: "key-missing" },
    { kind: "permission-lost" },
    { kind: "unreachable", detail: "out-of-range" },
    { kind: "timeout", during: "read", afterMs: 35_000 },
    { kind: "unknown", name: "NetworkError", text: "?" },
  ] satisfies Failure[]) {
    assert.equal(isTransient(failure), false, JSON.stringify(failure));
  }
});

test("one quick retry, half a second later, give or take a fifth", () => {
  const attempt = { operation: "read", failed: 1, pairing: false } as const;
  assert.equal(quickRetry(LOST, attempt, 0), 400);
  assert.equal(quickRetry(LOST, attempt, 0.5), 500);
  assert.equal(quickRetry(LOST, attempt, 1), 600);
  assert.equal(quickRetry(LOST, { ...attempt, failed: 2 }, 0.5), null);
});

test("nothing is repeated while a pairing may be running, and no write ever", () => {
  const attempt = { operation: "read", failed: 1, pairing: false } as const;
  assert.equal(quickRetry(LOST, { ...attempt, pairing: true }, 0.5), null);
  assert.equal(quickRetry(LOST, { ...attempt, operation: "write" }, 0.5), null);
  assert.equal(quickRetry({ kind: "pairing-failed", reason: "os-canceled" }, attempt, 0.5), null);
});

test("link failures wait 1, 2, 4 … 60 s and never give up", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failed) => backoff(LINK_BACKOFF, failed, 0.5));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(backoff(LINK_BACKOFF, 5_000, 0.5), 60_000);
});

test("security failures stop after three tries", () => {
  const waits = [1, 2, 3, 4].map((failed) => backoff(SECURITY_BACKOFF, failed, 0.5));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, null]);
});
