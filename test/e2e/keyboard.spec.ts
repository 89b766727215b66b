/** The main job without a mouse: every step is reached by Tab, the arrows, Space and Enter. */
import { expect, test } from "../support/fixtures.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { expectResult, putInTheAir, tabTo } from "./person.ts";

test("a device is added, proven, opened and verified by the keyboard alone", async ({ session, page }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await page.goto("/#/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();

  await tabTo(
    page,
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Add a device" }),
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Add a device" })).toBeVisible();

  await tabTo(page, page.getByRole("radio", { name: /^Any device/ }));
  const battery = page.getByRole("radio", { name: /^Battery/ });
  for (let step = 0; step < 5 && !(await battery.isChecked()); step++)
    await page.keyboard.press("ArrowRight");
  await expect(battery).toBeChecked();

  await tabTo(page, page.locator("summary", { hasText: "Name, own services" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Service UUID"));
  await page.keyboard.type("180F");
  await tabTo(page, page.getByLabel("Characteristic UUID"));
  await page.keyboard.type("2A19");
  await tabTo(page, page.getByRole("button", { name: "Choose the device" }));
  await page.keyboard.press("Enter");
  await expectResult(page, 0);

  await tabTo(page, page.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Lock-1" })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Verify the bond" }));
  await page.keyboard.press("Space");
  await expectResult(page, 0);
});

test("going somewhere puts the focus on the heading of that screen", async ({ page }) => {
  await page.goto("/#/");
  for (const [link, heading] of [
    ["Settings", "Settings"],
    ["Explain an error", "Explain an error"],
    ["Add a device", "Add a device"],
    ["Devices", "Devices"],
  ] as const) {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: link }).click();
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeFocused();
  }
});
