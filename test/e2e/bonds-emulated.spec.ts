/** The main job in a real browser: a device is added, its bond proven, remembered, and proven again without a change. */
import { expect, test } from "../support/fixtures.ts";
import { pickCancel } from "../support/chooser.ts";
import { notify } from "../support/bluetooth-emulator.ts";
import { Uuids } from "../support/uuid.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import {
  addBatteryDevice,
  expectResult,
  openDevice,
  openView,
  press,
  putInTheAir,
  stateOf,
  storedBonds,
} from "./person.ts";

test("a device is added and its bond proven by a read, step by step", async ({ session, page }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page);
  await expectResult(page, 0, "ok");
  await expect(page.getByText("access verified: a protected read succeeded")).toBeVisible();
  await page.getByText("Every step").click();
  for (const step of ["Connect", "Services", "Pair", "Prove", "Store"]) {
    await expect(page.getByRole("listitem").filter({ hasText: step }).last()).toContainText("done");
  }
  await openDevice(page, "Lock-1");
  await expect(stateOf(page)).toContainText("Proven");
});

test("a connection alone is never a success: without a probe the result is 7, and help to choose one", async ({
  session,
  page,
}) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page, null);
  await expectResult(page, 7, "no-probe");
  await openDevice(page, "Lock-1");
  await expect(stateOf(page)).toContainText("Never proven");
  await press(page, "Choose a probe");
  await page.getByRole("radio", { name: /^Battery Level/ }).check();
  await press(page, "Use this one");
  await press(page, "Pair and prove the bond");
  await expectResult(page, 0);
});

test("the bond is proven again after a reload and after a restart, with no prompt and nothing changed", async ({
  session,
}) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  const [added] = await storedBonds(session.page);
  const opened = session.chooser.opened;

  await session.page.reload();
  await openDevice(session.page, "Lock-1");
  await press(session.page, "Verify the bond");
  await expectResult(session.page, 0);
  expect(session.chooser.opened).toBe(opened);

  await session.restart();
  await openDevice(session.page, "Lock-1");
  await press(session.page, "Verify the bond");
  await expectResult(session.page, 0);
  expect(session.chooser.opened, "choosers since the restart").toBe(0);

  const writes = session.emulator.log.filter(({ type }) => type === "write");
  expect(writes).toEqual([]);
  const [verified, ...others] = await storedBonds(session.page);
  expect(others).toEqual([]);
  // Two more dated proofs and a later sight; everything that makes the bond is as it was.
  const volatile = { proofs: expect.any(Array), lastSeenAt: expect.any(String) };
  expect(verified).toEqual({ ...Object(added), ...volatile });
});

test("a check of a working bond writes nothing at all", async ({ session, page }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page);
  await expectResult(page, 0);
  const before = await storedBonds(page);
  await openDevice(page, "Lock-1");
  await press(page, "Check only, change nothing");
  await expectResult(page, 0);
  expect(await storedBonds(page)).toEqual(before);
});

test("a check of a bond that was never proven is 1, and reads nothing that could start a pairing", async ({
  session,
  page,
}) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page, null);
  await expectResult(page, 7);
  await openDevice(page, "Lock-1");
  const before = await storedBonds(page);
  session.emulator.log.length = 0;
  await press(page, "Check only, change nothing");
  await expectResult(page, 1, "never-proven");
  expect(await storedBonds(page)).toEqual(before);
  expect(session.emulator.log.filter(({ type }) => type === "read")).toEqual([]);
});

test("a device out of range is unreachable, and its bond stays as it was", async ({ session }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  const before = await storedBonds(session.page);
  await putInTheAir(session, "0B:0B:0B:0B:0B:0B", "Another", emulatedLock().table);
  await session.restart();
  await openDevice(session.page, "Lock-1");
  await press(session.page, "Verify the bond");
  await expectResult(session.page, 5);
  await expect(stateOf(session.page)).toContainText("Proven before");
  expect(await storedBonds(session.page)).toEqual(before);
});

