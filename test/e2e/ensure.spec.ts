/** Another page asks for a bond: by a link, in a window, and over a port. It stands on another origin, as it would. */
import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import type { BrowserSession } from "../support/browser-session.ts";
import { expect, test as base } from "../support/fixtures.ts";
import { bond } from "../support/records.ts";
import { emulatedLock, LOCK } from "./bench.ts";
import { addBatteryDevice, expectResult, press, putInTheAir, storedBonds } from "./person.ts";
import { plant } from "./seed.ts";

const NONCE = "AAECAwQFBgcICQoLDA0ODw";

interface Asking {
  readonly keeper: string;
  /** Address of the page that asks, with its own address of the keeper. */
  readonly consumer: (query?: string) => string;
}

const test = base.extend<Asking>({
  keeper: async ({ baseURL }, use) => {
    await use(baseURL ?? "");
  },
  consumer: async ({ keeper }, use, info) => {
    const page = `${String(info.config.metadata["harness"])}consumer.html?keeper=${encodeURIComponent(keeper)}`;
    await use((query = "") => `${page}${query}`);
  },
});

async function addLock(session: BrowserSession): Promise<void> {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await addBatteryDevice(session.page);
  await expectResult(session.page, 0);
}

/** What the asking page was told, once it was told something. */
async function told(page: Page): Promise<Record<string, unknown>> {
  await expect(page.locator("#told")).not.toBeEmpty({ timeout: 20_000 });
  const parsed: Record<string, unknown> = JSON.parse((await page.locator("#told").textContent()) ?? "");
  await page.evaluate(() => document.querySelector("#told")?.replaceChildren());
  return parsed;
}

async function opens(page: Page, button: string): Promise<Page> {
  const popup = page.context().waitForEvent("page");
  await page.getByRole("button", { name: button, exact: true }).click();
  return popup;
}

