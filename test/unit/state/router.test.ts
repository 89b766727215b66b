import assert from "node:assert/strict";
import { test } from "node:test";
import { carriesSecret, hrefOf, parseRoute, type Route, Router } from "../../../src/state/router.ts";
import { FakeBar } from "./world.ts";

const ROUTES: readonly Route[] = [
  { screen: "devices" },
  { screen: "add" },
  { screen: "keys" },
  { screen: "adapter" },
  { screen: "explain" },
  { screen: "settings" },
  { screen: "device", id: "abc", view: "overview" },
  { screen: "device", id: "abc", view: "gatt" },
  { screen: "device", id: "abc", view: "history" },
  { screen: "device", id: "a/b c%#?", view: "gatt" },
];

for (const route of ROUTES) {
  test(`the link ${hrefOf(route)} leads back to its own screen`, () => {
    assert.deepEqual(parseRoute(hrefOf(route)), route);
  });
}

test("an empty fragment is the device list", () => {
  for (const hash of ["", "#", "#/", "#/devices", "#/devices/"]) {
    assert.deepEqual(parseRoute(hash), { screen: "devices" }, hash);
  }
});

test("a link that leads nowhere says so and keeps its text", () => {
  for (const hash of [
    "#/nowhere",
    "#/devices/a/b",
    "#/devices/a/gatt/x",
    "#/add/more",
    "#/devices/%E0%A4%A",
  ]) {
    assert.deepEqual(parseRoute(hash), { screen: "not-found", link: hash }, hash);
  }
});

test("a link of any length is cut to a bounded one", () => {
  const route = parseRoute(`#/devices/${"a".repeat(100_000)}`);
  assert(route.screen === "not-found");
  assert.equal(route.link.length, 512);
});

test("a PIN, a passkey or a key in a link is seen, however it is written", () => {
  const links = [
    "#/?pin=123456",
    "#/devices/a?PIN=1",
    "?passkey=000000",
    "#pin=1",
    "#/devices/a&oob=ff",
    "#/%3Fpin%3D123456",
    "?ltk=00ff",
    "?a=1;passcode=2",
  ];
  for (const link of links) assert(carriesSecret(link), link);
  for (const link of ["#/devices/pin", "#/explain", "?demo", "#/devices/spin=1"]) {
    assert(!carriesSecret(link), link);
  }
});

test("a link with a secret is refused and scrubbed, query and fragment, before anything else", () => {
  for (const [hash, search] of [
    ["#/devices/a?pin=123456", ""],
    ["#/", "?pin=123456"],
  ] as const) {
    const bar = new FakeBar(hash, search);
    const router = new Router(bar);
    assert.deepEqual(router.route.value, { screen: "refused-link" });
    assert.deepEqual(bar.log, ["scrub #/refused"]);
    assert.doesNotMatch(bar.hash + bar.search, /123456/);
  }
});

test("a secret that comes later, by Back or by hand, is refused as well", () => {
  const bar = new FakeBar("#/add");
  const router = new Router(bar);
  bar.visit("#/devices/a?passkey=111111");
  assert.deepEqual(router.route.value, { screen: "refused-link" });
  assert.equal(bar.hash, "#/refused");
});

test("going somewhere makes an entry in the history, replacing makes none", () => {
  const bar = new FakeBar();
  const router = new Router(bar);
  router.go({ screen: "settings" });
  router.replace({ screen: "add" });
  assert.deepEqual(bar.log, ["push #/settings", "replace #/add"]);
  assert.deepEqual(router.route.value, { screen: "add" });
});
