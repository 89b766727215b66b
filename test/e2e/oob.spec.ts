/** A code that came over another way than the radio: pasted for the chosen device, used once, kept nowhere. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult, press, storedBonds, tabTo } from "./person.ts";
import { everythingKept, listenIn } from "./secrets.ts";

test.use({ layer: "none" });

const DEVICE = "Water valve";
const WITH_CODE = "Pair with a code from another channel …";

const dialog = (page: Page) => page.getByRole("dialog");
const field = (page: Page) => page.getByRole("textbox", { name: "The code, in hexadecimal" });
const row = (page: Page, name: string) =>
  page.getByRole("list", { name: "Devices in the air" }).getByRole("button", { name });

async function scan(page: Page): Promise<void> {
  await page.goto("/?adapter=simulator#/scan");
  await expect(row(page, DEVICE)).toBeVisible({ timeout: 20_000 });
}

/** What the simulated tag says, as the dialog shows it. */
async function tag(page: Page): Promise<string> {
  const text = await dialog(page)
    .getByText(/^[\da-f]{100,}$/)
    .textContent();
  return text ?? "";
}

/** Confirmation and random value of a tag, 32 digits each. */
function valuesIn(code: string): readonly string[] {
  const values = ["1122", "1123"].map(
    (before) => new RegExp(`${before}([\\da-f]{32})`).exec(code)?.[1] ?? "",
  );
  expect(values.every((value) => value.length === 32)).toBe(true);
  return values;
}

/** All of a tag with this payload: an NDEF message of one record. */
const wholeTag = (code: string): string => {
  const type = Buffer.from("application/vnd.bluetooth.le.oob").toString("hex");
  return `d220${(code.length / 2).toString(16)}${type}${code}`;
};

const turned = (hex: string): string => Buffer.from(hex, "hex").reverse().toString("hex");

test("the code of the tag: from the row to an authenticated bond, and the code is nowhere afterwards", async ({
  session,
}) => {
  const { page } = session;
  const heard = listenIn(session.context);
  await scan(page);
  await row(page, DEVICE).click();
  await press(page, WITH_CODE);
  await expect(field(page)).toBeFocused();
  await expect(dialog(page)).toContainText(DEVICE);
  await expectAccessible(page);
  const code = await tag(page);
  const values = valuesIn(code);
  await field(page).fill(wholeTag(code));
  await press(page, "Pair with this code");
  await expect(dialog(page).getByRole("heading")).toHaveText("Pair with what was handed over?");
  await dialog(page).getByText("What both sides said").click();
  await expect(dialog(page)).toContainText("Out of band");
  await press(page, "Pair");
  await expectResult(page, 0);
  await expect(page.getByText("LE Secure Connections with a checked passkey or code")).toBeVisible();
  await expectAccessible(page);

  const secrets = new RegExp(values.flatMap((value) => [value, turned(value)]).join("|"), "i");
  const kept = await everythingKept(page);
  expect(kept).toContain(DEVICE);
  expect(kept).not.toMatch(secrets);
  expect(heard.length).toBeGreaterThan(10);
  expect(heard.join("\n")).not.toMatch(secrets);
  expect(secrets.test(code)).toBe(true);

  await page.goto("/?adapter=simulator#/keys");
  await page.getByRole("button", { name: DEVICE }).click({ timeout: 20_000 });
  await expect(dialog(page).getByText(/^out of band, /)).toBeVisible();

  // A tag gives another code once one was used, and a bonded device is not paired anew from here.
  await page.goto("/?adapter=simulator#/scan");
  await row(page, DEVICE).click({ timeout: 20_000 });
  await expect(page.getByRole("button", { name: "Open its bond" })).toBeVisible();
  await expect(page.getByRole("button", { name: WITH_CODE })).toHaveCount(0);
});

test("a wrong code: pairing fails, says what that means, leaves no bond, and leads back to the scanner", async ({
  page,
}) => {
  await scan(page);
  await row(page, DEVICE).click();
  await press(page, WITH_CODE);
  const [confirmation = "", random = ""] = valuesIn(await tag(page));
  await field(page).fill(`${confirmation}\n${random.startsWith("0") ? "1" : "0"}${random.slice(1)}`);
  await press(page, "Pair with this code");
  await press(page, "Pair");
  await expect(dialog(page)).toContainText(
    "the code is wrong or does not belong to this device, or somebody stands in between",
  );
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expectResult(page, 2, "confirm-failed");
  await expectAccessible(page);
  // A code serves once: another try begins where a new one is handed over, with the tag's new code.
  await press(page, "Try again");
  await row(page, DEVICE).click({ timeout: 20_000 });
  await press(page, WITH_CODE);
  await expect(field(page)).toHaveValue("");
  const next = await tag(page);
  expect(valuesIn(next)[0]).not.toBe(confirmation);
  await field(page).fill(next);
  await expect(page.getByText(/^The next attempt has to wait/)).toHaveCount(0);
  await press(page, "Pair with this code");
  await press(page, "Pair");
  await expectResult(page, 0);
});

