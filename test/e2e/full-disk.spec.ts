/** A disk without room, as the browser itself says it: nothing is paired unasked, no bond is lost, no answer pretends. */
import { expectAccessible } from "../support/axe.ts";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult, press } from "./person.ts";

test.use({ layer: "none" });
test.describe.configure({ timeout: 90_000 });

const HOME = "/?adapter=simulator#/";
const ADD = "/?adapter=simulator#/add";

/** The browser starts again with room for `octets` only. It takes a limit into account before the page opens, never after. */
async function restartWith(session: BrowserSession, octets: number): Promise<void> {
  const { origin } = new URL(session.page.url());
  await session.restart();
  const cdp = await session.context.newCDPSession(session.page);
  await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: octets });
}

async function choose({ page }: BrowserSession, name: string): Promise<void> {
  await press(page, "Choose the device");
  await page.getByRole("dialog").getByRole("button", { name }).click();
}

async function verify({ page }: BrowserSession, name: string): Promise<void> {
  await page.goto(HOME);
  await page.getByRole("link", { name, exact: true }).click();
  await press(page, "Verify the bond");
}

test("a full disk is told before anything is paired, and the bond from before works, then and afterwards", async ({
  session,
}) => {
  await session.page.goto(ADD);
  await choose(session, "Pulse belt");
  await press(session.page, "Pair without a check");
  await expectResult(session.page, 0);

  await restartWith(session, 1);
  const { page } = session;
  await page.goto(ADD);
  await choose(session, "Front door");
  const question = page.getByRole("group", { name: "Pair although the bond cannot be stored?" });
  await expect(question).toContainText("there may be no room left");
  await expectAccessible(page);
  await question.getByRole("button", { name: "Do not pair now" }).click();
  await expectResult(page, 4, "keys-not-writable");

  await press(page, "Add another device");
  await choose(session, "Front door");
  await question.getByRole("button", { name: "Pair for this page only" }).click();
  await press(page, "Yes, the same digits");
  await expectResult(page, 9);

  // Its proof cannot be dated, and that is said; nothing else of it is missing.
  await verify(session, "Pulse belt");
  await expectResult(page, 9, "store-failed");

  await session.restart();
  await verify(session, "Pulse belt");
  await expectResult(session.page, 0);
});

test("a dongle that is new on a full disk is told as that, and comes up once there is room", async ({
  session,
}) => {
  await session.page.goto("/#/");
  await expect(session.page.getByRole("heading", { level: 1 })).toBeVisible();
  await restartWith(session, 1);
  await session.page.goto(HOME);
  const full = session.page.getByRole("heading", { name: "There is no room left to store keys" });
  await expect(full).toBeVisible();
  await expect(session.page.getByText(/^\s*Free space on this computer, then try again/)).toBeVisible();
  await expectAccessible(session.page);

  await session.restart();
  await session.page.goto(ADD);
  await choose(session, "Pulse belt");
  await press(session.page, "Pair without a check");
  await expectResult(session.page, 0);
});
