import assert from "node:assert/strict";
import { test } from "node:test";
import { type InstallOffer, Installing, type InstallView } from "../../../src/state/installing.ts";
import type { Platform } from "../../../src/state/platform.ts";
import { Store } from "../../../src/state/store.ts";

const CHROME: Platform = { system: "linux", browser: "Chrome 156", chromium: true };

function rig(platform: Platform = CHROME, facts: { secure?: boolean; standalone?: boolean } = {}) {
  const offer = new Store<InstallOffer | null>(null);
  const installed = new Store(false);
  const surroundings = { platform, secure: true, standalone: false, ...facts };
  return { offer, installed, installing: new Installing(surroundings, offer, installed) };
}

const WAYS: readonly (readonly [Platform, InstallView])[] = [
  [CHROME, { kind: "by-hand", way: "address-bar" }],
  [
    { ...CHROME, system: "android" },
    { kind: "by-hand", way: "chrome-menu" },
  ],
  [
    { ...CHROME, browser: "Microsoft Edge 140" },
    { kind: "by-hand", way: "edge-menu" },
  ],
  [
    { system: "android", browser: "Firefox 140", chromium: false },
    { kind: "by-hand", way: "firefox-menu" },
  ],
  [
    { system: "macos", browser: "Safari 26", chromium: false },
    { kind: "by-hand", way: "add-to-dock" },
  ],
  [
    { system: "ios", browser: "Safari 26", chromium: false },
    { kind: "by-hand", way: "share-sheet" },
  ],
  [
    { system: "linux", browser: "Firefox 140", chromium: false },
    { kind: "impossible", why: "browser" },
  ],
];

for (const [platform, view] of WAYS) {
  test(`${platform.browser} on ${platform.system}: ${JSON.stringify(view)}`, () => {
    assert.deepEqual(rig(platform).installing.view.value, view);
  });
}

test("an address without https cannot be installed; the app's own window needs nothing", () => {
  assert.deepEqual(rig(CHROME, { secure: false }).installing.view.value, {
    kind: "impossible",
    why: "not-secure",
  });
  assert.deepEqual(rig(CHROME, { standalone: true }).installing.view.value, { kind: "app" });
});

test("an offer is used once; after a refusal the browser's menu is left", async () => {
  const { offer, installing } = rig();
  let prompts = 0;
  const outcome = Promise.withResolvers<{ readonly outcome: "dismissed" }>();
  offer.set({ prompt: () => (prompts++, outcome.promise) });
  assert.deepEqual(installing.view.value, { kind: "offered", asking: false });
  const asked = installing.install();
  assert.deepEqual(installing.view.value, { kind: "offered", asking: true });
  outcome.resolve({ outcome: "dismissed" });
  await asked;
  assert.equal(prompts, 1);
  assert.deepEqual(installing.view.value, { kind: "by-hand", way: "address-bar" });
  await installing.install();
  assert.equal(prompts, 1);
});

test("once installed, this tab says so", () => {
  const { installed, offer, installing } = rig();
  offer.set({ prompt: async () => ({ outcome: "accepted" }) });
  installed.set(true);
  assert.deepEqual(installing.view.value, { kind: "done" });
});
