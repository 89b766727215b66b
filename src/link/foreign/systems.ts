/** What operating systems say: BlueZ by D-Bus names, Apple by its own numbers, Windows by names. */
import type { Failure } from "../failure.ts";
import {
  ADAPTER_OFF,
  BUSY,
  BUSY_CONNECT,
  CANCELLED,
  entry,
  LINK_LOST,
  NO_KEY,
  NOT_AUTHORIZED,
  NOT_ENCRYPTED,
  NOT_PAIRED,
  NOT_REACHED,
  NOT_REACHED_WHY,
  pairing,
  SYSTEM_ERROR,
} from "./entry.ts";
import type { ForeignEntry } from "./entry.ts";

const NOT_SUPPORTED: Failure = { kind: "not-supported", what: "operation" };

/** Names after `org.bluez.Error.`. */
export const BLUEZ: readonly ForeignEntry[] = [
  entry(null, "AuthenticationFailed", pairing("authentication-failed"), "none"),
  entry(null, "AuthenticationCanceled", pairing("os-canceled")),
  entry(null, "AuthenticationRejected", pairing("declined-by-peer")),
  entry(null, "AuthenticationTimeout", pairing("os-timeout")),
  entry(null, "ConnectionAttemptFailed", NOT_REACHED),
  entry(null, "AlreadyConnected", BUSY_CONNECT),
  entry(null, "AlreadyExists", BUSY_CONNECT),
  entry(null, "DoesNotExist", { kind: "device-gone" }),
  entry(null, "InProgress", BUSY),
  entry(null, "NotReady", ADAPTER_OFF),
  entry(null, "NotAvailable", NOT_REACHED_WHY),
  entry(null, "NotConnected", LINK_LOST),
  entry(null, "NotPaired", NOT_PAIRED, "none"),
  // BlueZ says this for "nobody may" and for "not paired" alike.
  entry(null, "NotPermitted", { kind: "access-refused", why: "not-permitted", ambiguous: true }, "none"),
  entry(null, "NotAuthorized", NOT_AUTHORIZED, "none"),
  entry(null, "NotSupported", NOT_SUPPORTED),
  entry(null, "InvalidArguments", { kind: "att-error" }),
  entry(null, "InvalidOffset", { kind: "att-error", code: 0x07 }),
  entry(null, "InvalidValueLength", { kind: "invalid-length" }),
  entry(null, "Canceled", CANCELLED),
  entry(null, "Rejected", pairing("declined-by-peer")),
  entry(null, "Failed", { kind: "att-error" }, "none"),
];

/** What BlueZ appends to Failed when a connection ended early; matched as text. */
export const BLUEZ_DETAILS: readonly ForeignEntry[] = [
  entry(null, "le-connection-abort-by-local", NOT_REACHED),
  entry(null, "le-connection-abort-by-remote", NOT_REACHED),
  entry(null, "le-connection-key-missing", NO_KEY, "suspect"),
  entry(null, "le-connection-timeout", NOT_REACHED),
  entry(null, "Software caused connection abort", NOT_REACHED),
];

/** CBError.Code */
export const CORE_BLUETOOTH: readonly ForeignEntry[] = [
  entry(0, "CBErrorUnknown", SYSTEM_ERROR, "none"),
  entry(1, "CBErrorInvalidParameters", SYSTEM_ERROR),
  entry(2, "CBErrorInvalidHandle", { kind: "stale-handle" }),
  entry(3, "CBErrorNotConnected", LINK_LOST),
  entry(4, "CBErrorOutOfSpace", SYSTEM_ERROR),
  entry(5, "CBErrorOperationCancelled", CANCELLED),
  entry(6, "CBErrorConnectionTimeout", NOT_REACHED, "keep", "The connection has timed out unexpectedly"),
  entry(
    7,
    "CBErrorPeripheralDisconnected",
    LINK_LOST,
    "keep",
    "The specified device has disconnected from us",
  ),
  entry(8, "CBErrorUUIDNotAllowed", { kind: "service-not-allowed", why: "blocklisted" }),
  entry(10, "CBErrorConnectionFailed", NOT_REACHED),
  entry(11, "CBErrorConnectionLimitReached", BUSY_CONNECT),
  entry(12, "CBErrorUnknownDevice", { kind: "device-gone" }, "keep", "CBErrorUnkownDevice"),
  entry(13, "CBErrorOperationNotSupported", NOT_SUPPORTED),
  entry(
    14,
    "CBErrorPeerRemovedPairingInformation",
    NO_KEY,
    "suspect",
    "peerRemovedPairingInformation",
    "Peer removed pairing information",
  ),
  entry(
    15,
    "CBErrorEncryptionTimedOut",
    NOT_ENCRYPTED,
    "none",
    "encryptionTimedOut",
    "Failed to encrypt the connection",
  ),
  entry(16, "CBErrorTooManyLEPairedDevices", pairing("key-rejected"), "keep", "tooManyLEPairedDevices"),
];

/** GattCommunicationStatus */
export const WINRT_STATUS: readonly ForeignEntry[] = [
  entry(1, "Unreachable", NOT_REACHED_WHY),
  entry(2, "ProtocolError", { kind: "att-error" }, "none"),
  entry(3, "AccessDenied", NOT_PAIRED, "none"),
];

/** DevicePairingResultStatus */
export const WINRT_PAIRING: readonly ForeignEntry[] = [
  entry(1, "NotReadyToPair", pairing("declined-by-peer")),
  entry(2, "NotPaired", pairing("unspecified")),
  entry(3, "AlreadyPaired", BUSY_CONNECT),
  entry(4, "ConnectionRejected", pairing("declined-by-peer")),
  entry(5, "TooManyConnections", BUSY_CONNECT),
  entry(6, "HardwareFailure", SYSTEM_ERROR),
  entry(7, "AuthenticationTimeout", pairing("os-timeout")),
  entry(8, "AuthenticationNotAllowed", pairing("auth-requirements")),
  entry(9, "AuthenticationFailure", pairing("authentication-failed")),
  entry(10, "NoSupportedProfiles", { kind: "not-supported", what: "device" }),
  entry(11, "ProtectionLevelCouldNotBeMet", pairing("auth-requirements")),
  entry(12, "AccessDenied", { kind: "blocked", by: "system-permission" }),
  entry(13, "InvalidCeremonyData", pairing("passkey-wrong")),
  entry(14, "PairingCanceled", pairing("os-canceled")),
  entry(15, "OperationAlreadyInProgress", BUSY),
  entry(16, "RequiredHandlerNotRegistered", pairing("os-dialog-failed")),
  entry(17, "RejectedByHandler", pairing("os-canceled")),
  entry(18, "RemoteDeviceHasAssociation", pairing("declined-by-peer")),
  entry(19, "Failed", pairing("unspecified")),
];

/** HRESULTs whose low octet is an ATT code. */
export const WINRT_ATT_BASE = 0x80650000;
