/** What a visitor waits for: from the navigation to the list of devices on the screen. */
import { chromium, type Browser, type Page } from "@playwright/test";
import { findChromium } from "../support/find-chromium.ts";
import { serveBuiltPage } from "./built-page.ts";
import { duration } from "./figures.ts";
import type { Finding } from "./findings.ts";
import { median, quantile } from "./harness.ts";

/** Every page marks the task after the frame in which the list of devices says what there is. */
function watch(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const has = (root: ParentNode): boolean =>
      [...root.querySelectorAll("*")].some(
        (one) =>
          (one.localName === "empty-list" && one.shadowRoot?.textContent?.trim() !== "") ||
          (one.shadowRoot !== null && has(one.shadowRoot)),
      );
    const look = (): void => {
      if (!has(document)) {
        requestAnimationFrame(look);
        return;
      }
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => performance.mark("useful"));
      port1.start();
      port2.postMessage(null);
    };
    requestAnimationFrame(look);
  });
}

async function startOf(page: Page, go: () => Promise<unknown>): Promise<number> {
  await go();
  const mark = await page.waitForFunction(() => performance.getEntriesByName("useful")[0]?.startTime);
  return (await mark.jsonValue()) ?? 0;
}

const STARTS = 9;

/** One who was never there: cold, then again, then without a network. */
async function visits(browser: Browser, url: string): Promise<readonly number[]> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await watch(page);
    const cold = await startOf(page, () => page.goto(url));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const warm = await startOf(page, () => page.reload());
    await context.setOffline(true);
    const offline = await startOf(page, () => page.reload());
    return [cold, warm, offline];
  } finally {
    await context.close();
  }
}

export async function starts(): Promise<Finding> {
  const name = "Start-up to the list of devices";
  const executablePath = findChromium();
  if (executablePath === undefined) return { kind: "skipped", name, why: "there is no Chromium here" };
  await using served = await serveBuiltPage();
  const browser = await chromium.launch({ executablePath });
  try {
    await visits(browser, served.url); // the browser starts up too
    const seen: (readonly number[])[] = [];
    for (let i = 0; i < STARTS; i++) seen.push(await visits(browser, served.url));
    const row = (what: string, at: number): string[] => {
      const all = seen.map((each) => each[at] ?? 0);
      const [low, high] = [quantile(all, 0.25), quantile(all, 0.75)];
      return [
        what,
        ...[median(all), low, high, Math.min(...all), Math.max(...all)].map((ms) => duration(ms * 1e6)),
      ];
    };
    return {
      kind: "table",
      name,
      note: `${STARTS} visitors, each cold, warm and offline in turn, after one that does not count; from the navigation to the task after the frame that draws the list. The server is on this machine: a network adds its own`,
      head: ["Visit", "Median", "Lower quarter", "Upper quarter", "Least", "Most"],
      rows: [
        row("cold, nothing kept", 0),
        row("warm, by the service worker", 1),
        row("offline, by the service worker", 2),
      ],
    };
  } finally {
    await browser.close();
  }
}
