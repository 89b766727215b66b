import { u16, u8 } from "../codec/integers.ts";
import { pdu } from "../codec/pdu.ts";
import { oneOf } from "../codec/sets.ts";
import { rest } from "../codec/octets.ts";

/** LE signalling commands (Vol 3 Part A 4). Every one begins with code, identifier and the length of what follows. */
const header = { identifier: u8, length: u16 };

/** 4.1, reason 0x0000: the only one we give. */
export const CommandReject = pdu("L2CAP_COMMAND_REJECT_RSP", 0x01, {
  ...header,
  reason: oneOf({ notUnderstood: 0, mtuExceeded: 1, invalidChannel: 2 }, u16),
  data: rest,
});

/** 4.20; interval in units of 1.25 ms, latency in connection events, timeout in units of 10 ms. */
export const ConnectionParameterUpdateRequest = pdu("L2CAP_CONNECTION_PARAMETER_UPDATE_REQ", 0x12, {
  ...header,
  intervalMin: u16,
  intervalMax: u16,
  latency: u16,
  supervisionTimeout: u16,
});

/** 4.21 */
export const ConnectionParameterUpdateResponse = pdu("L2CAP_CONNECTION_PARAMETER_UPDATE_RSP", 0x13, {
  ...header,
  result: oneOf({ accepted: 0, rejected: 1 }, u16),
});

/** Every command above, for the trace. */
export const signallingPdus = [
  CommandReject,
  ConnectionParameterUpdateRequest,
  ConnectionParameterUpdateResponse,
] as const;
