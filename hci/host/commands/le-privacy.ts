import { command, LE } from "../../codec/command.ts";
import { u16, u8 } from "../../codec/integers.ts";
import { oneOf } from "../../codec/sets.ts";
import { addressType, bdAddr, key128, onOff } from "../fields.ts";

/** Identity address of the peer. */
const peer = { peerAddressType: addressType, peerAddress: bdAddr };

/** 7.8.38; an IRK of zero stands for "none". */
export const LeAddDeviceToResolvingList = command("LE Add Device To Resolving List", LE, 0x0027, {
  ...peer,
  peerIrk: key128,
  localIrk: key128,
});
/** 7.8.39 */
export const LeRemoveDeviceFromResolvingList = command(
  "LE Remove Device From Resolving List",
  LE,
  0x0028,
  peer,
);
/** 7.8.40 */
export const LeClearResolvingList = command("LE Clear Resolving List", LE, 0x0029, {});
/** 7.8.41 */
export const LeReadResolvingListSize = command("LE Read Resolving List Size", LE, 0x002a, {}, { size: u8 });
/** 7.8.42 */
export const LeReadPeerResolvableAddress = command("LE Read Peer Resolvable Address", LE, 0x002b, peer, {
  address: bdAddr,
});
/** 7.8.43 */
export const LeReadLocalResolvableAddress = command("LE Read Local Resolvable Address", LE, 0x002c, peer, {
  address: bdAddr,
});
/** 7.8.44 */
export const LeSetAddressResolutionEnable = command("LE Set Address Resolution Enable", LE, 0x002d, {
  enable: onOff,
});
/** 7.8.45; seconds. */
export const LeSetResolvablePrivateAddressTimeout = command(
  "LE Set Resolvable Private Address Timeout",
  LE,
  0x002e,
  { timeout: u16 },
);
/** 7.8.77 */
export const LeSetPrivacyMode = command("LE Set Privacy Mode", LE, 0x004e, {
  ...peer,
  mode: oneOf({ network: 0, device: 1 }),
});
