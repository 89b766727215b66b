/** A whole application on the SDK (`harness/app.ts`): how little is left in it, and that it works with that. */
import { readFileSync } from "node:fs";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { Uuids } from "../support/uuid.ts";
import { bluezLock, LOCK } from "./bench.ts";
import { press } from "./person.ts";

test.use({ layer: "bluez" });

const SOURCE = readFileSync(new URL("harness/app.ts", import.meta.url), "utf8");

test("an application has no pairing, no removal, no version and no retry of its own", () => {
  const code = SOURCE.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  expect(code).not.toMatch(/\bpair|unpair|remove|forget|repair|version|userAgent|retry|attempt|setTimeout/i);
  expect(code.split("\n").filter((line) => /[^\s{}();]/.test(line)).length).toBeLessThan(45);
});

test("chosen once, proven, read; after a restart without a question; refused, it says so and reads nothing", async ({
  session,
  bluez,
}, info) => {
  const address = `${String(info.config.metadata["harness"])}app.html`;
  await bluez.add(bluezLock());
  await bluez.characteristic(LOCK, Uuids.batteryLevel, { security: "NotAuthorized" });
  const { page } = session;
  await page.goto(address);
  await expect(page.locator("bond-status")).toContainText("No bond");
  await expect(page.getByRole("button", { name: "Check now" })).toHaveCount(0);
  await press(page, "Choose my lock");
  await expect(page.getByText("77 %")).toBeVisible({ timeout: 20_000 });
  await expect(page.locator("bond-status")).toContainText("Bond proven");
  await expectAccessible(page);

  await session.restart();
  const later = session.page;
  await later.goto(address);
  await expect(later.locator("bond-status")).toContainText("Bond proven");
  await press(later, "Read the battery");
  await expect(later.getByText("77 %")).toBeVisible({ timeout: 20_000 });
  expect(bluez.count("Pair"), "paired once, by the system, and never again").toBe(1);

  // The device was reset, or something stands there in its place.
  await bluez.peerForgets(LOCK);
  await press(later, "Read the battery");
  await expect(later.getByText(/^Not read: /)).toBeVisible({ timeout: 20_000 });
  await expect(later.getByText("77 %")).toHaveCount(0);
  await expect(later.locator("bond-status")).toContainText("The device refused its bond");
  await expectAccessible(later);
});
