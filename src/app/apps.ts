/** The store of pages that may ask and of the kiosk: opened once, when one of them is wanted. */
import { generateSigningKey } from "../sdk/signed-result.ts";
import { APPS_DATABASE, DEMO_APPS_DATABASE, IndexedApps } from "../storage/apps/store.ts";
import { DEMO_QUERY } from "../state/world.ts";

const demo = new URLSearchParams(location.search).has(DEMO_QUERY);

export const apps = new IndexedApps({
  hostname: location.hostname,
  newKey: generateSigningKey,
  name: demo ? DEMO_APPS_DATABASE : APPS_DATABASE,
});
