/** The answer of one bond procedure: the same in the page, in a link and in a script. */
import type { Failure, PairingReason } from "../link/failure.ts";
import type { Transport } from "../link/backend.ts";
import type { Level, SuspectReason } from "../storage/records.ts";

/** Result codes, by name. 70 (internal fault) is not a result of a bond operation. */
export const ResultCode = {
  ok: 0,
  "not-valid": 1,
  "pairing-failed": 2,
  adapter: 3,
  permission: 4,
  unreachable: 5,
  cancelled: 6,
  unsupported: 7,
  "below-level": 8,
  "not-persisted": 9,
  "peer-key-missing": 10,
  usage: 64,
} as const;

export type ResultName = keyof typeof ResultCode;
export type ResultCodeValue = (typeof ResultCode)[ResultName];

export type Mode = "ensure" | "check" | "repair";

/** In the order in which they run. */
export const STEPS = [
  "adapter",
  "permission",
  "known",
  "connect",
  "discover",
  "verify",
  "pair",
  "prove",
  "trust",
  "persist",
] as const;
export type StepName = (typeof STEPS)[number];

export interface StepReport {
  readonly step: StepName;
  readonly status: "started" | "skipped" | "done" | "failed";
  /** From 1; counts retries of transient failures. */
  readonly attempt: number;
  /** Milliseconds since `started`; 0 for `started` and `skipped`. */
  readonly ms: number;
  /** Why it was skipped or how it failed. */
  readonly note: StepNote | null;
}

export type StepNote =
  | { readonly kind: "satisfied" }
  | { readonly kind: "not-needed" }
  | { readonly kind: "read-only" }
  | { readonly kind: "never-proven" }
  | { readonly kind: "by-request" }
  /** With `started`: the link is left alone first. */
  | { readonly kind: "settling"; readonly ms: number }
  | { readonly kind: "retrying"; readonly inMs: number; readonly failure: Failure }
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "refused"; readonly reason: ResultReason };

export type ResultReason =
  | PairingReason
  | SuspectReason
  /** 1 */
  | "no-record"
  | "no-key"
  | "never-proven"
  /** 2 */
  | "system-bond-in-the-way"
  | "needs-system-pairing"
  | "bond-exists"
  | "peer-does-not-bond"
  /** 3 */
  | "adapter-missing"
  | "adapter-off"
  | "adapter-too-old"
  | "adapter-lost"
  | "adapter-refused"
  | "adapter-no-firmware"
  | "slots-full"
  /** 4 */
  | "needs-chooser"
  | "blocked"
  | "held-elsewhere"
  | "store-unreadable"
  | "store-full"
  | "adapter-held"
  | "not-admitted"
  | "vault-locked"
  | "keys-unreadable"
  | "keys-not-writable"
  /** 5 */
  | "connect-failed"
  | "link-lost"
  | "time-limit"
  | "probe-failed"
  /** 6 */
  | "by-person"
  /** 7 */
  | "no-probe"
  | "other-transport"
  | "other-adapter"
  | "probe-not-found"
  | "no-web-bluetooth"
  | "level-not-shown-here"
  | "operation-not-supported"
  /** 8 */
  | "probe-below-level"
  | "link-below-level"
  | "key-too-short"
  | "legacy-not-allowed"
  | "weaker-than-before"
  /** 9 */
  | "store-failed"
  | "kept-for-session"
  /** 64 */
  | "no-gesture"
  | "bad-parameters"
  | "unexpected";

/** What to offer next; the words live in the UI. */
export type Remedy =
  | "continue"
  | "run-ensure"
  | "retry"
  | "retry-in-pairing-mode"
  | "check-adapter"
  | "choose-again"
  | "close-other-tab"
  | "move-closer"
  | "choose-probe"
  | "use-other-browser"
  | "remove-in-system-settings"
  | "pair-in-system-settings"
  | "repair"
  | "free-space"
  | "unlock-vault"
  | "fix-call";

/**
 * `encrypted`: a link was encrypted with the stored key. `access-verified`: an operation that needs a secured link
 * succeeded; all that can be known where the system keeps the keys.
 */
export type Evidence = "none" | "recorded" | "reachable" | "encrypted" | "access-verified";

export interface BondResult {
  readonly code: ResultCodeValue;
  readonly name: ResultName;
  readonly reason: ResultReason | null;
  readonly mode: Mode;
  /** Record id; null when none was made. */
  readonly bondId: string | null;
  readonly device: string;
  readonly transport: Transport;
  readonly level: Level | null;
  readonly keySize: number | null;
  /** What this run showed. */
  readonly evidence: Evidence;
  /** Time of the newest proof, this run's or an older one. */
  readonly provenAt: string | null;
  readonly persisted: boolean;
  /** `created` and `replaced` only once the new bond is proven: a record alone, or a pairing that failed, is `none`. */
  readonly bondChanged: "none" | "created" | "replaced" | "restored" | "marked-suspect";
  readonly halfBondSuspected: boolean;
  readonly remedy: Remedy;
  readonly failure: Failure | null;
  readonly steps: readonly StepReport[];
  readonly appVersion: string;
}
