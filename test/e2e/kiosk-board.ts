/** The kiosk as a person sees it: its set-up, its board, its lines. */
import type { Locator, Page } from "@playwright/test";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect } from "../support/fixtures.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { addBatteryDevice, expectResult, putInTheAir } from "./person.ts";

export async function expectSetUp(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Set up the kiosk" })).toBeVisible();
}

/** Chooses the devices by the beginning of their names, and fills the fields by their labels. */
export async function fillKiosk(
  page: Page,
  devices: readonly string[],
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  await expectSetUp(page);
  for (const name of devices) await page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
}

/** A proven bond with Lock-1, and the set-up of a kiosk for it on the screen, filled in. */
export async function kioskWithLock(
  session: BrowserSession,
  fields: Readonly<Record<string, string>> = {},
  inTheAir = true,
): Promise<void> {
  const { page } = session;
  if (inTheAir) await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await page.goto("/#/kiosk");
  await fillKiosk(page, ["Lock-1"], fields);
}

export async function headline(page: Page, words: string, timeout = 20_000): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: words, exact: true })).toBeVisible({ timeout });
}

/** What the board says about one device. */
export function lineOf(page: Page, device: string): Locator {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: device }) });
}

/** Everything that was green on the board since then, by its name, also between two looks of the test. */
export async function watchGreen(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seenGreen: seen });
    const look = (): void => {
      const board = document
        .querySelector("bond-app")
        ?.shadowRoot?.querySelector("kiosk-page")
        ?.shadowRoot?.querySelector("kiosk-board")?.shadowRoot;
      for (const sign of board?.querySelectorAll("li.proven h2") ?? []) seen.add(sign.textContent.trim());
      for (const whole of board?.querySelectorAll(".board.proven, .board.leaving") ?? [])
        seen.add(whole.querySelector("h1")?.textContent ?? "the whole board");
      requestAnimationFrame(look);
    };
    look();
  });
  return () =>
    page.evaluate(() => {
      const seen: ReadonlySet<string> = Reflect.get(globalThis, "seenGreen");
      return [...seen];
    });
}
