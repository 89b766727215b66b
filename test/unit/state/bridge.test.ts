/** Whom a page lets be its adapter over a network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentSecurityPolicy, documentPolicy, securityHeaders } from "../../../src/app/security-policy.ts";
import { bridgeTrust, parseBridges } from "../../../src/state/bridge.ts";

const PAGE = "https://bonds.example/app/";
const BUILT_IN = ["wss://radio.example:9001"];

test("a bridge on this machine may be used, with TLS or without", () => {
  for (const [text, address] of [
    ["ws://127.0.0.1:9001", "ws://127.0.0.1:9001/"],
    [" ws://localhost:9001/x ", "ws://localhost:9001/x"],
    ["ws://[::1]:9001", "ws://localhost:9001/"],
  ] as const)
    assert.deepEqual(bridgeTrust(text, PAGE, []), { kind: "this-machine", address, encrypted: false });
});

test("a bridge where the page came from may be used, as safely as the page came", () => {
  const own = bridgeTrust("wss://bonds.example/hci", PAGE, []);
  assert.deepEqual(own, { kind: "same-origin", address: "wss://bonds.example/hci", encrypted: true });
  assert.deepEqual(bridgeTrust("ws://bonds.example:443/hci", PAGE, []), {
    kind: "refused",
    why: "elsewhere",
  });
  const plain = bridgeTrust("ws://board.local/hci", "http://board.local/", []);
  assert.equal(plain.kind, "same-origin");
  assert.deepEqual(bridgeTrust("wss://bonds.example:444/", PAGE, []), { kind: "refused", why: "elsewhere" });
});

test("another bridge needs the build's word, to the letter, and TLS", () => {
  const address = "wss://radio.example:9001/hci";
  assert.deepEqual(bridgeTrust(address, PAGE, BUILT_IN), { kind: "built-in", address, encrypted: true });
  for (const other of [
    "wss://radio.example/hci",
    "wss://sub.radio.example:9001/",
    "wss://radio.example.evil:9001/",
    "ws://radio.example:9001/",
  ])
    assert.equal(bridgeTrust(other, PAGE, BUILT_IN).kind, "refused", other);
  assert.deepEqual(bridgeTrust("ws://radio.example:9001/", PAGE, ["ws://radio.example:9001"]), {
    kind: "refused",
    why: "in-clear",
  });
});

test("what is no address of a bridge is none", () => {
  for (const text of [
    "",
    "not an address",
    "http://127.0.0.1:9001",
    "ws://user:secret@127.0.0.1/",
    "ws://127.0.0.1/#x",
    "javascript:alert(1)",
  ])
    assert.deepEqual(bridgeTrust(text, PAGE, BUILT_IN), { kind: "refused", why: "not-a-bridge" }, text);
  assert.equal(bridgeTrust("ws://127.0.0.1.evil/", PAGE, []).kind, "refused");
});

test("the build setting takes exact origins only", () => {
  assert.deepEqual(parseBridges(""), []);
  assert.deepEqual(parseBridges(" wss://a.example  wss://b.example:9001\n"), [
    "wss://a.example",
    "wss://b.example:9001",
  ]);
  for (const wrong of [
    "wss://a.example/",
    "wss://a.example/path",
    "ws://a.example",
    "https://a.example",
    "wss://*.example",
    "wss://user@a.example",
    "a.example",
    "wss://a.example;script-src",
  ])
    assert.throws(() => parseBridges(wrong), /^Error: Cannot build: /u, wrong);
});

test("the policy of the page names those bridges and nobody else", () => {
  const connect = (policy: string): string | undefined =>
    policy.split("; ").find((directive) => directive.startsWith("connect-src "));
  const plain = connect(contentSecurityPolicy());
  assert.ok(plain?.startsWith("connect-src 'self' "));
  assert.equal(connect(contentSecurityPolicy(BUILT_IN)), `${plain} wss://radio.example:9001`);
  assert.equal(connect(documentPolicy(BUILT_IN)), connect(contentSecurityPolicy(BUILT_IN)));
  assert.equal(securityHeaders(BUILT_IN)["Content-Security-Policy"], contentSecurityPolicy(BUILT_IN));
});
