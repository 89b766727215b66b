import { command, LE } from "../../codec/command.ts";
import { i8, u16 } from "../../codec/integers.ts";
import { padded } from "../../codec/octets.ts";
import { oneOf } from "../../codec/sets.ts";
import { addressType, advertisingFilterPolicy, bdAddr, channels, onOff, ownAddressType } from "../fields.ts";

export const AdvertisingType = {
  connectableUndirected: 0,
  connectableDirectedHigh: 1,
  scannableUndirected: 2,
  nonConnectableUndirected: 3,
  connectableDirectedLow: 4,
} as const;

/** 7.8.5; intervals in units of 0.625 ms. */
export const LeSetAdvertisingParameters = command("LE Set Advertising Parameters", LE, 0x0006, {
  intervalMin: u16,
  intervalMax: u16,
  type: oneOf(AdvertisingType),
  ownAddressType,
  peerAddressType: addressType,
  peerAddress: bdAddr,
  channels,
  filter: advertisingFilterPolicy,
});
/** 7.8.6 */
export const LeReadAdvertisingPhysicalChannelTxPower = command(
  "LE Read Advertising Physical Channel Tx Power",
  LE,
  0x0007,
  {},
  { power: i8 },
);
/** 7.8.7; at most 31 octets. */
export const LeSetAdvertisingData = command("LE Set Advertising Data", LE, 0x0008, { data: padded(31) });
/** 7.8.8; at most 31 octets. */
export const LeSetScanResponseData = command("LE Set Scan Response Data", LE, 0x0009, { data: padded(31) });
/** 7.8.9 */
export const LeSetAdvertisingEnable = command("LE Set Advertising Enable", LE, 0x000a, { enable: onOff });
