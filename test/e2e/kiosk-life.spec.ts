/**
 * What a kiosk lives through with nobody beside it: a screen that wants to sleep, an adapter that goes, a network that
 * goes, a night of sleep, a page that hangs. Green is there only while the device proves it.
 */
import type { Page } from "@playwright/test";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect, test } from "../support/fixtures.ts";
import { bond } from "../support/records.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { expectSetUp, fillKiosk, headline, kioskWithLock, lineOf, watchGreen } from "./kiosk-board.ts";
import { press, putInTheAir, storedBonds } from "./person.ts";
import { plant } from "./seed.ts";

/** The wake locks that the browser gave, and which of them it still keeps. */
async function watchWakeLock(page: Page): Promise<() => Promise<readonly boolean[]>> {
  await page.addInitScript(() => {
    const given: WakeLockSentinel[] = [];
    Object.assign(globalThis, { wakeLocks: given });
    const { prototype } = WakeLock;
    const request: unknown = Reflect.get(prototype, "request");
    if (typeof request !== "function") return;
    Object.defineProperty(prototype, "request", {
      async value(this: WakeLock, type: WakeLockType) {
        const lock: WakeLockSentinel = await request.call(this, type);
        given.push(lock);
        return lock;
      },
    });
  });
  return () =>
    page.evaluate(() => {
      const given: readonly WakeLockSentinel[] = Reflect.get(globalThis, "wakeLocks");
      return given.map(({ released }) => !released);
    });
}

