/**
 * Keys out of one browser and into another: a file that keeps itself up to date, a backup by hand between two origins, and
 * an export for another program. What counts is that the device encrypts with the key that came back.
 */
import { readFileSync } from "node:fs";
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult, press } from "./person.ts";
import { bridge, DEVICE, pair, verify } from "./bridged-room.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

const PASSPHRASE = "correct horse battery";
const FILE = "bondkeeper-backup.json";
const bonds = (page: Page): Locator => page.getByRole("list", { name: "Bonds by adapter" });
const keeping = (page: Page): Locator => page.locator("backup-file-panel");
const onKeys = (path: string): string => path.replace(/#.*$/u, "#/keys");

async function typePassphrase(panel: Locator, passphrase = PASSPHRASE): Promise<void> {
  await panel.getByLabel("Passphrase of the file").fill(passphrase);
  await panel.getByLabel("The same again").fill(passphrase);
}

/** The dialog of the system is nobody's to click; what it gives is a real handle, to a file of the origin's own. */
async function pickOwnFile(context: BrowserContext): Promise<void> {
  await context.addInitScript((name) => {
    const pick = async () => (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
    Object.assign(globalThis, { showSaveFilePicker: pick });
  }, FILE);
}

const fileText = (page: Page): Promise<string> =>
  page.evaluate(async (name) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
    return (await handle.getFile()).text();
  }, FILE);

/** Opens the backup, looks at what is in it, and restores it. */
async function restore(page: Page, buffer: Buffer): Promise<void> {
  const panel = page.locator("backup-panel");
  await panel
    .getByLabel("Restore from a backup")
    .setInputFiles({ name: FILE, mimeType: "application/json", buffer });
  await panel.getByLabel("Its passphrase").fill("something else entirely");
  await press(page, "Look what is in it");
  await expect(panel.getByRole("alert")).toContainText("It does not open");
  await panel.getByLabel("Its passphrase").fill(PASSPHRASE);
  await press(page, "Look what is in it");
  await expect(panel.getByRole("definition").nth(1)).toHaveText("1");
  await expect(bonds(page), "nothing is stored before a person agreed").toBeHidden();
  await expectAccessible(page);
  await press(page, "Restore");
  await expect(page.getByRole("region", { name: "Message" })).toContainText("1 key was restored");
  await expect(bonds(page)).toContainText(DEVICE);
}

/** What came with a file is never proven: one click proves it, by the key that came, and no question comes up. */
async function proveAgain(page: Page): Promise<void> {
  await page.getByRole("link", { name: DEVICE, exact: true }).click();
  await press(page, "Prove the bond");
  await expectResult(page, 0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("a file that is chosen once follows every change, over a reload, and brings the bond back elsewhere", async ({
  session,
  guard,
}) => {
  const room = await bridge();
  guard.allow(new RegExp(`request to another origin: ${room.address}`));
  const { page, context } = session;
  await pickOwnFile(context);
  try {
    await page.goto(onKeys(room.path));
    await expect(keeping(page)).toContainText("Choose a file once");
    await typePassphrase(keeping(page));
    await expectAccessible(page);
    await press(page, "Choose the file …");
    await expect(keeping(page)).toContainText("✓ Up to date");
    const empty = await fileText(page);
    expect(JSON.parse(empty)).toMatchObject({ format: "bondkeeper-backup", version: 1 });

    await page.goto(room.path);
    await pair(page);
    await page.goto(onKeys(room.path));
    await expect(keeping(page)).toContainText("with 1 key of bonds");
    await expect(keeping(page)).toContainText("✓ Up to date");
    await expectAccessible(page);
    const paired = await fileText(page);
    expect(paired).not.toBe(empty);

    await page.reload();
    await expect(keeping(page)).toContainText("✓ Up to date");
    expect(await fileText(page), "nothing changed, nothing is written").toBe(paired);
    await page.goto(room.path);
    await verify(page);
    await expect.poll(() => fileText(page), { timeout: 20_000 }).not.toBe(paired);
    await page.goto(onKeys(room.path));
    await expect(keeping(page)).toContainText("✓ Up to date");
    const buffer = Buffer.from(await fileText(page));
    const before = room.encrypted();
    await page.goto("about:blank");

    const browser = context.browser();
    if (browser === null) throw new Error("Cannot open another profile: there is no browser");
    const elsewhere = await browser.newContext({
      baseURL: new URL(test.info().project.use.baseURL ?? "").href,
    });
    await guard.watch(elsewhere);
    const there = await elsewhere.newPage();
    await there.goto("/#/keys");
    await restore(there, buffer);
    await there.goto(room.path);
    await proveAgain(there);
    expect(room.encrypted()).toBeGreaterThan(before);
    expect(room.heard.filter((line) => /bonded|pairing/iu.test(line)).length).toBeLessThanOrEqual(1);
    await there.goto("about:blank");
    await elsewhere.close();
  } finally {
    await page.goto("about:blank");
    await room.close();
  }
});

test("the kept file is stopped and stays; erased with everything, its database is gone", async ({
  session,
}) => {
  const { page, context } = session;
  await pickOwnFile(context);
  await page.goto("/#/keys");
  await typePassphrase(keeping(page));
  await press(page, "Choose the file …");
  await expect(keeping(page)).toContainText("✓ Up to date");
  await press(page, "Stop keeping it");
  await expect(keeping(page)).toContainText(`${FILE} is no longer kept up to date.`);
  expect(await fileText(page)).toContain("bondkeeper-backup");
  const databases = () =>
    page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
  expect(await databases()).not.toContain("bondkeeper-backup-file");

  await typePassphrase(keeping(page));
  await press(page, "Choose the file …");
  await expect(keeping(page)).toContainText("✓ Up to date");
  expect(await databases()).toContain("bondkeeper-backup-file");
  await page.locator("vault-panel").locator("summary", { hasText: "Ways out" }).click();
  await page.getByLabel("Type “erase everything”").fill("erase everything");
  await press(page, "Erase everything");
  await expect(page.locator("vault-panel").getByText("Not made yet")).toBeVisible();
  await expect(keeping(page)).toContainText("Choose a file once");
  expect(await databases()).not.toContain("bondkeeper-backup-file");
});

test("a backup by hand moves the bond to another origin, and the device encrypts with its key", async ({
  session,
  guard,
}) => {
  const room = await bridge();
  const { page } = session;
  const other = new URL(test.info().project.use.baseURL ?? "");
  other.hostname = "localhost";
  for (const origin of [room.address, other.origin])
    guard.allow(new RegExp(`request to another origin: ${origin}`));
  try {
    await page.goto(room.path);
    await pair(page);
    await page.goto(onKeys(room.path));
    await typePassphrase(page.locator("backup-panel"));
    const download = page.waitForEvent("download");
    await press(page, "Write a backup");
    const buffer = readFileSync(await (await download).path());
    const before = room.encrypted();

    await page.goto(new URL("/#/keys", other).href);
    await expect(page.getByRole("heading", { level: 1, name: "Keys" })).toBeVisible();
    await expect(bonds(page), "another origin knows nothing").toBeHidden();
    await restore(page, buffer);
    await page.goto(new URL(room.path, other).href);
    await proveAgain(page);
    expect(room.encrypted()).toBeGreaterThan(before);
    expect(room.heard.filter((line) => /bonded|pairing/iu.test(line)).length).toBeLessThanOrEqual(1);
  } finally {
    await page.goto("about:blank");
    await room.close();
  }
});

test("an export of keys asks, names the risk, and writes nothing without a yes", async ({ page }) => {
  await page.goto("/?adapter=simulator#/");
  await pair(page);
  await page.goto("/?adapter=simulator#/keys");
  const saved: string[] = [];
  page.on("download", (download) => saved.push(download.suggestedFilename()));
  const question = page.getByRole("dialog");

  for (const no of [() => press(page, "Cancel"), () => page.keyboard.press("Escape")]) {
    await press(page, "Export keys …");
    await expect(question).toContainText("not encrypted");
    await expect(question).toContainText("listen to these devices and pretend to be this computer");
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await expectAccessible(page);
    await no();
    await expect(question).toBeHidden();
  }
  await expect(page.locator("key-export-panel").getByRole("status")).toHaveCount(0);
  expect(saved).toEqual([]);

  await press(page, "Export keys …");
  const download = page.waitForEvent("download");
  await question.getByRole("button", { name: "Export the keys" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^bondkeeper-habluetooth-\d{4}-\d\d-\d\d\.json$/);
  const [entries, ...more] = Object.values<Record<string, unknown>[]>(
    JSON.parse(readFileSync(await file.path(), "utf8")),
  );
  expect(more).toEqual([]);
  // The device's own memory says which key it must be, most significant octet first; the file has wire order.
  const devices = await page.evaluate(() => localStorage.getItem("bondkeeper.simulator.lock") ?? "[]");
  const [device] = JSON.parse(devices);
  const key = Buffer.from(String(device.asPeripheral.value), "hex").reverse().toString("hex");
  expect(entries?.map(({ value }) => value)).toContain(key);
  await expect(page.locator("key-export-panel").getByRole("status")).toContainText("1 bond is in");
});
