/** The page as an Isolated Web App in real Chromium, from a server of the development mode. */
import { type BrowserContext, chromium, expect, type Page, test } from "@playwright/test";
import { buildPages, packageVersion } from "../../build/iwa.ts";
import { findChromium } from "../support/find-chromium.ts";
import { StaticServer } from "../support/static-server.ts";

const FEATURES = "IsolatedWebApps,IsolatedWebAppDevMode,WebBluetooth,WebBluetoothNewPermissionsBackend";

async function browserWith(profile: string, install: string): Promise<BrowserContext> {
  const executablePath = findChromium();
  return chromium.launchPersistentContext(profile, {
    ...(executablePath !== undefined && { executablePath }),
    ignoreDefaultArgs: ["--disable-extensions", "--no-startup-window"],
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), `--enable-features=${FEATURES}`, install],
  });
}

/** The browser installs on its own after its start; until then the address leads nowhere. */
async function openApp(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage();
  await expect(async () => {
    await page.goto(origin);
    await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
  return page;
}

async function expectIsolated(page: Page): Promise<void> {
  const facts = await page.evaluate(() => {
    const policy: { allowsFeature(name: string): boolean } = Reflect.get(document, "featurePolicy");
    const allowed = ["bluetooth", "usb", "serial", "usb-unrestricted"].filter((name) =>
      policy.allowsFeature(name),
    );
    return { allowed, isolated: crossOriginIsolated, scheme: location.protocol };
  });
  expect(facts).toEqual({
    allowed: ["bluetooth", "usb", "serial", "usb-unrestricted"],
    isolated: true,
    scheme: "isolated-app:",
  });
  await page.goto(`${new URL(page.url()).href.replace(/#.*/, "")}#/settings`);
  await expect(page.getByText("Works. The app is one signed file.")).toBeVisible();
}

test("installed from a server of the development mode, it reaches the device list", async ({
  browserName,
}, info) => {
  test.skip(browserName !== "chromium", "only Chromium has Isolated Web Apps");
  const folder = info.outputPath("pages");
  await buildPages(folder, packageVersion());
  const server = await StaticServer.start(folder, "/");
  const from = server.url.replace("127.0.0.1", "localhost");
  const context = await browserWith(
    info.outputPath("profile"),
    `--install-isolated-web-app-from-url=${from}`,
  );
  try {
    const internals = await context.newPage();
    let origin = "";
    await expect(async () => {
      await internals.goto("chrome://web-app-internals");
      const listed = await internals.evaluate(() =>
        [...document.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot?.textContent ?? "").join(""),
      );
      const text = listed + (await internals.locator("body").innerText());
      origin = /isolated-app:\/\/[a-z0-9]+/.exec(text)?.[0] ?? "";
      expect(origin).not.toBe("");
    }).toPass({ timeout: 30_000 });
    await expectIsolated(await openApp(context, `${origin}/`));
  } finally {
    await context.close();
    await server.stop();
  }
});
