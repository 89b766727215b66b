/** Results of what failed before, or beside, the bond procedure. */
import type { BondResult, Mode } from "../bonds/result.ts";
import { ResultCode } from "../bonds/result.ts";
import { end, generalVerdict, storeVerdict, type Verdict } from "../bonds/verdict.ts";
import type { Transport } from "../link/backend.ts";
import { DeviceError } from "../link/failure.ts";
import { NotAdmittedError } from "../storage/keys/admission.ts";
import { StorageError } from "../storage/ports.ts";
import { VaultError } from "../storage/vault/ports.ts";
import { KeysInUseError } from "./file-key-store-lock.ts";
import { PassphraseError } from "./file-key-store-passphrase.ts";

/** sysexits.h */
export const WRONG_USAGE = 64;
export const INTERNAL_FAULT = 70;

export interface Trouble {
  readonly verdict: Verdict;
  /** What a table of words cannot know: which process has the keys, what is wrong with the file. */
  readonly detail: string | null;
}

/** Undefined for what is a fault of ours. */
export function troubleOf(error: unknown): Trouble | undefined {
  const because = (verdict: Verdict): Trouble => ({
    verdict,
    detail: error instanceof Error && !(error instanceof DeviceError) ? error.message : null,
  });
  if (error instanceof DeviceError) {
    const cause = error.cause instanceof StorageError || error.cause instanceof VaultError;
    return { verdict: generalVerdict(error.failure), detail: cause ? String(error.cause) : null };
  }
  if (error instanceof KeysInUseError)
    return because(end("permission", "held-elsewhere", "close-other-tab").verdict);
  if (error instanceof NotAdmittedError)
    return because(generalVerdict({ kind: "adapter", state: "not-admitted" }));
  if (error instanceof VaultError || error instanceof PassphraseError)
    return because(end("permission", "vault-locked", "unlock-vault").verdict);
  if (error instanceof StorageError) return because(storeVerdict(error));
  return undefined;
}

export function resultOf(
  { name, reason, remedy, failure }: Verdict,
  about: {
    readonly mode: Mode;
    readonly device: string;
    readonly transport: Transport;
    readonly version: string;
  },
): BondResult {
  return {
    code: ResultCode[name],
    name,
    reason,
    mode: about.mode,
    bondId: null,
    device: about.device,
    transport: about.transport,
    level: null,
    keySize: null,
    evidence: "none",
    provenAt: null,
    persisted: false,
    bondChanged: "none",
    halfBondSuspected: false,
    remedy,
    failure,
    steps: [],
    appVersion: about.version,
  };
}
