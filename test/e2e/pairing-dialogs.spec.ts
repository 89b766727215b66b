/** Every way to pair, as a person does it: two hosts in one page, the product's dialogs, and a person at the device. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";

test.use({ layer: "none" });

/** Markup, and marks that turn text round: names come from whoever sends them. */
const HOSTILE = "\u202e<img src=x onerror=alert(1)>\u2066 “><b>Lock";

async function open(page: Page, harness: unknown, device: string, name?: string): Promise<void> {
  const query = new URLSearchParams({ device, ...(name === undefined ? {} : { name }) });
  await page.goto(`${String(harness)}pairing.html?${query.toString()}`);
  await page.locator("body[data-ready]").waitFor();
}

async function begin(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Pair", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

const heading = (page: Page) => page.getByRole("dialog").getByRole("heading");
const shown = (page: Page): Promise<string> => page.evaluate(() => other.shown() ?? "");
/** The six digits that the dialog shows. */
async function digitsOf(page: Page): Promise<string> {
  const label = await page.getByRole("dialog").getByRole("img").getAttribute("aria-label");
  return (label ?? "").replaceAll(/[^0-9]/g, "");
}

const SNAPSHOTS: Readonly<Record<string, { readonly yes: string | null; readonly tree: string }>> = {
  "just-works": {
    yes: "Pair without a check",
    tree: `
      - dialog:
        - paragraph: Without a check
        - heading "Pair without a check?" [level=2]
        - paragraph: /nobody can tell/
        - paragraph: /encrypted, not as authenticated/
        - button "Do not pair"
        - button "Pair without a check"
        - paragraph:
          - progressbar "Time to answer"`,
  },
  compare: {
    yes: "Yes, the same digits",
    tree: `
      - dialog:
        - paragraph: Compare
        - heading "Do both show these six digits?" [level=2]
        - paragraph: /nothing to type/
        - paragraph: /say no/
        - img /The digits \\d \\d \\d \\d \\d \\d/
        - button "No, not the same"
        - button "Yes, the same digits"
        - paragraph:
          - progressbar "Time to answer"`,
  },
  enter: {
    yes: null,
    tree: `
      - dialog:
        - paragraph: Type here
        - heading "Type the device’s code" [level=2]
        - paragraph: /Six digits/
        - textbox "The six digits"
        - button "Show"
        - button "Do not pair"
        - button "Pair"
        - paragraph:
          - progressbar "Time to answer"`,
  },
  display: {
    yes: null,
    tree: `
      - dialog:
        - paragraph: Type there
        - heading "Type this code into the device" [level=2]
        - paragraph: /nowhere else/
        - img /The digits \\d \\d \\d \\d \\d \\d/
        - status: /Waiting for the first digit/
        - button "Stop pairing"
        - paragraph:
          - progressbar "Time to answer"`,
  },
  legacy: {
    yes: null,
    tree: `
      - dialog:
        - paragraph: Old kind of pairing
        - heading "Pair although it can be listened to?" [level=2]
        - paragraph: /Whoever listens to it now can find the keys/
        - paragraph: /does not keep a listener out/
        - button "Do not pair"
        - button "Pair all the same"
        - paragraph:
          - progressbar "Time to answer"`,
  },
  oob: {
    yes: "Pair",
    tree: `
      - dialog:
        - paragraph: Data that came another way
        - heading "Pair with what was handed over?" [level=2]
        - paragraph: /did not come over the air/
        - button "Do not pair"
        - button "Pair"
        - paragraph:
          - progressbar "Time to answer"`,
  },
};

for (const [device, { yes, tree }] of Object.entries(SNAPSHOTS)) {
  test(`${device}: the dialog names its method, is accessible, and its yes has not the focus`, async ({
    page,
  }, info) => {
    await open(page, info.config.metadata["harness"], device);
    await begin(page);
    await expect(page.getByRole("dialog")).toMatchAriaSnapshot(tree);
    const first = page.getByRole("dialog").getByRole("heading", { level: 2 });
    await expect(first).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    await expect(first, "nothing was answered by accident").toBeVisible();
    await expectAccessible(page);
    if (yes === null) return;
    await page.getByRole("dialog").getByRole("button", { name: yes, exact: true }).click();
    await expect(page.locator("#result")).toContainText("Paired:");
    await expect(page.getByRole("dialog")).toBeHidden();
  });
}

test("Type here: digits are hidden until they are to be seen, five are not taken, and the right ones pair", async ({
  page,
}, info) => {
  await open(page, info.config.metadata["harness"], "enter");
  await begin(page);
  const field = page.getByRole("textbox", { name: "The six digits" });
  const digits = await shown(page);
  await field.pressSequentially(`${digits.slice(0, 2)}a ${digits.slice(2, 5)}`);
  await expect(field).toHaveValue(digits.slice(0, 5));
  await expect(field).toHaveCSS("-webkit-text-security", "disc");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(field).toHaveCSS("-webkit-text-security", "none");
  await page.getByRole("dialog").getByRole("button", { name: "Pair", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("Six digits are needed, and nothing else.");
  await expect(field).toBeFocused();
  await expectAccessible(page);
  await field.fill(digits);
  await page.keyboard.press("Enter");
  await expect(page.locator("#result")).toHaveText("Paired: passkey, secure");
});

test("Type here: a wrong code is explained, with the wait before the next attempt", async ({
  page,
}, info) => {
  await open(page, info.config.metadata["harness"], "enter");
  await begin(page);
  const wrong = (await shown(page)) === "111111" ? "222222" : "111111";
  await page.getByRole("textbox", { name: "The six digits" }).fill(wrong);
  await page.keyboard.press("Enter");
  await expect(heading(page)).toHaveText("The device stopped the pairing");
  await expect(page.getByRole("dialog")).toContainText("The check values did not match: the code is wrong");
  await expect(page.getByRole("dialog")).toContainText(/has to wait \d+ s|You can try again now/);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("Type there: the device tells how far it is, and its end closes the dialog with the reason", async ({
  page,
}, info) => {
  await open(page, info.config.metadata["harness"], "display");
  await begin(page);
  await page.evaluate(() => {
    for (const key of ["EntryStarted", "DigitEntered", "DigitEntered"] as const) other.press(key);
  });
  await expect(page.getByRole("dialog")).toContainText("2 of 6 typed");
  await expectAccessible(page);
  await page.evaluate(() => other.stop());
  await expect(heading(page)).toHaveText("The device stopped the pairing");
  await expect(page.getByRole("dialog")).toContainText("The passkey did not match");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("Type there: the digits typed at the device pair", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "display");
  await begin(page);
  await page.evaluate((digits) => other.type(digits), await digitsOf(page));
  await expect(page.locator("#result")).toHaveText("Paired: passkey, secure");
});

test("Compare: both show the same digits; typing does nothing; Escape is no", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "compare");
  await begin(page);
  expect(await digitsOf(page)).toBe(await page.evaluate(() => other.compared()));
  await expect(page.getByRole("dialog").getByRole("textbox")).toHaveCount(0);
  await page.keyboard.type(await digitsOf(page));
  await page.keyboard.type("y");
  await page.keyboard.press("Enter");
  await expect(heading(page)).toHaveText("Do both show these six digits?");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.locator("#result")).toContainText("the numbers differ");
});

test("Compare: the loss of the link closes the question and says so", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "compare");
  await page.evaluate(() => other.hesitate());
  await begin(page);
  await page.evaluate(() => other.drop());
  await expect(heading(page)).toHaveText("The pairing ended");
  await expect(page.getByRole("dialog")).toContainText("The connection dropped while pairing");
});

