/** From the scanner to a proven bond, over the simulator: our own host, its keys, and devices of every kind of pairing. */
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult } from "./person.ts";

test.use({ layer: "none" });

const dialog = (page: Page) => page.getByRole("dialog");
const row = (page: Page, name: string) =>
  page.getByRole("list", { name: "Devices in the air" }).getByRole("button", { name });

async function scan(page: Page): Promise<void> {
  await page.goto("/?adapter=simulator#/scan");
  await expect(row(page, "Front door")).toBeVisible({ timeout: 20_000 });
}

async function pairFromRow(page: Page, name: string): Promise<void> {
  await row(page, name).click();
  await page.getByRole("button", { name: "Pair", exact: true }).click();
}

/** What the simulated device shows, as the dialog says it. */
async function displayed(page: Page): Promise<string> {
  const text = await dialog(page)
    .getByText(/^Simulation: the display of/)
    .textContent();
  return /\d{6}/.exec(text ?? "")?.[0] ?? "";
}

test("the scanner shows who is there, narrows, explains one of them, and stops when it is left", async ({
  page,
}) => {
  await scan(page);
  await expect(page.getByText(/\d+ reports a second/)).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Service").fill("heart");
  await expect(row(page, "Front door")).toHaveCount(0);
  await expect(row(page, "Pulse belt")).toBeVisible();
  await page.getByRole("button", { name: "Show all" }).click();
  await row(page, "Front door").click();
  await expect(page.getByRole("heading", { level: 2, name: "Front door" })).toBeFocused();
  await expect(page.getByRole("table").first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText(/^Not listening/)).toBeVisible();
  await page.getByRole("button", { name: "Listen" }).click();
  await expect(page.getByText(/^Listening/)).toBeVisible();
});

test("compare: from the row to a bond that is proven, and the row is marked from then on", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Front door");
  await expect(dialog(page).getByRole("heading")).toHaveText("Do both show these six digits?");
  await expect(dialog(page)).toContainText("Front door");
  const label = await dialog(page).getByRole("img").getAttribute("aria-label");
  expect(label?.replaceAll(/\D/g, "")).toBe(await displayed(page));
  await dialog(page).getByRole("button", { name: "Yes, the same digits" }).click();
  await expectResult(page, 0);
  await page.goto("/?adapter=simulator#/scan");
  await expect(row(page, "Front door").getByText("Bonded")).toBeVisible({ timeout: 20_000 });
});

test("type here: the digits of the display, by keyboard alone", async ({ page }) => {
  await scan(page);
  await row(page, "Mesh radio").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: "Mesh radio" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Pair", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByRole("heading")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type(await displayed(page));
  await page.keyboard.press("Enter");
  await expectResult(page, 0);
});

test("type there: every button pressed at the device is counted, and the six pair", async ({ page }) => {
  await scan(page);
  await pairFromRow(page, "Key box");
  await expect(dialog(page).getByRole("heading")).toHaveText("Type this code into the device");
  const label = await dialog(page).getByRole("img").getAttribute("aria-label");
  const digits = (label ?? "").replaceAll(/\D/g, "");
  const keypad = dialog(page).getByRole("region", { name: "Buttons of Key box" });
  const press = (name: string) => keypad.getByRole("button", { name, exact: true }).click();
  await press(digits.charAt(0));
  await expect(dialog(page).getByRole("status").filter({ hasText: "1 of 6 typed" })).toBeVisible();
  await press(digits.charAt(1));
  await press("Erase the last digit");
  await expect(dialog(page).getByRole("status").filter({ hasText: "1 of 6 typed" })).toBeVisible();
  await expectAccessible(page);
  for (const digit of digits.slice(1)) await press(digit);
  await expectResult(page, 0);
});

test("a wrong code: the dialog says how long the next attempt has to wait, and when it need not any more", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Mesh radio");
  await page.getByRole("textbox", { name: "The six digits" }).fill("000001");
  await page.keyboard.press("Enter");
  const wait = dialog(page).getByText(/^The next attempt has to wait \d+ s|^You can try again now/);
  await expect(wait.first()).toBeVisible();
  await expect(dialog(page).getByText("You can try again now.").first()).toBeVisible();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expectResult(page, 2, "passkey-wrong");
  await expect(page.getByText("No bond was made.")).toBeVisible();
  await page.goto("/?adapter=simulator#/scan");
  await row(page, "Mesh radio").click();
  await expect(page.getByText("None here: it is in your list without one.")).toBeVisible();
  await expect(row(page, "Mesh radio").getByText("Bonded")).toHaveCount(0);
});

test("a wrong code: loading the page anew makes the wait no shorter, and no device is asked meanwhile", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Mesh radio");
  await page.getByRole("textbox", { name: "The six digits" }).fill("000001");
  await page.keyboard.press("Enter");
  await expectResult(page, 2);
  // As after several of them: long enough for any machine to load a page in.
  await page.evaluate(() => {
    const name = "bondkeeper.waits.simulator";
    const rows: readonly object[] = JSON.parse(localStorage.getItem(name) ?? "[]");
    if (rows.length === 0) throw new Error("Nothing was kept");
    const until = new Date(Date.now() + 30_000).toISOString();
    localStorage.setItem(name, JSON.stringify(rows.map((row) => ({ ...row, until, nextMs: 32_000 }))));
  });
  await page.reload();
  await scan(page);
  // Another device: whoever tries codes has as many addresses as there are.
  await pairFromRow(page, "Front door");
  await expectResult(page, 2);
  await expect(page.getByText(/^The next attempt has to wait \d+ s/).first()).toBeVisible();
});

