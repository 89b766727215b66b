/**
 * The main job on Chromium's own BlueZ backend, where devices refuse, the system pairs, and bonds are lost on either
 * side. What the device and the system do is the stand-in's; everything else is the browser's and ours.
 */
import type { Page } from "@playwright/test";
import type { FakeBluez, Pairing } from "../support/fake-bluez.ts";
import { expect, test } from "../support/fixtures.ts";
import { Uuids } from "../support/uuid.ts";
import { bluezLock, LOCK } from "./bench.ts";
import {
  addBatteryDevice,
  expectResult,
  openDevice,
  openView,
  press,
  stateOf,
  storedBonds,
} from "./person.ts";

test.use({ layer: "bluez" });

/** A lock whose battery level answers paired hosts only. */
async function addSecuredLock(bluez: FakeBluez): Promise<void> {
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
}

/**
 * Added, paired on demand and proven; then the device goes to sleep, as batteries want it. Chromium itself never ends
 * the link to a device that is paired for the system.
 */
async function addedAndProven(page: Page, bluez: FakeBluez): Promise<void> {
  await addSecuredLock(bluez);
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await bluez.loseLink(LOCK);
}

test("a read that needs security makes the system pair, and proves the bond", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  expect(bluez.count("Pair")).toBe(1);
  await openDevice(page, "Lock-1");
  await press(page, "Verify the bond");
  await expectResult(page, 0);
  expect(bluez.count("Pair"), "a second run pairs nothing").toBe(1);
});

const FAILED: readonly (readonly [name: string, pairing: Pairing, reason: string])[] = [
  ["failed", { error: ["AuthenticationFailed", "x"] }, "authentication-failed"],
  ["rejected", { error: ["AuthenticationRejected", "x"] }, "declined-by-peer"],
  ["timeout", { error: ["AuthenticationTimeout", "x"] }, "os-timeout"],
  ["canceled", { error: ["AuthenticationCanceled", "x"] }, "os-canceled"],
];

for (const [name, pairing, reason] of FAILED) {
  test(`authentication ${name} is a failed pairing with its reason, and no proof`, async ({
    bluez,
    page,
  }) => {
    await addSecuredLock(bluez);
    await bluez.behave(LOCK, { pairing });
    await addBatteryDevice(page);
    await expectResult(page, 2, reason);
    const bonds = await storedBonds(page);
    for (const bond of bonds) expect(bond).toMatchObject({ proofs: [] });
  });
}

test("our own cancel during a pairing is 6, not a failed pairing", async ({ bluez, page }) => {
  await addSecuredLock(bluez);
  await bluez.behave(LOCK, { pairing: { agent: "hold" } });
  await addBatteryDevice(page);
  await expect.poll(() => bluez.count("Pair")).toBe(1);
  await press(page, "Cancel");
  await expectResult(page, 6);
});

test("a device that wants a passkey, which Chromium cannot ask for, is sent to the system's settings", async ({
  bluez,
  page,
}) => {
  await addSecuredLock(bluez);
  await page.goto("/#/");
  await bluez.announceAgents();
  await expect.poll(() => bluez.count("RequestDefaultAgent")).toBe(1);
  await bluez.behave(LOCK, { pairing: { agent: "RequestPasskey" } });
  await addBatteryDevice(page);
  await expectResult(page, 2, "os-canceled");
  await expect(page.getByText(/settings/i).first()).toBeVisible();
});

test("a link that is lost during the procedure is brought up again", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  await openDevice(page, "Lock-1");
  bluez.log.length = 0;
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { hold: ["ReadValue"] });
  await press(page, "Verify the bond");
  await expect.poll(() => bluez.count("ReadValue")).toBe(1);
  await bluez.loseLink(LOCK);
  await expectResult(page, 0);
  expect(bluez.count("Connect")).toBe(2);
});

