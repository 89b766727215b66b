/** axe finds nothing on any screen, in light and in dark. */
import { axeFindings, expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { SCREENS } from "./screens.ts";

test("axe is there: a button without a name is found", async ({ page }) => {
  await page.goto("/#/settings");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.evaluate(() => document.body.append(document.createElement("button")));
  expect((await axeFindings(page)).join()).toContain("button-name");
});

for (const screen of SCREENS) {
  test(`axe finds nothing on the screen ${screen.name}, light and dark`, async ({ session }) => {
    await screen.show(session);
    await expectAccessible(session.page);
  });
}
