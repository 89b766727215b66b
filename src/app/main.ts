/** The one place that joins the layers. */
import type { BondPorts, Surroundings } from "../bonds/ensure.ts";
import type { Backend } from "../link/backend.ts";
import { WebBluetoothBackend } from "../link/web-bluetooth/backend.ts";
import { pageSurroundings } from "../link/web-bluetooth/platform.ts";
import type { ScanSource } from "../link/scan.ts";
import type { TraceSource } from "../link/trace.ts";
import { ActivityLog } from "../state/activity/log.ts";
import type { OwnWorld } from "../state/adapter/world.ts";
import { AddDevice } from "../state/add-device.ts";
import type { App } from "../state/app.ts";
import { Bonds } from "../state/bonds.ts";
import { Chooser } from "../state/chooser.ts";
import type { Demo } from "../state/demo.ts";
import { Dongles, type TellApart } from "../state/dongles.ts";
import { DeviceList } from "../state/device-list.ts";
import { Environment } from "../state/environment.ts";
import { ExplainError } from "../state/explain-error.ts";
import { Lazy } from "../state/lazy.ts";
import { LiveLinks } from "../state/live.ts";
import { Notices } from "../state/notices.ts";
import type { PairingManager } from "../state/pairing-manager.ts";
import { platformOf } from "../state/platform.ts";
import { Preferences } from "../state/preferences.ts";
import { Procedures } from "../state/procedure.ts";
import type { Pwa } from "../state/pwa.ts";
import { Router } from "../state/router.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import type { Parts, Screens } from "../state/screens.ts";
import { Store } from "../state/store.ts";
import type { DatabaseEvents } from "../storage/open.ts";
import { databaseOf, worldChoice, type WorldChoice } from "../state/world.ts";
import { browserLocks } from "../storage/locks.ts";
import { askPersistence, storageHealth } from "../storage/persist.ts";
import { CHANNEL_NAME, createStores, type IndexedStores } from "../storage/stores.ts";
import { tokens } from "../ui/tokens.css.ts";
import { catchInstallOffer, keepBackupLater, openLink, startAppLater } from "./app-entry.ts";
import { browserAddressBar } from "./address-bar.ts";
import { browserPage, rememberedAdapter } from "./page.ts";
import { browserSurroundings } from "../bonds/browser-surroundings.ts";
import "../ui/bond-app.ts";

interface World {
  readonly backend: Backend;
  readonly demo: Demo | null;
  /** Only where pairing is ours: who is asked, what is heard, and what passes. */
  readonly pairing?: PairingManager;
  readonly scan?: ScanSource;
  readonly trace?: TraceSource;
  readonly own?: OwnWorld;
}

const AGE_TICK_MS = 30_000;

async function start(): Promise<void> {
  // First of all: a link that carries a secret is scrubbed before anything else can read or keep it.
  const router = new Router(browserAddressBar());
  const offer = catchInstallOffer();
  await openLink(router);
  const choice = worldChoice(location.search, rememberedAdapter());
  const page = browserPage();
  const notices = new Notices(page);
  tellFaults(notices);
  const surroundings = browserSurroundings();
  const events = databaseEvents(notices);
  const name = databaseOf(choice);
  const stores = openStores({ events, surroundings, name });
  const keys = new Lazy(async () =>
    (await import("./page-keys.ts")).openPageKeys({ events, surroundings, name }),
  );
  const locks = browserLocks(navigator.locks);
  const rest = { stores, locks, surroundings, appVersion: __APP_VERSION__ };
  const world = await worldFor(choice, keys, rest);
  const ports: BondPorts = { ...rest, backend: world.backend };
  const pwa = new Store<Pwa | null>(null);
  const screens = buildScreens({ ports, page, router, notices, keys, world, pwa, name });
  showTheme(screens.preferences);
  if (tokens.styleSheet !== undefined) document.adoptedStyleSheets.push(tokens.styleSheet);
  const root = document.createElement("bond-app");
  root.screens = screens;
  document.body.append(root);
  run(screens);
  startAppLater(screens, pwa, offer);
  keepBackupLater(screens, name);
}

