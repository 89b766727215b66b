import type { Clock } from "../../hci/ports.ts";

/** How much faster time passes here than outside. */
export const SPEED = 5;

/** Time in a hurry, for tests with a host that knows only real timers. */
export const fastClock: Clock = {
  now: () => performance.now() * SPEED,
  after(ms, run) {
    const timer = setTimeout(run, ms / SPEED);
    return () => clearTimeout(timer);
  },
};

/** Resolves when this clock has moved on by `ms`. */
export function pass(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  fastClock.after(ms, resolve);
  return promise;
}
