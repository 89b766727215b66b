/** The backend in a page of its own: opening it, choosing with a real click, and asking it from a test. */
import type { Page, TestInfo } from "@playwright/test";
import { expect } from "../support/fixtures.ts";
import type { ChooseRequest } from "../../src/link/backend.ts";
import type { CharacteristicRef } from "../../src/link/gatt.ts";
import type { BluezDevice } from "../support/fake-bluez.ts";
import type { EmulatedCharacteristic, EmulatedTable } from "../support/bluetooth-emulator.ts";
import { Uuids } from "../support/uuid.ts";

export const LOCK = "09:09:09:09:09:09";

export const LEVEL: CharacteristicRef = {
  service: Uuids.battery,
  characteristic: Uuids.batteryLevel,
  instance: 0,
};

export const BY_BATTERY: ChooseRequest = { services: [Uuids.battery], optionalServices: [] };

/** A lock with one battery level that can be read, written and watched. */
export function bluezLock(paired = false): BluezDevice {
  const level = {
    uuid: Uuids.batteryLevel,
    flags: ["read", "write", "notify"],
    value: [77],
    descriptors: [Uuids.clientConfiguration],
  };
  return {
    address: LOCK,
    name: "Lock-1",
    paired,
    services: [{ uuid: Uuids.battery, characteristics: [level] }],
  };
}

/** The same in the browser's emulation: the table, and the level in it. */
export function emulatedLock(): { readonly table: EmulatedTable; readonly level: EmulatedCharacteristic } {
  const level: EmulatedCharacteristic = {
    properties: { read: true, write: true, notify: true },
    value: [77],
    descriptors: { [Uuids.clientConfiguration]: [0, 0] },
  };
  return { table: { [Uuids.battery]: { [Uuids.batteryLevel]: level } }, level };
}

/** Opens the page with the backend; `limit` shortens every time limit, in milliseconds. */
export async function openBench(page: Page, info: TestInfo, limit?: number): Promise<void> {
  const address: unknown = info.config.metadata["harness"];
  await page.goto(`${String(address)}${limit === undefined ? "" : `?limit=${limit}`}`);
}

/** Chooses by a click, as the browser demands; gives the outcome. */
export async function choose(page: Page, request: ChooseRequest = BY_BATTERY): Promise<unknown> {
  await page.evaluate((wanted) => harness.prepare(wanted), request);
  await page.getByRole("button", { name: "Choose" }).click();
  return page.evaluate(() => harness.chosen());
}

export async function connectAndDiscover(page: Page): Promise<void> {
  expect(await page.evaluate(() => harness.connect())).toEqual({ value: "connected" });
  expect(await page.evaluate(() => harness.discover())).toHaveProperty("value");
}
