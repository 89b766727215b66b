import type { BrowserContext, Page } from "@playwright/test";

/**
 * Opens a tab that stays open: the emulated adapter lives only as long as some page of the browser has used Web
 * Bluetooth. Without it the adapter is gone after the first reload of the page under test. The tab has the origin of
 * the page under test but nothing of it, so that it opens no database and takes no lock.
 */
export async function keepAdapter(context: BrowserContext): Promise<Page> {
  const keeper = await context.newPage();
  const html = "<!doctype html><html lang=en><title>Keeps the adapter</title>";
  await keeper.route("**/keeper", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await keeper.goto("/keeper");
  await keeper.evaluate(() => navigator.bluetooth.getAvailability());
  return keeper;
}