interface Foundation extends Pick<App, "ports" | "page" | "router" | "notices"> {
  readonly keys: Lazy<PageKeys>;
  readonly world: World;
  readonly pwa: Store<Pwa | null>;
  /** Of the database; undefined for the one of real devices. */
  readonly name: string | undefined;
}

function buildScreens({ ports, page, router, notices, keys, world, pwa, name }: Foundation): Screens {
  const { demo, pairing = null, own } = world;
  const chooser = new Chooser(ports.backend, page);
  const live = new LiveLinks();
  const activity = new ActivityLog(() => ports.surroundings.now());
  pairing?.listen((event) => activity.add({ kind: "pairing", event }));
  const now = new Store(ports.surroundings.now());
  setInterval(() => now.set(ports.surroundings.now()), AGE_TICK_MS);
  const bonds = new Bonds(ports.stores.bonds, page);
  const dongles = donglesOf(bonds, ports.backend, { keys, world, page });
  router.route.watch(() => void dongles.refresh());
  const app: App = {
    ports,
    page,
    environment: environmentOf(ports.backend),
    router,
    bonds,
    dongles,
    live,
    chooser,
    procedures: new Procedures({
      bond: ports,
      chooser,
      live,
      dongles,
      activity,
      ...(pairing && { pairing }),
    }),
    notices,
    now,
  };
  const preferences = new Preferences(app, {
    look: () => storageHealth(navigator.storage),
    ask: () => askPersistence(navigator.storage),
  });
  return {
    app,
    demo,
    own: own ?? null,
    pairing,
    list: new DeviceList(app),
    add: new AddDevice(app),
    explain: new ExplainError(app, async () => (await import("../link/foreign.ts")).explainForeign),
    pwa,
    preferences,
    parts: partsOf(app, { keys, activity, world, name, preferences }),
  };
}

/** Who has to look at dongles fetches the keys for it. */
function donglesOf(
  bonds: Bonds,
  { bonds: own, capabilities }: Backend,
  { keys, world, page }: Pick<Foundation, "keys" | "world" | "page">,
): Dongles {
  const identity = (): string => own?.localIdentity ?? "";
  const desk = new Lazy(async () => {
    const [{ dongleDesk }, known] = await Promise.all([import("./dongle-desk.ts"), keys.load()]);
    return dongleDesk({ own: world.own, identity, keys: known.keys, page });
  });
  const tell: TellApart = async (identities) => {
    const { tellApart } = await import("../state/keys/tell-apart.ts");
    return tellApart(identities, (await keys.load()).keys);
  };
  return new Dongles(bonds.view, tell, {
    transport: capabilities.transport,
    desk: () => desk.load(),
    own: () => (world.own?.adapter.standing.value.kind === "ready" ? identity() : ""),
    useSystem: () => page.useAdapter("web-bluetooth", "here"),
  });
}

/** What a screen needs beyond the list comes with the screen. */
function partsOf(
  app: App,
  from: Pick<Foundation, "keys" | "world" | "name"> & {
    readonly activity: ActivityLog;
    readonly preferences: Preferences;
  },
): Parts {
  const { keys, activity, world, name, preferences } = from;
  const { scan, trace = null, own } = world;
  const backupFile = new Lazy(async () => {
    const [{ keepBackupFile }, page] = await Promise.all([import("./backup-file.ts"), keys.load()]);
    return keepBackupFile(app, page, name);
  });
  return {
    adapter:
      own === undefined ? null : new Lazy(async () => (await import("./adapter.ts")).adapterPanel(app, own)),
    activity: new Lazy(async () => (await import("./activity.ts")).activityScreen(app, activity, trace)),
    scan: scan === undefined ? null : new Lazy(async () => (await import("./scan.ts")).scanScreen(app, scan)),
    keys: new Lazy(async () => {
      const [{ keysScreen }, page, file] = await Promise.all([
        import("./keys.ts"),
        keys.load(),
        backupFile.load(),
      ]);
      return keysScreen(app, page, file, () => void preferences.look());
    }),
    backupFile,
    ensure: new Lazy(async () => (await import("./ensure.ts")).ensureFlow(app, world.pairing ?? null, keys)),
    transfer: new Lazy(async () => new (await import("../state/transfer.ts")).Transfer(app)),
    apps: new Lazy(async () => (await import("./ensure.ts")).allowedPages(app)),
    kiosk: new Lazy(async () => (await import("./kiosk.ts")).kiosk(app)),
  };
}

