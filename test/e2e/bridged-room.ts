/** A room outside of the browser, reached over a bridge: one device, which knows its bonds whatever becomes of the page. */
import type { Page } from "@playwright/test";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import { lock } from "../../hci/virtual/peripherals/lock.ts";
import { ControllerServer } from "../../src/cli/controller-server.ts";
import { nodeClock } from "../../src/cli/node-clock.ts";
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import { nodeText } from "../../src/cli/node-text.ts";
import { expect } from "../support/fixtures.ts";
import { expectResult, press } from "./person.ts";

export const DEVICE = "Front door";

/**
 * A controller outside of the browser, with the lock in its range; `heard` is all that happened there. Each claims the same
 * address; `controller` makes another dongle of it. `port` where it was before; `empty` without the lock.
 */
export async function bridge(
  controller: Partial<ControllerOptions> = {},
  { port: wanted = 0, empty = false }: { readonly port?: number; readonly empty?: boolean } = {},
) {
  const heard: string[] = [];
  const server = new ControllerServer({
    clock: nodeClock,
    crypto: nodeCrypto,
    text: nodeText,
    log: (line) => heard.push(line),
    seed: 7,
    pace: "interval",
    hosts: 1,
    controller,
  });
  if (!empty) await server.addPeripheral(lock());
  const port = await server.listenWebSocket(wanted);
  const address = `ws://127.0.0.1:${port}/`;
  return {
    heard,
    address,
    port,
    path: `/?adapter=bridge&bridge=${encodeURIComponent(address)}#/`,
    /** How often the device's link was encrypted, as the device says. */
    encrypted: () => heard.filter((line) => line.startsWith(DEVICE) && /encrypted/u.test(line)).length,
    close: () => server.close(),
  };
}

/** From the list of devices to a proven bond. */
export async function pair(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Add a device" }).first().click();
  await press(page, "Choose the device");
  await page.getByRole("dialog").getByRole("button", { name: DEVICE }).click();
  await press(page, "Yes, the same digits");
  await expectResult(page, 0);
}

/** Verifies the bond from its page; no question may come up. */
export async function verify(page: Page): Promise<void> {
  await page.goto(page.url().replace(/#.*$/u, "#/"));
  await page.getByRole("link", { name: DEVICE, exact: true }).click();
  await press(page, "Verify the bond");
  await expectResult(page, 0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
}
