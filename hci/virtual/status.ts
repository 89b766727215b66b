/** Controller error codes (Vol 1 Part F 1.3) that the virtual controller answers with. */
export const Status = {
  Success: 0x00,
  UnknownCommand: 0x01,
  UnknownConnection: 0x02,
  AuthenticationFailure: 0x05,
  KeyMissing: 0x06,
  MemoryExceeded: 0x07,
  ConnectionTimeout: 0x08,
  ConnectionLimit: 0x09,
  ConnectionExists: 0x0b,
  CommandDisallowed: 0x0c,
  UnsupportedFeature: 0x11,
  InvalidParameters: 0x12,
  LocalHostTerminated: 0x16,
  UnsupportedRemoteFeature: 0x1a,
  ResponseTimeout: 0x22,
  ProcedureCollision: 0x23,
  InstantPassed: 0x28,
  DifferentTransactionCollision: 0x2a,
  UnacceptableParameters: 0x3b,
  AdvertisingTimeout: 0x3c,
  MicFailure: 0x3d,
  FailedToEstablish: 0x3e,
  UnknownAdvertisingIdentifier: 0x42,
  LimitReached: 0x43,
  PacketTooLong: 0x45,
} as const;

/** A command is refused with this status. Thrown inside command handlers, answered by the dispatcher. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number) {
    super(`Cannot run the command: status 0x${status.toString(16).padStart(2, "0")}`);
    this.status = status;
  }
}