test("a device that went out of range is unreachable, and its bond stays as it was", async ({
  bluez,
  page,
}) => {
  await addedAndProven(page, bluez);
  const before = await storedBonds(page);
  await openDevice(page, "Lock-1");
  await bluez.behave(LOCK, { connect: ["Failed", "le-connection-abort-by-local"] });
  await press(page, "Verify the bond");
  await expectResult(page, 5);
  expect(await storedBonds(page)).toEqual(before);
});

test("a bond that the device has lost is suspect and kept; a check changes nothing at all", async ({
  bluez,
  page,
}) => {
  await addedAndProven(page, bluez);
  const before = await storedBonds(page);
  await bluez.peerForgets(LOCK);
  await openDevice(page, "Lock-1");
  await press(page, "Check only, change nothing");
  await expectResult(page, 1, "access-refused");
  expect(await storedBonds(page)).toEqual(before);

  await press(page, "Verify the bond");
  await expectResult(page, 10, "access-refused");
  await expect(stateOf(page)).toContainText("Suspect");
  const [bond] = await storedBonds(page);
  expect(bond).toMatchObject({ suspect: { reason: "access-refused" }, archived: null });
  expect(bluez.count("Pair"), "nothing pairs again by itself").toBe(1);
});

test("a repair comes back only after the system's own bond is removed, and the page says so", async ({
  bluez,
  page,
}) => {
  await addedAndProven(page, bluez);
  const before = await storedBonds(page);
  await bluez.peerForgets(LOCK);
  await openDevice(page, "Lock-1");
  await press(page, "Verify the bond");
  await expectResult(page, 10);

  // The system still has its half: Chromium does not pair again, and the old record stays the one that counts.
  await press(page, "Repair the bond");
  await press(page, "It was reset: replace it");
  await expectResult(page, 2, "system-bond-in-the-way");
  await expect(page.getByText(/settings/i).first()).toBeVisible();
  expect(await storedBonds(page)).toHaveLength(before.length);

  await bluez.systemForgets(LOCK);
  await press(page, "Repair the bond");
  await press(page, "It was reset: replace it");
  await press(page, "Choose the device");
  await expectResult(page, 0);
  await expect(stateOf(page)).toContainText("Proven");
  expect(bluez.count("Pair")).toBe(2);
});

test("a bond that only the system still has stands in the way of a first pairing, until it is removed there", async ({
  bluez,
  page,
}) => {
  await bluez.add(bluezLock(true));
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  await bluez.peerForgets(LOCK);
  await addBatteryDevice(page);
  await expectResult(page, 2, "system-bond-in-the-way");
  await bluez.systemForgets(LOCK);
  await press(page, "I removed it, try again");
  await press(page, "Choose the device");
  await expectResult(page, 0);
});

test("a repair that nobody confirms changes nothing", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  await bluez.peerForgets(LOCK);
  await openDevice(page, "Lock-1");
  await press(page, "Verify the bond");
  await expectResult(page, 10);
  const before = await storedBonds(page);
  await press(page, "Repair the bond");
  await press(page, "Keep the old bond");
  await expectResult(page, 6);
  expect(await storedBonds(page)).toEqual(before);
});

test("a repair that fails puts the old bond back as it was", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  await bluez.peerForgets(LOCK);
  await openDevice(page, "Lock-1");
  await press(page, "Verify the bond");
  await expectResult(page, 10);
  const [before] = await storedBonds(page);
  await bluez.systemForgets(LOCK);
  await bluez.behave(LOCK, { pairing: { error: ["AuthenticationFailed", "x"] } });
  await press(page, "Repair the bond");
  await press(page, "It was reset: replace it");
  await press(page, "Choose the device");
  await expectResult(page, 2, "authentication-failed");
  const [after] = await storedBonds(page);
  expect(after).toMatchObject({ proofs: Object(before).proofs, archived: null });
});

