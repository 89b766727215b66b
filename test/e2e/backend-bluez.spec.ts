/**
 * The Web Bluetooth backend on Chromium's real BlueZ backend: every error of the system as the page's failure, pairing
 * on demand, notifications, link loss, the adapter.
 */
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import type { Failure } from "../../src/link/failure.ts";
import { Uuids } from "../support/uuid.ts";
import { bluezLock, choose, connectAndDiscover, LEVEL, LOCK, openBench } from "./bench.ts";

test.use({ layer: "bluez" });

const OPERATIONS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  read: (page) => page.evaluate((ref) => harness.read(ref, true), LEVEL),
  write: (page) => page.evaluate((ref) => harness.write(ref, [1], true), LEVEL),
  subscribe: (page) => page.evaluate((ref) => harness.subscribe(ref, true), LEVEL),
};

const CONNECT: readonly (readonly [error: string, failure: Failure])[] = [
  ["AuthenticationFailed", { kind: "pairing-failed", reason: "authentication-failed" }],
  ["AuthenticationCanceled", { kind: "pairing-failed", reason: "os-canceled" }],
  ["AuthenticationRejected", { kind: "pairing-failed", reason: "declined-by-peer" }],
  ["AuthenticationTimeout", { kind: "pairing-failed", reason: "os-timeout" }],
  ["ConnectionAttemptFailed", { kind: "unreachable", detail: "attempt-failed" }],
  ["Failed", { kind: "unreachable", detail: "attempt-failed" }],
  ["InProgress", { kind: "busy", what: "connect" }],
  ["NotAvailable", { kind: "unreachable", detail: "unknown" }],
  ["NotReady", { kind: "adapter", state: "off" }],
  ["DoesNotExist", { kind: "device-gone" }],
];

test("every error of Connect becomes its failure", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await openBench(page, info);
  expect(await choose(page)).toEqual({ value: "Lock-1" });
  for (const [error, failure] of CONNECT) {
    await bluez.behave(LOCK, { connect: [error, "as the test wants it"] });
    expect.soft(await page.evaluate(() => harness.connect()), error).toEqual({ failure });
  }
});

const OPERATION: readonly (readonly [error: string, failure: Partial<Failure>])[] = [
  ["NotPermitted", { kind: "access-refused", why: "not-permitted", ambiguous: true }],
  ["NotAuthorized", { kind: "access-refused", why: "not-authorized" }],
  ["NotPaired", { kind: "access-refused", why: "not-paired" }],
  ["Failed", { kind: "att-error" }],
  ["InvalidValueLength", { kind: "invalid-length" }],
  ["InvalidOffset", { kind: "att-error" }],
  ["InvalidArguments", { kind: "att-error" }],
  ["NotSupported", { kind: "not-supported", what: "operation" }],
  ["InProgress", { kind: "busy", what: "operation" }],
];

test("every error of a paired device becomes its failure, the same for read, write and subscribe", async ({
  bluez,
  page,
}, info) => {
  await bluez.add(bluezLock(true));
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  for (const [error, failure] of OPERATION) {
    const refusal = [error, "as the test wants it"] as const;
    const fail = { ReadValue: refusal, WriteValue: refusal, StartNotify: refusal };
    await bluez.characteristic(LOCK, Uuids.batteryLevel, { fail });
    for (const [name, run] of Object.entries(OPERATIONS)) {
      expect.soft(await run(page), `${name}: ${error}`).toMatchObject({ failure });
    }
  }
  expect(bluez.count("Pair")).toBe(0);
});

test("what needs a bond pairs on demand and then succeeds", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  expect(await OPERATIONS["read"]?.(page)).toEqual({ value: [77] });
  expect(bluez.count("Pair")).toBe(1);
  expect(await OPERATIONS["write"]?.(page)).toEqual({ value: "written" });
  expect(bluez.count("Pair")).toBe(1);
});

