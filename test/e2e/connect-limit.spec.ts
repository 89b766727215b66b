/** How long a dongle tries to connect is a setting, and what it is holds from the next attempt on. */
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { bridge, DEVICE, pair } from "./bridged-room.ts";
import { goTo } from "./dongle-person.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 120_000 });

test("a device that is away is given up after the seconds that a person set, and its bond is kept", async ({
  page,
  guard,
}) => {
  guard.allow(/request to another origin: ws:\/\/127\.0\.0\.1:/);
  const room = await bridge();
  let empty: Awaited<ReturnType<typeof bridge>> | undefined;
  const seconds = page.getByRole("textbox", {
    name: "Seconds after which an attempt to connect is given up",
  });
  try {
    await page.goto(room.path);
    await pair(page);
    await goTo(page, "");
    await page.goto("about:blank");
    await room.close();
    empty = await bridge({}, { port: room.port, empty: true });
    await page.goto(room.path.replace(/#.*$/u, "#/settings"));
    await expect(seconds).toHaveValue("10");
    await seconds.fill("4");
    await seconds.press("Enter");
    await expect(page.getByText("A whole number from 5 to 120.")).toBeVisible();
    await expectAccessible(page);
    await seconds.fill("6");
    await seconds.press("Enter");
    await expect(page.getByText("A pairing that runs is never cut.")).toBeVisible();
    for (const visit of ["at once", "after a reload"]) {
      await page.goto(page.url().replace(/#.*$/u, "#/"));
      await page.getByRole("link", { name: DEVICE, exact: true }).click();
      await press(page, "Verify the bond");
      await expectResult(page, 5, "time-limit");
      await page.getByText("Every step").click();
      await expect(page.getByText("No answer for 6 s while connecting").first(), visit).toBeVisible();
      await expect(page.locator("device-header").getByText("Proven before").first()).toBeVisible();
      await page.reload();
    }
  } finally {
    await page.goto("about:blank");
    await room.close().catch(() => {});
    await empty?.close();
  }
});
