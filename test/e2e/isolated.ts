/** Chromium with the page as an Isolated Web App in it, installed by the development mode from a server. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BrowserContext, chromium, expect, type Page } from "@playwright/test";
import { Bundle } from "wbn";
import { buildPages, packageVersion, signedBundle } from "../../build/iwa.ts";
import { findChromium } from "../support/find-chromium.ts";
import { isSignedBy, readSignedBundle } from "../support/signed-bundle.ts";
import { StaticServer } from "../support/static-server.ts";

const FEATURES = "IsolatedWebApps,IsolatedWebAppDevMode,WebBluetooth,WebBluetoothNewPermissionsBackend";

export interface InstalledApp {
  readonly context: BrowserContext;
  /** `isolated-app://…`, with a slash at its end. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Builds and signs the app, takes the files out of the signed bundle again, and installs those. `work` is an empty folder. */
export async function installApp(work: string): Promise<InstalledApp> {
  const folder = join(work, "unpacked");
  await unpackSigned(join(work, "pages"), folder);
  const server = await StaticServer.start(folder, "/");
  const executablePath = findChromium();
  const context = await chromium.launchPersistentContext(join(work, "profile"), {
    ...(executablePath !== undefined && { executablePath }),
    ignoreDefaultArgs: ["--disable-extensions", "--no-startup-window"],
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--enable-features=${FEATURES}`,
      `--install-isolated-web-app-from-url=${server.url.replace("127.0.0.1", "localhost")}`,
    ],
  });
  context.setDefaultTimeout(15_000);
  const stop = async (): Promise<void> => {
    await context.close();
    await server.stop();
  };
  try {
    return { context, origin: await originOf(context), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What stands in the file that people install, each under its path. */
async function unpackSigned(pages: string, folder: string): Promise<void> {
  await buildPages(pages, packageVersion());
  const { privateKey } = generateKeyPairSync("ed25519");
  const { bundle, origin } = await signedBundle(pages, privateKey);
  const file = readSignedBundle(bundle);
  expect(file.signatures.map((signature) => isSignedBy(file, signature))).toEqual([true]);
  const inside = new Bundle(file.bundle);
  for (const url of inside.urls) {
    if (url.endsWith("/")) continue;
    const path = join(folder, url.slice(origin.length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, inside.getResponse(url).body);
  }
}

/** The browser installs on its own after its start, under an origin that it makes up. */
async function originOf(context: BrowserContext): Promise<string> {
  const internals = await context.newPage();
  let origin = "";
  await expect(async () => {
    await internals.goto("chrome://web-app-internals");
    const listed = await internals.evaluate(() =>
      [...document.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot?.textContent ?? "").join(""),
    );
    const text = listed + (await internals.locator("body").innerText());
    origin = /isolated-app:\/\/[a-z0-9]+/.exec(text)?.[0] ?? "";
    expect(origin).not.toBe("");
  }).toPass({ timeout: 30_000 });
  await internals.close();
  return `${origin}/`;
}

/** In a fresh tab; until the installation is through, the address leads nowhere. */
export async function openApp({ context, origin }: InstalledApp): Promise<Page> {
  const page = await context.newPage();
  await expect(async () => {
    await page.goto(origin);
    await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
  return page;
}
