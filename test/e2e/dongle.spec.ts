/** A dongle over WebUSB as a person meets it: `navigator.usb` is a strict stand-in, everything behind it is the product. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { expect } from "../support/fixtures.ts";
import { plug, pull, test } from "./desk/install.ts";

test.use({ layer: "none" });

const ADAPTER = "/?adapter=usb#/adapter";

async function open(page: Page): Promise<void> {
  await page.goto(ADAPTER);
  await page.getByRole("heading", { name: "Adapter", level: 1 }).waitFor();
}

const choose = (page: Page): Promise<void> =>
  page
    .getByRole("button", { name: /^Choose (a|the|another)/i })
    .first()
    .click();
const opened = (page: Page) => page.getByRole("region", { name: "Opened", exact: true });

for (const kind of ["broadcom", "zephyr"] as const)
  test(`a ${kind} dongle is chosen, graded, opened, and is there after a reload without a chooser`, async ({
    page,
    room,
  }) => {
    await open(page);
    await plug(room, page, kind);
    await choose(page);
    await expect(page.getByRole("heading", { name: "This dongle can be used" })).toBeVisible();
    await expect(opened(page)).toBeVisible();
    await expectAccessible(page);
    await page.reload();
    await expect(opened(page)).toBeVisible();
  });

test("pulled out, the page says so; plugged in again, it goes on by itself", async ({ page, room }) => {
  await open(page);
  await plug(room, page, "broadcom");
  await choose(page);
  await expect(opened(page)).toBeVisible();
  await pull(room, page);
  await expect(page.getByRole("heading", { name: "The dongle is gone" })).toBeVisible();
  await plug(room, page, "broadcom");
  await expect(opened(page)).toBeVisible();
});

test("one without a serial number has to be chosen again after it was pulled out", async ({ page, room }) => {
  await open(page);
  await plug(room, page, "no-serial-number");
  await choose(page);
  await expect(opened(page)).toBeVisible();
  await pull(room, page);
  await plug(room, page, "no-serial-number");
  await expect(page.getByRole("heading", { name: /There is no dongle|The dongle is gone/ })).toBeVisible();
  await choose(page);
  await expect(opened(page)).toBeVisible();
});

test("an ordinary dongle: the browser keeps it to itself, and the page says which one works", async ({
  page,
  room,
}) => {
  await open(page);
  await plug(room, page, "ordinary");
  await choose(page);
  await expect(page.getByRole("heading", { name: "The browser keeps this dongle to itself" })).toBeVisible();
  await expect(opened(page)).toBeHidden();
  await expectAccessible(page);
});

test("one that the system holds: said by name, with the rule to copy", async ({ page, room }) => {
  await open(page);
  await plug(room, page, "broadcom", { held: true });
  await choose(page);
  await expect(
    page.getByRole("heading", { name: "The system or another program has the dongle" }),
  ).toBeVisible();
  await expect(page.getByText(/ATTR\{idVendor\}=="0b05"/).first()).toBeVisible();
});

test("a serial board that speaks at another rate: the page says so, takes the rate, and remembers it", async ({
  page,
  room,
}) => {
  await page.goto("/?adapter=serial#/adapter");
  await plug(room, page, "serial", { baudRate: 115_200 });
  await page.getByRole("button", { name: "Choose a serial port" }).click();
  await expect(
    page.getByRole("heading", { name: "The dongle is gone, or speaks in another way" }),
  ).toBeVisible();
  const rate = page.getByRole("combobox", { name: "Baud rate" });
  await expect(rate).toHaveValue("1000000");
  await expectAccessible(page);
  await rate.fill("fast");
  await page.getByRole("button", { name: "Open it with these" }).click();
  await expect(page.getByText("A whole number from 9600 to 4000000.")).toBeVisible();
  await expect(rate).toBeFocused();
  await rate.fill("115 200");
  await page.getByRole("checkbox", { name: /^Hardware flow control/ }).uncheck();
  await page.getByRole("button", { name: "Open it with these" }).click();
  await expect(opened(page)).toBeVisible();
  await page.reload();
  await expect(opened(page)).toBeVisible();
  await expect(rate).toHaveValue("115200");
  await expect(page.getByRole("checkbox", { name: /^Hardware flow control/ })).not.toBeChecked();
});

test("a link says at what rate a serial board speaks", async ({ page, room }) => {
  await page.goto("/?adapter=serial&baud=460800#/adapter");
  await plug(room, page, "serial", { baudRate: 460_800 });
  await page.getByRole("button", { name: "Choose a serial port" }).click();
  await expect(opened(page)).toBeVisible();
});
