/** The app around the page: service worker, installation, launches. Loaded after the first paint. */
import type { App } from "../state/app.ts";
import { type InstallOffer, Installing } from "../state/installing.ts";
import type { KeysScreen } from "../state/keys/screen.ts";
import { Launches } from "../state/launches.ts";
import type { Lazy } from "../state/lazy.ts";
import type { Pwa } from "../state/pwa.ts";
import { Store } from "../state/store.ts";
import type { PickedFile, Transfer } from "../state/transfer.ts";
import { Updates } from "../state/updates.ts";
import { browserUpdates } from "./service-worker.ts";
import "../ui/update-bar.ts";

/** Chromium only. */
interface LaunchQueue {
  setConsumer(
    consumer: (launch: {
      readonly targetURL?: string;
      readonly files?: readonly { getFile(): Promise<File> }[];
    }) => void,
  ): void;
}

/** As the export of records names its files, and a browser a second one of the same day. */
const RECORDS_FILE = /^bondkeeper-records-[\w() -]+\.json$/i;

/** More than anybody opens on purpose. */
const MAX_FILES = 16;

export interface PwaParts {
  readonly app: App;
  readonly transfer: Lazy<Transfer>;
  readonly keys: Lazy<KeysScreen>;
  /** The browser's offer to install, caught by `main.ts` since the first moment. */
  readonly offer: Store<InstallOffer | null>;
}

export function startPwa({ app, transfer, keys, offer }: PwaParts): Pwa {
  const port = browserUpdates();
  const updates = new Updates(port, app.page);
  const launches = new Launches({
    notices: app.notices,
    page: app.page,
    busy: () => port.busy(),
    show: (route) => app.router.go(route),
  });
  // Whatever it is, the Keys screen knows its kind by its content, and says so where it knows none.
  launches.register({
    takes: () => true,
    open(file) {
      app.router.go({ screen: "keys" });
      void handOver(keys, (screen) => screen.open(file), app);
    },
  });
  launches.register({
    takes: (name) => RECORDS_FILE.test(name),
    open(file) {
      app.router.go({ screen: "settings" });
      void handOver(transfer, (screen) => screen.read(file), app);
    },
  });
  receiveLaunches(launches, app);
  void updates.start();
  return { updates, installing: installing(app, offer), launches };
}

async function handOver<T>(part: Lazy<T>, read: (part: T) => Promise<void>, { notices }: App): Promise<void> {
  try {
    await read(await part.load());
  } catch {
    notices.problem("The screen for this file could not be loaded. Open the file again");
  }
}

function installing({ environment }: App, offer: Store<InstallOffer | null>): Installing {
  const installed = new Store(false);
  addEventListener("appinstalled", () => installed.set(true));
  const { platform } = environment.surroundings;
  const standalone = !matchMedia("(display-mode: browser)").matches;
  return new Installing({ platform, secure: isSecureContext, standalone }, offer, installed);
}

function receiveLaunches(launches: Launches, { notices }: App): void {
  const queue: LaunchQueue | undefined = Reflect.get(globalThis, "launchQueue");
  queue?.setConsumer(({ targetURL = null, files = [] }) => {
    const read = Promise.all(
      files.slice(0, MAX_FILES).map((handle): Promise<PickedFile> => handle.getFile()),
    );
    read.then(
      (picked) => launches.receive({ targetURL, files: picked }),
      () => notices.problem("The file could not be read. Was it moved?"),
    );
  });
}
