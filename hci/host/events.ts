import type { HciEvent } from "../codec/event.ts";
import { event, leEvent } from "../codec/event.ts";
import { i8, u16, u8 } from "../codec/integers.ts";
import { counted } from "../codec/list.ts";
import { number, rest, sized } from "../codec/octets.ts";
import { oneOf } from "../codec/sets.ts";
import { struct } from "../codec/struct.ts";
import { addressType, bdAddr, featureMask, Phy, peerAddressType, role, status } from "./fields.ts";

/** 7.7.5 */
export const DisconnectionComplete = event("Disconnection Complete", 0x05, {
  status,
  handle: u16,
  reason: u8,
});
/** 7.7.8 [v1] */
export const EncryptionChange = event("Encryption Change", 0x08, { status, handle: u16, enabled: u8 });
/** 7.7.8 [v2]; takes the place of [v1] where its mask bit is set. */
export const EncryptionChangeV2 = event("Encryption Change [v2]", 0x59, {
  status,
  handle: u16,
  enabled: u8,
  keySize: u8,
});
/** 7.7.12 */
export const ReadRemoteVersionInformationComplete = event("Read Remote Version Information Complete", 0x0c, {
  status,
  handle: u16,
  version: u8,
  companyIdentifier: u16,
  subversion: u16,
});
/** 7.7.14; the return parameters of most commands begin with a status. */
export const CommandComplete = event("Command Complete", 0x0e, { credits: u8, opcode: u16, returns: rest });
/** 7.7.15 */
export const CommandStatus = event("Command Status", 0x0f, { status, credits: u8, opcode: u16 });
/** 7.7.16 */
export const HardwareError = event("Hardware Error", 0x10, { code: u8 });
/** 7.7.19 */
export const NumberOfCompletedPackets = event("Number Of Completed Packets", 0x13, {
  links: counted(u8, struct({ handle: u16, completed: u16 })),
});
/** 7.7.26 */
export const DataBufferOverflow = event("Data Buffer Overflow", 0x1a, { linkType: u8 });
/** 7.7.39 */
export const EncryptionKeyRefreshComplete = event("Encryption Key Refresh Complete", 0x30, {
  status,
  handle: u16,
});
/** 7.7.75 */
export const AuthenticatedPayloadTimeoutExpired = event("Authenticated Payload Timeout Expired", 0x57, {
  handle: u16,
});

/** Units: interval 1.25 ms, latency in connection events, supervision timeout 10 ms. */
const link = { interval: u16, latency: u16, supervisionTimeout: u16 };

/** 7.7.65.1 */
export const LeConnectionComplete = leEvent("LE Connection Complete", 0x01, {
  status,
  handle: u16,
  role,
  peerAddressType: addressType,
  peerAddress: bdAddr,
  ...link,
  centralClockAccuracy: u8,
});
/** 7.7.65.10 [v1]; the resolvable addresses are zero where none was used or the host resolves. */
export const LeEnhancedConnectionComplete = leEvent("LE Enhanced Connection Complete", 0x0a, {
  status,
  handle: u16,
  role,
  peerAddressType,
  peerAddress: bdAddr,
  localResolvableAddress: bdAddr,
  peerResolvableAddress: bdAddr,
  ...link,
  centralClockAccuracy: u8,
});
/** 7.7.65.3 */
export const LeConnectionUpdateComplete = leEvent("LE Connection Update Complete", 0x03, {
  status,
  handle: u16,
  ...link,
});
/** 7.7.65.4 */
export const LeReadRemoteFeaturesComplete = leEvent("LE Read Remote Features Complete", 0x04, {
  status,
  handle: u16,
  features: featureMask,
});
/** 7.7.65.5 */
export const LeLongTermKeyRequest = leEvent("LE Long Term Key Request", 0x05, {
  handle: u16,
  rand: number(64),
  ediv: u16,
});
/** 7.7.65.6; units as in the connection events. */
export const LeRemoteConnectionParameterRequest = leEvent("LE Remote Connection Parameter Request", 0x06, {
  handle: u16,
  intervalMin: u16,
  intervalMax: u16,
  latency: u16,
  supervisionTimeout: u16,
});
/** 7.7.65.7 */
export const LeDataLengthChange = leEvent("LE Data Length Change", 0x07, {
  handle: u16,
  maxTxOctets: u16,
  maxTxTime: u16,
  maxRxOctets: u16,
  maxRxTime: u16,
});
/** 7.7.65.8 */
export const LeReadLocalP256PublicKeyComplete = leEvent("LE Read Local P-256 Public Key Complete", 0x08, {
  status,
  x: number(256),
  y: number(256),
});
/** 7.7.65.9 */
export const LeGenerateDhKeyComplete = leEvent("LE Generate DHKey Complete", 0x09, {
  status,
  dhKey: number(256),
});
const reportedPhy = oneOf({ unknown: 0, ...Phy });
/** 7.7.65.12; `unknown` may stand there when the status is an error. */
export const LePhyUpdateComplete = leEvent("LE PHY Update Complete", 0x0c, {
  status,
  handle: u16,
  tx: reportedPhy,
  rx: reportedPhy,
});

