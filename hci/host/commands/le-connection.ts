import { command, LE, statusCommand } from "../../codec/command.ts";
import { u16, u8 } from "../../codec/integers.ts";
import { listOf } from "../../codec/list.ts";
import { flags } from "../../codec/sets.ts";
import { struct } from "../../codec/struct.ts";
import { bdAddr, filterPolicy, ownAddressType, peerAddressType, phy, phySet } from "../fields.ts";

/** Units: intervals 1.25 ms, latency in connection events, supervision timeout 10 ms, event lengths 0.625 ms. */
const parameters = {
  intervalMin: u16,
  intervalMax: u16,
  latency: u16,
  supervisionTimeout: u16,
  minEventLength: u16,
  maxEventLength: u16,
};

/** 7.8.12; scan interval and window in units of 0.625 ms. */
export const LeCreateConnection = statusCommand("LE Create Connection", LE, 0x000d, {
  scanInterval: u16,
  scanWindow: u16,
  filter: filterPolicy,
  peerAddressType,
  peerAddress: bdAddr,
  ownAddressType,
  ...parameters,
});
/** 7.8.13; the attempt then ends with a Connection Complete of status 0x02. */
export const LeCreateConnectionCancel = command("LE Create Connection Cancel", LE, 0x000e, {});
/** 7.8.66; `perPhy` has one entry for each PHY that is set, in the order 1M, 2M, coded. */
export const LeExtendedCreateConnection = statusCommand("LE Extended Create Connection", LE, 0x0043, {
  filter: filterPolicy,
  ownAddressType,
  peerAddressType,
  peerAddress: bdAddr,
  phys: flags({ "1M": 1, "2M": 2, coded: 4 }),
  perPhy: listOf(struct({ scanInterval: u16, scanWindow: u16, ...parameters })),
});
/** 7.8.18 */
export const LeConnectionUpdate = statusCommand("LE Connection Update", LE, 0x0013, {
  handle: u16,
  ...parameters,
});
/** 7.8.21 */
export const LeReadRemoteFeatures = statusCommand("LE Read Remote Features", LE, 0x0016, { handle: u16 });

/** 7.8.31 */
export const LeRemoteConnectionParameterRequestReply = command(
  "LE Remote Connection Parameter Request Reply",
  LE,
  0x0020,
  { handle: u16, ...parameters },
  { handle: u16 },
);
/** 7.8.32 */
export const LeRemoteConnectionParameterRequestNegativeReply = command(
  "LE Remote Connection Parameter Request Negative Reply",
  LE,
  0x0021,
  { handle: u16, reason: u8 },
  { handle: u16 },
);

/** 7.8.33; octets and microseconds. */
export const LeSetDataLength = command(
  "LE Set Data Length",
  LE,
  0x0022,
  { handle: u16, txOctets: u16, txTime: u16 },
  { handle: u16 },
);
/** 7.8.34 */
export const LeReadSuggestedDefaultDataLength = command(
  "LE Read Suggested Default Data Length",
  LE,
  0x0023,
  {},
  { txOctets: u16, txTime: u16 },
);
/** 7.8.35 */
export const LeWriteSuggestedDefaultDataLength = command(
  "LE Write Suggested Default Data Length",
  LE,
  0x0024,
  {
    txOctets: u16,
    txTime: u16,
  },
);
/** 7.8.46 */
export const LeReadMaximumDataLength = command(
  "LE Read Maximum Data Length",
  LE,
  0x002f,
  {},
  { txOctets: u16, txTime: u16, rxOctets: u16, rxTime: u16 },
);

/** Set where the host has no preference for that direction. */
const noPreference = flags({ tx: 1, rx: 2 });
/** 7.8.47 */
export const LeReadPhy = command(
  "LE Read PHY",
  LE,
  0x0030,
  { handle: u16 },
  { handle: u16, tx: phy, rx: phy },
);
/** 7.8.48 */
export const LeSetDefaultPhy = command("LE Set Default PHY", LE, 0x0031, {
  noPreference,
  tx: phySet,
  rx: phySet,
});
/** 7.8.49 */
export const LeSetPhy = statusCommand("LE Set PHY", LE, 0x0032, {
  handle: u16,
  noPreference,
  tx: phySet,
  rx: phySet,
  codedOptions: u16,
});
