/** Every screen that a person can come to, and the way there. Used by what must hold on all of them. */
import { fileURLToPath } from "node:url";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect } from "../support/fixtures.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { addBatteryDevice, expectResult, openDevice, openView, press, putInTheAir } from "./person.ts";
import { EVERY_STATE, plant } from "./seed.ts";

export interface Screen {
  readonly name: string;
  /** Starts from a fresh profile with one device in the air. */
  show(session: BrowserSession): Promise<void>;
}

async function seeded(session: BrowserSession, path: string): Promise<void> {
  await plant(session.page, EVERY_STATE);
  await session.page.goto(path);
  await session.page.getByRole("heading", { level: 1 }).waitFor();
}

async function added(session: BrowserSession): Promise<void> {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
}

async function connected(session: BrowserSession): Promise<void> {
  await added(session);
  await openDevice(session.page, "Lock-1");
  await openView(session.page, "Attributes");
  await press(session.page, "Connect");
  await press(session.page, /^Battery Level/);
  await press(session.page, "Read");
  await expect(session.page.getByText(/77\s*%/).first()).toBeVisible();
}

async function drawn(session: BrowserSession): Promise<void> {
  const { table, level } = emulatedLock();
  await putInTheAir(session, LOCK, "Lock-1", table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  await openDevice(session.page, "Lock-1");
  await openView(session.page, "Attributes");
  await press(session.page, "Connect");
  await press(session.page, /^Battery Level/);
  await press(session.page, /^(Subscribe|Watch)/);
  await expect(session.page.getByRole("button", { pressed: true }).first()).toBeVisible();
  for (const value of [90, 86, 87, 80, 74, 76, 61]) {
    await session.passTime(2_000);
    await session.notify(level, value);
  }
  await expect(session.page.getByRole("img", { name: /^Chart of/ })).toBeVisible();
}

export const SCREENS: readonly Screen[] = [
  { name: "devices-none", show: (session) => seededNothing(session, "/#/") },
  { name: "devices", show: (session) => seeded(session, "/#/") },
  { name: "device-proven", show: (session) => seeded(session, "/#/devices/proven") },
  { name: "device-never-proven", show: (session) => seeded(session, "/#/devices/recorded") },
  { name: "device-suspect", show: (session) => seeded(session, "/#/devices/suspect") },
  { name: "device-forgotten", show: (session) => seeded(session, "/#/devices/archived") },
  { name: "device-repair-cut-short", show: (session) => seeded(session, "/#/devices/half") },
  { name: "device-attributes", show: (session) => seeded(session, "/#/devices/proven/gatt") },
  { name: "device-history", show: (session) => seeded(session, "/#/devices/proven/history") },
  { name: "device-connected", show: connected },
  { name: "device-chart", show: drawn },
  { name: "scan-absent", show: (session) => seededNothing(session, "/#/scan") },
  { name: "activity-none", show: (session) => seededNothing(session, "/#/activity") },
  {
    name: "activity",
    async show(session) {
      await added(session);
      await session.page.goto("/#/activity");
      await session.page.getByRole("heading", { level: 1, name: "Activity" }).waitFor();
    },
  },
  {
    name: "add",
    async show(session) {
      await seededNothing(session, "/#/add");
      await session.page.getByText("Name, own services, what proves the bond").click();
    },
  },
  {
    name: "add-choosing",
    async show(session) {
      session.chooser.pick = () => "wait";
      await addBatteryDevice(session.page);
      await expect(session.page.getByRole("button", { name: "Cancel" })).toBeVisible();
    },
  },
  {
    name: "add-proven",
    async show(session) {
      await added(session);
      await session.page.getByText("Every step").click();
    },
  },
  {
    name: "add-no-probe",
    async show(session) {
      await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
      await addBatteryDevice(session.page, null);
      await expectResult(session.page, 7);
    },
  },
  {
    name: "verify-running",
    async show(session) {
      await added(session);
      await session.restart();
      await session.passTime(60_000);
      session.emulator.status.discovery = 0x08;
      await openDevice(session.page, "Lock-1");
      await press(session.page, "Verify the bond");
      await expect(session.page.getByRole("button", { name: "Cancel" })).toBeVisible();
    },
  },
  {
    name: "verify-unreachable",
    async show(session) {
      await seeded(session, "/#/devices/proven");
      await session.emulator.setAdapter("absent");
      await press(session.page, "Verify the bond");
      await expectResult(session.page, 3);
    },
  },
  {
    name: "repair-question",
    async show(session) {
      await added(session);
      await openDevice(session.page, "Lock-1");
      await press(session.page, "Repair anyway");
      await expect(session.page.getByRole("heading", { name: /^Replace the bond/ })).toBeVisible();
    },
  },
  {
    name: "delete-question",
    async show(session) {
      await seeded(session, "/#/devices/archived");
      await press(session.page, "Delete for good");
      await expect(session.page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "link-asks",
    show: (session) => seeded(session, "/#device=proven&mode=ensure&level=authenticated"),
  },
  { name: "link-unknown-device", show: (session) => seeded(session, "/#device=Nobody") },
  { name: "link-wrong", show: (session) => seeded(session, "/#device=a&adapter=usb") },
  { name: "pages-that-may-ask", show: (session) => seeded(session, "/#/apps") },
  { name: "kiosk-setup", show: (session) => seeded(session, "/#/kiosk") },
  {
    name: "kiosk-board",
    async show(session) {
      await seeded(session, "/#/kiosk");
      const { page } = session;
      for (const box of await page.getByRole("checkbox", { name: /ago|never/ }).all()) await box.check();
      await page.getByLabel("Tries after the first").fill("0");
      await press(page, "Save and start");
      await expect(page.getByRole("heading", { level: 1, name: "Somebody is needed" })).toBeVisible();
      await press(page, "Set-up");
    },
  },
  { name: "explain", show: (session) => seededNothing(session, "/#/explain") },
  {
    name: "explain-answer",
    async show(session) {
      await seededNothing(session, "/#/explain");
      await session.page.getByLabel("Paste the message or the code").fill("GATT Error: Not paired.");
      await session.page.getByRole("article").first().waitFor();
    },
  },
  { name: "keys", show: (session) => seededNothing(session, "/#/keys") },
  {
    name: "keys-locked",
    async show(session) {
      await seededNothing(session, "/#/keys");
      const { page } = session;
      await page.getByRole("radio", { name: /^Passphrase/ }).check();
      await page.getByLabel("Passphrase", { exact: true }).fill("correct horse battery");
      await page.getByLabel("The same again").first().fill("correct horse battery");
      await press(page, "Make the vault");
      await press(page, "Lock now");
      await page.getByText("Locked", { exact: false }).first().waitFor();
    },
  },
  {
    name: "keys-import",
    async show(session) {
      await seededNothing(session, "/#/keys");
      const store = new URL("../data/keystores/habluetooth.txt", import.meta.url);
      await session.page.getByLabel("Choose files").setInputFiles(fileURLToPath(store));
      await session.page.getByRole("button", { name: /^Import \d/ }).waitFor();
    },
  },
  {
    name: "keys-imported",
    async show(session) {
      await seededNothing(session, "/#/keys");
      const store = new URL("../data/keystores/habluetooth.txt", import.meta.url);
      await session.page.getByLabel("Choose files").setInputFiles(fileURLToPath(store));
      await session.page.getByRole("button", { name: /^Import \d/ }).click();
      const list = session.page.getByRole("list", { name: "Bonds by adapter" });
      await list
        .getByRole("button", { name: /without a name/ })
        .first()
        .click();
      await session.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "adapter-simulated",
    async show({ page }) {
      await page.goto("/?adapter=simulator#/adapter");
      await page.getByRole("button", { name: "Rename" }).waitFor();
    },
  },
  {
    name: "adapter-missing",
    async show({ page }) {
      await page.goto("/?adapter=usb#/adapter");
      await page.getByRole("heading", { name: "There is no dongle" }).waitFor();
    },
  },
  { name: "settings", show: (session) => seeded(session, "/#/settings") },
  { name: "link-nowhere", show: (session) => seededNothing(session, "/#/no/such/place") },
  { name: "link-refused", show: (session) => seededNothing(session, "/#/devices/proven?pin=123456") },
  {
    name: "demo",
    async show({ page }) {
      await page.goto("/?demo#/add");
      await press(page, "Choose the device");
      await page.getByRole("heading", { name: "Demo devices in range" }).waitFor();
    },
  },
];

async function seededNothing({ page }: BrowserSession, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
}
