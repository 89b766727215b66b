/** The kiosk and a person: by the keyboard alone, on paper, as a big picture, and out of it with a PIN. */
import { readFile } from "node:fs/promises";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { bond } from "../support/records.ts";
import { waitAfter } from "../../src/state/kiosk/pin.ts";
import { expectSetUp, fillKiosk, headline, kioskWithLock, lineOf } from "./kiosk-board.ts";
import { press, tabTo } from "./person.ts";
import { everythingKept } from "./secrets.ts";
import { plant } from "./seed.ts";

/** So long that it stands nowhere by chance. */
const PIN = "470928351164";

test("set up, started, reported and left by the keyboard alone, and nothing behind the board can be reached", async ({
  session,
}) => {
  const { page } = session;
  await kioskWithLock(session);
  await page.reload();
  await expectSetUp(page);
  await tabTo(page, page.getByRole("checkbox", { name: /^Lock-1/ }));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByLabel("Name of this kiosk"));
  await page.keyboard.type("Front desk");
  await tabTo(page, page.getByLabel("PIN, 4 to 12 digits"));
  await page.keyboard.type(PIN);
  await tabTo(page, page.getByRole("button", { name: "Save and start" }));
  await page.keyboard.press("Enter");
  await headline(page, "Ready");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();

  // All that Tab comes to, until it is where it began: the buttons of the board, and no link of the page behind it.
  const buttons = ["Verify again", "Save the report", "Print", "Set-up"];
  for (const name of buttons) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name })).toBeFocused();
  }
  await expect(page.getByRole("link")).toHaveCount(0);

  await tabTo(page, page.getByRole("button", { name: "Save the report" }));
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const report = await readFile(await (await download).path(), "utf8");
  expect(report).toMatch(/^Kiosk “Front desk”\n/);
  expect(report).toMatch(/^Lock-1: Proven at \d{4}-\d\d-\d\dT[\d:.]+Z \(code 0\)$/m);

  await tabTo(page, page.getByRole("button", { name: "Set-up" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("PIN of this kiosk")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Set-up" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type(PIN);
  await page.keyboard.press("Enter");
  await expectSetUp(page);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("wrong PINs have to wait, the right one too, over a reload; the PIN itself is kept nowhere", async ({
  session,
}) => {
  const { page } = session;
  await kioskWithLock(session, { "PIN, 4 to 12 digits": PIN });
  await session.stopClock(Date.now());
  await press(page, "Save and start");
  await headline(page, "Ready");
  const enter = async (pin: string): Promise<void> => {
    await page.getByLabel("PIN of this kiosk").fill(pin);
    await page.keyboard.press("Enter");
    // Until it was looked at, which takes as long as it should.
    await expect(page.getByRole("button", { name: "Go on" })).toBeEnabled();
  };
  await press(page, "Set-up");
  for (const wrong of ["1111", "2222"]) {
    await enter(wrong);
    await expect(page.getByText("That is not the PIN.", { exact: true })).toBeVisible();
    await expect(page.getByLabel("PIN of this kiosk")).toHaveValue("");
  }
  await enter("3333");
  await expect(page.getByText(`Wait ${waitAfter(3) / 1_000} seconds.`)).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await headline(page, "Ready");
  await press(page, "Set-up");
  await enter(PIN);
  await expect(page.getByText(`Wait ${waitAfter(3) / 1_000} seconds.`)).toBeVisible();
  await session.passTime(waitAfter(3));
  await page.getByLabel("PIN of this kiosk").fill(PIN);
  await page.keyboard.press("Enter");
  await expectSetUp(page);
  const kept = await everythingKept(page);
  expect(kept).toContain("Lock-1");
  expect(kept).not.toContain(PIN);
});

test("while all is well it is one big picture; a touch shows the bonds, and a minute later the picture is back", async ({
  session,
}) => {
  const { page } = session;
  await page.clock.install();
  await kioskWithLock(session);
  await page.getByRole("checkbox", { name: /^Show only the big picture/ }).check();
  await press(page, "Save and start");
  await headline(page, "Ready");
  await expect(lineOf(page, "Lock-1")).toBeHidden();
  await expect(page.getByRole("button")).toHaveText(["Show the bonds"]);
  await expectAccessible(page);
  await page.getByRole("heading", { level: 1 }).click();
  await expect(lineOf(page, "Lock-1")).toBeVisible();
  await press(page, "Set-up");
  await page.clock.fastForward(61_000);
  await expect(lineOf(page, "Lock-1")).toBeHidden();
  await expect(page.getByRole("button", { name: "Go on" })).toHaveCount(0);
  // What is not well is never hidden.
  await session.emulator.setAdapter("absent");
  await page.keyboard.press("Shift");
  await press(page, "Verify again");
  await page.clock.fastForward(61_000);
  await expect(lineOf(page, "Lock-1")).toBeVisible();
});

test("on paper it is a report: every bond, when and by what, dark ink on white, nothing to press", async ({
  session,
}) => {
  const { page } = session;
  await page.addInitScript(() => {
    let prints = 0;
    globalThis.print = () => void (document.documentElement.dataset["prints"] = String(++prints));
  });
  await kioskWithLock(session);
  await plant(page, { bonds: [bond("gone", { name: "Back door", platformId: "gone" })] });
  await page.goto("/#/kiosk");
  await fillKiosk(page, ["Lock-1"], { "Name of this kiosk": "Front desk" });
  await page.getByRole("checkbox", { name: /^Show only the big picture/ }).check();
  await press(page, "Save and start");
  await headline(page, "Ready");

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByText("Front desk")).toBeVisible();
  // Also what the big picture leaves out.
  await expect(lineOf(page, "Lock-1")).toContainText(/Proven at \d/);
  await expect(page.getByText(/Bondkeeper \d.* on linux, web-bluetooth/)).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expect(page.locator(".board")).toHaveCSS("background-color", "rgb(255, 255, 255)");
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);

  await page.emulateMedia({ media: "screen" });
  await press(page, "Show the bonds");
  await press(page, "Print");
  expect(await page.evaluate(() => document.documentElement.dataset["prints"])).toBe("1");
});
