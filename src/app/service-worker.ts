/** The service worker of this page, over the browser's own interface. */
import type { OfflineView, UpdateEvents, UpdatePort } from "../state/updates.ts";
import { scriptUrl } from "./script-url.ts";
import { SKIP_WAITING, VERSION_QUESTION } from "./sw-messages.ts";

/** Held by every bond procedure, in whatever tab, for as long as it runs. */
const PROCEDURE_LOCK = "bondkeeper:bond:";
/** A page that is never left still learns of a newer version. */
const LOOK_EVERY_MS = 6 * 60 * 60 * 1_000;
const ANSWER_WITHIN_MS = 3_000;

function whyNone(): Extract<OfflineView, { kind: "not-here" }>["why"] | null {
  if (location.protocol === "isolated-app:") return "installed-app";
  if (import.meta.env.DEV) return "development";
  return "serviceWorker" in navigator ? null : "browser";
}

/** Which version a worker is; null where it does not answer. */
function versionOf(worker: ServiceWorker): Promise<string | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
    port1.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      clearTimeout(timer);
      port1.close();
      resolve(typeof data === "string" ? data.slice(0, 40) : null);
    });
    port1.start();
    worker.postMessage(VERSION_QUESTION, [port2]);
  });
}

/** Calls back once `worker` has kept all files, or has failed to. */
function whenInstalled(worker: ServiceWorker, done: (kept: boolean) => void): void {
  const look = () => {
    if (worker.state === "installing") return;
    worker.removeEventListener("statechange", look);
    done(worker.state !== "redundant");
  };
  worker.addEventListener("statechange", look);
  look();
}

async function busy(): Promise<boolean> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name?.startsWith(PROCEDURE_LOCK) === true);
}

export function browserUpdates(): UpdatePort {
  let registration: ServiceWorkerRegistration | undefined;
  return {
    async start(events) {
      const why = whyNone();
      if (why !== null) {
        events.onOffline({ kind: "not-here", why });
        return;
      }
      try {
        registration = await navigator.serviceWorker.register(scriptUrl("sw.js"));
        follow(registration, events);
        setInterval(() => void registration?.update().catch(() => {}), LOOK_EVERY_MS);
      } catch (error) {
        events.onOffline({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
      }
    },
    async look() {
      if (registration === undefined) return false;
      await registration.update();
      return registration.installing !== null || registration.waiting !== null;
    },
    switchOver: () => registration?.waiting?.postMessage(SKIP_WAITING),
    busy,
  };
}

function follow(registration: ServiceWorkerRegistration, events: UpdateEvents): void {
  const { serviceWorker } = navigator;
  // The first worker of all takes over a page that had none: that is no other version.
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) events.onSwitched();
    controlled = true;
  });
  const tell = async (worker: ServiceWorker) => events.onWaiting(await versionOf(worker));
  const installing = (worker: ServiceWorker) =>
    whenInstalled(worker, (kept) => {
      if (registration.active === null || registration.active === worker) {
        const why = "the browser could not keep the files of the page";
        events.onOffline(kept ? { kind: "ready" } : { kind: "failed", why });
      } else if (kept) void tell(worker);
    });
  if (registration.active !== null) events.onOffline({ kind: "ready" });
  if (registration.waiting !== null) void tell(registration.waiting);
  if (registration.installing !== null) installing(registration.installing);
  registration.addEventListener("updatefound", () => {
    if (registration.installing !== null) installing(registration.installing);
  });
}
