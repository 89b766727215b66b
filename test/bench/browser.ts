/** What counts in a browser only, in real Chromium: the page in `page/`, built and served for this. */
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../support/find-chromium.ts";
import type { Finding, Section } from "./findings.ts";
import { isNativeName, nativeProgram, type NativeProgram } from "./native.ts";
import type { BenchPage } from "./page/main.ts";

declare const bench: BenchPage;

const PAGE = join(import.meta.dirname, "page");

const programOf = (what: string): NativeProgram | undefined =>
  isNativeName(what) ? nativeProgram(what) : undefined;

async function inPage(executablePath: string, work: (page: Page) => Promise<Finding>): Promise<Finding> {
  await build({ root: PAGE, configFile: join(PAGE, "vite.config.ts"), logLevel: "silent" });
  const server = await preview({
    root: PAGE,
    configFile: join(PAGE, "vite.config.ts"),
    logLevel: "silent",
    preview: { host: "127.0.0.1", port: 0 },
  });
  const browser = await chromium.launch({ executablePath });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.exposeFunction("nativeName", (what: string) => programOf(what)?.name);
    await page.exposeFunction("nativeSample", (what: string) => programOf(what)?.measure());
    await page.goto(server.resolvedUrls?.local[0] ?? "");
    await page.waitForFunction(() => "bench" in globalThis);
    return await work(page);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measure(name: string, title: string, rounds: number): Promise<Finding> {
  const executablePath = findChromium();
  if (executablePath === undefined) return { kind: "skipped", name: title, why: "there is no Chromium here" };
  return inPage(executablePath, (page) =>
    page.evaluate(([what, how]) => bench.run(what, how), [name, rounds] as const),
  );
}

const TITLES = {
  comparison: "in Chromium: pairing, numeric comparison",
  passkey: "in Chromium: pairing, passkey",
  block: "in Chromium: AES-128, one block with a new key",
  cmac: "in Chromium: AES-CMAC of 65 octets",
  search: "in Chromium: a private address among many keys",
  list: "in Chromium: device list",
  bulk: "in Chromium: import of bonds",
  lookUp: "in Chromium: one bond looked up",
  write: "in Chromium: one bond written",
  listAll: "in Chromium: all bonds listed",
  bonds: "in Chromium: growth of the key store with bonds",
  history: "in Chromium: growth of the history of a bond",
} as const;

export const browser = (): Section => ({
  name: "browser",
  title: "In Chromium",
  measurements: Object.entries(TITLES).map(([name, title]) => ({
    name: title,
    run: (rounds) => measure(name, title, rounds),
  })),
});