function environmentOf(backend: Backend): Environment {
  const agent = navigator.userAgentData;
  const platform = platformOf({
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    ...(agent === undefined ? {} : { platform: agent.platform, brands: agent.brands }),
  });
  return new Environment(backend, { platform, address: location.href });
}

/** Everything that runs for as long as the page does. Their own views tell what went wrong. */
function run({ app, preferences, own }: Screens): void {
  const { environment } = app;
  const forever = new AbortController().signal;
  void app.bonds.start(forever);
  preferences.view.watch(() => {
    const view = preferences.view.value;
    if (view.kind === "ready") own?.connectWithin(1_000 * view.connectSeconds);
  });
  void preferences.start();
  void environment.check(forever);
  // An adapter that came up later: what was said at the start is over.
  own?.adapter.standing.watch(() => {
    const up = own.adapter.standing.value.kind === "ready";
    if (up && environment.view.value.kind !== "ready") void environment.check(forever);
  });
  // A switched-on radio or a changed permission shows when the person comes back: there is no event for it.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && environment.view.value.kind !== "ready") void environment.check(forever);
  });
}

/** The one way to Bluetooth of this page load; all but the browser's own is loaded only where it was chosen. */
async function worldFor(
  choice: WorldChoice,
  keys: Lazy<PageKeys>,
  rest: Omit<BondPorts, "backend">,
): Promise<World> {
  switch (choice) {
    case "web-bluetooth":
      return { backend: new WebBluetoothBackend(pageSurroundings(globalThis)), demo: null };
    case "demo": {
      const { demoWorld } = await import("./demo.ts");
      return demoWorld(localStorage);
    }
    default: {
      const [{ ownWorld }, page] = await Promise.all([import("./own-adapter.ts"), keys.load()]);
      return ownWorld({ kind: choice, keys: page, rest });
    }
  }
}

interface StorageOptions {
  readonly events: DatabaseEvents;
  readonly surroundings: Surroundings;
  /** Undefined for the database of real devices. */
  readonly name: string | undefined;
}

function openStores({ events, surroundings, name }: StorageOptions): IndexedStores {
  const channelName = name === undefined ? CHANNEL_NAME : `${CHANNEL_NAME}-${name}`;
  return createStores({
    events,
    channel: typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(channelName),
    location,
    now: () => surroundings.now(),
    newId: () => surroundings.newId(),
    onListenerError: (error) => queueMicrotask(() => reportError(error)),
    ...(name === undefined ? {} : { name }),
  });
}

function databaseEvents(notices: Notices): DatabaseEvents {
  return {
    onSuperseded: () => notices.problem("Another tab runs a newer version. Reload this page"),
    onBlocked: () => notices.problem("Close other tabs of Bondkeeper: an older one holds the storage"),
    onTerminated: () =>
      notices.problem("The browser closed the storage. It is opened again with the next use"),
  };
}

/** What should never happen is said all the same, instead of a button that does nothing. */
function tellFaults(notices: Notices): void {
  const tell = (fault: unknown) => {
    const text = fault instanceof Error ? fault.message : String(fault);
    notices.problem(`Something went wrong inside the page: ${text.slice(0, 200)}`);
  };
  addEventListener("error", (event) => tell(event.error));
  addEventListener("unhandledrejection", (event) => tell(event.reason));
}

/** The theme is the document's, so that the tokens and the browser's own controls follow it. */
function showTheme(preferences: Preferences): void {
  preferences.view.watch(() => {
    const view = preferences.view.value;
    if (view.kind !== "ready") return;
    if (view.theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = view.theme;
  });
}

await start();
