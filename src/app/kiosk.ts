/** The kiosk with the window it stands in, loaded with its screen. */
import type { App } from "../state/app.ts";
import { Kiosk } from "../state/kiosk/kiosk.ts";
import { apps } from "./apps.ts";

export function kiosk(app: App): Kiosk {
  return new Kiosk(app, apps, {
    leave: (href) => location.assign(href),
    print: () => print(),
    online: () => navigator.onLine,
    keepAwake(signal) {
      const ask = (): void => {
        if (!document.hidden && !signal.aborted) void keepAwake(signal);
      };
      // The browser lets go of the lock whenever the page is hidden.
      document.addEventListener("visibilitychange", ask, { signal });
      ask();
    },
    onBack(listener, signal) {
      const seen = (): void => {
        if (!document.hidden) listener();
      };
      document.addEventListener("visibilitychange", seen, { signal });
      document.addEventListener("resume", listener, { signal });
      addEventListener("online", listener, { signal });
    },
  });
}

async function keepAwake(signal: AbortSignal): Promise<void> {
  try {
    const lock = await navigator.wakeLock.request("screen");
    signal.addEventListener("abort", () => void lock.release(), { once: true });
  } catch {
    // No wake lock here, or the battery is low: the screen's own setting holds.
  }
}
