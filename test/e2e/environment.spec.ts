/** Browsers and places without Bluetooth: each says what is missing and what to do, and the demo always works. */
import type { Page, Route } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { expectResult, press } from "./person.ts";

/** Adds a demo device by its kind; the first of the list that the demo opens. */
async function addDemoDevice(page: Page, kind: RegExp): Promise<void> {
  await page.getByRole("link", { name: "Add a device" }).first().click();
  await page.getByRole("radio", { name: kind }).check();
  await press(page, "Choose the device");
  const list = page.getByRole("heading", { name: "Demo devices in range" }).locator("..");
  await list.getByRole("listitem").first().getByRole("button").click();
}

test.describe("a browser without Web Bluetooth", () => {
  test.use({ layer: "none" });

  test("says what is missing, and the demo is one click away", async ({ page }) => {
    await page.goto("/#/add");
    const title = process.platform === "linux" ? /behind a flag/ : /no Bluetooth|switched off/;
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    if (process.platform === "linux") {
      await expect(page.getByText("chrome://flags/#enable-web-bluetooth", { exact: true })).toBeVisible();
    }
    await expectAccessible(page);
    await press(page, "Continue with demo devices");
    await expect(page.getByText(/demo/i).first()).toBeVisible();
    await addDemoDevice(page, /^Demo lock/);
    await expectResult(page, 0);
  });
});

test.describe("an adapter that is not there", () => {
  test.use({ adapter: "absent" });

  test("says so, and looks again when asked", async ({ session, page }) => {
    await page.goto("/#/add");
    await expect(page.getByRole("heading", { name: "No Bluetooth found" })).toBeVisible();
    await expectAccessible(page);
    await session.emulator.setAdapter("powered-on");
    await press(page, "Check again");
    await expect(page.getByRole("heading", { name: "No Bluetooth found" })).toBeHidden();
  });
});

/** Answers for another host with what the real one says; no name has to resolve and no port to be open. */
function standIn(baseURL: string, headers: Record<string, string> = {}): (route: Route) => Promise<void> {
  return async (route) => {
    const { pathname } = new URL(route.request().url());
    const response = await route.fetch({ url: new URL(pathname, baseURL).href });
    await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
  };
}

test("an address that is not secure is named, with one that is", async ({ page, guard, baseURL }) => {
  guard.allow(/request to another origin: http:\/\/bondkeeper\.test\//);
  await page.route("http://bondkeeper.test/**", standIn(baseURL ?? ""));
  await page.goto("http://bondkeeper.test/#/add");
  await expect(page.getByRole("heading", { name: "This address is not secure" })).toBeVisible();
  await expect(page.getByText("https://bondkeeper.test/", { exact: false }).first()).toBeVisible();
  await expectAccessible(page);
});

test("a page that was not given Bluetooth says who has to give it", async ({ page, guard, baseURL }) => {
  guard.allow(/permissions policy/i);
  await page.route("**/*", standIn(baseURL ?? "", { "permissions-policy": "bluetooth=()" }));
  await page.goto("/#/add");
  await expect(page.getByRole("heading", { name: "Bluetooth is blocked for this page" })).toBeVisible();
  await expectAccessible(page);
});

test("the demo proves a bond, remembers its own devices and shows none of them as real", async ({ page }) => {
  await page.goto("/?demo#/");
  await addDemoDevice(page, /^Demo lock/);
  await expectResult(page, 0);
  await page.goto("/?demo#/");
  await expect(page.getByRole("list", { name: "Devices" }).getByRole("listitem")).toHaveCount(1);
  await page.goto("/#/");
  await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
});
