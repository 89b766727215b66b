import { DeviceError } from "../failure.ts";
import type { Failure, Operation } from "../failure.ts";

/** What else decides, besides name and text. */
export interface TranslationContext {
  readonly operation: Operation;
  /** BlueZ says "not permitted" both for an unpaired device and for what nobody may do. */
  readonly linux: boolean;
}

export interface TranslationRow {
  /** `name` of the DOMException. */
  readonly name: string;
  /** Part of its text; calls put "Failed to execute …" before it. Empty: any text. */
  readonly text: string;
  /** The row holds for these operations only. */
  readonly only?: readonly Operation[];
  readonly failure: Failure | ((context: TranslationContext, text: string) => Failure);
}

const MAX_TEXT = 500;

/**
 * Every exception of Chromium's Web Bluetooth, first match wins. The texts come from Blink's bluetooth_error.cc and
 * are no stable interface: the name must fit too, and what fits no row stays `unknown` with its text.
 */
export const TRANSLATIONS: readonly TranslationRow[] = [
  row("NotFoundError", "User cancelled the requestDevice() chooser", { kind: "cancelled", by: "chooser" }),
  row("NotFoundError", "Bluetooth adapter not available", { kind: "adapter", state: "missing" }),
  row("NotFoundError", "Bluetooth Low Energy not available", { kind: "adapter", state: "too-old" }),
  row("NotFoundError", "Web Bluetooth API globally disabled", { kind: "blocked", by: "site-setting" }),
  row("NotFoundError", "enterprise policy has disabled Web Bluetooth", {
    kind: "blocked",
    by: "site-setting",
  }),
  row("NotFoundError", "denied the browser permission to scan", {
    kind: "blocked",
    by: "system-permission",
  }),
  row("NotFoundError", "Web Bluetooth is not supported on this platform", {
    kind: "api-missing",
    why: "browser",
  }),
  row("NotFoundError", "selected a device that doesn't exist anymore", { kind: "device-gone" }),
  row("NotFoundError", "No Services ", { kind: "not-found", what: "service" }),
  row("NotFoundError", "No Characteristics ", { kind: "not-found", what: "characteristic" }),
  row("NotFoundError", "No Descriptors ", { kind: "not-found", what: "descriptor" }),
  row("NotFoundError", "Does not exist", { kind: "device-gone" }),

  row("SecurityError", "Must be handling a user gesture", { kind: "needs-gesture" }),
  row("SecurityError", "Origin is not allowed to access", {
    kind: "service-not-allowed",
    why: "not-requested",
  }),
  row("SecurityError", "blocklisted", { kind: "service-not-allowed", why: "blocklisted" }),
  {
    name: "SecurityError",
    text: "GATT operation not authorized",
    only: ["connect"],
    failure: { kind: "permission-lost" },
  },
  row("SecurityError", "GATT operation not authorized", {
    kind: "access-refused",
    why: "not-authorized",
    ambiguous: false,
  }),
  row("SecurityError", "disallowed by permissions policy", { kind: "blocked", by: "permissions-policy" }),

  row("NetworkError", "Authentication failed", {
    kind: "pairing-failed",
    reason: "authentication-failed",
  }),
  row("NetworkError", "Authentication canceled", { kind: "pairing-failed", reason: "os-canceled" }),
  row("NetworkError", "Authentication rejected", { kind: "pairing-failed", reason: "declined-by-peer" }),
  row("NetworkError", "Authentication timeout", { kind: "pairing-failed", reason: "os-timeout" }),
  row("NetworkError", "GATT Error: Not paired", {
    kind: "access-refused",
    why: "not-paired",
    ambiguous: false,
  }),
  row("NetworkError", "Connection attempt failed", { kind: "unreachable", detail: "attempt-failed" }),
  row("NetworkError", "Unknown error when connecting to the device", {
    kind: "unreachable",
    detail: "unknown",
  }),
  row("NetworkError", "Connection failed for unknown reason", { kind: "unreachable", detail: "unknown" }),
  row("NetworkError", "Connection already in progress", { kind: "busy", what: "connect" }),
  row("NetworkError", "GATT operation already in progress", { kind: "busy", what: "operation" }),
  row("NetworkError", "no longer in range", { kind: "unreachable", detail: "out-of-range" }),
  row("NetworkError", "GATT Server is disconnected", linkLost),
  row("NetworkError", "Unsupported device", { kind: "not-supported", what: "device" }),

  row("InvalidStateError", "is no longer valid", { kind: "stale-handle" }),
  row("InvalidStateError", "no longer exists", { kind: "stale-handle" }),
  row("InvalidStateError", "Connection Error: Not ready", { kind: "adapter", state: "off" }),
  row("InvalidStateError", "Already connected", { kind: "busy", what: "connect" }),
  row("InvalidStateError", "Already exists", { kind: "busy", what: "connect" }),
  row("InvalidStateError", "Not connected", linkLost),
  row("InvalidStateError", "Non-authentication timeout", { kind: "unreachable", detail: "attempt-failed" }),
  row("InvalidStateError", "User canceled the permission prompt", { kind: "cancelled", by: "chooser" }),

  row("NotSupportedError", "GATT operation not permitted", ({ linux }) => ({
    kind: "access-refused",
    why: "not-permitted",
    ambiguous: linux,
  })),
  row("NotSupportedError", "GATT Error: Not supported", { kind: "not-supported", what: "operation" }),
  row("NotSupportedError", "GATT operation failed for unknown reason", { kind: "att-error" }),
  row("NotSupportedError", "GATT Error Unknown", { kind: "att-error" }),
  row("NotSupportedError", "GATT Error: Unknown GattErrorCode", { kind: "att-error" }),

  row("InvalidModificationError", "invalid attribute length", { kind: "invalid-length" }),
  row("InvalidModificationError", "exceed 512 bytes", { kind: "invalid-length" }),
  row("UnknownError", "An internal error has occurred", { kind: "system-error" }),
  row("TypeError", "", (_context, text) => ({ kind: "usage", text })),
];

function row(name: string, text: string, failure: TranslationRow["failure"]): TranslationRow {
  return { name, text, failure };
}

function linkLost({ operation }: TranslationContext): Failure {
  return { kind: "link-lost", during: operation };
}

/** The failure that a rejection of Web Bluetooth stands for. Total: what it does not know is `unknown`. */
export function translate(error: unknown, context: TranslationContext): Failure {
  if (error instanceof DeviceError) return error.failure;
  const { name, text } = nameAndText(error);
  const found = TRANSLATIONS.find(
    (candidate) =>
      candidate.name === name &&
      text.includes(candidate.text) &&
      (candidate.only === undefined || candidate.only.includes(context.operation)),
  );
  if (found === undefined) return { kind: "unknown", name, text };
  return typeof found.failure === "function" ? found.failure(context, text) : found.failure;
}

/** The same as an error to throw; the original stays its `cause`. */
export function deviceError(error: unknown, context: TranslationContext): DeviceError {
  return error instanceof DeviceError ? error : new DeviceError(translate(error, context), { cause: error });
}

/** By shape, not by class: the error may come from another realm. */
function nameAndText(error: unknown): { name: string; text: string } {
  if (typeof error === "object" && error !== null && "name" in error && "message" in error) {
    return { name: String(error.name).slice(0, MAX_TEXT), text: String(error.message).slice(0, MAX_TEXT) };
  }
  return { name: "Error", text: String(error).slice(0, MAX_TEXT) };
}
