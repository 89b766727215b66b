/** What our own host throws, in the product's words: by class first, by code second. Unknown stays unknown with its text. */
import { AttError, AttErrorCode, AttTimeout, GattProtocolError } from "../../../hci/att/errors.ts";
import { DecodeError, EncodeError } from "../../../hci/codec/error.ts";
import {
  BondFailedError,
  codeOf,
  NotBondedError,
  NotReadyError,
  WeakBondError,
} from "../../../hci/device/errors.ts";
import { ConnectTimeoutError } from "../../../hci/gap/connector.ts";
import { DatabaseChanged } from "../../../hci/gatt/access.ts";
import { AdapterRefusedError } from "../../../hci/host/controller.ts";
import { ErrorCode, HciError } from "../../../hci/host/hci-error.ts";
import { HostClosedError } from "../../../hci/host/host.ts";
import { LinkClosedError } from "../../../hci/host/link.ts";
import { PairingError, PairingTimeout, SecurityBlocked, StoredKeyFailed } from "../../../hci/smp/errors.ts";
import { TransportError } from "../../../hci/transport/transport.ts";
import { DeviceError, failureOf } from "../failure.ts";
import type { Failure, Operation } from "../failure.ts";
import { pairingReason } from "./pairing-reason.ts";

/** `secured`: the link was encrypted when the peer refused, so that more than encryption is wanted. */
export interface Circumstances {
  readonly during: Operation;
  readonly secured?: boolean;
}

/** As DeviceError; one that is a DeviceError already stays as it is. `cause` keeps the original. */
export function deviceError(error: unknown, circumstances: Circumstances): DeviceError {
  return error instanceof DeviceError
    ? error
    : new DeviceError(translate(error, circumstances), { cause: error });
}

export function translate(error: unknown, { during, secured = false }: Circumstances): Failure {
  if (error instanceof DeviceError) return error.failure;
  if (error instanceof AttError) return attFailure(error, secured);
  const stored = storeFailure(error);
  if (stored !== undefined) return stored;
  const adapter = adapterFailure(error);
  if (adapter !== undefined) return adapter;
  const security = securityFailure(error, during);
  if (security !== undefined) return security;
  if (error instanceof ConnectTimeoutError) return { kind: "unreachable", detail: "attempt-failed" };
  if (error instanceof LinkClosedError) return { kind: "link-lost", during };
  if (error instanceof DatabaseChanged) return { kind: "stale-handle" };
  if (error instanceof AttTimeout) return { kind: "link-lost", during };
  if (error instanceof EncodeError) return { kind: "invalid-length" };
  if (error instanceof GattProtocolError || error instanceof DecodeError) return { kind: "att-error" };
  if (error instanceof HciError) return hciFailure(error, during);
  if (error instanceof Error && error.name === "AbortError") return { kind: "cancelled", by: "caller" };
  const cause = error instanceof Error ? error.cause : undefined;
  // A bearer or a pairing that ended with its link says so in its cause.
  if (cause instanceof Error && codeOf(cause) !== undefined) return { kind: "link-lost", during };
  return failureOf(error);
}

function attFailure({ code }: AttError, secured: boolean): Failure {
  switch (code) {
    case AttErrorCode.InsufficientAuthentication:
      // On a secured link the device wants to know that nobody is in the middle, or Secure Connections.
      if (secured) return { kind: "below-level", what: "level" };
      return { kind: "access-refused", why: "not-paired", ambiguous: false };
    case AttErrorCode.InsufficientEncryption:
      return { kind: "access-refused", why: "not-paired", ambiguous: false };
    case AttErrorCode.EncryptionKeySizeTooShort:
      return { kind: "access-refused", why: "key-size", ambiguous: false };
    case AttErrorCode.InsufficientAuthorization:
      return { kind: "access-refused", why: "not-authorized", ambiguous: false };
    case AttErrorCode.ReadNotPermitted:
    case AttErrorCode.WriteNotPermitted:
      return { kind: "access-refused", why: "not-permitted", ambiguous: false };
    case AttErrorCode.RequestNotSupported:
      return { kind: "not-supported", what: "operation" };
    case AttErrorCode.InvalidAttributeValueLength:
      return { kind: "invalid-length" };
    case AttErrorCode.InvalidHandle:
    case AttErrorCode.DatabaseOutOfSync:
      return { kind: "stale-handle" };
    default:
      return { kind: "att-error", code };
  }
}

