/** From a failure to the one result code it means. Pure; the words live in the UI. */
import type { AdapterTrouble, Failure, PairingReason } from "../link/failure.ts";
import type { StorageError } from "../storage/ports.ts";
import type { SuspectReason } from "../storage/records.ts";
import type { Mode, Remedy, ResultName, ResultReason } from "./result.ts";

/** How a run ends early. Thrown inside the procedure, never out of it. */
export interface Verdict {
  readonly name: ResultName;
  readonly reason: ResultReason;
  readonly remedy: Remedy;
  readonly failure: Failure | null;
}

export class Ended extends Error {
  override readonly name = "Ended";
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(`Bond procedure ended: ${verdict.name}`);
    this.verdict = verdict;
  }
}

export function end(
  name: ResultName,
  reason: ResultReason,
  remedy: Remedy,
  failure: Failure | null = null,
): Ended {
  return new Ended({ name, reason, remedy, failure });
}

/** Failures that mean the same in every step: who cancelled, what is missing, who refuses. */
export function generalVerdict(failure: Failure): Verdict {
  const verdict = (name: ResultName, reason: ResultReason, remedy: Remedy): Verdict => ({
    name,
    reason,
    remedy,
    failure,
  });
  switch (failure.kind) {
    case "cancelled":
      return verdict("cancelled", "by-person", "retry");
    case "adapter":
      return adapterVerdict(failure, failure.state);
    case "slots-full":
      return verdict("adapter", "slots-full", "retry");
    case "api-missing":
      return verdict("unsupported", "no-web-bluetooth", "use-other-browser");
    case "blocked":
      return verdict("permission", "blocked", "choose-again");
    case "permission-lost":
    case "device-gone":
      return verdict("permission", "needs-chooser", "choose-again");
    case "service-not-allowed":
      return failure.why === "blocklisted"
        ? verdict("unsupported", "operation-not-supported", "choose-probe")
        : verdict("permission", "needs-chooser", "choose-again");
    case "unreachable":
      return verdict("unreachable", "connect-failed", "move-closer");
    case "link-lost":
    case "stale-handle":
      return verdict("unreachable", "link-lost", "move-closer");
    case "timeout":
      return verdict("unreachable", "time-limit", "move-closer");
    case "busy":
      return verdict("permission", "held-elsewhere", "close-other-tab");
    case "not-found":
      return verdict("unsupported", "probe-not-found", "choose-probe");
    case "not-supported":
      return verdict("unsupported", "operation-not-supported", "choose-probe");
    case "needs-gesture":
      return verdict("usage", "no-gesture", "retry");
    case "usage":
      return verdict("usage", "bad-parameters", "fix-call");
    case "pairing-failed":
      return verdict("pairing-failed", failure.reason, pairingRemedy(failure.reason));
    case "key-refused":
      return verdict("peer-key-missing", failure.reason, "repair");
    case "not-bonded":
      return verdict("not-valid", "no-key", "run-ensure");
    case "bond-exists":
      return verdict("pairing-failed", "bond-exists", "repair");
    case "below-level":
      return verdict("below-level", BELOW_REASON[failure.what], "repair");
    case "vault-locked":
      return verdict("permission", "vault-locked", "unlock-vault");
    case "key-store":
      return failure.why === "full"
        ? verdict("permission", "store-full", "free-space")
        : verdict("permission", "keys-unreadable", "retry");
    case "not-persisted":
      return verdict("permission", "keys-not-writable", "free-space");
    case "access-refused":
      return verdict("peer-key-missing", "access-refused", "repair");
    case "invalid-length":
    case "att-error":
    case "system-error":
    case "unknown":
      return verdict("unreachable", "probe-failed", "retry");
  }
}

/** Our own store does not do what it should: nothing may be decided then. */
export function storeVerdict({ failure }: StorageError): Verdict {
  return failure.kind === "quota"
    ? end("permission", "store-full", "free-space").verdict
    : end("permission", "store-unreadable", "retry").verdict;
}

function adapterVerdict(failure: Failure, state: AdapterTrouble): Verdict {
  switch (state) {
    case "held":
      return { name: "permission", reason: "adapter-held", remedy: "close-other-tab", failure };
    case "not-admitted":
      return { name: "permission", reason: "not-admitted", remedy: "check-adapter", failure };
    default:
      return { name: "adapter", reason: `adapter-${state}`, remedy: "check-adapter", failure };
  }
}

const BELOW_REASON = {
  level: "link-below-level",
  "key-size": "key-too-short",
  legacy: "legacy-not-allowed",
  "weaker-than-before": "weaker-than-before",
} as const;

function pairingRemedy(reason: PairingReason): Remedy {
  switch (reason) {
    case "os-canceled":
    case "os-dialog-failed":
      return "pair-in-system-settings";
    case "os-timeout":
    case "smp-timeout":
    case "link-lost-while-pairing":
    case "repeated-attempts":
    case "peer-busy":
    case "passkey-wrong":
    case "comparison-rejected":
      return "retry";
    default:
      return "retry-in-pairing-mode";
  }
}

/** What a failed probe says about a bond that was proven before; null: nothing. */
export function suspicionFrom(failure: Failure): SuspectReason | null {
  switch (failure.kind) {
    case "access-refused":
      return failure.why === "key-size" ? null : "access-refused";
    case "key-refused":
      return failure.reason;
    case "pairing-failed":
      // The system had no working bond any more and tried to pair anew; a dialog that was closed says nothing.
      return failure.reason === "authentication-failed" || failure.reason === "declined-by-peer"
        ? "access-refused"
        : null;
    default:
      return null;
  }
}

/** The probe of a bond proven before failed. `check` asks nothing and answers 1; `ensure` answers 10. */
export function verifyVerdict(failure: Failure, mode: Mode): Verdict {
  if (failure.kind === "pairing-failed")
    return mode === "check"
      ? { name: "not-valid", reason: failure.reason, remedy: "run-ensure", failure }
      : generalVerdict(failure);
  const suspicion = suspicionFrom(failure);
  if (suspicion === null) return generalVerdict(failure);
  return mode === "check"
    ? { name: "not-valid", reason: suspicion, remedy: "run-ensure", failure }
    : { name: "peer-key-missing", reason: suspicion, remedy: "repair", failure };
}

/** The first protected read failed, in a first pairing or a repair. */
export function pairVerdict(failure: Failure, mode: Mode): Verdict {
  if (failure.kind !== "access-refused") return generalVerdict(failure);
  // Chromium pairs only when the system has no bond: a refusal here means that an old one is in the way, or (Linux)
  // that this operation does not start a pairing at all.
  const oldBond = mode === "repair" || failure.why === "not-authorized";
  return oldBond
    ? {
        name: "pairing-failed",
        reason: "system-bond-in-the-way",
        remedy: "remove-in-system-settings",
        failure,
      }
    : { name: "pairing-failed", reason: "needs-system-pairing", remedy: "pair-in-system-settings", failure };
}
