/** What a browser really asks for when the page is opened and left alone: counted, beside the budget. */
import { gzipSync } from "node:zlib";
import type { Response } from "@playwright/test";
import budget from "../support/bundle-budget.json" with { type: "json" };
import { expect, test } from "../support/fixtures.ts";

test.use({ layer: "none" });

test("opening the page asks for no more files and octets than its budget says", async ({ page }) => {
  // Each once: for its icons and the manifest the browser asks as often as it likes.
  const answers = new Map<string, Response>();
  page.on("response", (response) => answers.set(response.url(), response));
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const files: string[] = [];
  let octets = 0;
  // What the service worker keeps for later is asked for by the worker, not by the page.
  for (const answer of [...answers.values()].filter((one) => one.request().serviceWorker() === null)) {
    const { length } = gzipSync(await answer.body(), { level: 9 });
    octets += length;
    files.push(`${new URL(answer.url()).pathname}: ${length}`);
  }
  expect(files.length, "the script of the first screen is among them").toBeGreaterThan(1);
  expect(octets, "and is not empty").toBeGreaterThan(10_000);
  expect(files.length, files.join("\n")).toBeLessThanOrEqual(budget.opened.requests);
  expect(octets, files.join("\n")).toBeLessThanOrEqual(budget.opened.octets);
});
