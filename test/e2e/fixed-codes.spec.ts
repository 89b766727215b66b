/**
 * A device whose code is printed on it, over the simulator: kept in the vault and typed for the person, or brought by
 * another page over its port. Wherever it goes, it is in no address, no history, no log and no storage in clear.
 */
import type { Page } from "@playwright/test";
import { MESH_PASSKEY } from "../../hci/virtual/peripherals/mesh-radio.ts";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult, press } from "./person.ts";
import { everythingKept, listenIn } from "./secrets.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 90_000 });

const DEVICE = "Mesh radio";
/** Not as a part of a longer number, which any time or digest may be; as octets of text it stands in hexadecimal. */
const CODE = new RegExp(
  String.raw`(?<![\da-f])${MESH_PASSKEY}(?![\da-f])|${Buffer.from(MESH_PASSKEY).toString("hex")}`,
  "i",
);

const digits = (page: Page) => page.getByRole("textbox", { name: "The six digits" });

/** The device is pressed on its reset button: it forgets every bond, and nobody tells us. */
async function reset(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: `Reset ${DEVICE}` });
  if (!(await button.isVisible())) await page.getByText("Dongle and devices are made of code").click();
  await button.click();
  await expect(button).toHaveCount(0);
}

async function expectNowhere(page: Page, heard: readonly string[]): Promise<void> {
  const kept = await everythingKept(page);
  expect(kept).toContain(DEVICE);
  expect(kept).not.toMatch(CODE);
  expect(heard.length).toBeGreaterThan(10);
  expect(heard.join("\n")).not.toMatch(CODE);
}

test("a code that the person keeps is typed in a pairing that the person starts, and forgotten when told", async ({
  session,
}) => {
  const { page } = session;
  const heard = listenIn(session.context);
  const ask = async (mode: string): Promise<void> => {
    await page.goto("about:blank");
    await page.goto(
      `/?adapter=simulator#device=${encodeURIComponent(DEVICE)}&mode=${mode}&level=authenticated`,
    );
  };
  await ask("ensure");
  await expect(page.getByRole("heading", { name: "Which device is it?" })).toBeVisible({ timeout: 20_000 });
  await press(page, "Choose the device");
  await page.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
  await digits(page).fill(MESH_PASSKEY);
  await page.keyboard.press("Enter");
  await expectResult(page, 0);

  await ask("repair");
  await page.getByText("Fixed code of this device: not kept").click();
  await page.getByLabel("Six digits, as printed on the device").fill("12345");
  await press(page, "Keep in the vault");
  await expect(page.getByText("Six digits, nothing else.")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Six digits, as printed on the device").fill(MESH_PASSKEY);
  await press(page, "Keep in the vault");
  await expect(page.getByText("Fixed code of this device: kept in the vault")).toBeVisible();
  await expectAccessible(page);

  await reset(page);
  await press(page, "Start the repair");
  await press(page, "It was reset: replace it");
  // Nobody types: the device had it from the vault.
  await expectResult(page, 0);
  await expectNowhere(page, heard);
  await page.goto("/?adapter=simulator#/activity");
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
  expect(await page.locator("body").ariaSnapshot()).not.toMatch(CODE);

  // After a restart it is still there, without a click it is not used, and told to forget it does.
  await session.restart();
  const later = session.page;
  await later.goto(`/?adapter=simulator#device=${encodeURIComponent(DEVICE)}&mode=repair`);
  await later.getByText("Fixed code of this device: kept in the vault").click({ timeout: 20_000 });
  await press(later, "Forget the code");
  await expect(later.getByText("Fixed code of this device: not kept")).toBeVisible();
  await reset(later);
  await press(later, "Start the repair");
  await press(later, "It was reset: replace it");
  await digits(later).fill(MESH_PASSKEY);
  await later.keyboard.press("Enter");
  await expectResult(later, 0);
});

test("a code that another page knows comes over its port, once, and only when the device wants it", async ({
  session,
  baseURL,
}, info) => {
  const keeper = `${baseURL ?? ""}?adapter=simulator`;
  const query = `keeper=${encodeURIComponent(keeper)}&device=${encodeURIComponent(DEVICE)}`;
  const { page, context } = session;
  const heard = listenIn(context);
  const code = page.getByLabel("Code of the device");
  const asked = page.getByText("asked for the code");
  const told = async (): Promise<Record<string, unknown>> => {
    await expect(page.locator("#told")).not.toBeEmpty({ timeout: 30_000 });
    const answer: Record<string, unknown> = JSON.parse((await page.locator("#told").textContent()) ?? "");
    await page.evaluate(() => document.querySelector("#told")?.replaceChildren());
    return answer;
  };

  await page.goto(`${String(info.config.metadata["harness"])}consumer.html?${query}`);
  const opened = context.waitForEvent("page");
  await press(page, "Open a port");
  const popup = await opened;
  await press(popup, "Allow");
  // The way to Bluetooth that the page named is the one that is used.
  expect(await told()).toMatchObject({ transport: "simulator", pairing: "explicit", unpairing: true });
  expect(new URL(popup.url()).search).toBe("?adapter=simulator");

  await test.step("a first pairing: the person lets it and chooses, the page brings the digits", async () => {
    await code.fill(MESH_PASSKEY);
    await press(page, "Pair");
    await press(popup, "Pair");
    await press(popup, "Choose the device");
    await popup.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
    expect(await told()).toMatchObject({ code: 0, success: true });
    await expect(asked).toHaveCount(1);
  });

  await test.step("a bond that works needs no digits, whatever the page would say", async () => {
    await code.fill("654321");
    await press(page, "Pair");
    await press(popup, "Pair");
    expect(await told()).toMatchObject({ code: 0, success: true });
    await expect(asked).toHaveCount(1);
  });

  await test.step("a device that lost its bond is not paired by a page", async () => {
    await reset(popup);
    await press(page, "Pair");
    await press(popup, "Pair");
    expect(await told()).toMatchObject({ code: 10, success: false });
    await expect(asked).toHaveCount(1);
  });

  await test.step("replacing it needs two clicks here; wrong digits fail once, and the old bond stays", async () => {
    await press(page, "Replace");
    await press(popup, "Pair");
    await press(popup, "It was reset: replace it");
    expect(await told()).toMatchObject({ code: 2, success: false });
    await expect(asked).toHaveCount(2);
    // Nobody may guess quickly: the next try has to wait, and the dialog says when.
    await expect(popup.getByText("You can try again now.").first()).toBeVisible({ timeout: 20_000 });
    await press(popup, "Close");
    await press(page, "State");
    expect(await told()).toMatchObject({ kind: "status", bond: { device: DEVICE } });
  });

  await test.step("without digits from the page the person types them here", async () => {
    await code.fill("");
    await press(page, "Replace");
    await press(popup, "Pair");
    await press(popup, "It was reset: replace it");
    await digits(popup).fill(MESH_PASSKEY);
    await popup.keyboard.press("Enter");
    expect(await told()).toMatchObject({ code: 0, success: true });
    await expect(asked).toHaveCount(3);
  });

  await expectNowhere(popup, heard);
  expect(await everythingKept(page)).not.toMatch(CODE);
});
