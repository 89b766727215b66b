/** What every browser test stands on: one browser and one profile per test, watched for what must never happen. */
import { test as base, expect } from "@playwright/test";
import type { AdapterState } from "./bluetooth-emulator.ts";
import { BrowserSession, type Layer } from "./browser-session.ts";
import { FakeBluez } from "./fake-bluez.ts";
import { Guard } from "./guard.ts";
import { whyNoBluez } from "./requirements.ts";

export interface Options {
  /** What stands in for the radio. */
  layer: Layer;
  /** The emulated adapter as the browser finds it. */
  adapter: AdapterState;
  /** More switches for the browser; never a second `--enable-features` or `--disable-features`. */
  switches: readonly string[];
}

export interface Fixtures {
  guard: Guard;
  /** The stand-in for bluetoothd where the layer is "bluez", else undefined. */
  system: FakeBluez | undefined;
  /** The same, for tests of that layer. */
  bluez: FakeBluez;
  /** The browser; `page` is its tab under test. */
  session: BrowserSession;
}

export const test = base.extend<Options & Fixtures>({
  layer: ["emulation", { option: true }],
  adapter: ["powered-on", { option: true }],
  switches: [[], { option: true }],

  guard: async ({ baseURL }, use, info) => {
    const own = [baseURL, info.config.metadata["harness"]].map((url) => new URL(String(url)).origin);
    const guard = new Guard(own);
    await use(guard);
    expect(guard.findings, "policy reports, errors and requests to others").toEqual([]);
  },

  system: async ({ layer }, use, info) => {
    if (layer !== "bluez") {
      await use(undefined);
      return;
    }
    const why = whyNoBluez();
    info.skip(why !== undefined, why ?? "");
    const bluez = await FakeBluez.start();
    await use(bluez);
    await bluez.stop();
  },

  bluez: async ({ system }, use) => {
    if (system === undefined) throw new Error('Cannot use BlueZ: the test does not set the layer "bluez"');
    await use(system);
  },

  session: async ({ baseURL, layer, adapter, switches, viewport, guard, system }, use, info) => {
    const session = new BrowserSession({
      profile: info.outputPath("profile"),
      baseURL: baseURL ?? "",
      layer,
      adapter,
      bluez: system,
      guard,
      launch: { args: switches, ...(viewport !== null && { viewport }) },
    });
    await session.open();
    await use(session);
    if (info.status !== info.expectedStatus) {
      const picture = await session.page.screenshot();
      await info.attach("page", { body: picture, contentType: "image/png" });
    }
    await session.close();
  },

  page: async ({ session }, use) => {
    await use(session.page);
  },
});

export { expect };
