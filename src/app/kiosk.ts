/** The kiosk with the window it stands in, loaded with its screen. */
import type { App } from "../state/app.ts";
import { Kiosk } from "../state/kiosk/kiosk.ts";
import { apps } from "./apps.ts";

export function kiosk(app: App): Kiosk {
  return new Kiosk(app, apps, {
    leave: (href) => location.assign(href),
    print: () => print(),
    online: () => navigator.onLine,
    keepAwake,
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

/** The browser lets go of the lock whenever the page is hidden; it is taken again when the page is back. */
function keepAwake(signal: AbortSignal): void {
  let lock: WakeLockSentinel | undefined;
  const take = async (): Promise<void> => {
    if (document.hidden || lock?.released === false) return;
    try {
      const taken = await navigator.wakeLock.request("screen");
      // The kiosk may have ended while the browser thought about it.
      if (signal.aborted) await taken.release();
      else lock = taken;
    } catch {
      // No wake lock here, or the battery is low: the screen's own setting holds.
    }
  };
  document.addEventListener("visibilitychange", () => void take(), { signal });
  signal.addEventListener("abort", () => void lock?.release(), { once: true });
  void take();
}
