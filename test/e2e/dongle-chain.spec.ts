/**
 * The life of a bond over a dongle, from the plug to a repair, once for each way to pair. What the page says is compared
 * with what the dongle and the device saw: pairings, keys, encryptions, values handed out.
 */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect } from "../support/fixtures.ts";
import type { DeskKind } from "./desk/desk.ts";
import { DESK_DEVICES, type Method, METHODS } from "./desk/devices.ts";
import { plug, pull, test } from "./desk/install.ts";
import type { Resident } from "./desk/resident.ts";
import type { Room } from "./desk/room.ts";
import {
  answer,
  beginPairing,
  chooseDongle,
  decline,
  dialog,
  expectQuestion,
  goTo,
  opened,
  openOwn,
  readProtected,
  verify,
} from "./dongle-person.ts";
import { expectResult, press, stateOf } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 300_000 });

interface Life {
  readonly page: Page;
  readonly room: Room;
  readonly kind: DeskKind;
  readonly method: Method;
  readonly device: Resident;
  /** Every screen on the way is looked at for accessibility, not only those that this way to pair has to itself. */
  readonly thorough: boolean;
}

async function accessible({ page, thorough }: Life): Promise<void> {
  if (thorough) await expectAccessible(page);
}

/** `work` ends with a link that the stored key encrypted, as both sides saw it, and with no pairing. */
async function reencrypts({ room, device }: Life, work: () => Promise<void>): Promise<void> {
  const { witness } = room;
  const before = { asked: witness.keys.length, encrypted: witness.encrypted, there: device.encrypted };
  const pairings = { here: witness.pairingRequests, there: device.paired };
  await work();
  expect(witness.keys.length, "LE Enable Encryption").toBeGreaterThan(before.asked);
  expect(new Set(witness.keys.slice(before.asked)), "the key that the device has").toEqual(
    new Set([device.key]),
  );
  expect(witness.encrypted, "Encryption Change at the dongle").toBeGreaterThan(before.encrypted);
  expect(device.encrypted, "encrypted at the device").toBeGreaterThan(before.there);
  expect({ here: witness.pairingRequests, there: device.paired }, "no pairing").toEqual(pairings);
}

async function plugIn(life: Life): Promise<void> {
  const { page, room, kind } = life;
  await page.goto(`/?adapter=${kind === "serial" ? "serial" : "usb"}#/adapter`);
  await page.getByRole("heading", { name: "Adapter", level: 1 }).waitFor();
  await plug(room, page, kind);
  await accessible(life);
  await chooseDongle(page);
  if (kind !== "serial")
    await expect(page.getByRole("heading", { name: "This dongle can be used" })).toBeVisible();
  await expect(opened(page)).toBeVisible();
  await accessible(life);
}

async function pairs({ page, room, method, device }: Life): Promise<void> {
  await beginPairing(page, method);
  await expectQuestion(page, method);
  await expectAccessible(page);
  expect(device.bonded, "nothing is agreed before the answer").toBe(false);
  await answer(page, method, device);
  await expectResult(page, 0);
  await expectAccessible(page);
  expect(device.paired).toBe(1);
  expect(device.bonded).toBe(true);
  expect(room.witness.encrypted).toBeGreaterThan(0);
}

/** Whatever link there is: the dongle and the device are left with it, and the page knows nothing of it any more. */
async function reload({ page }: Life): Promise<void> {
  await page.reload();
  await goTo(page, "adapter");
  await expect(opened(page)).toBeVisible();
}

async function replug(life: Life): Promise<void> {
  const { page, room, kind } = life;
  await goTo(page, "adapter");
  await pull(room, page);
  await expect(page.getByRole("heading", { name: "The dongle is gone" })).toBeVisible();
  await accessible(life);
  await plug(room, page, kind);
  await expect(opened(page)).toBeVisible();
}

/** The device has no key any more: that makes the bond suspect, and nothing else. */
async function loses(life: Life): Promise<void> {
  const { page, room, device } = life;
  const { pairingRequests, keyMissing } = room.witness;
  device.loseKeys();
  await verify(page, device.name, 10, "key-missing");
  await expect(stateOf(page)).toContainText("Suspect");
  await accessible(life);
  expect(room.witness.keyMissing, "the device said so").toBeGreaterThan(keyMissing);
  expect(room.witness.pairingRequests, "nothing is paired by itself").toBe(pairingRequests);
  expect(device.bonded).toBe(false);
}

