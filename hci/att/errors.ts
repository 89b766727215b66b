import type { Uuid } from "../codec/uuid.ts";

/** Error codes of ATT_ERROR_RSP (Vol 3 Part F Table 3.4) and the common profile errors (CSS Part B 1.2). */
export const AttErrorCode = {
  InvalidHandle: 0x01,
  ReadNotPermitted: 0x02,
  WriteNotPermitted: 0x03,
  InvalidPdu: 0x04,
  InsufficientAuthentication: 0x05,
  RequestNotSupported: 0x06,
  InvalidOffset: 0x07,
  InsufficientAuthorization: 0x08,
  PrepareQueueFull: 0x09,
  AttributeNotFound: 0x0a,
  AttributeNotLong: 0x0b,
  EncryptionKeySizeTooShort: 0x0c,
  InvalidAttributeValueLength: 0x0d,
  UnlikelyError: 0x0e,
  InsufficientEncryption: 0x0f,
  UnsupportedGroupType: 0x10,
  InsufficientResources: 0x11,
  DatabaseOutOfSync: 0x12,
  ValueNotAllowed: 0x13,
  WriteRequestRejected: 0xfc,
  CccdImproperlyConfigured: 0xfd,
  ProcedureAlreadyInProgress: 0xfe,
  OutOfRange: 0xff,
} as const;

export type AttErrorName = keyof typeof AttErrorCode | "ApplicationError" | "Reserved";

const NAMES = new Map<number, keyof typeof AttErrorCode>();
for (const name of Object.keys(AttErrorCode)) if (isErrorName(name)) NAMES.set(AttErrorCode[name], name);

function isErrorName(name: string): name is keyof typeof AttErrorCode {
  return name in AttErrorCode;
}

/** Codes 0x80 to 0x9F belong to the application; the rest outside the table is reserved. */
export function attErrorName(code: number): AttErrorName {
  return NAMES.get(code) ?? (code >= 0x80 && code <= 0x9f ? "ApplicationError" : "Reserved");
}

/** The peer refused one request. The bearer goes on. */
export class AttError extends Error {
  override readonly name = "AttError";
  readonly code: number;
  readonly reason: AttErrorName;
  /** Name of the request that was refused. */
  readonly request: string;
  /** The attribute in error; 0 where the request names none. */
  readonly handle: number;

  constructor(code: number, request: string, handle: number) {
    const reason = attErrorName(code);
    super(
      `Cannot complete ${request} on handle 0x${handle.toString(16)}: ${reason} (0x${code.toString(16)})`,
    );
    this.code = code;
    this.reason = reason;
    this.request = request;
    this.handle = handle;
  }

  /** True for the errors that more security may cure. */
  get needsSecurity(): boolean {
    return (
      this.code === AttErrorCode.InsufficientAuthentication ||
      this.code === AttErrorCode.InsufficientEncryption ||
      this.code === AttErrorCode.EncryptionKeySizeTooShort
    );
  }
}

/** No response within 30 s (3.3.3): nothing more may be sent on this bearer. */
export class AttTimeout extends Error {
  override readonly name = "AttTimeout";
}

/** The bearer ended while somebody waited; `cause` says why. */
export class BearerClosed extends Error {
  override readonly name = "BearerClosed";
}

/** The peer answered, but not with what the specification allows. */
export class GattProtocolError extends Error {
  override readonly name = "GattProtocolError";
  readonly uuid: Uuid | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly uuid?: Uuid }) {
    super(message, options);
    this.uuid = options?.uuid;
  }
}
