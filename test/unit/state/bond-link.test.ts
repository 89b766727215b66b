import assert from "node:assert/strict";
import { test } from "node:test";
import { linkInFragment, parseBondLink } from "../../../src/state/bond-link.ts";

const NOWHERE = { screen: "not-found", link: "#/link" };

const LINKS: readonly (readonly [link: string, route: object])[] = [
  ["web+bond:add", { screen: "add" }],
  ["WEB+BOND://add/", { screen: "add" }],
  ["web+bond:device/a%20b", { screen: "device", id: "a b", view: "overview" }],
  ["web+bond://device/abc", { screen: "device", id: "abc", view: "overview" }],
  ["web+bond:ensure?device=abc&mode=repair", { screen: "ensure", link: "device=abc&mode=repair" }],
  ["web+bond:ensure#device=abc", { screen: "ensure", link: "device=abc" }],
  ["web+bond:ensure/abc", NOWHERE],
  ["web+bond:device", NOWHERE],
  ["web+bond:device/", NOWHERE],
  ["web+bond:device/%", NOWHERE],
  ["web+bond:device/a/b", NOWHERE],
  ["web+bond:device/%00", NOWHERE],
  ["web+bond:device/a%E2%80%AEb", NOWHERE],
  [`web+bond:device/${"x".repeat(201)}`, NOWHERE],
  [`web+bond:device/${"x".repeat(600)}`, NOWHERE],
  ["web+bond:settings", NOWHERE],
  ["web+bond:", NOWHERE],
  ["", NOWHERE],
  ["javascript:alert(1)", NOWHERE],
  [" web+bond:add", NOWHERE],
  ["web+bond:device/abc?pin=123456", { screen: "refused-link" }],
  ["web+bond:device/abc?p%69n=123456", { screen: "refused-link" }],
  ["web+bond:ensure#device=abc&passkey=1", { screen: "refused-link" }],
];

for (const [link, route] of LINKS) {
  test(`"${link.slice(0, 60)}" leads to ${JSON.stringify(route).slice(0, 60)}`, () => {
    assert.deepEqual(parseBondLink(link), route);
  });
}

test("the link is taken out of the fragment, or there is none", () => {
  assert.equal(linkInFragment("#/link/web%2Bbond%3Aadd"), "web+bond:add");
  assert.equal(linkInFragment("#/link/%E0"), null);
  assert.equal(linkInFragment("#/devices/link"), null);
});