test("just works: a person is asked, and a no leaves nothing behind", async ({ page }) => {
  await scan(page);
  await pairFromRow(page, "Pulse belt");
  await expect(dialog(page).getByRole("heading")).toHaveText("Pair without a check?");
  await dialog(page).getByRole("button", { name: "Do not pair" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Add another device" })).toBeVisible();
  await page.goto("/?adapter=simulator#/scan");
  await expect(row(page, "Pulse belt")).toBeVisible({ timeout: 20_000 });
});

test("a device of the old kind is refused, offered behind a warning, and pairs only after a second one", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Old thermometer");
  await expect(page.getByRole("heading", { name: "It knows only the old kind of pairing" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Allow it for this device …" }).click();
  await expect(dialog(page).getByRole("heading")).toHaveText("Allow pairing that can be listened to?");
  await expectAccessible(page);
  await dialog(page).getByRole("button", { name: "Allow it for this device" }).click();
  await expect(dialog(page).getByRole("heading")).toHaveText("Pair although it can be listened to?");
  await dialog(page).getByRole("button", { name: "Pair all the same" }).click();
  await expect(dialog(page).getByRole("heading")).toHaveText("Type the device’s code");
  await page.getByRole("textbox", { name: "The six digits" }).fill(await displayed(page));
  await page.keyboard.press("Enter");
  await expectResult(page, 0);
});

test("the timeline, the report and the packets of a pairing, without its digits and in a file that opens", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Front door");
  await expect(dialog(page)).toBeVisible();
  const digits = await displayed(page);
  await dialog(page).getByRole("button", { name: "Yes, the same digits" }).click();
  await expectResult(page, 0);
  await page.getByText("Every step").click();
  await page.getByRole("link", { name: /Everything that happened/ }).click();
  const timeline = page.getByRole("list", { name: "Timeline" });
  for (const words of ["Pairing Request", "asked to compare six digits", "answered yes", "0 ok"])
    await expect(timeline).toContainText(words);
  await expect(timeline).not.toContainText(digits);
  await expectAccessible(page);

  const report = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the report" }).click();
  const text = readFileSync(await (await report).path(), "utf8");
  expect(JSON.parse(text)).toMatchObject({ format: "bondkeeper-problem-report", v: 1 });
  expect(text).not.toMatch(new RegExp(`(?<![0-9a-f])${digits}(?![0-9a-f])`));
  expect(text).not.toContain("Front door");

  const trace = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as btsnoop" }).click();
  const file = await trace;
  expect(file.suggestedFilename()).toMatch(/^bondkeeper-\d{4}-\d\d-\d\d\.btsnoop$/);
  expect(
    readFileSync(await file.path())
      .subarray(0, 7)
      .toString(),
  ).toBe("btsnoop");

  await page.getByRole("button", { name: "Record with keys …" }).click();
  await expect(dialog(page).getByRole("button", { name: "Do not" })).toBeFocused();
  await dialog(page).getByRole("button", { name: "Record with keys", exact: true }).click();
  await expect(page.getByText("Keys and passkeys are being recorded.")).toBeVisible();
  const full = page.waitForEvent("download");
  await page.getByRole("button", { name: "Stop, and save the file with keys" }).click();
  expect((await full).suggestedFilename()).toMatch(/^bondkeeper-WITH-KEYS-/);
});

test("the Adapter screen says what is in use: a link that opens shows, and one that ends goes", async ({
  page,
}) => {
  await scan(page);
  await pairFromRow(page, "Front door");
  await expect(dialog(page)).toBeVisible();
  await page.evaluate(() => {
    location.hash = "#/adapter";
  });
  const used = page.getByRole("region", { name: "In use now" });
  await expect(used.getByRole("status")).toContainText("1 link is open");
  await expect(used.getByRole("list", { name: "Links" })).toContainText("Front door");
  await dialog(page).getByRole("button", { name: "Yes, the same digits" }).click();
  await expect(used.getByRole("status")).toContainText("No link is open");
  await expect(used.getByRole("row", { name: /^List of private addresses/ })).toContainText(/\d+ of \d+/);
  await expect(used.getByRole("row", { name: /^Bonds/ })).toContainText("1");
  await expectAccessible(page);
  await page.getByText("Simulation.").click();
  await page.getByRole("button", { name: "Pull the dongle out" }).click();
  await expect(used).toBeHidden();
});

test("each device says what is allowed: the old kind only after a warning", async ({ page }) => {
  await scan(page);
  await pairFromRow(page, "Front door");
  await dialog(page).getByRole("button", { name: "Yes, the same digits" }).click();
  await expectResult(page, 0);
  await page.getByRole("button", { name: "Done" }).click();
  const legacy = page.getByRole("checkbox", { name: /Allow the old kind of pairing/ });
  await expect(legacy).not.toBeChecked();
  await legacy.click();
  await dialog(page).getByRole("button", { name: "Keep it off" }).click();
  await expect(legacy).not.toBeChecked();
  await legacy.click();
  await dialog(page).getByRole("button", { name: "Allow it for this device" }).click();
  await expect(legacy).toBeChecked();
  await legacy.click();
  await expect(legacy).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: /Reconnect by itself/ })).toBeChecked();
});
