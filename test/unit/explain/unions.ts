/** Every member of the unions that have words. The compiler proves each list complete. */
import type { Remedy, ResultName, ResultReason, StepName } from "../../../src/bonds/result.ts";
import type { Failure, FailureKind, Operation, PairingReason } from "../../../src/link/failure.ts";
import type { System } from "../../../src/state/platform.ts";
import type { SuspectReason } from "../../../src/storage/records.ts";

/** The names of a table that the compiler proves complete. */
export function names<T extends string>(table: Record<T, true>): T[] {
  return Object.keys(table).filter((name): name is T => name in table);
}

export const SYSTEMS = names<System>({
  windows: true,
  macos: true,
  linux: true,
  chromeos: true,
  android: true,
  ios: true,
  unknown: true,
});
export const OPERATIONS = names<Operation>({
  choose: true,
  connect: true,
  discover: true,
  read: true,
  write: true,
  subscribe: true,
  pair: true,
  forget: true,
  availability: true,
  disconnect: true,
});
export const PAIRING = names<PairingReason>({
  "passkey-wrong": true,
  "oob-missing": true,
  "auth-requirements": true,
  "confirm-failed": true,
  "not-supported-by-peer": true,
  "key-size": true,
  "command-not-supported": true,
  unspecified: true,
  "repeated-attempts": true,
  "invalid-parameters": true,
  "dhkey-check": true,
  "comparison-rejected": true,
  "not-for-le": true,
  "key-rejected": true,
  "peer-busy": true,
  "smp-timeout": true,
  "link-lost-while-pairing": true,
  "declined-by-peer": true,
  "authentication-failed": true,
  "os-dialog-failed": true,
  "os-canceled": true,
  "os-timeout": true,
});
export const SUSPICIONS = names<SuspectReason>({
  "access-refused": true,
  "key-missing": true,
  "key-mismatch": true,
  "encryption-refused": true,
  "half-bond": true,
  evicted: true,
});
export const REASONS = [
  ...PAIRING,
  ...SUSPICIONS,
  ...names<Exclude<ResultReason, PairingReason | SuspectReason>>({
    "no-record": true,
    "never-proven": true,
    "system-bond-in-the-way": true,
    "needs-system-pairing": true,
    "adapter-missing": true,
    "adapter-off": true,
    "adapter-too-old": true,
    "needs-chooser": true,
    blocked: true,
    "held-elsewhere": true,
    "store-unreadable": true,
    "connect-failed": true,
    "link-lost": true,
    "time-limit": true,
    "probe-failed": true,
    "by-person": true,
    "no-probe": true,
    "other-transport": true,
    "probe-not-found": true,
    "no-web-bluetooth": true,
    "level-not-shown-here": true,
    "operation-not-supported": true,
    "probe-below-level": true,
    "store-failed": true,
    "no-gesture": true,
    "bad-parameters": true,
    unexpected: true,
  }),
];
export const REMEDIES = names<Remedy>({
  continue: true,
  "run-ensure": true,
  retry: true,
  "retry-in-pairing-mode": true,
  "check-adapter": true,
  "choose-again": true,
  "close-other-tab": true,
  "move-closer": true,
  "choose-probe": true,
  "use-other-browser": true,
  "remove-in-system-settings": true,
  "pair-in-system-settings": true,
  repair: true,
  "free-space": true,
  "fix-call": true,
});
export const STEP_NAMES = names<StepName>({
  adapter: true,
  permission: true,
  known: true,
  connect: true,
  discover: true,
  verify: true,
  pair: true,
  prove: true,
  trust: true,
  persist: true,
});

/** Every failure there is, with every value of its closed fields. */
export const FAILURES: { readonly [K in FailureKind]: readonly Extract<Failure, { kind: K }>[] } = {
  cancelled: [
    { kind: "cancelled", by: "caller" },
    { kind: "cancelled", by: "chooser" },
  ],
  adapter: [
    { kind: "adapter", state: "missing" },
    { kind: "adapter", state: "off" },
    { kind: "adapter", state: "too-old" },
  ],
  "api-missing": [
    { kind: "api-missing", why: "browser" },
    { kind: "api-missing", why: "insecure-context" },
    { kind: "api-missing", why: "disabled" },
  ],
  blocked: [
    { kind: "blocked", by: "site-setting" },
    { kind: "blocked", by: "system-permission" },
    { kind: "blocked", by: "permissions-policy" },
  ],
  "permission-lost": [{ kind: "permission-lost" }],
  "device-gone": [{ kind: "device-gone" }],
  unreachable: [
    { kind: "unreachable", detail: "attempt-failed" },
    { kind: "unreachable", detail: "unknown" },
    { kind: "unreachable", detail: "out-of-range" },
  ],
  "link-lost": [
    { kind: "link-lost", during: "idle" },
    ...OPERATIONS.map((during) => ({ kind: "link-lost", during }) as const),
  ],
  timeout: OPERATIONS.map((during) => ({ kind: "timeout", during, afterMs: 15_000 })),
  busy: [
    { kind: "busy", what: "connect" },
    { kind: "busy", what: "operation" },
  ],
  "not-found": [
    { kind: "not-found", what: "service" },
    { kind: "not-found", what: "characteristic" },
    { kind: "not-found", what: "descriptor" },
  ],
  "service-not-allowed": [
    { kind: "service-not-allowed", why: "not-requested" },
    { kind: "service-not-allowed", why: "blocklisted" },
  ],
  "access-refused": (["not-paired", "not-permitted", "not-authorized", "key-size"] as const).flatMap(
    (why) => [
      { kind: "access-refused", why, ambiguous: true },
      { kind: "access-refused", why, ambiguous: false },
    ],
  ),
  "pairing-failed": PAIRING.map((reason) => ({ kind: "pairing-failed", reason })),
  "key-refused": [
    { kind: "key-refused", reason: "key-missing" },
    { kind: "key-refused", reason: "key-mismatch" },
    { kind: "key-refused", reason: "encryption-refused" },
  ],
  "stale-handle": [{ kind: "stale-handle" }],
  "not-supported": [
    { kind: "not-supported", what: "operation" },
    { kind: "not-supported", what: "device" },
  ],
  "invalid-length": [{ kind: "invalid-length" }],
  "att-error": [{ kind: "att-error" }, { kind: "att-error", code: 0x0e }],
  "system-error": [{ kind: "system-error" }],
  "needs-gesture": [{ kind: "needs-gesture" }],
  usage: [{ kind: "usage", text: "wrong argument" }],
  unknown: [{ kind: "unknown", name: "NetworkError", text: "The moon is in the wrong house." }],
};

export const RESULT_NAMES = names<ResultName>({
  ok: true,
  "not-valid": true,
  "pairing-failed": true,
  adapter: true,
  permission: true,
  unreachable: true,
  cancelled: true,
  unsupported: true,
  "below-level": true,
  "not-persisted": true,
  "peer-key-missing": true,
  usage: true,
});
