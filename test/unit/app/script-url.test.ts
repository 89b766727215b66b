import assert from "node:assert/strict";
import { test } from "node:test";
import { ownScript } from "../../../src/app/script-url.ts";

const BASE = "https://bondkeeper.example/some/path/";

test("the service worker and built workers of this page may run", () => {
  assert.equal(ownScript("sw.js", BASE), `${BASE}sw.js`);
  assert.equal(ownScript(`${BASE}assets/worker-host-Ab_1.js`, BASE), `${BASE}assets/worker-host-Ab_1.js`);
});

const REFUSED = [
  "https://elsewhere.example/some/path/sw.js",
  "//elsewhere.example/sw.js",
  "../sw.js",
  "/sw.js",
  "sw.js?x=1",
  "sw.js#x",
  "sw.jsx",
  "other/sw.js",
  "assets/index-Ab.js",
  "assets/worker-a/../../evil.js",
  "assets/worker-%2e%2e.js",
  "data:text/javascript,alert(1)",
  "blob:https://bondkeeper.example/1",
  "javascript:alert(1)",
  "",
];

for (const url of REFUSED) {
  test(`refused: "${url}"`, () => {
    assert.throws(() => ownScript(url, BASE), TypeError);
  });
}
