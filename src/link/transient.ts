/** Which failures pass by themselves. How often and after what pause to try again is the caller's affair. */
import type { Failure } from "./failure.ts";

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
    case "not-bonded":
    case "bond-exists":
    case "below-level":
    case "vault-locked":
    case "key-store":
    case "not-persisted":
    case "slots-full":
    case "invalid-length":
    case "system-error":
    case "needs-gesture":
    case "usage":
    case "unknown":
      return false;
  }
}
