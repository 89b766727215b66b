/** What of the installed app has to be there from the first moment, and the way to the rest of it. */
import type { InstallOffer } from "../state/installing.ts";
import type { Pwa } from "../state/pwa.ts";
import type { Router } from "../state/router.ts";
import type { Screens } from "../state/screens.ts";
import { Store } from "../state/store.ts";
import { backupDatabase, hasBackupFile } from "../storage/backup/database.ts";

/** The browser may offer the installation before anything is on the screen, and only once. */
export function catchInstallOffer(): Store<InstallOffer | null> {
  const offer = new Store<InstallOffer | null>(null);
  addEventListener("beforeinstallprompt", (event) => {
    // Our own button in the settings asks, when a person wants it.
    event.preventDefault();
    offer.set(event);
  });
  return offer;
}

/** A `web+bond:` link that opened the page: taken out of the address before anything is shown. */
export async function openLink(router: Router): Promise<void> {
  const { value: route } = router.route;
  if (route.screen !== "not-found" || !route.link.startsWith("#/link/")) return;
  const { linkInFragment, parseBondLink } = await import("../state/bond-link.ts");
  router.replace(parseBondLink(linkInFragment(location.hash) ?? ""));
}

/** After the first paint: nothing of it is needed to look at the list. */
export function startAppLater(
  { app, parts }: Screens,
  pwa: Store<Pwa | null>,
  offer: Store<InstallOffer | null>,
): void {
  const start = async () => {
    const { startPwa } = await import("./pwa.ts");
    pwa.set(startPwa({ app, keys: parts.keys, transfer: parts.transfer, offer }));
  };
  app.page.schedule(() => setTimeout(() => void start()));
}

/** Goes on with a backup file that was chosen once; where none was, nothing more is loaded. */
export function keepBackupLater({ app, parts }: Screens, world: string | undefined): void {
  const start = async () => {
    if (!("showSaveFilePicker" in globalThis)) return;
    if (await hasBackupFile(backupDatabase(world))) await parts.backupFile.load();
  };
  // Where the storage does not open, every screen says so.
  app.page.schedule(() => setTimeout(() => void start().catch(() => undefined)));
}
