/** What a person does with the page, by role and visible text only. */
import { type Locator, type Page } from "@playwright/test";
import type { EmulatedTable } from "../support/bluetooth-emulator.ts";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect } from "../support/fixtures.ts";

/** A characteristic as a person names it: 16-bit UUIDs in hex. */
export interface NamedProbe {
  readonly service: string;
  readonly characteristic: string;
}

export const LEVEL_PROBE: NamedProbe = { service: "180F", characteristic: "2A19" };

/** Adds a device of the kind "Battery"; `probe` names what proves its bond. Ends with the result on the screen. */
export async function addBatteryDevice(page: Page, probe: NamedProbe | null = LEVEL_PROBE): Promise<void> {
  await page.goto("/#/add");
  await page.getByRole("radio", { name: /^Battery/ }).check();
  if (probe !== null) {
    await page.getByText("Name, own services, what proves the bond").click();
    await page.getByLabel("Service UUID").fill(probe.service);
    await page.getByLabel("Characteristic UUID").fill(probe.characteristic);
  }
  await page.getByRole("button", { name: "Choose the device" }).click();
}

/** The result of a procedure as the screen names it: "Code 4, permission, needs-chooser". */
export async function expectResult(page: Page, code: number, reason = ""): Promise<void> {
  const line = page.getByText(/^\s*Code \d+, /);
  await expect(line).toBeVisible({ timeout: 15_000 });
  await expect(line).toHaveText(new RegExp(`^\\s*Code ${code}, .*${reason}`));
}

export async function openDevice(page: Page, name: string): Promise<void> {
  await page.goto("/#/");
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** A text names a button in full, a pattern a part of its name. */
export async function press(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
}

export async function openView(page: Page, view: "Overview" | "Attributes" | "History"): Promise<void> {
  await page
    .getByRole("navigation", { name: "Views of this device" })
    .getByRole("link", { name: view })
    .click();
}

/** The sign beside the name, in words. */
export function stateOf(page: Page): Locator {
  return page
    .locator("device-header")
    .getByText(/^(Never proven|Proven before|Proven now|Suspect|Archived)/)
    .first();
}

/** One peripheral in the emulated air, now and after every restart of the browser. */
export function putInTheAir(
  session: BrowserSession,
  address: string,
  name: string,
  table: EmulatedTable,
): Promise<void> {
  return session.populate((emulator) => emulator.addPreconnected(address, name, table));
}

/** What the page has on record about its devices, as its own export writes it. */
export async function storedBonds(page: Page, database = "bondkeeper"): Promise<unknown[]> {
  return page.evaluate(
    (name) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.addEventListener("error", () => reject(new Error("Cannot open the database")));
        opening.addEventListener("success", () => {
          const database = opening.result;
          const request = database.transaction("bonds").objectStore("bonds").getAll();
          request.addEventListener("success", () => {
            database.close();
            resolve(request.result);
          });
        });
      }),
    database,
  );
}

const MOST_STEPS = 60;

/** Presses Tab until `target` has the focus; never touches it otherwise. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    if ((await target.count()) === 1 && (await target.evaluate((element) => element.matches(":focus"))))
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Cannot reach ${String(target)} with ${MOST_STEPS} times Tab`);
}
