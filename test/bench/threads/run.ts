/**
 * `node test/bench/threads/run.ts [rounds]`: our host on the page against our host in a worker, in a real browser, the
 * dongle and its room in a worker of their own. Medians; the rounds alternate.
 */
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { ensureChromium } from "../../support/find-chromium.ts";
import type { Smoothness } from "./page.ts";

const ROOT = import.meta.dirname;
const OUT = join(ROOT, "../../../.cache/threads");
const rounds = Number(process.argv[2] ?? 7);
const PLACES = ["page", "worker"] as const;

type Run = Readonly<Record<string, Smoothness>>;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

await build({
  root: ROOT,
  base: "./",
  logLevel: "warn",
  configFile: false,
  worker: { format: "es" },
  build: { outDir: OUT, emptyOutDir: true, target: "esnext" },
});
const server = await preview({ root: ROOT, configFile: false, logLevel: "warn", build: { outDir: OUT } });
const address = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({ executablePath: ensureChromium() });
const runs: Record<(typeof PLACES)[number], Run[]> = { page: [], worker: [] };
try {
  for (let round = 0; round < rounds; round++)
    for (const where of PLACES) {
      const page = await browser.newPage();
      await page.goto(`${address}?where=${where}`);
      await page.waitForFunction(() => Reflect.has(globalThis, "run"));
      runs[where].push(
        await page.evaluate(async (): Promise<Run> => {
          const run: unknown = Reflect.get(globalThis, "run");
          return typeof run === "function" ? await run() : {};
        }),
      );
      await page.close();
    }
} finally {
  await browser.close();
  await server.close();
}

for (const work of ["scan", "pair", "notifications"])
  for (const measure of ["result", "longestFrame", "frame99", "longTasks", "late"] as const) {
    const of = (where: (typeof PLACES)[number]): number =>
      median(runs[where].map((run) => run[work]?.[measure] ?? Number.NaN));
    const [page, worker] = [of("page"), of("worker")];
    const ratio = worker === 0 ? "" : ` ratio ${(page / worker).toFixed(2)}`;
    console.log(`${work} ${measure}: page ${page.toFixed(1)} worker ${worker.toFixed(1)}${ratio}`);
  }
