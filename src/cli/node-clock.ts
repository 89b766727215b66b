import type { Clock } from "../../hci/ports.ts";

/** Real time. Its timers keep no process alive that has nothing else to do. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