test("what is no code, not whole or another device’s is refused in words, and nothing is paired; by keyboard alone", async ({
  page,
}) => {
  await scan(page);
  await row(page, "Pulse belt").focus();
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: WITH_CODE }));
  await page.keyboard.press("Enter");
  await expect(field(page)).toBeFocused();
  const submit = dialog(page).getByRole("button", { name: "Pair with this code" });
  const refused = dialog(page).getByRole("alert");
  const code = await tag(page);
  const [confirmation = ""] = valuesIn(code);
  for (const [text, words] of [
    ["", "Paste the code first"],
    ["https://example.org", "only the digits 0 to 9 and a to f"],
    [code.slice(0, 40), "is cut off"],
    [`1122${confirmation}`, "The random value (0x23) is missing"],
    [`1122${confirmation}1122${confirmation}`, "is in this code twice"],
    [wholeTag(code).slice(0, -2), "record 1 is cut off"],
    [wholeTag(code).replace("d2", "f2"), "(chunked)"],
    [wholeTag(code).replace("6c65", "6570"), "for classic Bluetooth"],
    [wholeTag(code), "This is the code of another device"],
    [code, "This is the code of another device"],
  ] as const) {
    await field(page).fill("");
    await page.keyboard.insertText(text);
    await tabTo(page, submit);
    await page.keyboard.press("Enter");
    await expect(refused).toContainText(words);
    await expect(field(page)).toBeFocused();
  }
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: WITH_CODE })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(field(page)).toHaveValue("");
  await page.keyboard.press("Escape");
});

const REPAIR_WITH_CODE = "Replace it with a code from another channel …";

/** A bond with the valve, made with the code of its tag; ends on its page. */
async function bonded(page: Page): Promise<string> {
  await scan(page);
  await row(page, DEVICE).click();
  await press(page, WITH_CODE);
  const code = await tag(page);
  await field(page).fill(code);
  await press(page, "Pair with this code");
  await press(page, "Pair");
  await expectResult(page, 0);
  await page.goto("/?adapter=simulator#/");
  await page.getByRole("link", { name: DEVICE, exact: true }).click({ timeout: 20_000 });
  await expect(page.getByRole("heading", { level: 1, name: DEVICE })).toBeVisible();
  return code;
}

test("a repair with a code from the device’s page: a wrong one leaves the old bond, which still encrypts; the right one replaces it, and is nowhere afterwards", async ({
  session,
}) => {
  const { page } = session;
  const heard = listenIn(session.context);
  const used = [await bonded(page)];
  const facts = async (): Promise<string[]> =>
    (await storedBonds(page, "bondkeeper-simulator")).map((row) =>
      JSON.stringify(row, ["id", "createdAt", "archived"]),
    );
  const before = await facts();

  await press(page, "Repair anyway");
  await press(page, REPAIR_WITH_CODE);
  await expect(field(page)).toBeFocused();
  await expect(dialog(page).getByRole("heading")).toHaveText(
    "Replace the bond with a code from another channel",
  );
  await expectAccessible(page);
  const first = await tag(page);
  used.push(first);
  const [confirmation = "", random = ""] = valuesIn(first);
  await field(page).fill(`${confirmation}\n${random.startsWith("0") ? "1" : "0"}${random.slice(1)}`);
  await press(page, "Replace it with this code");
  await expect(dialog(page).getByRole("heading")).toHaveText("Pair with what was handed over?");
  await press(page, "Pair");
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expectResult(page, 2, "confirm-failed");
  await expectAccessible(page);
  // Another try asks again, on this page, and is taken back here.
  await press(page, "Try again");
  await expect(page.getByRole("button", { name: REPAIR_WITH_CODE })).toBeVisible();
  await press(page, "Keep the old bond");
  await expectResult(page, 6, "by-person");
  await press(page, "Verify the bond");
  await expectResult(page, 0);
  expect(await facts()).toEqual(before);
  expect(before.join()).toContain("createdAt");

  await press(page, "Repair anyway");
  await press(page, REPAIR_WITH_CODE);
  await expect(field(page)).toHaveValue("");
  const next = await tag(page);
  used.push(next);
  await field(page).fill(wholeTag(next));
  await press(page, "Replace it with this code");
  await dialog(page).getByText("What both sides said").click();
  await expect(dialog(page)).toContainText("Out of band");
  await press(page, "Pair");
  await expectResult(page, 0);
  await expect(page.getByText("LE Secure Connections with a checked passkey or code")).toBeVisible();
  await expect(field(page)).toHaveCount(0);

  const values = used.flatMap((code) => valuesIn(code));
  const secrets = new RegExp(values.flatMap((value) => [value, turned(value)]).join("|"), "i");
  expect(await everythingKept(page)).not.toMatch(secrets);
  expect(heard.join("\n")).not.toMatch(secrets);
});

test("a repair with a code by keyboard alone: what is no code is refused, a step back leads to the question, and a stop leaves the bond", async ({
  page,
}) => {
  await bonded(page);
  await page.getByRole("button", { name: "Repair anyway" }).focus();
  await page.keyboard.press("Enter");
  const question = page.getByRole("heading", { name: `Replace the bond with ${DEVICE}?` });
  await expect(question).toBeFocused();
  await expectAccessible(page);
  const offer = page.getByRole("button", { name: REPAIR_WITH_CODE });
  await tabTo(page, offer);
  await page.keyboard.press("Enter");
  await expect(field(page)).toBeFocused();
  const code = await tag(page);
  for (const [text, words] of [
    [code.slice(0, 40), "is cut off"],
    [code.replace(/^081b.{12}0[01]/, "081b06050403020100"), "This is the code of another device"],
  ] as const) {
    await field(page).fill("");
    await page.keyboard.insertText(text);
    await tabTo(page, dialog(page).getByRole("button", { name: "Replace it with this code" }));
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByRole("alert")).toContainText(words);
    await expect(field(page)).toBeFocused();
  }
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(offer).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(field(page)).toHaveValue("");
  await tabTo(page, dialog(page).getByRole("button", { name: "Back to the question" }));
  await page.keyboard.press("Enter");
  await expect(offer).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Keep the old bond" }));
  await page.keyboard.press("Enter");
  await expectResult(page, 6, "by-person");
  await press(page, "Verify the bond");
  await expectResult(page, 0);
});