/** Storage is known by the names of its errors: this layer must not import it. */
function storeFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const kind = kindIn(error);
  if (error.name === "VaultError" && (kind === "locked" || kind === "wrong-passphrase"))
    return { kind: "vault-locked" };
  if (error.name === "NotAdmittedError") return { kind: "adapter", state: "not-admitted" };
  if (error.name === "VaultError" || error.name === "StorageError")
    return { kind: "key-store", why: storeTrouble(kind) };
  return undefined;
}

function storeTrouble(kind: unknown): "unreadable" | "failed" | "full" {
  if (kind === "quota") return "full";
  return kind === "unreadable" ? "unreadable" : "failed";
}

function kindIn(error: Error): unknown {
  const failure = "failure" in error ? error.failure : undefined;
  return typeof failure === "object" && failure !== null && "kind" in failure ? failure.kind : undefined;
}

function adapterFailure(error: unknown): Failure | undefined {
  if (error instanceof AdapterRefusedError) return { kind: "adapter", state: "refused" };
  if (error instanceof HostClosedError || error instanceof TransportError)
    return { kind: "adapter", state: "lost" };
  if (error instanceof LinkClosedError && error.reason === undefined)
    return { kind: "adapter", state: "lost" };
  return undefined;
}

function securityFailure(error: unknown, during: Operation): Failure | undefined {
  if (error instanceof BondFailedError) return bondFailure(error, during);
  if (error instanceof NotBondedError) return { kind: "not-bonded" };
  if (error instanceof WeakBondError) return { kind: "below-level", what: "level" };
  if (error instanceof NotReadyError) return { kind: "busy", what: "operation" };
  if (error instanceof PairingError) return pairingFailure(error);
  if (error instanceof PairingTimeout) return { kind: "pairing-failed", reason: "smp-timeout" };
  if (error instanceof SecurityBlocked) return blockedFailure(error, during);
  // The store has a bond whose key may not or cannot be used; nothing was tried.
  if (error instanceof StoredKeyFailed) return { kind: "key-store", why: "unreadable" };
  return undefined;
}

function bondFailure({ verdict }: BondFailedError, during: Operation): Failure {
  if (verdict.bond !== "suspect") return { kind: "link-lost", during };
  if (verdict.code === ErrorCode.pinOrKeyMissing) return { kind: "key-refused", reason: "key-missing" };
  if (verdict.code === ErrorCode.micFailure) return { kind: "key-refused", reason: "key-mismatch" };
  return { kind: "key-refused", reason: "encryption-refused" };
}

function pairingFailure({ reason, by, weakness }: PairingError): Failure {
  if (weakness !== undefined) return { kind: "below-level", what: weakness };
  return { kind: "pairing-failed", reason: pairingReason(reason), by };
}

function blockedFailure({ obstacle, retryAfter }: SecurityBlocked, during: Operation): Failure {
  switch (obstacle) {
    case "bond-exists":
      return { kind: "bond-exists" };
    case "repeated-attempts":
      return {
        kind: "pairing-failed",
        reason: "repeated-attempts",
        by: "local",
        ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
      };
    case "timed-out":
      return { kind: "pairing-failed", reason: "smp-timeout" };
    case "busy":
      return { kind: "busy", what: "operation" };
    case "link-closed":
    case "stored-key-failed":
      return { kind: "link-lost", during };
    case "wrong-role":
      return { kind: "not-supported", what: "operation" };
  }
}

function hciFailure({ status }: HciError, during: Operation): Failure {
  if (status === ErrorCode.connectionLimitExceeded) return { kind: "slots-full", used: 0, limit: 0 };
  if (during === "connect") return { kind: "unreachable", detail: "attempt-failed" };
  return { kind: "link-lost", during };
}