export const AdvertisingEventType = {
  connectableUndirected: 0,
  connectableDirected: 1,
  scannableUndirected: 2,
  nonConnectableUndirected: 3,
  scanResponse: 4,
} as const;

/** 7.7.65.2; the hot path reads it with AdvertisingReports instead. RSSI in dBm, 127 unknown. */
export const LeAdvertisingReport = leEvent("LE Advertising Report", 0x02, {
  reports: counted(
    u8,
    struct({
      type: oneOf(AdvertisingEventType),
      addressType: peerAddressType,
      address: bdAddr,
      data: sized(u8),
      rssi: i8,
    }),
  ),
});

/** 7.7.65.11; sent only while scanning with an extended filter policy. */
export const LeDirectedAdvertisingReport = leEvent("LE Directed Advertising Report", 0x0b, {
  reports: counted(
    u8,
    struct({
      type: oneOf({ connectableDirected: 1 }),
      addressType: peerAddressType,
      address: bdAddr,
      directAddressType: addressType,
      directAddress: bdAddr,
      rssi: i8,
    }),
  ),
});

/** Bits 0 to 4 are flags, bits 5 and 6 the data status. */
export const ExtendedEventType = {
  connectable: 0x01,
  scannable: 0x02,
  directed: 0x04,
  scanResponse: 0x08,
  legacy: 0x10,
  dataIncomplete: 0x20,
  dataTruncated: 0x40,
} as const;

/** 7.7.65.13; the hot path reads it with ExtendedAdvertisingReports instead. */
export const LeExtendedAdvertisingReport = leEvent("LE Extended Advertising Report", 0x0d, {
  reports: counted(
    u8,
    struct({
      /** See ExtendedEventType. */
      type: u16,
      addressType: oneOf({ public: 0, random: 1, publicIdentity: 2, randomIdentity: 3, anonymous: 0xff }),
      address: bdAddr,
      primaryPhy: oneOf({ "1M": 1, coded: 3, codedS2: 4 }),
      secondaryPhy: oneOf({ none: 0, "1M": 1, "2M": 2, coded: 3, codedS2: 4 }),
      /** 0xFF: no advertising set. */
      sid: u8,
      /** dBm, 127 unknown; so is the RSSI. */
      txPower: i8,
      rssi: i8,
      periodicInterval: u16,
      directAddressType: oneOf({
        public: 0,
        random: 1,
        publicIdentity: 2,
        randomIdentity: 3,
        unresolved: 0xfe,
      }),
      directAddress: bdAddr,
      data: sized(u8),
    }),
  ),
});
/** 7.7.65.17 */
export const LeScanTimeout = leEvent("LE Scan Timeout", 0x11, {});
/** 7.7.65.18 [v1] */
export const LeAdvertisingSetTerminated = leEvent("LE Advertising Set Terminated", 0x12, {
  status,
  set: u8,
  handle: u16,
  completedEvents: u8,
});
/** 7.7.65.19 */
export const LeScanRequestReceived = leEvent("LE Scan Request Received", 0x13, {
  set: u8,
  scannerAddressType: peerAddressType,
  scannerAddress: bdAddr,
});
/** 7.7.65.20 */
export const LeChannelSelectionAlgorithm = leEvent("LE Channel Selection Algorithm", 0x14, {
  handle: u16,
  algorithm: u8,
});

/** Every event this stack declares. */
export const events: readonly HciEvent[] = [
  DisconnectionComplete,
  EncryptionChange,
  EncryptionChangeV2,
  ReadRemoteVersionInformationComplete,
  CommandComplete,
  CommandStatus,
  HardwareError,
  NumberOfCompletedPackets,
  DataBufferOverflow,
  EncryptionKeyRefreshComplete,
  AuthenticatedPayloadTimeoutExpired,
  LeConnectionComplete,
  LeAdvertisingReport,
  LeConnectionUpdateComplete,
  LeReadRemoteFeaturesComplete,
  LeLongTermKeyRequest,
  LeRemoteConnectionParameterRequest,
  LeDataLengthChange,
  LeReadLocalP256PublicKeyComplete,
  LeGenerateDhKeyComplete,
  LeEnhancedConnectionComplete,
  LeDirectedAdvertisingReport,
  LePhyUpdateComplete,
  LeExtendedAdvertisingReport,
  LeScanTimeout,
  LeAdvertisingSetTerminated,
  LeScanRequestReceived,
  LeChannelSelectionAlgorithm,
];
