/**
 * The walk of docs/tour.md, step by step, so that what it says stays true. As a part of `npm run screenshots` it takes
 * the pictures on the way.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page, TestInfo } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { smallPng } from "../support/small-png.ts";
import { goTo, rowOf, verify } from "./dongle-person.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

const FOLDER = join(import.meta.dirname, "../../docs/screenshots");
const DOOR = "Front door";

/** As much of the page as a person sees at first. */
async function picture(page: Page, info: TestInfo, name: string): Promise<void> {
  if (info.project.name !== "screenshots") return;
  await page.setViewportSize({ width: 1120, height: 720 });
  const png = smallPng(await page.screenshot({ animations: "disabled" }));
  writeFileSync(join(FOLDER, `tour-${name}.png`), png);
}

async function simulate(page: Page, button: string): Promise<void> {
  const room = page.getByRole("complementary", { name: "Simulation" });
  await room.getByText("Nothing here is real").click();
  await room.getByRole("button", { name: button }).click();
  await room.getByText("Nothing here is real").click();
}

async function pair(page: Page): Promise<void> {
  await expect(page.getByRole("dialog").getByRole("heading")).toHaveText("Do both show these six digits?");
  await press(page, "Yes, the same digits");
  await expectResult(page, 0);
}

test("two minutes with the simulator", async ({ page }, info) => {
  await page.goto("/?adapter=simulator#/scan");
  await expect(rowOf(page, "Pulse belt")).toBeVisible({ timeout: 20_000 });
  await rowOf(page, DOOR).click();
  await expect(page.getByRole("heading", { level: 2, name: DOOR })).toBeVisible();
  await picture(page, info, "scan");

  await press(page, "Pair");
  await expect(page.getByRole("dialog")).toBeVisible();
  await picture(page, info, "compare");
  await pair(page);
  await page.getByText("Every step").click();
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, info, "proven");

  await page.reload();
  await verify(page, DOOR);
  await picture(page, info, "verified");

  await simulate(page, `Reset ${DOOR}`);
  await verify(page, DOOR, 10, "key-missing");
  await picture(page, info, "suspect");
  await press(page, "Repair");
  await expect(page.getByRole("heading", { name: /^Replace the bond/ })).toBeVisible();
  await picture(page, info, "repair");
  await press(page, "It was reset: replace it");
  await pair(page);

  await goTo(page, "keys");
  await expect(page.getByRole("list", { name: "Bonds by adapter" }).getByText(DOOR)).toBeVisible();
  await picture(page, info, "keys");

  await goTo(page, "kiosk");
  await page.getByRole("checkbox", { name: new RegExp(`^${DOOR}`) }).check();
  await page.getByLabel("Name of this kiosk").fill("Front desk");
  await page.getByLabel("PIN, 4 to 12 digits").fill("4711");
  await press(page, "Save and start");
  await expect(page.getByRole("heading", { level: 1, name: "Ready" })).toBeVisible({ timeout: 20_000 });
  await picture(page, info, "kiosk");
});
