/**
 * The scenarios of a bond that is there before its application, over keys of our own: first pairing, a restart, a device
 * that was flashed anew, a forced repair, and a service at boot. The controller and the device say what happened.
 */
import type { Page } from "@playwright/test";
import { RESULT_PARAMETER, type ResultClaims } from "../../src/sdk/signed-result.ts";
import { verifyResult } from "../../src/sdk/verify-result.ts";
import { expect, test } from "../support/fixtures.ts";
import { DEVICE, room } from "./own-room.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

const NONCE = "AAECAwQFBgcICQoLDA0ODw";

/** Opens a link as another page would, and waits for what the test does on the screen. */
async function ask(page: Page, path: string, mode: string, returnTo: string): Promise<void> {
  await page.goto("about:blank");
  const parameters = { device: DEVICE, mode, level: "secure", nonce: NONCE, return: returnTo };
  const link = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  await page.goto(`${path}#${link.join("&")}`);
}

/** What came back in the address, verified as the page there would. */
async function answer(page: Page, returnTo: string): Promise<ResultClaims> {
  await page.waitForURL(`${returnTo}#**`, { timeout: 40_000 });
  const url = new URL(page.url());
  const fragment = new URLSearchParams(url.hash.slice(1));
  return verifyResult(fragment.get(RESULT_PARAMETER) ?? "", {
    publicKey: fragment.get("bond-key") ?? "",
    audience: url.origin,
    nonce: NONCE,
  });
}

test("first pairing, restart, flashed anew, forced repair and a start at boot", async ({
  session,
  guard,
}, info) => {
  const world = await room();
  guard.allow(new RegExp(`request to another origin: ${world.address}`));
  const returnTo = `${String(info.config.metadata["harness"])}index.html`;
  try {
    await test.step("first pairing: the person chooses and compares, then the answer is 0", async () => {
      const { page } = session;
      await ask(page, world.path, "ensure", returnTo);
      await expect(page.getByRole("heading", { name: "Which device is it?" })).toBeVisible({
        timeout: 20_000,
      });
      await press(page, "Choose the device");
      await page.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
      await press(page, "Yes, the same digits");
      await expect(page.getByRole("button", { name: "Allow, and go there" })).toBeVisible({
        timeout: 40_000,
      });
      await press(page, "Allow, and go there");
      expect(await answer(page, returnTo)).toMatchObject({
        code: 0,
        bondChanged: "created",
        level: "secure",
      });
    });

    await test.step("after a restart of the browser the bond is verified without a click", async () => {
      const before = world.encrypted();
      await session.restart();
      await ask(session.page, world.path, "ensure", returnTo);
      expect(await answer(session.page, returnTo)).toMatchObject({ code: 0, bondChanged: "none" });
      expect(world.encrypted()).toBeGreaterThan(before);
    });

    await test.step("flashed anew: nothing is paired without a click, and the person is told", async () => {
      const { page } = session;
      world.flash();
      await ask(page, world.path, "ensure", returnTo);
      await expect(page.getByText("What is left needs you")).toBeVisible({ timeout: 40_000 });
      await expect(page.getByText("(code 10)")).toBeVisible();
      await press(page, "Make sure of the bond");
      await expectResult(page, 10);
    });

    await test.step("forced repair: asked twice, compared, and the new bond replaces the old one", async () => {
      const { page } = session;
      await ask(page, world.path, "repair", returnTo);
      await press(page, "Start the repair");
      await press(page, "It was reset: replace it");
      await press(page, "Yes, the same digits");
      expect(await answer(page, returnTo)).toMatchObject({
        code: 0,
        bondChanged: "replaced",
        level: "secure",
      });
    });

    await test.step("at boot the kiosk encrypts with the stored key and goes on, without a click", async () => {
      const { page } = session;
      await page.goto("about:blank");
      await page.goto(`${world.path}#/kiosk`);
      await page.getByRole("checkbox", { name: new RegExp(`^${DEVICE}`) }).check();
      await page.getByLabel("Then go to").fill(returnTo);
      await press(page, "Save and start");
      await page.waitForURL(`${returnTo}#bond-code=0&bond-count=1`, { timeout: 40_000 });
      const before = world.encrypted();
      await session.restart();
      await session.page.goto(`${world.path}&kiosk`);
      await session.page.waitForURL(`${returnTo}#bond-code=0&bond-count=1`, { timeout: 40_000 });
      expect(world.encrypted()).toBeGreaterThan(before);
    });
  } finally {
    await session.page.goto("about:blank");
    await world.close();
  }
});
