import assert from "node:assert/strict";
import { test } from "node:test";
import { pageSurroundings } from "../../../src/link/web-bluetooth/platform.ts";

test("a page says what it is: Chromium on Linux over https, with the feature allowed", () => {
  const page = pageSurroundings({
    isSecureContext: true,
    navigator: Object.assign(
      { userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36" },
      {
        userAgentData: { platform: "Linux", brands: [{ brand: "Chromium" }] },
      },
    ),
    document: { featurePolicy: { allowsFeature: (name: string) => name === "bluetooth" } },
  });
  assert.deepEqual(page, {
    bluetooth: undefined,
    secureContext: true,
    chromium: true,
    linux: true,
    allowedByPolicy: true,
  });
});

test("a page of Firefox on Linux, and of Chrome on Android, over http", () => {
  const agent = (userAgent: string) => pageSurroundings({ isSecureContext: false, navigator: { userAgent } });
  const firefox = agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
  assert.equal(firefox.chromium, false);
  assert.equal(firefox.linux, true);
  const android = agent(
    "Mozilla/5.0 (Linux; Android 16; Pixel) AppleWebKit/537.36 Chrome/156.0 Mobile Safari",
  );
  assert.equal(android.chromium, true);
  assert.equal(android.linux, false);
  assert.equal(pageSurroundings({}).allowedByPolicy, undefined);
});

test("a browser that does not know the feature, because it is switched off, is not taken for a frame without it", () => {
  const featurePolicy = { allowsFeature: () => false, features: () => ["usb", "serial"] };
  assert.equal(pageSurroundings({ document: { featurePolicy } }).allowedByPolicy, undefined);
  const framed = { allowsFeature: () => false, features: () => ["bluetooth", "usb"] };
  assert.equal(pageSurroundings({ document: { featurePolicy: framed } }).allowedByPolicy, false);
});
