/** A dongle is picked, a device found, paired and verified without a mouse: Tab, Enter and digits only. */
import { expect } from "../support/fixtures.ts";
import { DESK_DEVICES } from "./desk/devices.ts";
import { plug, test } from "./desk/install.ts";
import { dialog, opened, rowOf } from "./dongle-person.ts";
import { expectResult, tabTo } from "./person.ts";

test.use({ layer: "none", methods: ["passkey typed here"] });
test.describe.configure({ timeout: 90_000 });

test("from the plug to a bond that is verified, by the keyboard alone", async ({ page, room }) => {
  const { name } = DESK_DEVICES["passkey typed here"];
  const device = room.resident("passkey typed here");
  await page.goto("/?adapter=usb#/adapter");
  await plug(room, page, "broadcom");
  await tabTo(page, page.getByRole("button", { name: "Choose a USB dongle" }).first());
  await page.keyboard.press("Enter");
  await expect(opened(page)).toBeVisible();

  const menu = page.getByRole("navigation", { name: "Main" });
  await tabTo(page, menu.getByRole("link", { name: "Scan" }));
  await page.keyboard.press("Enter");
  await expect(rowOf(page, name)).toBeVisible({ timeout: 20_000 });
  await tabTo(page, rowOf(page, name));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Pair", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");

  await expect(dialog(page).getByRole("heading")).toBeFocused({ timeout: 20_000 });
  await tabTo(page, page.getByRole("textbox", { name: "The six digits" }));
  await expect.poll(() => device.shown).toMatch(/^\d{6}$/u);
  await page.keyboard.type(device.shown ?? "");
  await page.keyboard.press("Enter");
  await expectResult(page, 0);
  expect(device.paired).toBe(1);

  await tabTo(page, page.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name })).toBeFocused();
  const { encrypted } = device;
  await tabTo(page, page.getByRole("button", { name: "Verify the bond" }));
  await page.keyboard.press("Enter");
  await expectResult(page, 0);
  expect(device.encrypted).toBeGreaterThan(encrypted);
  expect({ here: room.witness.pairingRequests, there: device.paired }).toEqual({ here: 1, there: 1 });
});
