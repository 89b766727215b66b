/** The page as an Isolated Web App in real Chromium, and bonds on their way between its origin and that of the page. */
import { expect, type Page, test } from "@playwright/test";
import { type InstalledApp, installApp, openApp } from "./isolated.ts";
import { expectResult, press } from "./person.ts";

/** What came with a backup was never proven here. */
const CAME = "Prove the bond";
const PASSPHRASE = "correct horse battery staple";

test.setTimeout(120_000);

async function withApp(work: string, run: (app: InstalledApp) => Promise<void>): Promise<void> {
  const app = await installApp(work);
  try {
    await run(app);
  } finally {
    await app.stop();
  }
}

// The file itself cannot be installed here: headless Chromium ignores --install-isolated-web-app-from-file, and its
// page for installing one opens the system's file dialog.
test("what the signed bundle holds is installed by the development mode, and reaches the device list with its permissions", async ({
  browserName,
}, info) => {
  expect(browserName, "only Chromium has Isolated Web Apps").toBe("chromium");
  await withApp(info.outputPath("app"), async (app) => {
    const page = await openApp(app);
    const facts = await page.evaluate(() => {
      const policy: { allowsFeature(name: string): boolean } = Reflect.get(document, "featurePolicy");
      const allowed = ["bluetooth", "usb", "serial", "usb-unrestricted"].filter((name) =>
        policy.allowsFeature(name),
      );
      return { allowed, isolated: crossOriginIsolated, scheme: location.protocol };
    });
    expect(facts).toEqual({
      allowed: ["bluetooth", "usb", "serial", "usb-unrestricted"],
      isolated: true,
      scheme: "isolated-app:",
    });
    await page.goto(`${app.origin}#/settings`);
    await expect(page.getByText("Works. The app is one signed file.")).toBeVisible();
  });
});

async function pair(page: Page, base: string, device: string, yes: string): Promise<void> {
  await page.goto(`${base}?adapter=simulator#/scan`);
  const row = page.getByRole("list", { name: "Devices in the air" }).getByRole("button", { name: device });
  await row.click({ timeout: 30_000 });
  await press(page, "Pair");
  await page.getByRole("dialog").getByRole("button", { name: yes }).click();
  await expectResult(page, 0);
}

/** Through the screen, as a person does it; gives the file's path. */
async function writeBackup(page: Page, base: string): Promise<string> {
  await page.goto(`${base}?adapter=simulator#/keys`);
  await page.locator("backup-panel").getByLabel("Passphrase of the file").fill(PASSPHRASE);
  await page.locator("backup-panel").getByLabel("The same again").fill(PASSPHRASE);
  const download = page.waitForEvent("download");
  await press(page, /Write a backup$/);
  return (await download).path();
}

async function restore(page: Page, base: string, path: string, bonds: number): Promise<void> {
  await page.goto(`${base}?adapter=simulator#/keys`);
  await page.getByLabel(/Restore from a backup$/).setInputFiles(path);
  await page.getByLabel("Its passphrase").fill("another staple altogether");
  await press(page, "Look what is in it");
  await expect(page.getByText("It does not open.")).toBeVisible({ timeout: 20_000 });
  await page.getByLabel("Its passphrase").fill(PASSPHRASE);
  await press(page, "Look what is in it");
  await expect(page.locator("backup-panel").getByRole("definition").nth(1)).toHaveText(String(bonds), {
    timeout: 20_000,
  });
  await press(page, "Restore");
  await expect(page.getByRole("region", { name: "Message" })).toContainText(
    /\d keys? (?:was|were) restored/u,
    {
      timeout: 20_000,
    },
  );
}

/** The same devices stand before both: what they remember of a bond is no matter of an origin. */
async function carryDevices(from: Page, to: Page): Promise<void> {
  const remembered = await from.evaluate(() =>
    Object.entries(localStorage).filter(([name]) => name.startsWith("bondkeeper.simulator")),
  );
  expect(remembered.length).toBeGreaterThan(0);
  await to.evaluate((entries) => {
    for (const [name, value] of entries) localStorage.setItem(name, String(value));
  }, remembered);
}

/** With the keys that came: nobody answers a pairing dialog, and each of these devices would need one. */
async function prove(page: Page, base: string, device: string, button: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${base}?adapter=simulator#/`);
  await page.getByRole("link", { name: device, exact: true }).click({ timeout: 20_000 });
  await expect(page.getByRole("heading", { level: 1, name: device })).toBeVisible();
  await press(page, button);
  // A number of the other place means nothing here: where the device is not known by its keys at once, a person says so.
  const same = page.getByRole("button", { name: "Yes, the same device" });
  await expect(same.or(page.getByText(/^\s*Code \d+, /))).toBeVisible({ timeout: 20_000 });
  if (await same.isVisible()) await same.click();
  await expectResult(page, 0);
}

test("bonds move by a backup file from the page to the app and back, and encrypt there", async ({
  baseURL,
}, info) => {
  const pageAt = baseURL ?? "";
  await withApp(info.outputPath("app"), async (app) => {
    const inApp = await openApp(app);
    const inPage = await app.context.newPage();
    await pair(inPage, pageAt, "Front door", "Yes, the same digits");
    const first = await writeBackup(inPage, pageAt);

    // Another origin: nothing is shared, and nothing came over by itself.
    await inApp.goto(`${app.origin}?adapter=simulator#/`);
    await expect(inApp.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
    await expect(inApp.getByRole("link", { name: "Front door" })).toHaveCount(0);
    await carryDevices(inPage, inApp);
    await restore(inApp, app.origin, first, 1);
    await prove(inApp, app.origin, "Front door", CAME);

    await pair(inApp, app.origin, "Pulse belt", "Pair without a check");
    const second = await writeBackup(inApp, app.origin);
    await carryDevices(inApp, inPage);
    await restore(inPage, pageAt, second, 2);
    await prove(inPage, pageAt, "Pulse belt", CAME);
    await prove(inPage, pageAt, "Front door", "Verify the bond");
  });
});
