/** IndexedDB's exceptions as `StorageFailure`: by name, then by text. Unknown ones keep their words. */
import { StorageError, type StorageFailure } from "./ports.ts";

export interface Thrown {
  readonly name: string;
  readonly message: string;
}

export function asThrown(error: unknown): Thrown {
  if (error instanceof Error) return error;
  // Old DOMException implementations are not Errors.
  if (typeof error === "object" && error !== null && "name" in error && "message" in error) {
    return { name: String(error.name), message: String(error.message) };
  }
  return { name: "Error", message: String(error) };
}

const words = ({ name, message }: Thrown): string => (message === "" ? name : `${name}: ${message}`);

/** Why the database did not open. */
export function openFailure(error: unknown): StorageFailure {
  const thrown = asThrown(error);
  if (isQuota(thrown)) return { kind: "quota" };
  switch (thrown.name) {
    case "VersionError": // A newer program made it; this tab still runs the old one.
      return { kind: "superseded" };
    case "SecurityError": // Storage is blocked for the site, or the origin is opaque.
    case "InvalidStateError": // Private windows that refuse IndexedDB.
    case "NotAllowedError":
      return { kind: "refused", why: "denied", detail: words(thrown) };
    case "UnknownError": // Chromium: the backing store is damaged or locked.
    case "AbortError": // An upgrade failed and was rolled back.
    case "DataError":
    case "NotFoundError":
    case "NotReadableError":
    case "ConstraintError":
      return { kind: "unreadable", detail: words(thrown) };
    default:
      return { kind: "refused", why: "unknown", detail: words(thrown) };
  }
}

/** Why a transaction failed. */
export function transactionFailure(error: unknown): StorageFailure {
  const thrown = asThrown(error);
  if (isQuota(thrown)) return { kind: "quota" };
  switch (thrown.name) {
    case "AbortError": // Nobody here aborts without a reason: the connection was cut.
    case "InvalidStateError":
    case "TransactionInactiveError":
      return { kind: "terminated" };
    default: // NotReadableError, DataCloneError, UnknownError, NotFoundError (a store is missing) …
      return { kind: "unreadable", detail: words(thrown) };
  }
}

function isQuota({ name, message }: Thrown): boolean {
  return name === "QuotaExceededError" || /full disk|quota|not enough space/iu.test(message);
}

/** `error` as a StorageError; one that is already stays as it is. */
export function storageError(error: unknown, failure: (error: unknown) => StorageFailure): StorageError {
  return error instanceof StorageError ? error : new StorageError(failure(error), { cause: error });
}
