import type { BrowserContext, Page } from "@playwright/test";

/**
 * Opens a tab that stays open: the emulated adapter lives only as long as some page of the browser has used Web
 * Bluetooth. Without it the adapter is gone after the first reload of the page under test.
 */
export async function keepAdapter(context: BrowserContext, url: string): Promise<Page> {
  const keeper = await context.newPage();
  await keeper.goto(url);
  await keeper.evaluate(() => navigator.bluetooth.getAvailability());
  return keeper;
}
