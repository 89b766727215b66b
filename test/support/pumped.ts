/** Calls that take the time of a room whose clock stands still. */
import type { ManualClock } from "./manual-clock.ts";

/** The room's time passes while a call is under way, but no longer than this: much less than any limit. */
export const PATIENCE_MS = 3_000;

/** Wraps what has calls that take time, and what those give. */
export function pumped(clock: ManualClock): <T extends object>(target: T) => T {
  async function pump(work: Promise<unknown>): Promise<void> {
    const end = clock.now() + PATIENCE_MS;
    const progress = { over: false };
    const settled = (): void => {
      progress.over = true;
    };
    work.then(settled, settled);
    while (!progress.over && clock.now() < end) await clock.advance(5);
  }
  function given(result: unknown): unknown {
    if (Array.isArray(result)) return result.map(given);
    const working = result instanceof Object && ("connect" in result || "discover" in result);
    return working ? wrap(result) : result;
  }
  function wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]) => {
          const result: unknown = Reflect.apply(value, object, args);
          if (!(result instanceof Promise)) return result;
          void pump(result);
          return result.then(given);
        };
      },
    });
  }
  return wrap;
}
