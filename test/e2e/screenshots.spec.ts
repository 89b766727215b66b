/** Pictures of every screen, to be looked at and judged: `npm run screenshots` writes them to docs/screenshots. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { NOW } from "../support/records.ts";
import { smallPng } from "../support/small-png.ts";
import { SCREENS } from "./screens.ts";
import { EVERY_STATE, plant } from "./seed.ts";

const FOLDER = join(import.meta.dirname, "../../docs/screenshots");
const MAX_BYTES = 200_000;
/** What is further down on a long page is more of the same. */
const MAX_HEIGHT = 2_000;

const LOOKS = [
  { look: "desktop", colorScheme: "light", width: 1280, height: 800 },
  { look: "dark", colorScheme: "dark", width: 1280, height: 800 },
  { look: "phone", colorScheme: "light", width: 390, height: 844 },
] as const;

mkdirSync(FOLDER, { recursive: true });
mkdirSync(join(FOLDER, "../../public/screenshots"), { recursive: true });

async function picture(page: Page, name: string): Promise<void> {
  for (const { look, colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(Math.max(whole, height), MAX_HEIGHT) });
    await page.evaluate(() => scrollTo(0, 0));
    const png = smallPng(await page.screenshot({ animations: "disabled" }));
    expect(png.length, `${name}-${look}`).toBeLessThan(MAX_BYTES);
    writeFileSync(join(FOLDER, `${name}-${look}.png`), png);
  }
}

for (const screen of SCREENS) {
  test(screen.name, async ({ session }) => {
    // The day of the planted records, so that the pictures do not change with the calendar.
    await session.stopClock(NOW);
    await screen.show(session);
    await picture(session.page, screen.name);
  });
}

/** What an installer shows: exactly the sizes that the manifest names. */
const FOR_INSTALLER = [
  { form: "wide", width: 1280, height: 800 },
  { form: "narrow", width: 390, height: 844 },
] as const;

for (const { name, path } of [
  { name: "devices", path: "/#/" },
  { name: "device", path: "/#/devices/proven" },
]) {
  test(`installer-${name}`, async ({ session }) => {
    await session.stopClock(NOW);
    await plant(session.page, EVERY_STATE);
    await session.page.goto(path);
    await session.page.getByRole("heading", { level: 1 }).waitFor();
    for (const { form, width, height } of FOR_INSTALLER) {
      await session.page.setViewportSize({ width, height });
      const png = smallPng(await session.page.screenshot({ animations: "disabled" }));
      writeFileSync(join(FOLDER, `../../public/screenshots/${name}-${form}.png`), png);
    }
  });
}

test.describe("without Bluetooth", () => {
  test.use({ layer: "none" });
  test("no-web-bluetooth", async ({ page }) => {
    await page.goto("/#/add");
    await page.getByRole("button", { name: "Continue with demo devices" }).waitFor();
    await picture(page, "no-web-bluetooth");
  });
});

test.describe("without an adapter", () => {
  test.use({ adapter: "absent" });
  test("no-adapter", async ({ page }) => {
    await page.goto("/#/add");
    await page.getByRole("button", { name: "Check again" }).waitFor();
    await picture(page, "no-adapter");
  });
});

test.describe("over the simulator", () => {
  test.use({ layer: "none" });
  for (const [device, name] of [
    ["Front door", "pairing-compare"],
    ["Mesh radio", "pairing-enter"],
    ["Pulse belt", "pairing-just-works"],
  ] as const) {
    test(name, async ({ page }) => {
      await page.goto("/?adapter=simulator#/scan");
      await page
        .getByRole("list", { name: "Devices in the air" })
        .getByRole("button", { name: device })
        .click({ timeout: 20_000 });
      if (name === "pairing-compare") await picture(page, "scan");
      await page.getByRole("button", { name: "Pair", exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await picture(page, name);
    });
  }
});
