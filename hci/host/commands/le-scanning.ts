import { command, LE } from "../../codec/command.ts";
import { u16, u8 } from "../../codec/integers.ts";
import { listOf } from "../../codec/list.ts";
import { flags, oneOf } from "../../codec/sets.ts";
import { struct } from "../../codec/struct.ts";
import { bdAddr, onOff, ownAddressType, scanFilterPolicy } from "../fields.ts";

const scanType = oneOf({ passive: 0, active: 1 });

/** 7.8.10; interval and window in units of 0.625 ms. */
export const LeSetScanParameters = command("LE Set Scan Parameters", LE, 0x000b, {
  type: scanType,
  interval: u16,
  window: u16,
  ownAddressType,
  filter: scanFilterPolicy,
});
/** 7.8.11 */
export const LeSetScanEnable = command("LE Set Scan Enable", LE, 0x000c, {
  enable: onOff,
  filterDuplicates: onOff,
});

/** 7.8.14 */
export const LeReadFilterAcceptListSize = command(
  "LE Read Filter Accept List Size",
  LE,
  0x000f,
  {},
  { size: u8 },
);
/** 7.8.15 */
export const LeClearFilterAcceptList = command("LE Clear Filter Accept List", LE, 0x0010, {});

const acceptListType = oneOf({ public: 0, random: 1, anonymous: 0xff });
/** 7.8.16 */
export const LeAddDeviceToFilterAcceptList = command("LE Add Device To Filter Accept List", LE, 0x0011, {
  addressType: acceptListType,
  address: bdAddr,
});
/** 7.8.17 */
export const LeRemoveDeviceFromFilterAcceptList = command(
  "LE Remove Device From Filter Accept List",
  LE,
  0x0012,
  {
    addressType: acceptListType,
    address: bdAddr,
  },
);

/** 7.8.64; `parameters` has one entry for each PHY that is set, 1M before coded. */
export const LeSetExtendedScanParameters = command("LE Set Extended Scan Parameters", LE, 0x0041, {
  ownAddressType,
  filter: scanFilterPolicy,
  phys: flags({ "1M": 1, coded: 4 }),
  parameters: listOf(struct({ type: scanType, interval: u16, window: u16 })),
});
/** 7.8.65; duration in units of 10 ms, period in units of 1.28 s; 0 scans until it is stopped. */
export const LeSetExtendedScanEnable = command("LE Set Extended Scan Enable", LE, 0x0042, {
  enable: onOff,
  filterDuplicates: oneOf({ off: 0, on: 1, eachPeriod: 2 }),
  duration: u16,
  period: u16,
});
