import { command, LE } from "../../codec/command.ts";
import { i8, u16, u24, u8 } from "../../codec/integers.ts";
import { counted } from "../../codec/list.ts";
import { sized } from "../../codec/octets.ts";
import { flags, oneOf } from "../../codec/sets.ts";
import { struct } from "../../codec/struct.ts";
import {
  addressType,
  advertisingFilterPolicy,
  bdAddr,
  channels,
  onOff,
  ownAddressType,
  phy,
} from "../fields.ts";

/** Advertising sets (Core 5.0 and later). */

/** 7.8.52 */
export const LeSetAdvertisingSetRandomAddress = command("LE Set Advertising Set Random Address", LE, 0x0035, {
  set: u8,
  address: bdAddr,
});

export const AdvertisingEventProperties = {
  connectable: 0x01,
  scannable: 0x02,
  directed: 0x04,
  highDutyCycle: 0x08,
  legacy: 0x10,
  anonymous: 0x20,
  includeTxPower: 0x40,
} as const;

/** 7.8.53 [v1]; intervals in units of 0.625 ms; a transmit power of 127 leaves it to the controller. */
export const LeSetExtendedAdvertisingParameters = command(
  "LE Set Extended Advertising Parameters",
  LE,
  0x0036,
  {
    set: u8,
    properties: flags(AdvertisingEventProperties, u16),
    intervalMin: u24,
    intervalMax: u24,
    channels,
    ownAddressType,
    peerAddressType: addressType,
    peerAddress: bdAddr,
    filter: advertisingFilterPolicy,
    txPower: i8,
    primaryPhy: phy,
    secondaryMaxSkip: u8,
    secondaryPhy: phy,
    sid: u8,
    scanRequestNotification: onOff,
  },
  { txPower: i8 },
);

export const DataOperation = { intermediate: 0, first: 1, last: 2, complete: 3, unchanged: 4 } as const;

const setData = {
  set: u8,
  operation: oneOf(DataOperation),
  fragmentPreference: oneOf({ allowed: 0, avoid: 1 }),
  data: sized(u8),
};
/** 7.8.54 */
export const LeSetExtendedAdvertisingData = command("LE Set Extended Advertising Data", LE, 0x0037, setData);
/** 7.8.55 */
export const LeSetExtendedScanResponseData = command(
  "LE Set Extended Scan Response Data",
  LE,
  0x0038,
  setData,
);
/** 7.8.56; duration in units of 10 ms. An empty list with `off` stops every set. */
export const LeSetExtendedAdvertisingEnable = command("LE Set Extended Advertising Enable", LE, 0x0039, {
  enable: onOff,
  sets: counted(u8, struct({ set: u8, duration: u16, maxEvents: u8 })),
});
/** 7.8.57 */
export const LeReadMaximumAdvertisingDataLength = command(
  "LE Read Maximum Advertising Data Length",
  LE,
  0x003a,
  {},
  { length: u16 },
);
/** 7.8.58 */
export const LeReadNumberOfSupportedAdvertisingSets = command(
  "LE Read Number of Supported Advertising Sets",
  LE,
  0x003b,
  {},
  { sets: u8 },
);
/** 7.8.59 */
export const LeRemoveAdvertisingSet = command("LE Remove Advertising Set", LE, 0x003c, { set: u8 });
/** 7.8.60 */
export const LeClearAdvertisingSets = command("LE Clear Advertising Sets", LE, 0x003d, {});
