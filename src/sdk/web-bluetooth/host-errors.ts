/** What the host reports, as the exceptions that pages know. The host's own error stays as the cause. */
import { AttError, AttErrorCode, AttTimeout, BearerClosed } from "../../../hci/att/errors.ts";
import { BondFailedError, WeakBondError } from "../../../hci/device/errors.ts";
import { ConnectTimeoutError } from "../../../hci/gap/connector.ts";
import { DatabaseChanged } from "../../../hci/gatt/access.ts";
import { HciError } from "../../../hci/host/hci-error.ts";
import { HostClosedError } from "../../../hci/host/host.ts";
import { LinkClosedError } from "../../../hci/host/link.ts";
import { PairingError, PairingTimeout, SecurityBlocked } from "../../../hci/smp/errors.ts";
import { exception, noLongerExists, notConnected, notSupported, PERFORM } from "./exceptions.ts";

const CONNECTION_EXISTS = 0x0b;

/** Why the link did not come about. */
export function connectException(error: unknown): DOMException {
  if (error instanceof DOMException) return error;
  if (error instanceof HciError && error.status === CONNECTION_EXISTS)
    return exception("NetworkError", "Connection already in progress.", error);
  const failed =
    error instanceof HciError || error instanceof ConnectTimeoutError || error instanceof LinkClosedError;
  if (failed) return exception("NetworkError", "Connection Error: Connection attempt failed.", error);
  if (error instanceof HostClosedError)
    return exception("NotFoundError", "Bluetooth adapter not available.", error);
  return (
    securityException(error) ??
    exception("NetworkError", "Unknown error when connecting to the device.", error)
  );
}

/** Why an operation on an attribute failed. */
export function operationException(error: unknown): DOMException {
  if (error instanceof DOMException) return error;
  if (error instanceof AttError) return attException(error);
  if (error instanceof DatabaseChanged) return noLongerExists("Characteristic", error);
  if (error instanceof RangeError)
    return exception("InvalidModificationError", "GATT Error: invalid attribute length.", error);
  const gone =
    error instanceof LinkClosedError ||
    error instanceof BearerClosed ||
    error instanceof AttTimeout ||
    error instanceof HostClosedError;
  if (gone) return notConnected(PERFORM);
  return (
    securityException(error) ??
    exception("NotSupportedError", "GATT operation failed for unknown reason.", error)
  );
}

function attException(error: AttError): DOMException {
  switch (error.code) {
    case AttErrorCode.InsufficientAuthentication:
    case AttErrorCode.InsufficientEncryption:
    case AttErrorCode.EncryptionKeySizeTooShort:
      return exception("NetworkError", "GATT Error: Not paired.", error);
    case AttErrorCode.InsufficientAuthorization:
      return exception("SecurityError", "GATT operation not authorized.", error);
    case AttErrorCode.ReadNotPermitted:
    case AttErrorCode.WriteNotPermitted:
      return exception("NotSupportedError", "GATT operation not permitted.", error);
    case AttErrorCode.RequestNotSupported:
      return notSupported(error);
    case AttErrorCode.InvalidAttributeValueLength:
      return exception("InvalidModificationError", "GATT Error: invalid attribute length.", error);
    default:
      return exception("NotSupportedError", "GATT Error Unknown.", error);
  }
}

/** Pairing and encryption. Undefined for anything else. */
export function securityException(error: unknown): DOMException | undefined {
  if (error instanceof BondFailedError || error instanceof WeakBondError)
    return exception("NetworkError", "Authentication failed.", error);
  if (error instanceof PairingTimeout) return exception("NetworkError", "Authentication timeout.", error);
  if (error instanceof SecurityBlocked) {
    const text = error.obstacle === "busy" ? "GATT operation already in progress." : "Authentication failed.";
    return exception("NetworkError", text, error);
  }
  if (!(error instanceof PairingError)) return undefined;
  if (error.by === "peer") return exception("NetworkError", "Authentication rejected.", error);
  const answeredNo = error.reason === "NumericComparisonFailed" || error.reason === "PasskeyEntryFailed";
  return exception("NetworkError", answeredNo ? "Authentication canceled." : "Authentication failed.", error);
}
