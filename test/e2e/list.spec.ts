/** Ten thousand records: what is drawn depends on the window, not on the list. */
import { expect, test } from "../support/fixtures.ts";
import { manyBonds, plant } from "./seed.ts";

const COUNT = 10_000;

test("ten thousand devices are listed, searched and scrolled with a handful of rows in the page", async ({
  page,
}) => {
  await plant(page, manyBonds(COUNT));
  const rows = page.getByRole("list", { name: "Devices" }).getByRole("listitem");
  await expect(rows.first()).toBeVisible();
  await expect(page.getByText(/10,?000/).first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(100);
  const nodes = () =>
    page.evaluate(() => {
      const count = (root: ParentNode): number =>
        [...root.querySelectorAll("*")].reduce(
          (sum, element) => sum + 1 + (element.shadowRoot === null ? 0 : count(element.shadowRoot)),
          0,
        );
      return count(document);
    });
  expect(await nodes()).toBeLessThan(3_000);

  await page.getByLabel("Order").selectOption("Name");
  await expect(page.getByRole("link", { name: "Device 00000" })).toBeVisible();
  // The End key and the wheel both arrive at the last row, and the page has grown no larger.
  await page.mouse.move(640, 500);
  await expect(async () => {
    await page.mouse.wheel(0, 100_000);
    await expect(page.getByRole("link", { name: "Device 09999" })).toBeVisible({ timeout: 300 });
  }).toPass();
  expect(await rows.count()).toBeLessThan(100);
  expect(await nodes()).toBeLessThan(3_000);

  await page.getByRole("searchbox", { name: "Search devices" }).fill("04711");
  await expect(rows).toHaveCount(1);
  await page.getByRole("link", { name: "Device 04711" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Device 04711" })).toBeVisible();
});

test("the arrow keys move through ten thousand devices", async ({ page }) => {
  await plant(page, manyBonds(COUNT));
  await page.getByLabel("Order").selectOption("Name");
  await page.getByRole("link", { name: "Device 00000" }).focus();
  for (let step = 0; step < 30; step++) await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("link", { name: "Device 00030" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("link", { name: "Device 09999" })).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.getByRole("link", { name: "Device 00000" })).toBeFocused();
});
