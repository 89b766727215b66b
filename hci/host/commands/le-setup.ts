import { command, LE } from "../../codec/command.ts";
import { i8, u16, u8 } from "../../codec/integers.ts";
import { octets } from "../../codec/octets.ts";
import { bitset } from "../../codec/sets.ts";
import { bdAddr, featureMask } from "../fields.ts";

/** Bits of 7.8.1: subevent code minus 1. */
export const LeEventMask = {
  connectionComplete: 0,
  advertisingReport: 1,
  connectionUpdateComplete: 2,
  readRemoteFeaturesComplete: 3,
  longTermKeyRequest: 4,
  remoteConnectionParameterRequest: 5,
  dataLengthChange: 6,
  readLocalP256PublicKeyComplete: 7,
  generateDhKeyComplete: 8,
  enhancedConnectionComplete: 9,
  directedAdvertisingReport: 10,
  phyUpdateComplete: 11,
  extendedAdvertisingReport: 12,
  scanTimeout: 16,
  advertisingSetTerminated: 17,
  scanRequestReceived: 18,
  channelSelectionAlgorithm: 19,
} as const;

/** 7.8.1 */
export const LeSetEventMask = command("LE Set Event Mask", LE, 0x0001, { mask: bitset(LeEventMask, 8) });
/** 7.8.2 [v1]; 0 means that the buffers of Read Buffer Size are shared. */
export const LeReadBufferSize = command(
  "LE Read Buffer Size",
  LE,
  0x0002,
  {},
  { aclLength: u16, aclPackets: u8 },
);
/** 7.8.2 [v2] */
export const LeReadBufferSizeV2 = command(
  "LE Read Buffer Size [v2]",
  LE,
  0x0060,
  {},
  { aclLength: u16, aclPackets: u8, isoLength: u16, isoPackets: u8 },
);
/** 7.8.3 */
export const LeReadLocalSupportedFeatures = command(
  "LE Read Local Supported Features",
  LE,
  0x0003,
  {},
  { features: featureMask },
);
/** 7.8.4 */
export const LeSetRandomAddress = command("LE Set Random Address", LE, 0x0005, { address: bdAddr });
/** 7.8.27 */
export const LeReadSupportedStates = command(
  "LE Read Supported States",
  LE,
  0x001c,
  {},
  { states: octets(8) },
);
/** 7.8.74; dBm */
export const LeReadTransmitPower = command(
  "LE Read Transmit Power",
  LE,
  0x004b,
  {},
  { minimum: i8, maximum: i8 },
);
