/** Which bridge is the adapter: set on the Adapter screen as a decision, remembered, changed, refused, named by a link. */
import type { Page } from "@playwright/test";
import { ControllerServer } from "../../src/cli/controller-server.ts";
import { nodeClock } from "../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { nodeText } from "../../src/cli/node-text.ts";
import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";

test.use({ layer: "none" });

async function bridge() {
  const server = new ControllerServer({
    clock: nodeClock,
    crypto: nodeCrypto,
    text: nodeText,
    log: () => {},
    seed: 7,
    pace: "interval",
    hosts: 1,
  });
  const port = await server.listenWebSocket(0);
  return { address: `ws://127.0.0.1:${port}/`, close: () => server.close() };
}

const opened = (page: Page) => page.getByRole("region", { name: "Opened", exact: true });
const field = (page: Page) => page.getByRole("textbox", { name: "Address of the bridge" });
const use = (page: Page) => page.getByRole("button", { name: "Trust this bridge, and use it" }).click();

test("no bridge where one usually is: another is set, used and remembered; what would see the keys unasked is refused", async ({
  page,
  guard,
}) => {
  const room = await bridge();
  guard.allow(/request to another origin: ws:\/\/127\.0\.0\.1:/);
  guard.allow(/WebSocket connection to 'ws:\/\/127\.0\.0\.1:9001\/' failed/);
  try {
    await page.goto("/?adapter=bridge#/adapter");
    await expect(page.getByRole("heading", { name: "No bridge answers" })).toBeVisible();
    await expect(field(page)).toHaveValue("ws://127.0.0.1:9001/");
    for (const [address, words] of [
      ["wss://radio.example/", /It would see your keys/],
      ["http://127.0.0.1:9001/", /must begin with ws:\/\//],
    ] as const) {
      await field(page).fill(address);
      await use(page);
      await expect(page.getByText(words)).toBeVisible();
      await expect(field(page)).toBeFocused();
      await expect(field(page)).toHaveAttribute("aria-invalid", "true");
    }
    await expectAccessible(page);
    await field(page).fill(room.address);
    await expect(
      page.getByRole("status").filter({ hasText: `The program at ${room.address} sees every key` }),
    ).toBeVisible();
    await expectAccessible(page);
    await use(page);
    await expect(opened(page)).toBeVisible();
    await page.goto("/?adapter=bridge#/adapter");
    await expect(opened(page)).toBeVisible();
    await expect(field(page)).toHaveValue(room.address);
  } finally {
    await page.goto("about:blank");
    await room.close();
  }
});

test("a link leads to its bridge for this visit; a bridge that is used instead takes its place, for the next one too", async ({
  page,
  guard,
}) => {
  const [one, other] = [await bridge(), await bridge()];
  guard.allow(/request to another origin: ws:\/\/127\.0\.0\.1:/);
  try {
    await page.goto(`/?adapter=bridge&bridge=${encodeURIComponent(one.address)}#/adapter`);
    await expect(opened(page)).toBeVisible();
    await expect(page.getByText("A link led to this bridge.")).toBeVisible();
    await field(page).fill(other.address);
    await use(page);
    await expect(page.getByText(`The program at ${other.address} sees every key`)).toBeVisible();
    await expect(page.getByText("A link led to this bridge.")).toBeHidden();
    await expect(opened(page)).toBeVisible();
    expect(new URL(page.url()).search).toBe("?adapter=bridge");
    await page.reload();
    await expect(opened(page)).toBeVisible();
    await expect(field(page)).toHaveValue(other.address);
  } finally {
    await page.goto("about:blank");
    await one.close();
    await other.close();
  }
});

test("a link to a bridge elsewhere connects to nothing, and says why", async ({ page }) => {
  await page.goto(`/?adapter=bridge&bridge=${encodeURIComponent("wss://radio.example/hci")}#/adapter`);
  await expect(page.getByRole("heading", { name: "This bridge may not be used" })).toBeVisible();
  await expect(page.getByText("Whoever built this page allowed no others.")).toBeVisible();
  await expect(field(page)).toHaveValue("wss://radio.example/hci");
  await expectAccessible(page);
});