test("a pairing that fails comes out of the read with its reason", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  for (const [error, failure] of CONNECT.slice(0, 4)) {
    await bluez.behave(LOCK, { pairing: { error: [error, "as the test wants it"] } });
    expect.soft(await OPERATIONS["read"]?.(page), error).toEqual({ failure });
  }
  // Chromium tries a rejected pairing ten times, each other one once.
  expect(bluez.count("Pair")).toBe(13);
});

test("a passkey that Chromium cannot ask for is a cancellation by the system", async ({
  bluez,
  page,
}, info) => {
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  await bluez.announceAgents();
  await expect.poll(() => bluez.count("RequestDefaultAgent")).toBe(1);
  for (const agent of ["RequestPasskey", "DisplayPasskey"] as const) {
    await bluez.behave(LOCK, { pairing: { agent } });
    const failure = { kind: "pairing-failed", reason: "os-canceled" };
    expect.soft(await OPERATIONS["read"]?.(page), agent).toEqual({ failure });
  }
});

test("a bond that only the system still has is refused, and nothing pairs again", async ({
  bluez,
  page,
}, info) => {
  await bluez.add(bluezLock(true));
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  await bluez.peerForgets(LOCK);
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  expect(await OPERATIONS["read"]?.(page)).toMatchObject({ failure: { why: "not-authorized" } });
  expect(bluez.count("Pair")).toBe(0);
});

test("notifications arrive in order, equal ones too", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  expect(await OPERATIONS["subscribe"]?.(page)).toEqual({ value: "subscribed" });
  for (const octet of [1, 2, 3, 3, 4]) await bluez.notify(LOCK, Uuids.batteryLevel, [octet]);
  await expect.poll(() => page.evaluate(() => harness.seen)).toEqual([[1], [2], [3], [3], [4]]);
});

test("a lost link ends an open read, is reported, and a new one works", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { hold: ["ReadValue"] });
  const read = OPERATIONS["read"]?.(page);
  await expect.poll(() => bluez.count("ReadValue")).toBe(1);
  await bluez.loseLink(LOCK);
  expect(await read).toHaveProperty("failure");
  expect(await page.evaluate(() => harness.closed())).toEqual({ value: { by: "peer" } });
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { hold: [] });
  await connectAndDiscover(page);
  expect(await OPERATIONS["read"]?.(page)).toEqual({ value: [77] });
});

test("a device that the system removed must be chosen again, and keeps its id", async ({
  bluez,
  page,
}, info) => {
  await bluez.add(bluezLock(true));
  await openBench(page, info);
  await choose(page);
  const before = await page.evaluate(() => harness.knownIds());
  await expect.poll(() => bluez.count("StopDiscovery")).toBe(1);
  await bluez.systemForgets(LOCK);
  expect(await page.evaluate(() => harness.connect())).toMatchObject({ failure: { kind: "unreachable" } });
  expect(await choose(page)).toEqual({ value: "Lock-1" });
  expect(await page.evaluate(() => harness.knownIds())).toEqual(before);
  await connectAndDiscover(page);
});

test("another firmware's table is what the next connection discovers", async ({ bluez, page }, info) => {
  await bluez.add(bluezLock());
  await openBench(page, info);
  await choose(page);
  await connectAndDiscover(page);
  await page.evaluate(() => harness.disconnect());
  const level = { uuid: Uuids.batteryLevel, flags: ["read"], value: [5] };
  await bluez.setServices(LOCK, [{ uuid: Uuids.battery, characteristics: [level] }]);
  // Chromium may still take the link that is just ending for a good one: then it is lost once more.
  await expect(() => connectAndDiscover(page)).toPass();
  expect(await OPERATIONS["read"]?.(page)).toEqual({ value: [5] });
});

test("an adapter switched off stays available, one that is unplugged does not", async ({
  bluez,
  page,
}, info) => {
  await openBench(page, info);
  const availability = () => page.evaluate(() => harness.availability());
  await bluez.power(false);
  expect(await availability()).toEqual({ value: { state: "ready" } });
  await bluez.present(false);
  await expect.poll(availability).toEqual({ value: { state: "adapter-missing" } });
  await bluez.present(true);
  await expect.poll(availability).toEqual({ value: { state: "ready" } });
});
