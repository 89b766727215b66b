/** Keys are given out by a person's yes only: to a dongle that claims to be a known one, and out of a vault by a passkey. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { bridge, DEVICE, pair } from "./bridged-room.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

test("a dongle that claims a known address and differs is given no key without a yes", async ({
  session,
  guard,
}) => {
  const { page } = session;
  const [mine, imitator] = [await bridge(), await bridge({ profile: "4.2" })];
  for (const { address } of [mine, imitator])
    guard.allow(new RegExp(`request to another origin: ${address}`));
  const question = page.getByRole("dialog", { name: "Is this your dongle?" });
  const adapters = page.getByRole("list", { name: "Bonds by adapter" }).getByRole("heading");
  const visit = async () => {
    await page.goto("about:blank");
    await page.goto(imitator.path);
    await expect(question).toBeVisible();
  };
  try {
    await page.goto(mine.path);
    await pair(page);
    await visit();
    await expect(question).toContainText("another dongle that imitates yours");
    await expect(question.getByRole("definition").first()).toContainText(/was .+, is .+/);
    await expect(question.getByRole("button", { name: "Do not use it" })).toBeFocused();
    await expectAccessible(page);
    await press(page, "Do not use it");
    await expect(question).toBeHidden();
    await page.goto(imitator.path.replace(/#.*$/u, "#/keys"));
    await expect(adapters).toHaveCount(1);

    await visit();
    await page.keyboard.press("Escape");
    await expect(question).toBeHidden();
    expect(imitator.encrypted()).toBe(0);

    await visit();
    await press(page, "It is this one: give it its keys");
    await expect(question).toBeHidden();
    await page.getByRole("link", { name: DEVICE, exact: true }).click();
    await press(page, "Verify the bond");
    // The lock of that room has no bond: it was asked to encrypt with our key, and nothing was paired for that.
    await expectResult(page, 10);
    await page.goto(imitator.path.replace(/#.*$/u, "#/keys"));
    await expect(adapters).toHaveCount(1);
  } finally {
    await page.goto("about:blank");
    await mine.close();
    await imitator.close();
  }
});

/** A platform authenticator with the PRF extension, of the browser itself. */
async function addAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
      isUserVerified: true,
    },
  });
}

/**
 * The next question for a passkey is declined. Not by the authenticator's `setUserVerified`: Chromium's virtual one stays
 * refused after a single verification that failed, whatever it is set to, over a reload as well.
 */
const declineOnce = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(navigator.credentials, "get", {
      configurable: true,
      value: async () => {
        Reflect.deleteProperty(navigator.credentials, "get");
        throw new DOMException("The operation either timed out or was not allowed.", "NotAllowedError");
      },
    });
  });

test("a vault that opens with a passkey gives keys after the passkey only, over a reload", async ({
  page,
  guard,
}) => {
  // Passkeys belong to a name; an address has none.
  const here = new URL("/#/keys", test.info().project.use.baseURL);
  here.hostname = "localhost";
  guard.allow(new RegExp(`request to another origin: ${here.origin}`));
  await page.goto(here.href);
  const vault = page.locator("vault-panel");
  await addAuthenticator(page);
  await page.getByRole("radio", { name: /^Passkey/ }).check();
  await press(page, "Make the vault");
  await expect(vault.getByText("□ Open")).toBeVisible();
  const store = fileURLToPath(new URL("../data/keystores/habluetooth.txt", import.meta.url));
  await page.getByLabel("Choose files").setInputFiles(store);
  await page.getByRole("button", { name: /^Import \d/ }).click();
  await expect(page.getByRole("list", { name: "Bonds by adapter" })).toBeVisible();

  await page.reload();
  await expect(vault.getByText("■ Locked")).toBeVisible();
  const exported = page.locator("key-export-panel");
  await press(page, "Export keys …");
  await press(page, "Export the keys");
  await expect(exported.getByRole("alert")).toContainText("The vault is locked");

  await declineOnce(page);
  const unlock = page.getByRole("button", { name: "Unlock with the passkey or security key" });
  await unlock.click();
  await expect(vault.getByRole("alert")).toContainText("a person said no, or nobody answered");
  await expect(vault.getByText("■ Locked")).toBeVisible();
  await expectAccessible(page);
  await unlock.click();
  await expect(vault.getByText("□ Open")).toBeVisible();
  await expect(vault.getByRole("alert")).toBeHidden();
  await press(page, "Export keys …");
  const download = page.waitForEvent("download");
  await press(page, "Export the keys");
  const valuesOf = (text: string) =>
    [...text.matchAll(/"value": *"([\da-f]{32})"/gu)].map(([, value]) => value);
  const came = valuesOf(readFileSync(await (await download).path(), "utf8"));
  expect(came.length).toBeGreaterThan(0);
  expect(valuesOf(readFileSync(store, "utf8"))).toEqual(expect.arrayContaining(came));
});
