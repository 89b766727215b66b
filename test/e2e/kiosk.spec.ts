/** The kiosk in a real browser: set up once by a person, then by itself; it goes on only when every bond is proven. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { bond } from "../support/records.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { addBatteryDevice, expectResult, press, putInTheAir } from "./person.ts";
import { plant } from "./seed.ts";

async function setUp(page: Page, next: string): Promise<void> {
  await page.goto("/#/kiosk");
  await expect(page.getByRole("heading", { level: 1, name: "Set up the kiosk" })).toBeVisible();
  await page.getByRole("checkbox", { name: /^Lock-1/ }).check();
  await page.getByLabel("Name of this kiosk").fill("Front desk");
  await page.getByLabel("Then go to").fill(next);
  await page.getByLabel("PIN, 4 to 12 digits").fill("4711");
  await expectAccessible(page);
  await press(page, "Save and start");
}

test("set up once, it verifies at every start and goes on by itself, without a click", async ({
  session,
  baseURL,
}, info) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  const next = `${String(info.config.metadata["harness"])}consumer.html?keeper=${encodeURIComponent(baseURL ?? "")}`;
  await setUp(session.page, next);
  await session.page.waitForURL(`${next}#bond-code=0&bond-count=1`, { timeout: 20_000 });

  await session.restart();
  const opened = session.chooser.opened;
  await session.page.goto("/?kiosk");
  await session.page.waitForURL(`${next}#bond-code=0&bond-count=1`, { timeout: 20_000 });
  expect(session.chooser.opened).toBe(opened);
});

test("the order is the person's, and a box says what is chosen", async ({ session }) => {
  const { page } = session;
  await plant(page, {
    bonds: [bond("a", { name: "Alpha" }), bond("b", { name: "Beta" }), bond("c", { name: "Gamma" })],
  });
  await page.goto("/#/kiosk");
  for (const name of [/^Beta/, /^Gamma/]) await page.getByRole("checkbox", { name }).check();
  await expect(page.getByRole("checkbox", { name: /^Alpha/ })).not.toBeChecked();
  await press(page, "Earlier: Gamma");
  await page.getByLabel("Tries after the first").fill("0");
  await press(page, "Save and start");
  await expect(page.getByText("of 2 bonds proven")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(["Gamma", "Beta"]);
});

test("what cannot be proven stays on the board, with what is missing, and the PIN leads out", async ({
  session,
}) => {
  const { page } = session;
  await plant(page, { bonds: [bond("one", { name: "Lock-1", platformId: "gone" })] });
  await setUp(page, "");
  await expect(page.getByRole("heading", { level: 1, name: "Somebody is needed" })).toBeVisible({
    timeout: 20_000,
  });
  await expect(page.getByText("was not chosen in this browser profile yet")).toBeVisible();
  await expectAccessible(page);

  const download = page.waitForEvent("download");
  await press(page, "Save the report");
  expect((await download).suggestedFilename()).toMatch(/^bondkeeper-kiosk-\d{4}-\d\d-\d\d\.txt$/);

  await press(page, "Set-up");
  await page.getByLabel("PIN of this kiosk").fill("0000");
  await page.keyboard.press("Enter");
  await expect(page.getByText("That is not the PIN")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("PIN of this kiosk").fill("4711");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Set up the kiosk" })).toBeVisible();
});
