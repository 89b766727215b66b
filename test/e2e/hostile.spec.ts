/** A device may call itself anything and answer with anything. It is text on every screen, and nothing else. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { bond } from "../support/records.ts";
import { Uuids } from "../support/uuid.ts";
import { bluezLock, LOCK } from "./bench.ts";
import { addBatteryDevice, expectResult, openView, press } from "./person.ts";
import { plant } from "./seed.ts";

test.use({ layer: "bluez" });

const NAME = '<img src=x onerror="globalThis.caught=1">';
/** Turns the reading direction, breaks the line, hides: none of it may reach the screen. */
const TRICKS = "Lamp\u202Egnp.exe\u0007\u200B\nsecond line";

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => Reflect.get(globalThis, "caught"))).toBeUndefined();
  await expect(page.locator("img, script[src='x'], iframe")).toHaveCount(0);
}

test("a name that is markup is shown as it is, on every screen it comes to", async ({ bluez, page }) => {
  const lock = bluezLock();
  await bluez.add({ ...lock, name: NAME });
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await expect(page.getByText(NAME).first()).toBeVisible();
  await expectHarmless(page);

  await page.goto("/#/");
  await page.getByRole("link", { name: NAME }).click();
  await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();
  for (const view of ["Attributes", "History", "Overview"] as const) {
    await openView(page, view);
    await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();
    await expectHarmless(page);
  }
  await press(page, "Repair anyway");
  await expect(page.getByRole("heading", { name: /^Replace the bond/ })).toContainText(NAME);
  await expectHarmless(page);
  await press(page, "Keep the old bond");
  await press(page, "Forget this device");
  await press(page, "Delete for good");
  await expect(page.getByRole("dialog")).toContainText(NAME);
  await expectHarmless(page);
});

test("a name that is markup is text on the board of the kiosk and in its report", async ({ page }) => {
  await plant(page, { bonds: [bond("one", { name: NAME }), bond("two", { name: TRICKS })] });
  await page.goto("/#/kiosk");
  await page.getByRole("checkbox", { name: NAME }).check();
  await page.getByRole("checkbox", { name: /^Lamp/ }).check();
  await page.getByLabel("Tries after the first").fill("0");
  await page.getByLabel("Name of this kiosk").fill(NAME);
  await press(page, "Save and start");
  await expect(page.getByRole("heading", { level: 1, name: "Somebody is needed" })).toBeVisible({
    timeout: 20_000,
  });
  await expect(page.getByRole("heading", { level: 2, name: NAME })).toBeVisible();
  await expectHarmless(page);
  const download = page.waitForEvent("download");
  await press(page, "Save the report");
  const report = await readFile(await (await download).path(), "utf8");
  // One line for each, whatever they are called.
  expect(report).toMatch(/^Lamp.*second line: Needs a person/m);
  for (const trick of ["\u202E", "\u0007", "\u200B"]) expect(report).not.toContain(trick);
});

test("a value that is markup is shown as it is", async ({ bluez, page }) => {
  const value = [...new TextEncoder().encode(NAME)];
  const level = { uuid: Uuids.batteryLevel, flags: ["read"], value: [50] };
  const maker = { uuid: Uuids.manufacturerName, flags: ["read"], value };
  await bluez.add({
    address: LOCK,
    name: "Lock-1",
    services: [
      { uuid: Uuids.battery, characteristics: [level] },
      { uuid: Uuids.deviceInformation, characteristics: [maker] },
    ],
  });
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await press(page, "Done");
  await openView(page, "Attributes");
  await press(page, "Connect");
  await press(page, /^Manufacturer Name/);
  await press(page, "Read");
  await expect(page.getByText(NAME).first()).toBeVisible();
  await expectHarmless(page);
});

test("control and direction characters never reach the screen", async ({ bluez, page }) => {
  await bluez.add({ ...bluezLock(), name: TRICKS.replace("\n", " ") });
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await plant(page, { bonds: [bond("tricks", { name: TRICKS })] });
  await expect(page.getByRole("link", { name: /^Lamp/ })).toHaveCount(2);
  for (const name of await page.getByRole("link", { name: /^Lamp/ }).allTextContents()) {
    expect(name.trim()).not.toMatch(/\p{Cc}|\p{Cf}/u);
  }
});

test("a link that carries a PIN is refused and taken out of the address bar", async ({ page }) => {
  await page.goto("/#/devices/some?pin=123456");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/refused/);
  expect(page.url()).not.toContain("123456");
});