/**
 * Somebody looks at another window. A headless browser shows every page for ever, so what it would do is done here: it
 * lets go of its locks, says that the page is hidden, and tells the page.
 */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(async (now) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
    const given: readonly WakeLockSentinel[] = Reflect.get(globalThis, "wakeLocks");
    if (now) for (const lock of given) await lock.release();
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

const reads = ({ emulator }: BrowserSession): number =>
  emulator.log.filter(({ on, type }) => on === "characteristic" && type === "read").length;

test("the screen is kept on, also after the page was away, and until the set-up is opened", async ({
  session,
}) => {
  const { page } = session;
  const held = await watchWakeLock(page);
  await kioskWithLock(session);
  await press(page, "Save and start");
  await headline(page, "Ready");
  await expect.poll(held).toEqual([true]);

  const before = reads(session);
  await hide(page, true);
  expect(await held()).toEqual([false]);
  await hide(page, false);
  // Taken again, and what was proven before is proven anew.
  await expect.poll(held).toEqual([false, true]);
  await expect.poll(() => reads(session)).toBeGreaterThan(before);
  await headline(page, "Ready");

  await press(page, "Set-up");
  await press(page, "Go on");
  await expectSetUp(page);
  await expect.poll(held).toEqual([false, false]);
});

test("the adapter is pulled and comes back: it waits, says so, and is green again only by a new proof", async ({
  session,
}) => {
  const { page } = session;
  await kioskWithLock(session);
  await press(page, "Save and start");
  await headline(page, "Ready");
  await session.emulator.setAdapter("absent");
  await press(page, "Verify again");
  await expect(lineOf(page, "Lock-1")).toContainText("Bluetooth is not ready; trying again soon");
  await expect(page.getByText("0 of 1 bond proven")).toBeVisible();
  const before = reads(session);
  await session.emulator.setAdapter("powered-on");
  await headline(page, "Ready");
  expect(reads(session)).toBeGreaterThan(before);
});

test("without a network it starts, verifies, waits, and goes on when the network is back", async ({
  session,
  baseURL,
  guard,
}, info) => {
  guard.allow(/net::ERR_INTERNET_DISCONNECTED|Failed to (update|load)/);
  const next = `${String(info.config.metadata["harness"])}consumer.html?keeper=${encodeURIComponent(baseURL ?? "")}`;
  await kioskWithLock(session, { "Then go to": next });
  await session.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await press(session.page, "Save and start");
  await session.page.waitForURL(`${next}#bond-code=0&bond-count=1`);

  await session.restart();
  await session.context.setOffline(true);
  // The emulated cable does not tell a page that a service worker answered for: the machine would.
  await session.page.addInitScript(() => {
    Object.defineProperty(navigator, "onLine", { configurable: true, value: false });
  });
  await session.page.goto("/?kiosk");
  await headline(session.page, "Ready. Waiting for the network …");
  await expect(session.page.getByText("1 of 1 bond proven")).toBeVisible();
  await session.context.setOffline(false);
  await session.page.evaluate(() => {
    Object.defineProperty(navigator, "onLine", { configurable: true, value: true });
    dispatchEvent(new Event("online"));
  });
  await session.page.waitForURL(`${next}#bond-code=0&bond-count=1`);
});

test("after a night's sleep the proof of the evening counts for nothing", async ({ session }) => {
  const { page } = session;
  await kioskWithLock(session);
  await session.stopClock(Date.now());
  await press(page, "Save and start");
  await headline(page, "Ready");
  const evening = await storedProofs(page);
  await session.emulator.setAdapter("absent");
  await session.passTime(9 * 3_600_000);
  // Nobody touches anything: the clock itself says that the machine slept.
  await expect(lineOf(page, "Lock-1")).toContainText("trying again soon", { timeout: 15_000 });
  expect(await storedProofs(page)).toEqual(evening);
  await session.emulator.setAdapter("powered-on");
  await headline(page, "Ready");
  expect(await storedProofs(page)).not.toEqual(evening);
});

async function storedProofs(page: Page): Promise<string[]> {
  return JSON.stringify(await storedBonds(page)).match(/"at":"[^"]+","transport"/g) ?? [];
}

test("what hangs for good is started anew, and then it works", async ({ session }) => {
  const { page } = session;
  await kioskWithLock(session, { "Seconds for one try": "5" });
  // From now on the storage takes a proof and never answers, as a stuck disk would: no cancelling helps. A new page heals.
  await page.evaluate(() => {
    const { prototype } = IDBObjectStore;
    const put: unknown = Reflect.get(prototype, "put");
    if (typeof put !== "function") return;
    Object.defineProperty(prototype, "put", {
      value(this: IDBObjectStore, ...values: readonly unknown[]): unknown {
        if (this.name !== "bonds") return put.apply(this, values);
        Object.assign(globalThis, { stuck: true });
        return new Promise(() => {});
      },
    });
  });
  await press(page, "Save and start");
  await page.waitForFunction(() => Reflect.get(globalThis, "stuck") === true);
  // The watchdog loads the page anew: after the limit of one try, and the time that a stop may take.
  await headline(page, "Ready", 40_000);
  expect(await page.evaluate(() => Reflect.get(globalThis, "stuck"))).toBe(undefined);
});

test("green is a proof of this round: no record, no old proof and no failing device is ever shown green", async ({
  session,
}) => {
  const { page } = session;
  const { table, level } = emulatedLock();
  await putInTheAir(session, LOCK, "Lock-1", table);
  await kioskWithLock(session, {}, false);
  await plant(page, {
    bonds: [
      bond("gone", { name: "Proven before", platformId: "gone" }),
      bond("never", { name: "Never proven", platformId: "never", proofs: [] }),
      bond("bare", { name: "No probe", platformId: "bare", probe: null, proofs: [] }),
    ],
  });
  // The device answers, and refuses the one read that would prove its bond.
  level.fail = { read: 0x05 };
  await page.goto("/#/kiosk");
  await fillKiosk(page, ["Lock-1", "Proven before", "Never proven", "No probe"], {
    "Tries after the first": "0",
    "Seconds for one try": "5",
  });
  const green = await watchGreen(page);
  await press(page, "Save and start");
  await headline(page, "Somebody is needed", 30_000);
  expect(await green()).toEqual([]);
  await expect(page.getByText("0 of 4 bonds proven")).toBeVisible();

  // Now it lets itself be read: one line, and only that one, and the headline never.
  level.fail = {};
  await press(page, "Verify again");
  await expect(lineOf(page, "Lock-1")).toContainText("Proven at");
  await headline(page, "Somebody is needed", 30_000);
  expect(await green()).toEqual(["Lock-1"]);
});
