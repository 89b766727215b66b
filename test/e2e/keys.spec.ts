/** The Keys screen in a real browser: the vault by the keyboard alone, and an import that is looked at and taken back. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { tabTo } from "./person.ts";

const FIRST = "correct horse battery";
const SECOND = "another staple altogether";

const message = (page: Page): Locator => page.getByRole("region", { name: "Message" });

async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

async function choosePassphrase(page: Page, passphrase: string, button: string): Promise<void> {
  const way = page.getByRole("radio", { name: /^Passphrase/ });
  await tabTo(page, page.getByRole("radio", { checked: true }));
  for (let step = 0; step < 3 && !(await way.isChecked()); step++) await page.keyboard.press("ArrowDown");
  await expect(way).toBeChecked();
  await typeInto(page, page.getByLabel("Passphrase", { exact: true }).first(), passphrase);
  await typeInto(page, page.getByLabel("The same again").first(), passphrase);
  await enter(page, page.getByRole("button", { name: button }));
}

async function unlock(page: Page, passphrase: string): Promise<void> {
  await typeInto(page, page.getByLabel("Passphrase of the vault"), passphrase);
  await page.keyboard.press("Enter");
}

test("a vault is made, locked, opened, changed and erased with everything, by the keyboard alone", async ({
  page,
}) => {
  await page.goto("/#/keys");
  const vault = page.locator("vault-panel");
  await expect(vault.getByText("Not made yet")).toBeVisible();
  await choosePassphrase(page, FIRST, "Make the vault");
  await enter(page, page.getByRole("button", { name: "Lock now" }));
  await expect(vault.getByText("■ Locked")).toBeVisible();
  await expectAccessible(page);

  await unlock(page, "something else");
  await expect(vault.getByRole("alert")).toBeVisible();
  await expect(vault.getByText("■ Locked")).toBeVisible();
  await unlock(page, FIRST);
  await expect(vault.getByText("□ Open")).toBeVisible();

  await enter(page, vault.locator("summary", { hasText: "Change how it opens" }));
  await unlock(page, FIRST);
  await choosePassphrase(page, SECOND, "Use this from now on");
  await expect(message(page)).toContainText("From now on the vault opens in the new way only");
  await enter(page, page.getByRole("button", { name: "Lock now" }));
  await unlock(page, FIRST);
  await expect(vault.getByRole("alert")).toBeVisible();
  await unlock(page, SECOND);
  await expect(vault.getByText("□ Open")).toBeVisible();

  await enter(page, vault.locator("summary", { hasText: "Ways out" }));
  await typeInto(page, page.getByLabel("Type “erase everything”"), "erase everything");
  await page.keyboard.press("Enter");
  await expect(vault.getByText("Not made yet")).toBeVisible();
  const left = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(left.filter((name) => name?.startsWith("bondkeeper-apps"))).toEqual([]);
});

test("the tar of a BlueZ directory is looked at before anything is stored, and the import is taken back", async ({
  page,
}) => {
  const stores = fileURLToPath(new URL("../data/keystores/bluez", import.meta.url));
  const buffer = execFileSync("tar", ["-C", stores, "-cf", "-", "."]);
  await page.goto("/#/keys");
  const list = page.getByRole("list", { name: "Bonds by adapter" });
  await page
    .getByLabel("Choose files")
    .setInputFiles({ name: "bluez.tar", mimeType: "application/x-tar", buffer });
  const store = page.getByRole("button", { name: /^Import \d/ });
  await expect(store).toBeVisible();
  await expect(list).toBeHidden();
  await expectAccessible(page);
  await store.click();
  await expect(list.getByRole("button").first()).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(message(page)).toContainText("The import was taken back");
  await expect(list).toBeHidden();
});

test("ten thousand bonds are listed with a handful of rows", async ({ page }) => {
  const bonds = Array.from({ length: 10_000 }, (_, n) => ({
    address: `C6:3B:11:7E:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 0xff).toString(16).padStart(2, "0")}`,
    address_type: 2,
    key_type: 3,
    central: false,
    encryption_size: 16,
    ediv: 0,
    rand: "0000000000000000",
    value: `fb4c6b6c9f8ccf371533f393${n.toString(16).padStart(8, "0")}`,
  }));
  const buffer = Buffer.from(JSON.stringify({ hci0: bonds }));
  await page.goto("/#/keys");
  await page
    .getByLabel("Choose files")
    .setInputFiles({ name: "bonds.json", mimeType: "application/json", buffer });
  await page.getByRole("button", { name: "Import 10000 bonds" }).click();
  const list = page.getByRole("list", { name: "Bonds by adapter" });
  await expect(list).toHaveAttribute("data-count", "10001", { timeout: 30_000 });
  expect(await list.getByRole("listitem").count()).toBeLessThan(100);
  await expectAccessible(page);
});