test("closing the chooser is a cancellation, and nothing is stored", async ({ session, page }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  session.chooser.pick = pickCancel;
  await addBatteryDevice(page);
  await expect.poll(() => session.chooser.opened).toBe(1);
  await expect(page.getByRole("button", { name: "Choose the device" })).toBeEnabled();
  expect(await storedBonds(page)).toEqual([]);
});

test("an adapter that is taken away ends a verification with 3, and the bond stays", async ({
  session,
  page,
}) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await openDevice(page, "Lock-1");
  await session.emulator.setAdapter("absent");
  await press(page, "Verify the bond");
  await expectResult(page, 3, "adapter-missing");
  await expect(stateOf(page)).toContainText("Proven before");
});

test("a discovery that hangs for ever ends by our limit, with 5 and the bond untouched", async ({
  session,
}) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  await session.restart();
  const { page, emulator } = session;
  emulator.status.discovery = 0x08;
  await page.clock.install();
  await openDevice(page, "Lock-1");
  await press(page, "Verify the bond");
  // Every attempt waits its whole limit; the clock of the page jumps over the waiting.
  await expect(async () => {
    await page.clock.fastForward("00:16");
    await expect(page.getByText(/^\s*Code \d+, /)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await expectResult(page, 5, "time-limit");
  await expect(stateOf(page)).toContainText("Proven before");
});

test("a verification can be cancelled at any time, which changes nothing", async ({ session }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
  const before = await storedBonds(session.page);
  await session.restart();
  session.emulator.status.discovery = 0x08;
  await openDevice(session.page, "Lock-1");
  await press(session.page, "Verify the bond");
  await press(session.page, /^(Cancel|Stop)/);
  await expectResult(session.page, 6);
  const after = await storedBonds(session.page);
  expect(after).toEqual(before.map((bond) => ({ ...Object(bond), lastSeenAt: expect.any(String) })));
});

test("a value is read, watched and drawn", async ({ session, page }) => {
  const { table, level } = emulatedLock();
  await putInTheAir(session, LOCK, "Lock-1", table);
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await openDevice(page, "Lock-1");
  await openView(page, "Attributes");
  await press(page, "Connect");
  await press(page, /^Battery Level/);
  await press(page, "Read");
  await expect(page.getByText(/77\s*%/).first()).toBeVisible();
  await press(page, /^(Subscribe|Watch)/);
  await expect
    .poll(() => session.emulator.log.some(({ type }) => type === "subscribe-to-notifications"))
    .toBe(true);
  for (const value of [70, 60, 50]) await notify(page, level, Uuids.batteryLevel, [value]);
  await expect(page.getByText(/50\s*%/).first()).toBeVisible();
  await expect(page.getByRole("img", { name: /^Chart of/ })).toBeVisible();
});

test("two tabs agree on the devices", async ({ session, page }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  const other = await session.newPage();
  await other.goto("/#/");
  await page.bringToFront();
  await addBatteryDevice(page);
  await expectResult(page, 0);
  await expect(other.getByRole("link", { name: "Lock-1", exact: true })).toBeVisible();

  await openDevice(other, "Lock-1");
  await openDevice(page, "Lock-1");
  await page.getByLabel("Your name for it").fill("Front door");
  await press(page, "Rename");
  await expect(other.getByRole("heading", { level: 1, name: "Front door" })).toBeVisible();
});

test("a newer version in another tab takes the storage over, and this one says so", async ({
  session,
  page,
}) => {
  await page.goto("/#/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const newer = await session.newPage();
  await newer.goto("/keeper");
  await newer.evaluate(() => {
    const opening = indexedDB.open("bondkeeper", 1_000);
    return new Promise<void>((resolve) => opening.addEventListener("success", () => resolve()));
  });
  await page.bringToFront();
  await expect(page.getByText(/newer version/i).first()).toBeVisible();
});