/** A person wants it, and says so twice. */
async function consents(life: Life): Promise<void> {
  const { page, device } = life;
  await openOwn(page, device.name);
  await press(page, "Repair the bond");
  await expect(page.getByRole("group", { name: /^Replace the bond with/u })).toBeVisible();
  await accessible(life);
  await press(page, "It was reset: replace it");
}

/** So soon after a pairing that failed there is a pause; the page counts it down, and the person tries again then. */
async function sitsOutThePause({ page }: Life): Promise<void> {
  const over = page.getByText("You can try again now.").filter({ visible: true }).first();
  const asked = dialog(page).getByRole("heading");
  await expect(asked.or(over).first()).toBeVisible({ timeout: 30_000 });
  if (await asked.isVisible()) return;
  const why = page.getByText("Before the next one there is a pause").filter({ visible: true });
  await expect(why.first()).toBeVisible();
  await press(page, "Try again");
  await press(page, "It was reset: replace it");
}

async function repairs(life: Life, code: number, reason = ""): Promise<void> {
  const { page, method, device } = life;
  await consents(life);
  await sitsOutThePause(life);
  await expectQuestion(page, method);
  await answer(page, method, device);
  await expectResult(page, code, reason);
}

async function lives(life: Life): Promise<void> {
  const { page, room, method, device } = life;
  const { name } = DESK_DEVICES[method];
  await test.step("plugged in, picked, graded, opened", () => plugIn(life));
  await test.step("found by the scanner, and paired", () => pairs(life));
  const first = device.key;
  await test.step("the protected value is read over an encrypted link", async () => {
    const { reads } = device;
    await reencrypts(life, () => readProtected(page, method));
    expect(device.reads).toBeGreaterThan(reads);
    expect(device.connected, "when the page is loaded again").toBe(true);
  });
  await test.step("loaded again, it encrypts without a question", async () => {
    await reload(life);
    await reencrypts(life, () => verify(page, name));
  });
  await test.step("plugged in again, it encrypts without a question", async () => {
    await replug(life);
    await reencrypts(life, () => verify(page, name));
  });
  await test.step("the device lost its key: suspect, and nothing happens by itself", () => loses(life));
  await test.step("a repair that a person stops leaves the old bond", async () => {
    await consents(life);
    await expectQuestion(page, method);
    await decline(page);
    // Other digits may mean somebody in the middle: that is more than a change of mind.
    if (method === "numeric comparison") await expectResult(page, 2, "comparison-rejected");
    else await expectResult(page, 6);
    expect(device.bonded).toBe(false);
  });
  await test.step("a repair whose new key does not last gives the old bond back", async () => {
    device.forgets = true;
    await repairs(life, 2);
    device.forgets = false;
    expect(device.paired, "it did pair").toBe(2);
    await device.giveBack();
    expect(device.key).toBe(first);
    await reencrypts(life, () => verify(page, name));
    expect(room.witness.keys.at(-1), "the first key").toBe(first);
  });
  await test.step("lost again, a repair with consent ends in a new bond that encrypts", async () => {
    await loses(life);
    await repairs(life, 0);
    expect(device.paired).toBe(3);
    expect(device.key).not.toBe(first);
    await reload(life);
    await reencrypts(life, () => verify(page, name));
  });
}

for (const method of METHODS)
  test.describe(method, () => {
    test.use({ methods: [method] });
    test(`over WebUSB: from the plug to a repair, by ${method}`, async ({ page, room }) => {
      const device = room.resident(method);
      await lives({ page, room, kind: "broadcom", method, device, thorough: method === METHODS[0] });
      const { longEvents, longData } = room.witness;
      expect(longEvents, "events of more than one USB packet").toBeGreaterThan(0);
      // The longest that is sent: a public key, which the old kind of pairing has not.
      if (method !== "legacy passkey")
        expect(longData, "data of more than one USB packet").toBeGreaterThan(0);
      expect(room.overtaken, "events and data that overtook each other").toBeGreaterThan(0);
    });
  });

for (const kind of ["serial", "zephyr"] as const)
  test.describe(kind, () => {
    test.use({ methods: ["passkey typed here"] });
    test(`over ${kind === "serial" ? "Web Serial" : "H4 in bulk transfers"}: from the plug to a repair`, async ({
      page,
      room,
    }) => {
      const method = "passkey typed here";
      const device = room.resident(method);
      await lives({ page, room, kind, method, device, thorough: kind === "serial" });
    });
  });