test("a forgotten device keeps its record until it is deleted for good, and says who holds the bond", async ({
  bluez,
  page,
}) => {
  await addedAndProven(page, bluez);
  await openDevice(page, "Lock-1");
  await press(page, "Forget this device");
  await expect(page.getByRole("heading", { name: "Forgotten here" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "The bond itself belongs to the system" })).toBeVisible();
  await press(page, "Check that it is gone");
  await expect(page.getByText(/still answers/)).toBeVisible();
  await press(page, "Put it back");
  await expect(stateOf(page)).toContainText("Proven");

  await press(page, "Forget this device");
  await press(page, "Delete for good");
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await expect.poll(() => storedBonds(page)).toEqual([]);
});

test("two tabs never work on the same device at the same time", async ({ bluez, page, session }) => {
  await addedAndProven(page, bluez);
  await openDevice(page, "Lock-1");
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { hold: ["ReadValue"] });
  bluez.log.length = 0;
  await press(page, "Verify the bond");
  await expect.poll(() => bluez.count("ReadValue")).toBe(1);

  const other = await session.newPage();
  await openDevice(other, "Lock-1");
  await press(other, "Verify the bond");
  await expectResult(other, 4, "held-elsewhere");
  expect(bluez.count("ReadValue")).toBe(1);

  await page.bringToFront();
  await bluez.loseLink(LOCK);
  await expectResult(page, 0);
  await other.bringToFront();
  await press(other, "Try again");
  await expectResult(other, 0);
});

test("values that arrive are drawn as they come", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  await openDevice(page, "Lock-1");
  await openView(page, "Attributes");
  await press(page, "Connect");
  await press(page, /^Battery Level/);
  await press(page, /^(Subscribe|Watch)/);
  await expect.poll(() => bluez.count("StartNotify")).toBe(1);
  for (const value of [71, 62, 53]) await bluez.notify(LOCK, Uuids.batteryLevel, [value]);
  await expect(page.getByText(/53\s*%/).first()).toBeVisible();
  await expect(page.getByRole("img", { name: /^Chart of/ })).toBeVisible();
  await expect(page.getByText(/3 arrived in all/)).toBeVisible();
});

test("a probe is learned from the read that was refused first and answered after pairing", async ({
  bluez,
  page,
}) => {
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotPermitted" });
  await addBatteryDevice(page, null);
  await expectResult(page, 7, "no-probe");
  await openDevice(page, "Lock-1");
  await openView(page, "Attributes");
  await press(page, "Connect");
  await press(page, /^Battery Level/);
  await press(page, "Read");
  await expect.poll(async () => JSON.stringify(await storedBonds(page))).toContain('"refused":[{');
  // The person pairs in the system's settings; then the same read answers.
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "system-pairs" });
  await press(page, "Read");
  await expect(page.getByText(/77\s*%/).first()).toBeVisible();
  await expect.poll(async () => JSON.stringify(await storedBonds(page))).toContain('"source":"learned"');
});

test("an adapter that was unplugged ends a verification with 3", async ({ bluez, page }) => {
  await addedAndProven(page, bluez);
  await openDevice(page, "Lock-1");
  await bluez.present(false);
  await expect.poll(() => page.evaluate(() => navigator.bluetooth.getAvailability())).toBe(false);
  await press(page, "Verify the bond");
  await expectResult(page, 3, "adapter-missing");
});

test("Bluetooth that is switched off gets a hint, and goes on when it is switched on", async ({
  bluez,
  page,
  session,
}) => {
  await bluez.add(bluezLock());
  await bluez.power(false);
  await page.goto("/#/add");
  await page.getByRole("radio", { name: /^Battery/ }).check();
  await press(page, "Choose the device");
  await expect(page.getByText(/switched on/i).first()).toBeVisible({ timeout: 12_000 });
  expect(session.chooser.opened).toBe(0);
  await bluez.power(true);
  await expectResult(page, 7, "no-probe");
  expect(session.chooser.opened).toBe(1);
});
