import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clientMessage,
  connectCheck,
  helloCheck,
  keeperMessage,
  PROTOCOL,
} from "../../../src/sdk/messages.ts";

const misfit = { name: "Misfit" };

test("each message of a client is taken, and only with its own fields", () => {
  const pair = { kind: "pair", id: 1, device: "x", replace: false, level: "authenticated" };
  assert.deepEqual(clientMessage({ ...pair, passkey: "123456", __proto__: {} }), pair);
  for (const kind of ["unpair", "clear-cache"] as const)
    assert.deepEqual(clientMessage({ kind, id: 2, device: "x" }), { kind, id: 2, device: "x" });
  assert.deepEqual(clientMessage({ kind: "status", id: 3 }), { kind: "status", id: 3 });
  const respond = { kind: "respond", id: 1, passkey: "000000" };
  assert.deepEqual(clientMessage(respond), respond);
});

test("what is no message of a client is refused", () => {
  const wrong: readonly unknown[] = [
    null,
    "pair",
    [],
    { kind: "toString", id: 1 },
    { kind: "__proto__", id: 1 },
    { kind: "pair", id: 1, device: "x" },
    { kind: "pair", id: 0, device: "x", replace: false },
    { kind: "pair", id: 1.5, device: "x", replace: false },
    { kind: "pair", id: 1, device: "", replace: false },
    { kind: "pair", id: 1, device: "x".repeat(301), replace: false },
    { kind: "pair", id: 1, device: "x", replace: false, level: "none" },
    { kind: "respond", id: 1, passkey: "12345" },
    { kind: "respond", id: 1, passkey: 123456 },
    { kind: "respond", id: 1 },
  ];
  for (const message of wrong) assert.throws(() => clientMessage(message), misfit, JSON.stringify(message));
});

test("a comparison of numbers has no message: it is confirmed in the window alone", () => {
  assert.throws(() => clientMessage({ kind: "confirm", id: 1 }), misfit);
  const answer = clientMessage({ kind: "respond", id: 1, passkey: null, confirm: true });
  assert.deepEqual(answer, { kind: "respond", id: 1, passkey: null });
});

test("hello and connect say what they are, and carry nothing more than a token", () => {
  assert.deepEqual(helloCheck({ protocol: PROTOCOL, kind: "hello" }), { protocol: PROTOCOL, kind: "hello" });
  assert.throws(() => helloCheck({ protocol: "bondkeeper.port.v0", kind: "hello" }), misfit);
  const token = "t".repeat(43);
  assert.deepEqual(connectCheck({ protocol: PROTOCOL, kind: "connect", token, more: 1 }), {
    protocol: PROTOCOL,
    kind: "connect",
    token,
  });
  assert.throws(() => connectCheck({ protocol: PROTOCOL, kind: "connect", token: "short" }), misfit);
});

test("what Bondkeeper says is checked by the client too", () => {
  const result = {
    kind: "result",
    id: 7,
    device: "x",
    success: false,
    code: 2,
    name: "pairing-failed",
    reason: "passkey-wrong",
    remedy: "retry-in-pairing-mode",
  };
  assert.deepEqual(keeperMessage(result), result);
  assert.throws(() => keeperMessage({ ...result, code: 65 }), misfit);
  assert.throws(() => keeperMessage({ ...result, success: 1 }), misfit);
  assert.throws(() => keeperMessage({ kind: "welcome", token: "t".repeat(43), appVersion: "1" }), misfit);
});
