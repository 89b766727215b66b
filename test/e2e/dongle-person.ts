/** What a person does with a dongle, and at the device: by role and visible text, on any way to an adapter of our own. */
import type { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect } from "../support/fixtures.ts";
import { DESK_DEVICES, type Method } from "./desk/devices.ts";
import type { Resident } from "./desk/resident.ts";
import { expectResult, openView, press } from "./person.ts";

export const dialog = (page: Page): Locator => page.getByRole("dialog");
export const opened = (page: Page): Locator => page.getByRole("region", { name: "Opened", exact: true });

export async function goTo(page: Page, place: "" | "adapter" | "keys" | "kiosk" | "scan"): Promise<void> {
  await page.goto(page.url().replace(/(#.*)?$/u, `#/${place}`));
}

export async function chooseDongle(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^Choose (a|the|another)/i })
    .first()
    .click();
}

export function rowOf(page: Page, name: string): Locator {
  return page.getByRole("list", { name: "Devices in the air" }).getByRole("button", { name });
}

/** From the scanner to the first question; an old device is allowed the old kind on the way. */
export async function beginPairing(page: Page, method: Method): Promise<void> {
  await goTo(page, "scan");
  const row = rowOf(page, DESK_DEVICES[method].name);
  await expect(row).toBeVisible({ timeout: 20_000 });
  await row.click();
  await expectAccessible(page);
  await press(page, "Pair");
  if (method !== "legacy passkey") return;
  await expect(page.getByRole("heading", { name: "It knows only the old kind of pairing" })).toBeVisible();
  await press(page, "Allow it for this device …");
  await expect(dialog(page).getByRole("heading")).toHaveText("Allow pairing that can be listened to?");
  await expectAccessible(page);
  await dialog(page).getByRole("button", { name: "Allow it for this device" }).click();
}

const TITLES: Readonly<Record<Method, string>> = {
  "just works": "Pair without a check?",
  "passkey typed here": "Type the device’s code",
  "passkey shown here": "Type this code into the device",
  "numeric comparison": "Do both show these six digits?",
  "legacy passkey": "Pair although it can be listened to?",
};

export async function expectQuestion(page: Page, method: Method): Promise<void> {
  await expect(dialog(page).getByRole("heading")).toHaveText(TITLES[method], { timeout: 20_000 });
}

/** The six digits in the dialog, as a screen reader says them. */
async function digitsOf(page: Page): Promise<string> {
  const label = await dialog(page).getByRole("img").getAttribute("aria-label");
  return (label ?? "").replaceAll(/\D/gu, "");
}

async function typeWhatIsShown(page: Page, device: Resident): Promise<void> {
  await expect(dialog(page).getByRole("heading")).toHaveText(TITLES["passkey typed here"]);
  await expect.poll(() => device.shown).toMatch(/^\d{6}$/u);
  await page.getByRole("textbox", { name: "The six digits" }).fill(device.shown ?? "");
  await page.keyboard.press("Enter");
}

/** Says yes as that method asks for it: here, and at the device. */
export async function answer(page: Page, method: Method, device: Resident): Promise<void> {
  switch (method) {
    case "just works":
      return press(page, "Pair without a check");
    case "passkey typed here":
      return typeWhatIsShown(page, device);
    case "passkey shown here": {
      const digits = await digitsOf(page);
      return expect.poll(() => device.type(digits)).toBe(true);
    }
    case "numeric comparison":
      expect(await digitsOf(page)).toBe(device.shown);
      return press(page, "Yes, the same digits");
    case "legacy passkey":
      await press(page, "Pair all the same");
      return typeWhatIsShown(page, device);
  }
}

/** Says no, in the words of that question. */
export async function decline(page: Page): Promise<void> {
  await dialog(page)
    .getByRole("button", { name: /^(Do not pair|No, not the same|Stop pairing)$/u })
    .click();
}

export async function openOwn(page: Page, name: string): Promise<void> {
  await goTo(page, "");
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Reads the value that the device protects, and sees it. */
export async function readProtected(page: Page, method: Method): Promise<void> {
  const { name, level } = DESK_DEVICES[method];
  await openOwn(page, name);
  await openView(page, "Attributes");
  await press(page, "Connect");
  await press(page, /^Battery Level/u);
  await press(page, "Read");
  await expect(page.getByText(new RegExp(`${level}\\s*%`, "u")).first()).toBeVisible();
}

/** Asks for the bond to be verified; no question may come up on the way. */
export async function verify(page: Page, name: string, code = 0, reason = ""): Promise<void> {
  await openOwn(page, name);
  await press(page, /^Verify (the bond|again)$/u);
  await expectResult(page, code, reason);
  await expect(dialog(page)).toHaveCount(0);
}
