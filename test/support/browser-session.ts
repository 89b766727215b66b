import { type BrowserContext, chromium, type Page } from "@playwright/test";
import {
  type AdapterState,
  BLUETOOTH_FLAGS,
  BluetoothEmulator,
  captureSubscriptions,
  type EmulatedCharacteristic,
  notify,
} from "./bluetooth-emulator.ts";
import { Chooser, type Pick, pickFirst } from "./chooser.ts";
import { findChromium } from "./find-chromium.ts";
import { LEAN_FLAG } from "./lean-browser.ts";
import type { FakeBluez } from "./fake-bluez.ts";
import type { Guard } from "./guard.ts";
import { keepAdapter } from "./keep-adapter.ts";

/** What stands in for the radio: the browser's emulation, a system service, or nothing (the API is missing, too). */
export type Layer = "emulation" | "bluez" | "none";

export interface SessionOptions {
  readonly profile: string;
  readonly baseURL: string;
  readonly layer: Layer;
  readonly adapter: AdapterState;
  readonly bluez: FakeBluez | undefined;
  readonly guard: Guard;
  readonly launch: {
    readonly viewport?: { width: number; height: number };
    readonly args: readonly string[];
  };
}

/** `root` in a container cannot use Chromium's sandbox; everybody else keeps it. */
function sandboxFlags(): string[] {
  return process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}

/**
 * A person's browser with one profile. It can be closed and opened again; what the page remembers is what the profile
 * remembers.
 */
export class BrowserSession {
  readonly #options: SessionOptions;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #emulator: BluetoothEmulator | undefined;
  #stoppedAt: number | undefined;
  #peripherals: (emulator: BluetoothEmulator) => Promise<void> = async () => {};
  readonly #choosers = new Map<Page, Chooser>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get context(): BrowserContext {
    return present(this.#context, "the browser is closed");
  }

  /** The tab under test. */
  get page(): Page {
    return present(this.#page, "the browser is closed");
  }

  get emulator(): BluetoothEmulator {
    return present(this.#emulator, "this browser has no emulated adapter");
  }

  get chooser(): Chooser {
    return this.chooserOf(this.page);
  }

  chooserOf(page: Page): Chooser {
    return present(this.#choosers.get(page), "nobody attends to this page");
  }

  /** Sets up peripherals now and again after each restart: they are the world, not the browser. */
  async populate(peripherals: (emulator: BluetoothEmulator) => Promise<void>): Promise<void> {
    this.#peripherals = peripherals;
    await peripherals(this.emulator);
  }

  /** A peripheral of the emulation sends `value` to the tab under test, which has subscribed. */
  notify(entry: EmulatedCharacteristic, ...value: readonly number[]): Promise<void> {
    const uuid = this.emulator.uuidOf(entry);
    return notify(this.page, entry, uuid, value);
  }

  async open(): Promise<void> {
    const { profile, baseURL, layer, adapter, bluez, guard, launch } = this.#options;
    const executablePath = findChromium();
    const context = await chromium.launchPersistentContext(profile, {
      ...(executablePath !== undefined && { executablePath }),
      args: [LEAN_FLAG, ...sandboxFlags(), ...(layer === "none" ? [] : BLUETOOTH_FLAGS), ...launch.args],
      env: { ...definedEnvironment(), ...bluez?.env },
      baseURL,
      acceptDownloads: true,
      ...(launch.viewport !== undefined && { viewport: launch.viewport }),
    });
    context.setDefaultTimeout(8_000);
    this.#context = context;
    await guard.watch(context);
    if (layer === "emulation") {
      this.#emulator = await BluetoothEmulator.start(present(context.browser(), "no browser"), adapter);
      await keepAdapter(context);
      await this.#peripherals(this.#emulator);
    }
    this.#page = await this.newPage();
  }

  /** The date stands still at `at`, in this tab and in later ones; timers go on. Milliseconds since 1970. */
  async stopClock(at: number): Promise<void> {
    this.#stoppedAt = at;
    await this.page.clock.setFixedTime(at);
  }

  /** Where the date stands still, it moves on; else time passes by itself. */
  async passTime(ms: number): Promise<void> {
    if (this.#stoppedAt !== undefined) await this.stopClock(this.#stoppedAt + ms);
  }

  /** One more tab, its choosers attended. */
  async newPage(pick: Pick = pickFirst): Promise<Page> {
    const page = await this.context.newPage();
    if (this.#stoppedAt !== undefined) await page.clock.setFixedTime(this.#stoppedAt);
    if (this.#options.layer === "emulation") await captureSubscriptions(page);
    this.#choosers.set(page, await Chooser.attend(page, pick));
    return page;
  }

  /** Closes the tab under test and opens another one. */
  async replacePage(): Promise<void> {
    const old = this.page;
    this.#page = await this.newPage();
    this.#choosers.delete(old);
    await old.close();
  }

  async close(): Promise<void> {
    const errors = this.#emulator?.errors ?? [];
    await this.#context?.close();
    this.#context = undefined;
    this.#page = undefined;
    this.#emulator = undefined;
    this.#choosers.clear();
    if (errors.length > 0) throw new Error(`The emulated adapter had errors: ${errors.join("; ")}`);
  }

  /** Quits the browser and starts it again on the same profile. */
  async restart(): Promise<void> {
    await this.close();
    await this.open();
  }
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}

function present<T>(value: T | undefined | null, why: string): T {
  if (value === undefined || value === null) throw new Error(`Cannot go on: ${why}`);
  return value;
}
