/** The failure vocabulary of the device boundary: data until `explain` in the UI turns it into words. */

/** Reasons of result code 2, as the feature contract names them. */
export type PairingReason =
  | "passkey-wrong"
  | "oob-missing"
  | "auth-requirements"
  | "confirm-failed"
  | "not-supported-by-peer"
  | "key-size"
  | "command-not-supported"
  | "unspecified"
  | "repeated-attempts"
  | "invalid-parameters"
  | "dhkey-check"
  | "comparison-rejected"
  | "not-for-le"
  | "key-rejected"
  | "peer-busy"
  | "smp-timeout"
  | "link-lost-while-pairing"
  | "declined-by-peer"
  | "authentication-failed"
  | "os-dialog-failed"
  | "os-canceled"
  | "os-timeout";

/**
 * `lost`: pulled out or fell silent. `refused`: it answers and cannot be used, for want of LE or of buffers. `held`: another
 * tab or program has it. `not-admitted`: a person did not agree that it may have the keys. `no-firmware`: it needs a file, and
 * there is none, or none that it takes; the cause says why.
 */
export type AdapterTrouble =
  | "missing"
  | "off"
  | "too-old"
  | "lost"
  | "refused"
  | "held"
  | "not-admitted"
  | "no-firmware";

/** What we were doing; named in messages and used to pick the time limit. */
export type Operation =
  | "choose"
  | "connect"
  | "discover"
  | "read"
  | "write"
  | "subscribe"
  | "pair"
  | "encrypt"
  | "forget"
  | "availability"
  | "disconnect";

/** Why an operation on a device ended. Every throw that crosses the backend boundary carries one of these. */
export type Failure =
  | { readonly kind: "cancelled"; readonly by: "caller" | "chooser" }
  | { readonly kind: "adapter"; readonly state: AdapterTrouble }
  | { readonly kind: "api-missing"; readonly why: "browser" | "insecure-context" | "disabled" }
  | { readonly kind: "blocked"; readonly by: "site-setting" | "system-permission" | "permissions-policy" }
  /** The web permission for this device is gone; the person must choose it again. */
  | { readonly kind: "permission-lost" }
  /** The system forgot the device, or it vanished while it was being chosen. */
  | { readonly kind: "device-gone" }
  | { readonly kind: "unreachable"; readonly detail: "attempt-failed" | "unknown" | "out-of-range" }
  | { readonly kind: "link-lost"; readonly during: Operation | "idle" }
  | { readonly kind: "timeout"; readonly during: Operation; readonly afterMs: number }
  | { readonly kind: "busy"; readonly what: "connect" | "operation" }
  | { readonly kind: "not-found"; readonly what: "service" | "characteristic" | "descriptor" }
  | { readonly kind: "service-not-allowed"; readonly why: "not-requested" | "blocklisted" }
  /** The peer protects the attribute. `ambiguous`: on Linux this may also mean that nobody may do it. */
  | {
      readonly kind: "access-refused";
      readonly why: "not-paired" | "not-permitted" | "not-authorized" | "key-size";
      readonly ambiguous: boolean;
    }
  | {
      readonly kind: "pairing-failed";
      readonly reason: PairingReason;
      /** Who found the fault; left out where that is not known. */
      readonly by?: "local" | "peer";
      /** With `repeated-attempts` of our own: milliseconds until it may be tried again. */
      readonly retryAfterMs?: number;
    }
  /** The peer has no key for us, has another one, or refused to encrypt. */
  | {
      readonly kind: "key-refused";
      readonly reason: "key-missing" | "key-mismatch" | "encryption-refused";
    }
  /** We have no key for this peer. */
  | { readonly kind: "not-bonded" }
  /** There is a bond, and nobody said that it may be replaced. */
  | { readonly kind: "bond-exists" }
  /** What the link or the pairing gives is worth less than what is asked for. */
  | { readonly kind: "below-level"; readonly what: "level" | "key-size" | "legacy" | "weaker-than-before" }
  | { readonly kind: "vault-locked" }
  /** The store of keys failed: whether there is a bond is not known, and nothing was done. `full`: it had no room to write. */
  | { readonly kind: "key-store"; readonly why: "unreadable" | "failed" | "full" }
  /** The pairing was given up, because its key could not be stored. */
  | { readonly kind: "not-persisted" }
  /** The adapter has no room for one more link. */
  | { readonly kind: "slots-full"; readonly used: number; readonly limit: number }
  | { readonly kind: "stale-handle" }
  | { readonly kind: "not-supported"; readonly what: "operation" | "device" }
  | { readonly kind: "invalid-length" }
  /** An ATT error that says nothing about security; `code` where it is known. */
  | { readonly kind: "att-error"; readonly code?: number }
  | { readonly kind: "system-error" }
  | { readonly kind: "needs-gesture" }
  | { readonly kind: "usage"; readonly text: string }
  | { readonly kind: "unknown"; readonly name: string; readonly text: string };

export type FailureKind = Failure["kind"];

/** The one error class that crosses the backend boundary. `cause` keeps the original. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(`Device operation failed: ${failure.kind}`, options);
    this.failure = failure;
  }
}

/** The failure an error carries; anything that is not a DeviceError stays `unknown`, with its text. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DeviceError) return error.failure;
  if (error instanceof Error) return { kind: "unknown", name: error.name, text: error.message };
  return { kind: "unknown", name: "Error", text: String(error) };
}
