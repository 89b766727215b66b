/** A device that has a bond with one dongle, about to be paired with another: a question first, and no is an answer. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { DEVICE, pair } from "./bridged-room.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });

const question = (page: Page) =>
  page.getByRole("group", { name: `Pair ${DEVICE} with this dongle as well?` });

async function choose(page: Page): Promise<void> {
  await press(page, "Add another device");
  await press(page, "Choose the device");
  await page.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
}

test("a person is warned before a device with a bond elsewhere is paired here, and may leave it at that", async ({
  page,
}) => {
  await page.goto("/?adapter=simulator#/");
  await pair(page);
  await page.getByText("Nothing here is real.").click();
  await press(page, "Replace the dongle by another");
  await choose(page);
  await expect(question(page)).toContainText("It has a bond with another dongle");
  await expect(question(page).getByRole("heading")).toBeFocused();
  await expect(page.getByRole("dialog"), "nothing is paired yet").toHaveCount(0);
  await expectAccessible(page);
  await press(page, "Do not pair here");
  await expectResult(page, 6);
  await choose(page);
  await press(page, "Pair here as well");
  await press(page, "Yes, the same digits");
  await expectResult(page, 0);
  await page.goto("/?adapter=simulator#/");
  await expect(page.getByRole("link", { name: DEVICE })).toHaveCount(2);
});
