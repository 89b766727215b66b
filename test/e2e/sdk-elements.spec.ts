/** The SDK's elements in a page that is not ours: the chooser in front of a real scan, and the badge of one bond. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";

test.use({ layer: "none" });

/** Markup, and marks that turn text round: names come from whoever sends them. At most 29 octets, as on the air. */
const HOSTILE = "<img src=x onerror=1>\u202eevil";

async function open(page: Page, harness: unknown, query: Record<string, string> = {}): Promise<void> {
  await page.goto(`${String(harness)}sdk.html?${new URLSearchParams(query).toString()}`);
  await page.locator("body[data-ready]").waitFor();
}

async function begin(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Choose a thermometer" }).click();
  await expect(page.getByRole("dialog", { name: "Choose a device" })).toBeVisible();
}

const option = (page: Page, name: string | RegExp) => page.getByRole("option", { name });
const result = (page: Page) => page.locator("#result");

test("a page chooses in its own chooser, connects and reads, by mouse", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"]);
  await begin(page);
  await option(page, /Thermometer/).click();
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(result(page)).toHaveText("Every 1 minutes");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.reload();
  await page.locator("body[data-ready]").waitFor();
  expect(await page.evaluate(() => sdkPage.allowed())).toBe(1);
});

test("the same by keyboard alone, and Escape cancels", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], { names: "Alpha|Beta|Gamma" });
  await page.getByRole("button", { name: "Choose a thermometer" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option")).toHaveCount(4);
  await page.keyboard.press("Escape");
  await expect(result(page)).toContainText("NotFoundError: User cancelled");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option")).toHaveCount(4);
  await page.keyboard.press("Shift+Tab");
  const list = page.getByRole("listbox", { name: "Devices nearby" });
  for (let step = 0; step < 5 && !(await list.evaluate((element) => element.matches(":focus"))); step++)
    await page.keyboard.press("Tab");
  await expect(list).toBeFocused();
  const selected = page.locator("[role=option][aria-selected=true]");
  await expect(selected).toHaveCount(1);
  await page.keyboard.press("End");
  const name = (await selected.locator("bdi").textContent()) ?? "";
  expect(await list.getAttribute("aria-activedescendant")).toBe(await selected.getAttribute("id"));
  await page.keyboard.press("Home");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(result(page)).toHaveText(`Chose ${JSON.stringify(name)}`);
});

test("hostile names are text, a device without a name says so, and nothing runs", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], { names: HOSTILE, nameless: "" });
  await begin(page);
  // A name may come later than its device: with the scan response.
  await expect(option(page, /Thermometer/)).toBeVisible();
  await expect(page.getByRole("option")).toHaveCount(3);
  await expect(option(page, /<img src=x onerror=1>evil/)).toBeVisible();
  await expect(option(page, /Device without a name/)).toBeVisible();
  expect(
    await page.locator("bond-chooser").evaluate((element) => element.shadowRoot?.querySelector("img")),
  ).toBeNull();
  await expectAccessible(page);
});

test("nothing nearby says what to do, and an adapter that goes says so", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], { empty: "" });
  await begin(page);
  await expect(page.getByText("pairing mode")).toBeVisible();
  await expectAccessible(page);
  await page.evaluate(() => sdkPage.unplug());
  await expect(page.getByRole("alert")).toContainText("The Bluetooth adapter is gone");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(result(page)).toContainText("NotFoundError");
});

test("a page gives the chooser its colours, font and corners", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], { themed: "" });
  await begin(page);
  const button = page.getByRole("button", { name: "Connect" });
  await option(page, /Thermometer/).click();
  await expect(button).toHaveCSS("background-color", "rgb(122, 31, 92)");
  await expect(button).toHaveCSS("border-radius", "0px");
  await expect(button).toHaveCSS("font-family", /Georgia/);
});

test("on a phone the dialog fits", async ({ page }, info) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await open(page, info.config.metadata["harness"], {
    names: Array.from({ length: 12 }, (_, i) => `Device number ${i}`).join("|"),
  });
  await begin(page);
  await expect(page.getByRole("option")).toHaveCount(13);
  const box = await page.getByRole("dialog").boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 360 && box.y + box.height <= 640).toBe(true);
  await expect(page.getByRole("button", { name: "Connect" })).toBeInViewport();
});

test("the badge says what was proven, checks when asked, and says when the device refuses", async ({
  page,
}, info) => {
  await open(page, info.config.metadata["harness"]);
  const status = page.locator("bond-status");
  await expect(status).toContainText("Bond proven");
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(status).toContainText("Bond proven");
  await expectAccessible(page);
  await page.evaluate(() => sdkPage.refuse());
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(status).toContainText("The device refused its bond");
  await expect(status).toContainText("reset, or something imitates it");
  await expectAccessible(page);
});

test("a mere record is not called proven", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], { recorded: "" });
  await expect(page.locator("bond-status")).toContainText("Recorded, never proven");
});