test("Legacy: after the warning the code is asked for, and the bond is worth less", async ({
  page,
}, info) => {
  await open(page, info.config.metadata["harness"], "legacy");
  await begin(page);
  await page.getByRole("button", { name: "Pair all the same" }).click();
  await expect(heading(page)).toHaveText("Type the device’s code");
  await page.getByRole("textbox", { name: "The six digits" }).fill(await shown(page));
  await page.keyboard.press("Enter");
  await expect(page.locator("#result")).toHaveText("Paired: legacy-passkey, encrypted");
});

test("A device that asks first is answered by a person, not by itself", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "just-works");
  await page.evaluate(() => other.ask());
  await expect(heading(page)).toHaveText("Pair with this device?");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Do not pair" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("A whole pairing by keyboard alone", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Pair", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(heading(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "The six digits" })).toBeFocused();
  await page.keyboard.type(await shown(page));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Show" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("dialog").getByRole("button", { name: "Pair", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#result")).toHaveText("Paired: passkey, secure");
  await expect(
    page.getByRole("button", { name: "Pair", exact: true }),
    "where the person was before",
  ).toBeFocused();
});

test("A hostile name is shown as text, and nothing of it is done", async ({ page }, info) => {
  await open(page, info.config.metadata["harness"], "compare", HOSTILE);
  await begin(page);
  await expect(page.getByRole("dialog").locator("bdi")).toHaveText("<img src=x onerror=alert(1)> “><b>Lock");
  expect(await page.locator("img").count()).toBe(0);
});
