import { defineConfig } from "@playwright/test";

/** `test/run.ts` picks free ports; by hand these are used. */
const port = process.env["BONDKEEPER_PORT"] ?? "4717";
const harnessPort = process.env["BONDKEEPER_HARNESS_PORT"] ?? "4718";
const vite = `"${process.execPath}" node_modules/vite/bin/vite.js`;

function preview(folder: string, on: string): { command: string; url: string } {
  return {
    command: `${vite} preview ${folder} --host 127.0.0.1 --port ${on} --strictPort`,
    url: `http://127.0.0.1:${on}/`,
  };
}

export default defineConfig({
  testDir: "test/e2e",
  outputDir: "test-results/browser",
  // Profiles are tens of megabytes; only those of failed tests are worth keeping.
  preserveOutput: "failures-only",
  fullyParallel: true,
  forbidOnly: Boolean(process.env["CI"]),
  // Browsers and D-Bus on a busy machine: one more try, and `test/run.ts` names every test that needed it.
  retries: process.env["CI"] === undefined ? 0 : 1,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 8_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  use: { baseURL: `http://127.0.0.1:${port}/`, viewport: { width: 1280, height: 800 } },
  metadata: { harness: `http://127.0.0.1:${harnessPort}/` },
  webServer: [preview(".", port), preview("test/e2e/harness", harnessPort)],
  projects: [
    { name: "e2e", testMatch: "**/*.spec.ts", testIgnore: "**/screenshots.spec.ts" },
    { name: "screenshots", testMatch: ["**/screenshots.spec.ts", "**/tour.spec.ts"] },
  ],
});
