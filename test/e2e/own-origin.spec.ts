/**
 * Nothing that Bondkeeper does asks anybody but its own origin: not a screen, not a worker, not a way to Bluetooth. Told
 * by the page, by its policy, and by the browser's own network log, which no page and no worker can go past.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect, test } from "../support/fixtures.ts";
import { fillKiosk, headline } from "./kiosk-board.ts";
import { expectResult, press } from "./person.ts";
import { EVERY_STATE, plant } from "./seed.ts";

const CACHE = join(import.meta.dirname, "../../.cache");
const NET_LOG = join(CACHE, `net-log-${process.pid}.json`);
mkdirSync(CACHE, { recursive: true });

test.use({ switches: [`--log-net-log=${NET_LOG}`] });
test.afterEach(() => rmSync(NET_LOG, { force: true }));

/** Every screen by its title, and the ways to it. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  Devices: ["#/"],
  "Add a device": ["#/add"],
  Device: ["proven", "recorded", "suspect", "archived", "half"].flatMap((id) => [
    `#/devices/${id}`,
    `#/devices/${id}/gatt`,
    `#/devices/${id}/history`,
  ]),
  Keys: ["#/keys"],
  Adapter: ["#/adapter"],
  Scan: ["#/scan"],
  Activity: ["#/activity"],
  "Explain an error": ["#/explain"],
  "Asked by another page": [
    "#device=proven&mode=ensure",
    "#device=Nobody&mode=check",
    "#device=a&adapter=usb",
  ],
  "Pages that may ask": ["#/apps"],
  Kiosk: ["#/kiosk"],
  Settings: ["#/settings"],
  "Not found": ["#/no/such/place"],
  "Link refused": ["#/devices/proven?pin=123456"],
};

async function everyScreen(page: Page, base: string): Promise<void> {
  for (const [title, ways] of Object.entries(SCREENS))
    for (const way of ways) {
      await page.goto("about:blank");
      await page.goto(`${base}${way}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible({ timeout: 20_000 });
      // A device that is there has its own name in the title.
      await expect(page).toHaveTitle(title === "Device" ? / · Bondkeeper$/ : `${title} · Bondkeeper`);
      await page.waitForLoadState("networkidle");
      // What is only announced to the browser is no request yet, and would tell somebody all the same.
      const named = await page.evaluate(() =>
        Array.from(document.querySelectorAll("link"), ({ href }) => href),
      );
      expect(named.filter((href) => new URL(href).origin !== new URL(page.url()).origin)).toEqual([]);
    }
}

interface Logged {
  readonly url: string;
  readonly initiator: string;
}

/** Every request of the whole browser, as its network service began it. */
function networkLog(): readonly Logged[] {
  const log: {
    readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
    readonly events: readonly { readonly type: number; readonly params?: Partial<Logged> }[];
  } = JSON.parse(readFileSync(NET_LOG, "utf8"));
  const begun = log.constants.logEventTypes["URL_REQUEST_START_JOB"];
  return log.events.flatMap(({ type, params }) =>
    type === begun && params?.url !== undefined
      ? [{ url: params.url, initiator: params.initiator ?? "" }]
      : [],
  );
}

async function expectOwnOriginOnly(session: BrowserSession, own: string): Promise<void> {
  await session.close();
  const all = networkLog();
  const ours = all.filter(({ initiator }) => initiator === own);
  expect(ours.length, "the log is that of this browser").toBeGreaterThan(30);
  expect(ours.filter(({ url }) => new URL(url).origin !== own)).toEqual([]);
}

test.describe("over the browser's Bluetooth", () => {
  test.setTimeout(150_000);
  test("every screen, the kiosk and links of other pages ask nobody else", async ({
    session,
    page,
    baseURL,
  }) => {
    const sockets: string[] = [];
    page.on("websocket", (socket) => sockets.push(socket.url()));
    const asked = new Set<string>();
    session.context.on("request", (request) => asked.add(new URL(request.url()).origin));
    await plant(page, EVERY_STATE);
    await everyScreen(page, "/");
    await page.goto("/ensure/#device=proven&mode=check");
    await expect(page.getByRole("heading", { level: 1, name: /bond/ })).toBeVisible();
    await page.goto("/?kiosk");
    await fillKiosk(page, ["Front door"], { "Tries after the first": "0" });
    await press(page, "Save and start");
    await headline(page, "Somebody is needed");
    const own = new URL(baseURL ?? "").origin;
    expect([...asked].filter((origin) => origin !== "null")).toEqual([own]);
    expect(sockets).toEqual([]);
    await expectOwnOriginOnly(session, own);
  });
});

test.describe("over our own host", () => {
  test.use({ layer: "none" });
  test.setTimeout(150_000);
  test("every screen, a pairing with its proof, and the demo ask nobody else", async ({
    session,
    page,
    baseURL,
  }) => {
    await everyScreen(page, "/?adapter=simulator");
    await page.goto("/?adapter=simulator#/scan");
    const row = page
      .getByRole("list", { name: "Devices in the air" })
      .getByRole("button", { name: "Front door" });
    await row.click({ timeout: 20_000 });
    await press(page, "Pair");
    await page.getByRole("dialog").getByRole("button", { name: "Yes, the same digits" }).click();
    await expectResult(page, 0);
    await page.goto("/?demo#/add");
    await press(page, "Choose the device");
    await page.locator("demo-chooser").getByRole("button").first().click();
    await expect(page.getByText(/^\s*Code \d+, /)).toBeVisible({ timeout: 20_000 });
    await expectOwnOriginOnly(session, new URL(baseURL ?? "").origin);
  });
});

test("the network log tells of a page that does ask somebody else", async ({
  session,
  page,
  baseURL,
  guard,
}) => {
  guard.allow(/elsewhere\.test/);
  const own = new URL(baseURL ?? "").origin;
  // Of the same origin, without the policy that would stop it.
  await page.route("**/without-policy", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Without policy</title>" }),
  );
  await page.goto("/without-policy");
  await page.evaluate(() => fetch("http://elsewhere.test/pixel.png").catch(() => undefined));
  await session.close();
  const seen = networkLog().filter(({ initiator }) => initiator === own);
  expect(seen.map(({ url }) => url)).toContain("http://elsewhere.test/pixel.png");
});
