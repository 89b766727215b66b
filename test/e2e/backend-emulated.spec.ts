/** The Web Bluetooth backend in a real browser, with the adapter and the peripherals emulated by the browser. */
import { expect, test } from "../support/fixtures.ts";
import { pickAddress, pickCancel } from "../support/chooser.ts";
import { notify } from "../support/bluetooth-emulator.ts";
import { Uuids } from "../support/uuid.ts";
import { choose, connectAndDiscover, emulatedLock, LEVEL, LOCK, openBench } from "./bench.ts";

test("a device is chosen, connected, discovered, read, written and watched", async ({
  session,
  page,
}, info) => {
  const { table, level } = emulatedLock();
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", table));
  await openBench(page, info);
  expect(await choose(page)).toEqual({ value: "Lock-1" });
  await connectAndDiscover(page);
  expect(await page.evaluate((ref) => harness.read(ref), LEVEL)).toEqual({ value: [77] });
  expect(await page.evaluate((ref) => harness.write(ref, [7]), LEVEL)).toEqual({ value: "written" });
  expect(level.value).toEqual([7]);
  expect(await page.evaluate((ref) => harness.subscribe(ref), LEVEL)).toEqual({ value: "subscribed" });
  await notify(page, level, Uuids.batteryLevel, [42]);
  await expect.poll(() => page.evaluate(() => harness.seen)).toEqual([[42]]);
  expect(session.chooser.opened).toBe(1);
});

test("a known device comes back after a reload and after a restart, without a chooser", async ({
  session,
}, info) => {
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", emulatedLock().table));
  await openBench(session.page, info);
  await choose(session.page);
  // Its name may come back empty; the id is what the browser promises.
  const idOfKnown = () => session.page.evaluate(() => harness.knownIds());
  const before = await idOfKnown();
  await session.page.reload();
  expect(await idOfKnown()).toEqual(before);
  await session.restart();
  await openBench(session.page, info);
  expect(await idOfKnown()).toEqual(before);
  await connectAndDiscover(session.page);
  expect(await session.page.evaluate((ref) => harness.read(ref), LEVEL)).toEqual({ value: [77] });
  expect(session.chooser.opened).toBe(0);
});

test("a forgotten device needs to be chosen again", async ({ session, page }, info) => {
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", emulatedLock().table));
  await openBench(page, info);
  await choose(page);
  expect(await page.evaluate(() => harness.forget())).toEqual({ value: "forgotten" });
  const refused = { failure: { kind: "permission-lost" } };
  expect(await page.evaluate(() => harness.connect())).toEqual(refused);
  expect(await page.evaluate(() => harness.knownIds())).toEqual({ value: [] });
});

test("closing the chooser is a cancellation by the person", async ({ session, page }, info) => {
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", emulatedLock().table));
  session.chooser.pick = pickCancel;
  await openBench(page, info);
  expect(await choose(page)).toEqual({ failure: { kind: "cancelled", by: "chooser" } });
});

test("a lost link ends an open read and is reported", async ({ session, page }, info) => {
  const { table, level } = emulatedLock();
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", table));
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  level.hold = new Set(["read"]);
  const read = page.evaluate((ref) => harness.read(ref), LEVEL);
  await expect.poll(() => session.emulator.log.some(({ type }) => type === "read")).toBe(true);
  await session.emulator.disconnect(LOCK);
  expect(await read).toHaveProperty("failure");
  expect(await page.evaluate(() => harness.closed())).toEqual({ value: { by: "peer" } });
  level.hold = new Set();
  await connectAndDiscover(page);
  expect(await page.evaluate((ref) => harness.read(ref), LEVEL)).toEqual({ value: [77] });
});

test("a discovery that never settles ends by our limit, and the next attempt heals it", async ({
  session,
  page,
}, info) => {
  await session.populate((emulator) => emulator.addPreconnected(LOCK, "Lock-1", emulatedLock().table));
  session.emulator.status.discovery = 0x08;
  await openBench(page, info, 1_500);
  await choose(page);
  expect(await page.evaluate(() => harness.connect())).toEqual({ value: "connected" });
  expect(await page.evaluate(() => harness.discover())).toEqual({
    failure: { kind: "timeout", during: "discover", afterMs: 1_500 },
  });
  session.emulator.status.discovery = 0;
  await connectAndDiscover(page);
});

test("a failing connection is unreachable, a later one succeeds", async ({ session, page }, info) => {
  const found = "0A:0A:0A:0A:0A:0A";
  session.chooser.pick = pickAddress(found);
  await openBench(page, info);
  const chosen = choose(page);
  await expect.poll(() => session.chooser.opened).toBe(1);
  await session.emulator.advertise(found, [Uuids.battery]);
  await chosen;
  const rows = [
    [0x08, "attempt-failed"],
    [0x3e, "unknown"],
  ] as const;
  for (const [status, detail] of rows) {
    session.emulator.status.connection = status;
    expect(await page.evaluate(() => harness.connect())).toEqual({
      failure: { kind: "unreachable", detail },
    });
  }
  session.emulator.status.connection = 0;
  expect(await page.evaluate(() => harness.connect())).toEqual({ value: "connected" });
});

test("an adapter that is taken away is missing", async ({ session, page }, info) => {
  await openBench(page, info);
  expect(await page.evaluate(() => harness.availability())).toEqual({ value: { state: "ready" } });
  await session.emulator.setAdapter("absent");
  expect(await page.evaluate(() => harness.availability())).toEqual({ value: { state: "adapter-missing" } });
  expect(await choose(page)).toEqual({ failure: { kind: "adapter", state: "missing" } });
});
