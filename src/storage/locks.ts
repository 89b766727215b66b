/** One procedure per device across tabs. */
import type { Locks } from "./ports.ts";

/** The part of `LockManager` that is used here. */
export interface LockPort {
  request(
    name: string,
    options: { readonly ifAvailable: true; readonly mode: "exclusive" },
    callback: (lock: object | null) => Promise<void>,
  ): Promise<unknown>;
}

export interface ScopedLocks extends Locks {
  /** `this-tab`: there are no Web Locks here, so another tab cannot be kept out; the page should say so. */
  readonly scope: "all-tabs" | "this-tab";
}

const PREFIX = "bondkeeper:";

/** Over `navigator.locks`; without it, a lock within this tab. */
export function browserLocks(manager: LockPort | undefined): ScopedLocks {
  return manager === undefined ? tabLocks() : webLocks(manager);
}

type Outcome<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "held-elsewhere" };

function webLocks(manager: LockPort): ScopedLocks {
  return {
    scope: "all-tabs",
    async exclusive<T>(name: string, work: () => Promise<T>): Promise<Outcome<T>> {
      const outcome = Promise.withResolvers<Outcome<T>>();
      outcome.promise.catch(() => {}); // awaited below, later
      let started = false;
      const released = manager.request(
        PREFIX + name,
        { ifAvailable: true, mode: "exclusive" },
        async (lock) => {
          if (lock === null) {
            outcome.resolve({ kind: "held-elsewhere" });
            return;
          }
          started = true;
          try {
            outcome.resolve({ kind: "done", value: await work() });
          } catch (error) {
            outcome.reject(error);
          }
        },
      );
      try {
        // Not before the lock is free again: the caller may ask for it at once.
        await released;
      } catch (error) {
        // A page of this origin can steal the lock; work that runs is then still ours to finish and to answer for.
        if (!started) throw error;
      }
      return outcome.promise;
    },
  };
}

/** Within this tab only. */
export function tabLocks(): ScopedLocks {
  const held = new Set<string>();
  return {
    scope: "this-tab",
    async exclusive(name, work) {
      if (held.has(name)) return { kind: "held-elsewhere" };
      held.add(name);
      try {
        return { kind: "done", value: await work() };
      } finally {
        held.delete(name);
      }
    },
  };
}
