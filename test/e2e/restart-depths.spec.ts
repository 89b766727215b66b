/**
 * A bond over an adapter of our own, and everything that can end in between: each time the device must be encrypted with
 * the stored key again, and it is the controller and the device that say so, not our records.
 */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { press } from "./person.ts";
import { bridge, DEVICE, pair, verify } from "./bridged-room.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 90_000 });

test.describe("over a bridge", () => {
  test("page reload, tab crash and browser restart each end in a link encrypted with the stored key", async ({
    session,
    guard,
  }) => {
    const room = await bridge();
    guard.allow(new RegExp(`request to another origin: ${room.address}`));
    try {
      await session.page.goto(room.path);
      await pair(session.page);
      const first = room.encrypted();
      expect(first).toBeGreaterThan(0);

      await session.page.reload();
      await verify(session.page);
      const reloaded = room.encrypted();
      expect(reloaded).toBeGreaterThan(first);

      const cdp = await session.context.newCDPSession(session.page);
      const crash = session.page.waitForEvent("crash");
      // Never answered: whoever could answer is gone.
      void cdp.send("Page.crash").catch(() => undefined);
      await crash;
      const next = await session.newPage();
      await next.goto(room.path);
      await verify(next);
      const crashed = room.encrypted();
      expect(crashed).toBeGreaterThan(reloaded);

      await session.restart();
      await session.page.goto(room.path);
      await verify(session.page);
      expect(room.encrypted()).toBeGreaterThan(crashed);
      expect(room.heard.filter((line) => /bonded|pairing/iu.test(line)).length).toBeLessThanOrEqual(1);
    } finally {
      await session.page.goto("about:blank");
      await room.close();
    }
  });

  test("a second tab names the owner, takes the adapter over, and encrypts with the same key", async ({
    session,
    guard,
  }) => {
    const room = await bridge();
    guard.allow(new RegExp(`request to another origin: ${room.address}`));
    try {
      await session.page.goto(room.path);
      await pair(session.page);
      const before = room.encrypted();
      const second = await session.newPage();
      await second.goto(room.path);
      await expect(second.getByRole("heading", { name: "Another tab has the adapter" })).toBeVisible();
      await expect(second.getByText(/the tab opened at/)).toBeVisible();
      await press(second, "Take it over");
      await expect(second.getByRole("heading", { name: "Another tab has the adapter" })).toBeHidden();
      await verify(second);
      expect(room.encrypted()).toBeGreaterThan(before);
      await session.page.bringToFront();
      await expect(session.page.getByRole("heading", { name: "The bridge is gone" })).toBeVisible();
      await second.close();
      await press(session.page, "Try again");
      await verify(session.page);
    } finally {
      await session.page.goto("about:blank");
      await room.close();
    }
  });
});

/** What the device in the simulator itself saw since the page was loaded. */
async function seenByDevice(page: Page): Promise<{ readonly paired: number; readonly encrypted: number }> {
  const line = page
    .getByRole("complementary", { name: "Simulation" })
    .getByRole("listitem", { includeHidden: true });
  const text = (await line.filter({ hasText: DEVICE }).textContent()) ?? "";
  const count = (what: string): number => Number(new RegExp(`(\\d+) ${what}s?`, "u").exec(text)?.[1] ?? 0);
  return { paired: count("pairing"), encrypted: count("encryption") };
}

/** `verify`, and the device saw its kept key used for it, and no pairing. */
async function verifyAsDeviceSees(page: Page): Promise<void> {
  const before = await seenByDevice(page);
  await verify(page);
  const after = await seenByDevice(page);
  expect(after.encrypted).toBeGreaterThan(before.encrypted);
  expect(after.paired).toBe(before.paired);
}

test.describe("in the simulator", () => {
  test("a reload keeps the bonds of both sides; pulled out and plugged in again the bond is used again", async ({
    page,
  }) => {
    await page.goto("/?adapter=simulator#/");
    await expect(page.getByText("Nothing here is real.")).toBeVisible();
    await pair(page);
    expect((await seenByDevice(page)).paired).toBe(1);
    await page.reload();
    await verifyAsDeviceSees(page);
    await page.getByText("Nothing here is real.").click();
    await press(page, "Pull the dongle out");
    await expect(page.getByRole("heading", { name: "The dongle is gone" })).toBeVisible();
    await press(page, "Plug the dongle in");
    await expect(page.getByRole("heading", { name: "The dongle is gone" })).toBeHidden();
    await verifyAsDeviceSees(page);
  });

  test("another dongle has none of the bonds until a person moves them, and then they encrypt", async ({
    page,
  }) => {
    await page.goto("/?adapter=simulator#/");
    await pair(page);
    await page.getByText("Nothing here is real.").click();
    await press(page, "Replace the dongle by another");
    await page.goto("/?adapter=simulator#/keys");
    const groups = page.getByRole("list", { name: "Bonds by adapter" }).getByRole("heading");
    await expect(groups).toHaveCount(2);
    await page.getByRole("button", { name: "Move …" }).first().click();
    await expectAccessible(page);
    await page.getByRole("dialog").getByRole("button", { name: "Move", exact: true }).click();
    await expect(page.getByText("Our identity and 1 bond were moved").first()).toBeVisible();
    await page.reload();
    await verifyAsDeviceSees(page);
    expect(await seenByDevice(page), "nothing was paired over the other dongle").toMatchObject({ paired: 0 });
  });
});
