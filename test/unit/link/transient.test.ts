import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "../../../src/link/failure.ts";
import { isTransient } from "../../../src/link/transient.ts";

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
