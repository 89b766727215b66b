/** A kiosk over keys of our own and a device that lost its bond: nothing is paired, and the person is told. */
import { readFile } from "node:fs/promises";
import { expect, test } from "../support/fixtures.ts";
import { fillKiosk, headline, lineOf } from "./kiosk-board.ts";
import { DEVICE, room } from "./own-room.ts";
import { expectResult, press, storedBonds } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

test("a device that lost its bond needs a person, code 10: it is not paired, the bond stays, and nobody is sent on", async ({
  session,
  guard,
}, info) => {
  const world = await room();
  guard.allow(new RegExp(`request to another origin: ${world.address}`));
  const next = `${String(info.config.metadata["harness"])}index.html`;
  const { page } = session;
  try {
    await page.goto(`${world.path}#/scan`);
    const row = page.getByRole("list", { name: "Devices in the air" }).getByRole("button", { name: DEVICE });
    await row.click({ timeout: 20_000 });
    await press(page, "Pair");
    await press(page, "Yes, the same digits");
    await expectResult(page, 0);
    expect(world.bonds()).toBe(1);

    world.flash();
    await page.goto("about:blank");
    await page.goto(`${world.path}#/kiosk`);
    await fillKiosk(page, [DEVICE], { "Then go to": next });
    await page.getByText("Limits of its own").click();
    await page.getByLabel(`Limit of ${DEVICE}, in seconds`).fill("601");
    await press(page, "Save and start");
    await expect(page.getByLabel(`Limit of ${DEVICE}, in seconds`)).toBeFocused();
    await page.getByLabel(`Limit of ${DEVICE}, in seconds`).fill("60");
    await page.getByLabel(`More tries with ${DEVICE}`).fill("5");
    await press(page, "Save and start");
    await headline(page, "Somebody is needed", 40_000);
    await expect(lineOf(page, DEVICE)).toContainText("Needs a person");
    await expect(lineOf(page, DEVICE)).toContainText("The device refuses this bond");
    const download = page.waitForEvent("download");
    await press(page, "Save the report");
    const report = await readFile(await (await download).path(), "utf8");
    expect(report).toMatch(new RegExp(`^${DEVICE}: Needs a person \\(code 10, [a-z-]+\\)$`, "m"));

    // Nobody was asked, nothing was paired on either side, and the old bond is there, marked.
    await press(page, "Verify again");
    await headline(page, "Somebody is needed", 40_000);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    expect(world.bonds()).toBe(0);
    expect(new URL(page.url()).hash).toBe("#/kiosk");
    const bonds = await storedBonds(page);
    expect(bonds).toMatchObject([{ archived: null, suspect: { reason: expect.any(String) } }]);
  } finally {
    await session.page.goto("about:blank");
    await world.close();
  }
});
