/** A device that has a bond with one dongle, about to be paired with another: a question first, and no is an answer. */
import type { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { DEVICE, pair } from "./bridged-room.ts";
import { expectResult, press, storedBonds } from "./person.ts";

test.use({ layer: "none" });

const question = (page: Page) =>
  page.getByRole("group", { name: `Pair ${DEVICE} with this dongle as well?` });

const bar = (page: Page) => page.getByRole("navigation").getByRole("list").first();
const topOf = async (target: Locator): Promise<number> => (await target.boundingBox())?.y ?? NaN;
const bottomOf = async (target: Locator): Promise<number> => {
  const box = await target.boundingBox();
  return box === null ? NaN : box.y + box.height;
};
/** The dongle of a row: both are called the same, so the address tells them apart. */
const WITH = /^with Simulated dongle \((?:[\dA-F]{2}:){5}[\dA-F]{2}\)$/u;

/** All of each text can be seen: nothing cuts it, and no row lies over another. */
async function expectReadable(texts: Locator, rows: Locator): Promise<void> {
  const hidden = () =>
    texts.evaluateAll((all) =>
      all.map((text) => {
        const [row, line] = [text.closest("li"), text.closest("p")];
        if (row === null || line === null) return "no row";
        const [inner, outer] = [text.getBoundingClientRect(), row.getBoundingClientRect()];
        const inside = inner.bottom <= outer.bottom && inner.right <= outer.right;
        const whole = line.scrollHeight <= line.clientHeight && line.scrollWidth <= line.clientWidth;
        return inside && whole ? "" : (text.textContent ?? "");
      }),
    );
  await expect.poll(hidden).toEqual(["", ""]);
  const gap = async () => (await topOf(rows.nth(1))) - (await bottomOf(rows.nth(0)));
  await expect.poll(gap).toBeGreaterThan(-0.1);
}

async function choose(page: Page): Promise<void> {
  await press(page, "Add another device");
  await press(page, "Choose the device");
  await page.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
}

test("a person is warned before a device with a bond elsewhere is paired here, and may leave it at that", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 740 });
  await page.goto("/?adapter=simulator#/");
  await pair(page);
  await page.getByText("Nothing here is real.").click();
  await press(page, "Replace the dongle by another");
  await choose(page);
  await expect(question(page)).toContainText("It has a bond with another dongle: Simulated dongle (");
  await expect(question(page).getByRole("heading")).toBeFocused();
  await expect(page.getByRole("dialog"), "nothing is paired yet").toHaveCount(0);
  const uncovered = async () => (await bottomOf(question(page))) <= (await topOf(bar(page)));
  await expect.poll(uncovered, "the answers are above the bar of a phone").toBe(true);
  await expectAccessible(page);
  await press(page, "Do not pair here");
  await expectResult(page, 6);
  await expect(page.getByText("you can decide otherwise")).toBeVisible();
  expect(await storedBonds(page, "bondkeeper-simulator"), "nothing is written after a no").toHaveLength(1);
  await choose(page);
  await press(page, "Pair here as well");
  await press(page, "Yes, the same digits");
  await expectResult(page, 0);
  await page.goto("/?adapter=simulator#/");
  const rows = page.getByRole("list", { name: "Devices" }).getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole("heading", { level: 1, name: "1 device, 2 bonds." })).toBeVisible();
  await expect(rows.getByText(WITH)).toHaveCount(2);
  const told = await rows.getByText(WITH).allTextContents();
  expect(new Set(told).size, "each says another dongle").toBe(2);
  await expectReadable(rows.getByText(WITH), rows);
  await expectAccessible(page);
  await page.setViewportSize({ width: 1280, height: 740 });
  await expectReadable(rows.getByText(WITH), rows);
  await page.setViewportSize({ width: 320, height: 740 });
  await expectReadable(rows.getByText(WITH), rows);
  await page.getByRole("link", { name: DEVICE }).first().click();
  await expect(page.getByText(`This is its bond ${told[0]}.`)).toBeVisible();
});