test("a link is shown, confirmed, allowed and answered; the next one needs no click", async ({
  session,
  page,
  keeper,
  consumer,
}) => {
  await addLock(session);
  await page.goto(consumer());
  await press(page, "Make sure by a link");
  await page.waitForURL(`${keeper}**`);
  await expect(page.getByText(new URL(consumer()).origin, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await press(page, "Make sure of the bond");
  await expect(page.getByRole("heading", { name: "Give the result to this page?" })).toBeVisible({
    timeout: 20_000,
  });
  await expectAccessible(page);
  await press(page, "Allow, and go there");
  await page.waitForURL(`${new URL(consumer()).origin}/**`);
  const first = await told(page);
  expect(first).toMatchObject({ code: 0, mode: "ensure", device: "Lock-1", evidence: "access-verified" });
  // Neither the answer nor the nonce stays in the address.
  expect(page.url()).toBe(consumer());

  await press(page, "Make sure by a link");
  const second = await told(page);
  expect(second).toMatchObject({ code: 0, keyId: first["keyId"] });
  expect(second["nonce"]).not.toBe(first["nonce"]);

  // Back leads past Bondkeeper: there the link would run once more.
  await page.goBack();
  expect(page.url().startsWith(consumer().split("?")[0] ?? "")).toBe(true);
});

test("a first pairing begins with a link and the person's choice", async ({ session, page, consumer }) => {
  await putInTheAir(session, LOCK, "Lock-1", emulatedLock().table);
  await page.goto(consumer());
  await press(page, "Make sure by a link");
  await expect(page.getByRole("heading", { name: "Which device is it?" })).toBeVisible();
  await page.getByRole("radio", { name: /^Battery/ }).check();
  await page.getByText("Name, own services, what proves the bond").click();
  await page.getByLabel("Service UUID").fill("180F");
  await page.getByLabel("Characteristic UUID").fill("2A19");
  await press(page, "Choose the device");
  await expect(page.getByRole("button", { name: "Allow, and go there" })).toBeVisible({ timeout: 20_000 });
  await press(page, "Allow, and go there");
  expect(await told(page)).toMatchObject({ code: 0, bondChanged: "created", persisted: true });
});

test("a check of a device that nobody knows answers 1, and changes nothing", async ({ page, consumer }) => {
  await page.goto(consumer("&mode=check"));
  await press(page, "Make sure by a link");
  await expectResult(page, 1, "no-record");
  expect(await storedBonds(page)).toEqual([]);
  await press(page, "Allow, and go there");
  expect(await told(page)).toMatchObject({ code: 1, name: "not-valid", reason: "no-record" });
});

test("a repair is asked about twice, and no leaves the old bond as it was", async ({
  session,
  page,
  consumer,
}) => {
  await addLock(session);
  const [before] = await storedBonds(page);
  await page.goto(consumer("&mode=repair"));
  await press(page, "Make sure by a link");
  await press(page, "Start the repair");
  await expect(page.getByRole("heading", { name: /^Replace the bond/ })).toBeVisible();
  await press(page, "Keep the old bond");
  await expectResult(page, 6);
  const [after] = await storedBonds(page);
  expect(after).toMatchObject({ archived: null });
  expect(JSON.stringify(after)).toContain(JSON.stringify(before).match(/"id":"\w+"/)?.[0] ?? "no id");
});

for (const address of [
  "ensure/#device=a&pin=123456",
  "ensure/?passkey=123456#device=a",
  "#device=a&oob=0011",
]) {
  test(`a secret in a link is refused and scrubbed: ${address}`, async ({ page }) => {
    await page.goto(`/${address}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link was refused");
    await expect(page.getByText("code 64")).toBeVisible();
    expect(page.url()).not.toMatch(/123456|0011/);
    expect(
      await page.evaluate(() =>
        navigation
          .entries()
          .map(({ url }) => url)
          .join(" "),
      ),
    ).not.toMatch(/123456|0011/);
  });
}

test("a link that wants more than it may is refused, and says why", async ({ page }) => {
  for (const link of [
    "device=a&adapter=usb",
    "device=a&level=none",
    `device=a&return=${encodeURIComponent("https://x.example/")}`,
  ]) {
    await page.goto(`/#${link}`);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link was refused");
  }
  await expect(page.getByText("has no nonce")).toBeVisible();
  await expectAccessible(page);
});

test("markup in a link is text", async ({ page }) => {
  await page.goto(`/#device=${encodeURIComponent("<img src=x onerror=alert(1)>")}`);
  await expect(page.getByText("<img src=x onerror=alert(1)>")).toBeVisible();
  await expect(page.locator("img")).toHaveCount(0);
});

test("in a window the answer comes as a message, and the window closes", async ({
  session,
  page,
  consumer,
}) => {
  await addLock(session);
  await page.goto(consumer());
  const popup = await opens(page, "Make sure in a window");
  await press(popup, "Make sure of the bond");
  await press(popup, "Allow, and tell it");
  expect(await told(page)).toMatchObject({ code: 0, audience: new URL(consumer()).origin });
  await expect.poll(() => popup.isClosed()).toBe(true);
});

test("over the port the four messages are answered, and what changes anything waits for the click", async ({
  session,
  page,
  consumer,
}) => {
  await addLock(session);
  await page.goto(consumer());
  const popup = await opens(page, "Open a port");
  // The address of a link leads on to the page: only then is there something to look at.
  await expect(popup.getByRole("button", { name: "Allow", exact: true })).toBeVisible();
  await expectAccessible(popup);
  await press(popup, "Allow");
  expect(await told(page)).toMatchObject({
    transport: "web-bluetooth",
    pairing: "on-demand",
    unpairing: false,
  });
  await press(page, "State");
  expect(await told(page)).toMatchObject({ kind: "status", bond: { device: "Lock-1", evidence: "proven" } });
  await press(page, "Clear the table");
  expect(await told(page)).toMatchObject({ code: 0 });
  await press(page, "Pair");
  await press(popup, "Pair");
  expect(await told(page)).toMatchObject({ code: 0, success: true });
  await expect(page.locator("#steps")).toContainText("verify");
  await press(page, "Unpair");
  await press(popup, "No");
  expect(await told(page)).toMatchObject({ code: 6 });
  await press(page, "Unpair");
  await press(popup, "Remove the bond");
  // The system's keys cannot be removed from a page, and nobody says that they were.
  expect(await told(page)).toMatchObject({ code: 7, success: false });
});

test("the second visit needs no question, and after it was taken back it does", async ({
  page,
  consumer,
}) => {
  await plant(page, { bonds: [bond("one", { name: "Lock-1" })] });
  await page.goto(consumer());
  let popup = await opens(page, "Open a port");
  await press(popup, "Allow");
  await told(page);
  await popup.close();
  await page.reload();
  popup = await opens(page, "Open a port");
  expect(await told(page)).toMatchObject({ transport: "web-bluetooth" });
  await popup.goto("/#/apps");
  await expect(popup.getByRole("heading", { name: new URL(consumer()).origin })).toBeVisible();
  await expectAccessible(popup);
  await press(popup, "Take back everything");
  await expect(popup.getByText("No page was allowed anything")).toBeVisible();
  await popup.close();
  await page.reload();
  await opens(page, "Open a port");
  expect(await told(page)).toMatchObject({ error: expect.stringContaining("wrong-token") });
});

test("a hostile opener, another origin and another tab get no port", async ({
  session,
  page,
  keeper,
  consumer,
}) => {
  await page.goto(consumer());
  // The link names another client: hello goes to that origin only, which this page is not.
  const opened = page.context().waitForEvent("page");
  await page.evaluate(
    ([address]) => {
      const heard: unknown[] = [];
      addEventListener("message", ({ data }) => heard.push(data));
      Object.assign(globalThis, { heard });
      open(address, "keeper", "popup");
    },
    [`${keeper}ensure/#client=${encodeURIComponent("https://app.example")}`],
  );
  const popup = await opened;
  await expect(popup.getByText("Waiting for https://app.example")).toBeVisible();
  const answers = await page.evaluate(async () => {
    const keeperWindow: Window | null = open("", "keeper");
    const { port1, port2 } = new MessageChannel();
    const got: unknown[] = [];
    port1.addEventListener("message", ({ data }) => got.push(data));
    port1.start();
    const connect = { protocol: "bondkeeper.port.v1", kind: "connect" };
    keeperWindow?.postMessage(connect, "*", [port2]);
    await new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(resolve));
    });
    return { got, heard: Reflect.get(globalThis, "heard") };
  });
  expect(answers).toEqual({ got: [], heard: [] });
  // The same origin as Bondkeeper, but not the window that opened it.
  const other = await session.newPage();
  await other.goto("/#/");
  await popup.evaluate(() =>
    postMessage({ protocol: "bondkeeper.port.v1", kind: "connect" }, location.origin),
  );
  await expect(popup.getByText("Waiting for https://app.example")).toBeVisible();
});

test("Bondkeeper is never framed", async ({ guard, page, keeper }) => {
  guard.allow(
    /frame-ancestors|Framing|ERR_BLOCKED_BY_RESPONSE|refused to (connect|frame)|frame-src|default-src/i,
  );
  const server = await page.request.get(`${keeper}ensure/`);
  expect(server.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  await page.goto("/#/");
  const loaded = await page.evaluate(async (address) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    const over = new Promise((resolve) => {
      frame.addEventListener("load", resolve);
      frame.addEventListener("error", resolve);
    });
    document.body.append(frame);
    await over;
    try {
      return (frame.contentDocument?.querySelector("bond-app") ?? null) !== null;
    } catch {
      return false;
    }
  }, `${keeper}#device=a&nonce=${NONCE}`);
  expect(loaded).toBe(false);
});
