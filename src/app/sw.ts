/**
 * The service worker: keeps every file of one build, so that the page opens without a network from the first visit on.
 * A newer build waits beside the old one until the page says that a person agreed.
 */
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { SKIP_WAITING, VERSION_QUESTION } from "./sw-messages.ts";

declare const self: ServiceWorkerGlobalScope;
declare const __APP_VERSION__: string;

precacheAndRoute(self.__WB_MANIFEST, {
  // The page is one document whatever its query says: the query is for the page itself.
  ignoreURLParametersMatching: [/./],
});
cleanupOutdatedCaches();

// The page that was loaded before there was a worker needs it, too: its screens come in parts.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// Only pages of this scope can send: a service worker is reached through its registration.
self.addEventListener("message", (event) => {
  if (event.data === SKIP_WAITING) event.waitUntil(self.skipWaiting());
  if (event.data === VERSION_QUESTION) event.ports[0]?.postMessage(__APP_VERSION__);
});
