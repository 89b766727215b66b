/** Files come in by picking or by dropping, and are looked at before anything is stored. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { press } from "./person.ts";
import { EVERY_STATE, plant } from "./seed.ts";

test.use({ layer: "none" });

const KEYS = fileURLToPath(new URL("../data/keystores/habluetooth.txt", import.meta.url));

interface Dropped {
  readonly name: string;
  readonly text: string;
}

async function drop(page: Page, on: Locator, file: Dropped): Promise<void> {
  const dataTransfer = await page.evaluateHandle(({ name, text }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    return transfer;
  }, file);
  await on.dispatchEvent("dragover", { dataTransfer });
  await on.dispatchEvent("drop", { dataTransfer });
}

test("records that went out as a file come in by a drop, and by picking it", async ({ page }) => {
  await plant(page, EVERY_STATE);
  await page.goto("/#/settings");
  const download = page.waitForEvent("download");
  await press(page, "Export all records");
  const path = await (await download).path();
  const heading = page.getByRole("heading", { name: "records.json" });

  await drop(page, page.getByText("Import a file"), {
    name: "records.json",
    text: readFileSync(path, "utf8"),
  });
  await expect(heading).toBeVisible();
  await press(page, "Cancel");
  for (let round = 0; round < 2; round++) {
    await page.getByLabel("Import a file").setInputFiles({
      name: "records.json",
      mimeType: "application/json",
      buffer: readFileSync(path),
    });
    await expect(heading).toBeVisible();
    await press(page, "Cancel");
  }
});

test("keys of another program come in by a drop", async ({ page }) => {
  await page.goto("/#/keys");
  await drop(page, page.getByText("Choose files"), {
    name: "bluetooth.bonds",
    text: readFileSync(KEYS, "utf8"),
  });
  await expect(page.getByRole("button", { name: /^Import \d/ })).toBeVisible();
  await press(page, "Cancel");
  await page.getByLabel("Choose files").setInputFiles(KEYS);
  await expect(page.getByRole("button", { name: /^Import \d/ })).toBeVisible();
});
