/** Which failures pass by themselves, and how long to wait. The waiting is done by the caller; this is pure. */
import type { Failure, Operation } from "./failure.ts";

/**
 * Whether the same call may well succeed a moment later with nothing changed. Never true for what a person or the peer
 * decided, and never for a failed pairing: a device that counts attempts may lock itself.
 */
export function isTransient(failure: Failure): boolean {
  switch (failure.kind) {
    case "unreachable":
      // "No longer in range" means that the system dropped the device: only choosing it again brings it back.
      return failure.detail !== "out-of-range";
    case "timeout":
      // A hanging discovery is healed by a new link. Other limits are long already.
      return failure.during === "discover";
    case "link-lost":
    case "busy":
    case "stale-handle":
    case "att-error":
      return true;
    case "cancelled":
    case "adapter":
    case "api-missing":
    case "blocked":
    case "permission-lost":
    case "device-gone":
    case "not-found":
    case "service-not-allowed":
    case "access-refused":
    case "pairing-failed":
    case "key-refused":
    case "not-supported":
    case "invalid-length":
    case "system-error":
    case "needs-gesture":
    case "usage":
    case "unknown":
      return false;
  }
}

/** One more try, half a second later (give or take a fifth, so that two tabs do not meet again). */
export const QUICK_RETRY = { tries: 1, delayMs: 500, jitter: 0.2 } as const;

/** Link failures: 1, 2, 4 … 60 s, without an end. */
export const LINK_BACKOFF = { firstMs: 1_000, capMs: 60_000, jitter: 0.2, tries: Infinity } as const;

/** Security failures: three tries at 1, 2, 4 s, then stop. */
export const SECURITY_BACKOFF = { firstMs: 1_000, capMs: 4_000, jitter: 0.2, tries: 3 } as const;

export interface Attempt {
  readonly operation: Operation;
  /** Tries that failed so far, this one included: 1 after the first. */
  readonly failed: number;
  /** A pairing may be running: then nothing is repeated. */
  readonly pairing: boolean;
}

/**
 * Milliseconds until the one quick retry, or null when there is none. A write is never repeated: after a lost link
 * nobody knows whether the first one arrived. `random` is from 0 to 1.
 */
export function quickRetry(failure: Failure, attempt: Attempt, random: number): number | null {
  if (attempt.pairing || attempt.operation === "write" || attempt.operation === "choose") return null;
  if (attempt.failed > QUICK_RETRY.tries || !isTransient(failure)) return null;
  return spread(QUICK_RETRY.delayMs, QUICK_RETRY.jitter, random);
}

/** Milliseconds before try number `failed + 1`, doubling up to the cap, or null when the tries are used up. */
export function backoff(
  policy: typeof LINK_BACKOFF | typeof SECURITY_BACKOFF,
  failed: number,
  random: number,
): number | null {
  if (failed > policy.tries) return null;
  return spread(Math.min(policy.firstMs * 2 ** (failed - 1), policy.capMs), policy.jitter, random);
}

function spread(ms: number, jitter: number, random: number): number {
  return Math.round(ms * (1 - jitter + 2 * jitter * random));
}
