/** The state of the ensure link and of the list of pages that may ask, loaded with them. */
import type { App } from "../state/app.ts";
import { ClientHost } from "../state/ensure/client.ts";
import { FixedCodes } from "../state/ensure/codes.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import type { Lazy } from "../state/lazy.ts";
import type { DoorEvent, Port } from "../state/ensure/door.ts";
import { EnsureFlow } from "../state/ensure/flow.ts";
import { AllowedPages } from "../state/ensure/pages.ts";
import type { PairingManager } from "../state/pairing-manager.ts";
import { apps } from "./apps.ts";

export function ensureFlow(app: App, pairing: PairingManager | null, keys: Lazy<PageKeys>): EnsureFlow {
  const flow = new EnsureFlow(app, {
    apps,
    codes:
      app.ports.backend.capabilities.keysOwnedBy === "bondkeeper"
        ? new FixedCodes(apps, async () => (await keys.load()).keys.vault)
        : null,
    window: {
      leave: (href) => location.replace(href),
      tellOpener: post,
    },
    client: (origin) =>
      new ClientHost(origin, {
        app,
        pairing,
        apps,
        window: { sayHello: post, listen },
        newToken: () => crypto.getRandomValues(new Uint8Array(32)),
      }),
  });
  // Whoever waits for an answer gets one, also when the window goes.
  addEventListener("pagehide", () => flow.client.value?.close());
  return flow;
}

export function allowedPages(app: App): AllowedPages {
  return new AllowedPages(app, apps);
}

/** The browser drops it where the opener is of another origin by now. */
function post(origin: string, message: unknown): boolean {
  const opener = openerOf();
  if (opener === null || opener.closed) return false;
  opener.postMessage(message, origin);
  return true;
}

function listen(listener: (event: DoorEvent) => void, signal: AbortSignal): void {
  addEventListener(
    "message",
    ({ origin, data, source, ports }: MessageEvent<unknown>) =>
      listener({
        origin,
        data,
        fromOpener: source !== null && source === openerOf(),
        ports: ports.map(portOf),
      }),
    { signal },
  );
}

function portOf(port: MessagePort): Port {
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end, and no origin
    send: (message) => port.postMessage(message),
    close: () => port.close(),
    listen(listener) {
      port.addEventListener("message", ({ data }: MessageEvent<unknown>) => listener(data));
      port.start();
    },
  };
}

/** Of another origin nothing else can be asked. */
function openerOf(): Window | null {
  const opener: unknown = window.opener;
  return isWindow(opener) ? opener : null;
}

function isWindow(value: unknown): value is Window {
  return typeof value === "object" && value !== null && "postMessage" in value && "closed" in value;
}
