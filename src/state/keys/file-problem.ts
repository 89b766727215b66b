/** Why a file could not be read or written, by the name of the exception first and its words second. */
import { BackupError } from "../../formats/backup/problem.ts";
import { VaultError } from "../../storage/vault/ports.ts";
import { StorageError } from "../../storage/ports.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

export type FileProblem =
  /** Moved, renamed or deleted; or the stick that it is on is not there. */
  | { readonly kind: "gone" }
  | { readonly kind: "full" }
  /** Another program, or another tab, is at it. */
  | { readonly kind: "busy" }
  /** The browser or the system says no. */
  | { readonly kind: "refused" }
  /** What was read back is not what was written. */
  | { readonly kind: "differs" }
  /** The vault that sealed the key of the file is gone. */
  | { readonly kind: "key-lost" }
  | { readonly kind: "vault"; readonly problem: VaultProblem }
  /** `detail`: the platform's own words, as text only. */
  | { readonly kind: "unknown"; readonly detail: string };

/** A read or a write that looked well and was not. */
export class FileDiffersError extends Error {
  override readonly name = "FileDiffersError";
}

/** The key of the file was sealed by a vault that is gone. */
export class KeyLostError extends Error {
  override readonly name = "KeyLostError";
}

export function fileProblem(error: unknown): FileProblem {
  if (error instanceof VaultError || error instanceof StorageError)
    return { kind: "vault", problem: vaultProblem(error) };
  if (error instanceof KeyLostError) return { kind: "key-lost" };
  if (error instanceof FileDiffersError || error instanceof BackupError) return { kind: "differs" };
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  switch (name) {
    case "NotFoundError":
    case "TypeMismatchError": // A folder stands in its place.
      return { kind: "gone" };
    case "QuotaExceededError":
      return { kind: "full" };
    case "NoModificationAllowedError":
    case "InvalidStateError": // It changed while it was being read.
      return { kind: "busy" };
    case "NotAllowedError":
    case "SecurityError":
      return { kind: "refused" };
    default:
      return { kind: "unknown", detail: `${name}: ${message}`.slice(0, 200) };
  }
}
