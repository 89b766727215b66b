import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { build } from "vite";
import { ensureChromium } from "./find-chromium.ts";
import type { Tally } from "./tally.ts";

const ROOT = join(import.meta.dirname, "../..");
const REPORT = join(ROOT, "test-results/report.json");

/** The part of Playwright's JSON report that we read. */
interface Suite {
  readonly title: string;
  readonly suites?: readonly Suite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly status: "expected" | "unexpected" | "flaky" | "skipped";
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}
interface Report {
  readonly suites: readonly Suite[];
  /** What failed outside any test: a file that does not load, a server that does not start. */
  readonly errors: readonly unknown[];
}

/** Ports nobody listens on now, so that two runs on one machine do not meet. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("Cannot find a free port");
  return address.port;
}

function playwright(args: readonly string[], env: Record<string, string>): Promise<number> {
  const cli = join(ROOT, "node_modules/@playwright/test/cli.js");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, "test", ...args], {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function specsOf(
  suite: Suite,
  path: readonly string[],
): { name: string; test: Suite["specs"][0]["tests"][0] }[] {
  const here = [...path, suite.title];
  const own = suite.specs.flatMap((spec) =>
    spec.tests.map((test) => ({ name: [...here, spec.title].join(": "), test })),
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => specsOf(inner, here))];
}

function readReport(): Omit<Tally, "name" | "ms"> {
  const report: Report = JSON.parse(readFileSync(REPORT, "utf8"));
  const specs = report.suites.flatMap((suite) => specsOf(suite, []));
  const skipped = specs
    .filter(({ test }) => test.status === "skipped")
    .map(({ name, test }) => {
      const reason = test.annotations.find((annotation) => annotation.type === "skip")?.description;
      return `${name}: ${reason ?? "no reason given"}`;
    });
  const flaky = specs.filter(({ test }) => test.status === "flaky");
  for (const { name } of flaky) console.log(`PASSED ONLY AT THE SECOND TRY  ${name}`);
  const passed = specs.filter(({ test }) => test.status === "expected").length + flaky.length;
  return { passed, failed: specs.length - passed - skipped.length + report.errors.length, skipped };
}

/** Builds the page and the test pages, then runs the browser tests of one Playwright project on them. */
export async function runBrowser(project: "e2e" | "screenshots", args: readonly string[]): Promise<Tally> {
  const started = Date.now();
  const chromium = ensureChromium();
  console.log(`Browser: ${chromium}`);
  await build({ root: ROOT, logLevel: "warn" });
  await build({ root: join(ROOT, "test/e2e/harness"), logLevel: "warn" });
  rmSync(REPORT, { force: true });
  const status = await playwright([`--project=${project}`, ...args], {
    CHROMIUM: chromium,
    BONDKEEPER_PORT: String(await freePort()),
    BONDKEEPER_HARNESS_PORT: String(await freePort()),
    PLAYWRIGHT_JSON_OUTPUT_NAME: REPORT,
  });
  const counts = readReport();
  const ms = Date.now() - started;
  // A run that ended badly without naming a test must not look good.
  const failed = status !== 0 && counts.failed === 0 ? 1 : counts.failed;
  return { name: project, ...counts, failed, ms };
}
