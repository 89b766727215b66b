/**
 * Lighthouse over the built page, as a phone and as a desktop: `npm run lighthouse [-- PATH …]`. Lighthouse is fetched
 * for the run (200 packages that nothing else here needs). Ends with 1 when accessibility or best practices are below
 * 100 anywhere; performance is measured time, so it is told and not judged.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { ensureChromium } from "./support/find-chromium.ts";
import { StaticServer } from "./support/static-server.ts";

const LIGHTHOUSE = "lighthouse@12.8.2";
/** Where a person or another page comes in; the simulator brings a controller and its devices along. */
const PATHS = ["", "ensure/", "?kiosk", "?adapter=simulator", "?adapter=simulator#/keys"];
const FORMS = ["mobile", "desktop"] as const;
const KINDS = ["performance", "accessibility", "best-practices"] as const;

type Form = (typeof FORMS)[number];

interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly title: string; readonly score: number | null }>>;
}

/** @returns the points of each kind, 0 to 100, and the audits that cost any. */
async function run(url: string, form: Form, file: string): Promise<{ points: number[]; lost: string[] }> {
  const args = ["exec", "--yes", `--package=${LIGHTHOUSE}`, "--", "lighthouse", url, "--quiet"];
  args.push("--output=json", `--output-path=${file}`, `--only-categories=${KINDS.join(",")}`);
  args.push("--chrome-flags=--headless=new --no-sandbox");
  if (form === "desktop") args.push("--preset=desktop");
  const env = { ...process.env, CHROME_PATH: ensureChromium() };
  // Not waited for synchronously: the server that Lighthouse asks runs in this process.
  await promisify(execFile)("npm", args, { env, shell: process.platform === "win32" });
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  const lost = Object.values(report.audits).filter(({ score }) => score !== null && score < 0.9);
  return {
    points: KINDS.map((kind) => Math.round((report.categories[kind]?.score ?? 0) * 100)),
    lost: lost.map(({ title }) => title),
  };
}

const folder = mkdtempSync(join(tmpdir(), "lighthouse-"));
await build({ logLevel: "error", build: { outDir: join(folder, "page"), emptyOutDir: true } });
const server = await StaticServer.start(join(folder, "page"), "/");
let failed = false;
try {
  console.log(`| Page | Form | ${KINDS.join(" | ")} | below 0.9 |\n|---|---|---|---|---|---|`);
  const asked = process.argv.slice(2);
  for (const path of asked.length > 0 ? asked : PATHS) {
    for (const form of FORMS) {
      const { points, lost } = await run(server.url + path, form, join(folder, "report.json"));
      console.log(`| \`/${path}\` | ${form} | ${points.join(" | ")} | ${lost.join("; ") || "–"} |`);
      failed ||= points.slice(1).some((value) => value < 100);
    }
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
