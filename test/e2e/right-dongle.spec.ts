/** A bond belongs to one dongle: with another adapter in use its page says to which, and is one step away from it. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect } from "../support/fixtures.ts";
import { bridge, DEVICE, pair } from "./bridged-room.ts";
import { DESK_DEVICES } from "./desk/devices.ts";
import { plug, pull, test } from "./desk/install.ts";
import { answer, beginPairing, chooseDongle, expectQuestion, goTo, opened } from "./dongle-person.ts";
import { expectResult, press, storedBonds } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

const elsewhere = (page: Page) => page.getByRole("region", { name: "This bond is with another dongle" });
const OTHER = { type: "public", octets: Uint8Array.of(0x00, 0x1b, 0xdc, 1, 2, 3) } as const;
const used = (page: Page) => new URL(page.url()).searchParams.get("adapter");

async function trust(page: Page, address: string): Promise<void> {
  await page.goto("/?adapter=bridge#/adapter");
  await page.getByRole("textbox", { name: "Address of the bridge" }).fill(address);
  await press(page, "Trust this bridge, and use it");
  await expect(page.getByText(`The program at ${address} sees every key`)).toBeVisible();
  await expect(opened(page)).toBeVisible();
}

test("a bond that is with another bridged dongle names it, and goes to it from the verification that failed", async ({
  page,
  guard,
}) => {
  const [mine, other] = [await bridge(), await bridge({ publicAddress: OTHER })];
  guard.allow(/request to another origin: ws:\/\/127\.0\.0\.1:/);
  guard.allow(/WebSocket connection to 'ws:\/\/127\.0\.0\.1:9001\/' failed/);
  try {
    await trust(page, mine.address);
    await page.getByRole("textbox", { name: "Name" }).fill("Desk dongle");
    await press(page, "Rename");
    await goTo(page, "");
    await pair(page);
    const encrypted = mine.encrypted();
    await trust(page, other.address);
    await goTo(page, "");
    await page.getByRole("link", { name: DEVICE, exact: true }).click();
    await expect(elsewhere(page)).toContainText("Only Desk dongle has its key, and can be used now.");
    await expect(elsewhere(page).getByRole("button", { name: "Use Desk dongle" })).toBeVisible();
    await expectAccessible(page);
    await press(page, "Verify the bond");
    await expectResult(page, 7, "other-adapter");
    await expectAccessible(page);
    const place = new URL(page.url()).hash;
    await press(page, "Use Desk dongle");
    await expect(elsewhere(page)).toBeHidden();
    await expect(page.getByRole("heading", { level: 1, name: DEVICE })).toBeVisible();
    expect(new URL(page.url()).hash, "still the same device").toBe(place);
    expect(mine.encrypted(), "nothing is connected by the step itself").toBe(encrypted);
    await press(page, "Verify the bond");
    await expectResult(page, 0);
    expect(mine.encrypted()).toBeGreaterThan(encrypted);
    expect(other.encrypted(), "the other dongle was given no key").toBe(0);
    expect(await storedBonds(page)).toHaveLength(1);
  } finally {
    await page.goto("about:blank");
    await mine.close();
    await other.close();
  }
});

test.describe("over USB", () => {
  const method = "just works";
  test.use({ methods: [method] });

  test("a dongle that is not plugged in is named, and can be used as soon as it is, from the page over the computer's own", async ({
    page,
    room,
  }) => {
    const { name } = DESK_DEVICES[method];
    const device = room.resident(method);
    await page.goto("/?adapter=usb#/adapter");
    await plug(room, page, "broadcom");
    await chooseDongle(page);
    await expect(opened(page)).toBeVisible();
    await beginPairing(page, method);
    await expectQuestion(page, method);
    await answer(page, method, device);
    await expectResult(page, 0);
    await goTo(page, "");
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(elsewhere(page), "its own dongle is in use").toBeHidden();
    const { hash } = new URL(page.url());

    await pull(room, page);
    await page.goto(`/?adapter=web-bluetooth${hash}`);
    await expect(elsewhere(page)).toContainText("Only USB dongle has its key. Plug it in");
    await expect(elsewhere(page).getByRole("button")).toHaveCount(0);
    await expectAccessible(page);
    await plug(room, page, "broadcom");
    await elsewhere(page).getByRole("button", { name: "Use USB dongle" }).click();
    await expect(elsewhere(page)).toBeHidden();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    expect(used(page)).toBe("usb");
    await press(page, "Verify the bond");
    await expectResult(page, 0);
    expect(device.paired, "nothing was paired again").toBe(1);
  });
});
