/** The page as an app: installable, offline from the first visit, under any path, and updated only when a person agrees. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "vite";
import { expect, test } from "../support/fixtures.ts";
import { StaticServer } from "../support/static-server.ts";
import { expectResult, press } from "./person.ts";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");

/** Until every file is kept and the worker answers for this page. */
async function keptOffline(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

async function heading(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

test.describe("as the browser judges it", () => {
  test.use({ layer: "none" });

  test("the manifest has no errors and the page can be installed", async ({ session, page, baseURL }) => {
    await page.goto("/");
    await keptOffline(page);
    const cdp = await session.context.newCDPSession(page);
    const { url, errors, data = "" } = await cdp.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    expect(url).toBe(`${baseURL}manifest.webmanifest`);
    const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
    expect(installabilityErrors).toEqual([]);
    const { appId = "" } = await cdp.send("Page.getAppId");
    expect(appId).toBe(`${baseURL}bondkeeper`);
    const manifest: {
      readonly icons: readonly { readonly src: string; readonly sizes: string }[];
      readonly screenshots: readonly { readonly src: string; readonly sizes: string }[];
    } = JSON.parse(data);
    for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots]) {
      if (sizes === "any") continue;
      const size = await page.evaluate(async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      expect(size, src).toBe(sizes);
    }
  });

  test("the settings say how to install, and that it works without a network", async ({ page }) => {
    await page.goto("/#/settings");
    const panel = page.getByRole("region", { name: "Bondkeeper as an app" });
    await expect(panel.getByText("Works. Every screen is kept in this browser.")).toBeVisible();
    await page.evaluate(() => {
      const offer = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), {
        prompt: async () => ({ outcome: "dismissed" }),
      });
      dispatchEvent(offer);
    });
    await panel.getByRole("button", { name: "Install Bondkeeper" }).click();
    await expect(panel.getByText(/install sign at the right end of the address bar/)).toBeVisible();
    await page.evaluate(() => dispatchEvent(new Event("appinstalled")));
    await expect(panel.getByText(/^Installed\./)).toBeVisible();
  });
});

for (const path of ["/", "/some/path/"]) {
  test(`served at ${path}: after one visit every screen opens with the server gone`, async ({
    page,
    guard,
  }) => {
    const server = await StaticServer.start(DIST, path);
    guard.allow(new RegExp(`request to another origin: ${server.url}`));
    guard.allow(/net::ERR_CONNECTION_REFUSED|Failed to (update|load)/);
    await page.goto(server.url);
    await keptOffline(page);
    await server.stop();
    await page.goto("about:blank");
    await page.goto(`${server.url}?demo#/`);
    await heading(page, "Devices");
    for (const [hash, name] of [
      ["#/add", "Add a device"],
      ["#/explain", "Explain an error"],
      ["#/settings", "Settings"],
      ["#/no/such", "This link leads nowhere"],
    ] as const) {
      await page.goto(`${server.url}?demo${hash}`);
      await heading(page, name);
    }
    // A whole pairing, with all that is loaded for it.
    await page.goto(`${server.url}?demo#/add`);
    await press(page, "Choose the device");
    await page.locator("demo-chooser").getByRole("button").first().click();
    await expect(page.getByText(/^\s*Code \d+, /)).toBeVisible({ timeout: 20_000 });
    await page.goto(`${server.url}?demo&kiosk`);
    await heading(page, "Set up the kiosk");
    // What other pages open: an address of its own, that nobody visited before; with its query, and with a secret.
    for (const query of ["", "?demo"]) {
      await page.goto("about:blank");
      await page.goto(`${server.url}ensure/${query}#device=Nobody&mode=check`);
      await expectResult(page, 1, "no-record");
      expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`${path}${query}`);
    }
    await page.goto(`${server.url}ensure/#device=Nobody&pin=123456`);
    await heading(page, "This link was refused");
    expect(page.url()).not.toContain("123456");
    expect(server.requests.filter((asked) => !asked.startsWith(path))).toEqual([]);
  });
}

test("a newer build waits for a person, and for the procedure that runs in another tab", async ({
  session,
  page,
  guard,
}, info) => {
  const server = await StaticServer.start(DIST, "/");
  guard.allow(new RegExp(`request to another origin: ${server.url}`));
  await page.goto(server.url);
  await keptOffline(page);
  const newer = info.outputPath("newer");
  process.env["BONDKEEPER_VERSION"] = "9.8.7";
  await build({ root: ROOT, logLevel: "warn", build: { outDir: newer } });
  delete process.env["BONDKEEPER_VERSION"];
  server.folder = newer;

  const other = await session.newPage();
  await other.goto(server.url);
  await other.evaluate(() => {
    void navigator.locks.request(
      "bondkeeper:bond:some",
      () => new Promise<void>((resolve) => addEventListener("end-of-procedure", () => resolve())),
    );
  });
  await page.goto(`${server.url}#/settings`);
  await press(page, "Look for a newer version");
  // A procedure runs: the bar does not even come.
  await expect(page.getByText("There is one. It is offered as soon as it is loaded.")).toBeVisible();
  await page.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (registration?.waiting ?? null) !== null;
  });
  await expect(page.getByRole("button", { name: "Update now" })).toBeHidden();
  await other.evaluate(() => dispatchEvent(new Event("end-of-procedure")));
  await expect(page.getByText("Version 9.8.7 is ready.")).toBeVisible();
  await expect(page.getByText(/^Version 0\.\d/)).toBeVisible();

  // Another procedure begins before the person says yes.
  await other.evaluate(() => {
    void navigator.locks.request(
      "bondkeeper:bond:some",
      () => new Promise<void>((resolve) => addEventListener("end-of-procedure", () => resolve())),
    );
  });
  await press(page, "Update now");
  await expect(page.getByText("Version 9.8.7 waits.")).toBeVisible();
  await other.evaluate(() => dispatchEvent(new Event("end-of-procedure")));
  await expect(page.getByText("Version 9.8.7", { exact: true })).toBeVisible();
  await expect(other.getByText("Bondkeeper was updated in another tab.")).toBeVisible();
  await press(other, "Reload the page");
  await expect(other.getByText("Version 9.8.7", { exact: true })).toBeVisible();
  await server.stop();
});

test("a web+bond link only shows a screen, and one with a PIN is refused", async ({ page }) => {
  const open = async (link: string) => {
    await page.goto("about:blank");
    await page.goto(`/#/link/${encodeURIComponent(link)}`);
  };
  await open("web+bond:add");
  await heading(page, "Add a device");
  expect(new URL(page.url()).hash).toBe("#/add");
  await open("web+bond:device/nobody");
  await expect(page).toHaveURL(/#\/devices\/nobody$/);
  await open("web+bond:ensure?device=nobody&mode=repair");
  await expect(page).toHaveURL(/#\/ensure\?device=nobody&mode=repair$/);
  await open("web+bond:device/nobody?p%69n=123456");
  await heading(page, "This link was refused");
  expect(page.url()).not.toContain("123456");
  await open("javascript:alert(1)");
  await heading(page, "This link leads nowhere");
});
