/** The state of the ensure link and of the list of pages that may ask, loaded with them. */
import type { App } from "../state/app.ts";
import { EnsureFlow } from "../state/ensure/flow.ts";
import { AllowedPages } from "../state/ensure/pages.ts";
import { apps } from "./apps.ts";

export function ensureFlow(app: App): EnsureFlow {
  return new EnsureFlow(app, {
    apps,
    window: {
      leave: (href) => location.replace(href),
      tellOpener(origin, message) {
        const opener: unknown = window.opener;
        if (!isWindow(opener) || opener.closed) return false;
        // The browser drops it where the opener is of another origin by now.
        opener.postMessage(message, origin);
        return true;
      },
    },
  });
}

export function allowedPages(app: App): AllowedPages {
  return new AllowedPages(app, apps);
}

/** Of another origin nothing else can be asked. */
function isWindow(value: unknown): value is Window {
  return typeof value === "object" && value !== null && "postMessage" in value && "closed" in value;
}
