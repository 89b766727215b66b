/** Names of Vol 1 Part F, those a host can meet on LE. */
const names: Readonly<Record<number, string>> = {
  0x01: "Unknown HCI Command",
  0x02: "Unknown Connection Identifier",
  0x03: "Hardware Failure",
  0x05: "Authentication Failure",
  0x06: "PIN or Key Missing",
  0x07: "Memory Capacity Exceeded",
  0x08: "Connection Timeout",
  0x09: "Connection Limit Exceeded",
  0x0b: "Connection Already Exists",
  0x0c: "Command Disallowed",
  0x0d: "Connection Rejected due to Limited Resources",
  0x0e: "Connection Rejected due to Security Reasons",
  0x0f: "Connection Rejected due to Unacceptable BD_ADDR",
  0x11: "Unsupported Feature or Parameter Value",
  0x12: "Invalid HCI Command Parameters",
  0x13: "Remote User Terminated Connection",
  0x14: "Remote Device Terminated Connection due to Low Resources",
  0x15: "Remote Device Terminated Connection due to Power Off",
  0x16: "Connection Terminated by Local Host",
  0x17: "Repeated Attempts",
  0x18: "Pairing Not Allowed",
  0x1a: "Unsupported Remote Feature",
  0x1e: "Invalid LL Parameters",
  0x1f: "Unspecified Error",
  0x20: "Unsupported LL Parameter Value",
  0x22: "LL Response Timeout",
  0x23: "LL Procedure Collision",
  0x25: "Encryption Mode Not Acceptable",
  0x28: "Instant Passed",
  0x29: "Pairing with Unit Key Not Supported",
  0x2a: "Different Transaction Collision",
  0x2f: "Insufficient Security",
  0x30: "Parameter out of Mandatory Range",
  0x35: "Host Busy - Pairing",
  0x3a: "Controller Busy",
  0x3b: "Unacceptable Connection Parameters",
  0x3c: "Advertising Timeout",
  0x3d: "Connection Terminated due to MIC Failure",
  0x3e: "Connection Failed to be Established",
  0x40: "Coarse Clock Adjustment Rejected",
  0x42: "Unknown Advertising Identifier",
  0x43: "Limit Reached",
  0x44: "Operation Cancelled by Host",
  0x45: "Packet Too Long",
};

/** The name of an error code, or its number where the table has none. */
export function errorName(code: number): string {
  return names[code] ?? `error 0x${code.toString(16).padStart(2, "0")}`;
}

/** Codes the stack itself looks at or sends. */
export const ErrorCode = {
  unknownCommand: 0x01,
  unknownConnection: 0x02,
  pinOrKeyMissing: 0x06,
  connectionTimeout: 0x08,
  connectionLimitExceeded: 0x09,
  commandDisallowed: 0x0c,
  invalidParameters: 0x12,
  remoteUserTerminated: 0x13,
  localHostTerminated: 0x16,
  pairingNotAllowed: 0x18,
  unsupportedRemoteFeature: 0x1a,
  procedureCollision: 0x23,
  unacceptableConnectionParameters: 0x3b,
  advertisingTimeout: 0x3c,
  micFailure: 0x3d,
  failedToEstablish: 0x3e,
} as const;

/** The controller, or the link through it, answered with an error code. */
export class HciError extends Error {
  override readonly name = "HciError";
  /** Vol 1 Part F. */
  readonly status: number;

  /** `doing` completes the sentence "Cannot …". */
  constructor(status: number, doing: string, options?: { readonly cause?: unknown }) {
    super(`Cannot ${doing}: ${errorName(status)}`, options);
    this.status = status;
  }
}
