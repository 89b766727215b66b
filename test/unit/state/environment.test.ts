import assert from "node:assert/strict";
import { test } from "node:test";
import type { Availability } from "../../../src/link/backend.ts";
import { Environment, secureAddresses } from "../../../src/state/environment.ts";
import { platformOf } from "../../../src/state/platform.ts";
import { failureTitle, obstaclePastes, obstacleTitle } from "../../../src/ui/environment-words.ts";
import { lostWords } from "../../../src/ui/adapter/adapter-words.ts";
import { explain } from "../../../src/ui/explain.ts";
import { ChoosingBackend } from "./world.ts";

const AGENTS: readonly (readonly [string, string, string])[] = [
  [
    "windows",
    "Chrome 156",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  ],
  [
    "windows",
    "Edge 156",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
  ],
  [
    "macos",
    "Safari 26",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
  ],
  ["linux", "Firefox 140", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
  [
    "android",
    "Chrome 156",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
  ],
  [
    "chromeos",
    "Chrome 156",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  ],
  [
    "ios",
    "Chrome 156",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
  ],
];

for (const [system, browser, userAgent] of AGENTS) {
  test(`${browser} on ${system} is recognised`, () => {
    const platform = platformOf({ userAgent });
    assert.deepEqual([platform.system, platform.browser], [system, browser]);
  });
}

test("an iPad that says it is a Mac is told by its touch screen", () => {
  const userAgent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15";
  assert.equal(platformOf({ userAgent, touchPoints: 5 }).system, "ios");
  assert.equal(platformOf({ userAgent, touchPoints: 0 }).system, "macos");
});

test("what the browser says of itself counts before its agent text, without the brand that is none", () => {
  const brands = [
    { brand: "Not;A=Brand", version: "8" },
    { brand: "Chromium", version: "156" },
    { brand: "Brave", version: "156" },
  ];
  const platform = platformOf({ userAgent: "X11; Linux", platform: "Chrome OS", brands });
  assert.deepEqual(platform, { system: "chromeos", browser: "Brave 156", chromium: true });
});

const OBSTACLES: readonly Exclude<Availability, { state: "ready" }>[] = [
  { state: "adapter-missing" },
  { state: "adapter-off" },
  { state: "api-missing", why: "browser" },
  { state: "api-missing", why: "insecure-context" },
  { state: "api-missing", why: "disabled" },
  { state: "blocked", by: "site-setting" },
  { state: "blocked", by: "system-permission" },
  { state: "blocked", by: "permissions-policy" },
];

const linux = platformOf({ userAgent: AGENTS[3]?.[2] ?? "" });

for (const obstacle of OBSTACLES) {
  test(`${JSON.stringify(obstacle)} is an obstacle with a title of its own`, async () => {
    const backend = new ChoosingBackend();
    backend.answer = obstacle;
    const surroundings = { platform: linux, address: "http://192.168.1.5:8080/x?demo" };
    const environment = new Environment(backend, surroundings);
    assert.deepEqual(environment.view.value, { kind: "checking" });
    await environment.check(new AbortController().signal);
    assert.deepEqual(environment.view.value, { kind: "obstacle", obstacle });
    const titles = OBSTACLES.map((each) => obstacleTitle(each, surroundings));
    assert(titles.filter((title) => title === obstacleTitle(obstacle, surroundings)).length <= 2);
    backend.answer = { state: "ready" };
    await environment.check(new AbortController().signal);
    assert.deepEqual(environment.view.value, { kind: "ready" });
  });
}

test("on Linux both flags can be copied; over http the addresses that would do", () => {
  const surroundings = { platform: linux, address: "http://192.168.1.5:8080/x" };
  const flags = obstaclePastes({ state: "api-missing", why: "disabled" }, surroundings).map(
    ({ text }) => text,
  );
  assert.deepEqual(flags, [
    "chrome://flags/#enable-web-bluetooth",
    "chrome://flags/#enable-web-bluetooth-new-permissions-backend",
  ]);
  const addresses = obstaclePastes({ state: "api-missing", why: "insecure-context" }, surroundings);
  assert.deepEqual(
    addresses.map(({ text }) => text),
    ["http://localhost:8080/x", "https://192.168.1.5:8080/x"],
  );
  assert.deepEqual(secureAddresses("https://bonds.example/"), []);
  assert.deepEqual(secureAddresses("no address"), []);
});

test("a browser that does not answer is said so, with its own words", async () => {
  const backend = new ChoosingBackend();
  backend.availability = () => Promise.reject(new TypeError("odd"));
  const environment = new Environment(backend, { platform: linux, address: "" });
  await environment.check(new AbortController().signal);
  const view = environment.view.value;
  assert(view.kind === "no-answer" && view.failure.kind === "unknown" && view.failure.text === "odd");
  assert.equal(failureTitle(view.failure), "The browser does not answer");
});

test("a full disk and damaged keys are told as what they are, and that nothing is lost", () => {
  for (const [why, title] of [
    ["full", "There is no room left to store keys"],
    ["unreadable", "The store of keys cannot be read"],
  ] as const) {
    const failure = { kind: "key-store", why } as const;
    assert.equal(failureTitle(failure), title);
    assert.equal(lostWords(failure, "usb").what, title);
  }
  const full = { kind: "key-store", why: "full" } as const;
  const advice = explain(full, "linux");
  assert.match(
    `${lostWords(full, "usb").advice} ${advice.next.join(" ")}`,
    /Free space.*untouched.*Free space/,
  );
  assert.match(advice.untouched, /bonds.*keys are untouched/);
});
