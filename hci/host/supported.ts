import type { Command } from "../codec/command.ts";
import type { Bytes } from "../ports.ts";
import * as basic from "./commands/basic.ts";
import * as advertising from "./commands/le-advertising.ts";
import * as connection from "./commands/le-connection.ts";
import * as extended from "./commands/le-extended.ts";
import * as privacy from "./commands/le-privacy.ts";
import * as scanning from "./commands/le-scanning.ts";
import * as security from "./commands/le-security.ts";
import * as setup from "./commands/le-setup.ts";

type Row = readonly [octet: number, firstBit: number, ...commands: readonly Command[]];

/** Vol 4 Part E 6.27: one row per run of bits. */
const rows: readonly Row[] = [
  [0, 5, basic.Disconnect],
  [2, 7, basic.ReadRemoteVersionInformation],
  [5, 6, basic.SetEventMask, basic.Reset],
  [10, 5, basic.SetControllerToHostFlowControl, basic.HostBufferSize, basic.HostNumberOfCompletedPackets],
  [14, 3, basic.ReadLocalVersionInformation],
  [14, 5, basic.ReadLocalSupportedFeatures],
  [14, 7, basic.ReadBufferSize],
  [15, 1, basic.ReadBdAddr],
  [15, 5, basic.ReadRssi],
  [22, 2, basic.SetEventMaskPage2],
  [24, 5, basic.ReadLeHostSupport, basic.WriteLeHostSupport],
  [25, 0, setup.LeSetEventMask, setup.LeReadBufferSize, setup.LeReadLocalSupportedFeatures],
  [25, 4, setup.LeSetRandomAddress, advertising.LeSetAdvertisingParameters],
  [25, 6, advertising.LeReadAdvertisingPhysicalChannelTxPower, advertising.LeSetAdvertisingData],
  [26, 0, advertising.LeSetScanResponseData, advertising.LeSetAdvertisingEnable],
  [26, 2, scanning.LeSetScanParameters, scanning.LeSetScanEnable],
  [26, 4, connection.LeCreateConnection, connection.LeCreateConnectionCancel],
  [26, 6, scanning.LeReadFilterAcceptListSize, scanning.LeClearFilterAcceptList],
  [27, 0, scanning.LeAddDeviceToFilterAcceptList, scanning.LeRemoveDeviceFromFilterAcceptList],
  [27, 2, connection.LeConnectionUpdate],
  [27, 5, connection.LeReadRemoteFeatures, security.LeEncrypt, security.LeRand],
  [28, 0, security.LeEnableEncryption, security.LeLongTermKeyRequestReply],
  [28, 2, security.LeLongTermKeyRequestNegativeReply, setup.LeReadSupportedStates],
  [32, 4, basic.ReadAuthenticatedPayloadTimeout, basic.WriteAuthenticatedPayloadTimeout],
  [33, 4, connection.LeRemoteConnectionParameterRequestReply],
  [33, 5, connection.LeRemoteConnectionParameterRequestNegativeReply],
  [33, 6, connection.LeSetDataLength, connection.LeReadSuggestedDefaultDataLength],
  [34, 0, connection.LeWriteSuggestedDefaultDataLength],
  [34, 1, security.LeReadLocalP256PublicKey, security.LeGenerateDhKey],
  [34, 3, privacy.LeAddDeviceToResolvingList, privacy.LeRemoveDeviceFromResolvingList],
  [34, 5, privacy.LeClearResolvingList, privacy.LeReadResolvingListSize],
  [34, 7, privacy.LeReadPeerResolvableAddress],
  [35, 0, privacy.LeReadLocalResolvableAddress, privacy.LeSetAddressResolutionEnable],
  [35, 2, privacy.LeSetResolvablePrivateAddressTimeout, connection.LeReadMaximumDataLength],
  [35, 4, connection.LeReadPhy, connection.LeSetDefaultPhy, connection.LeSetPhy],
  [36, 1, extended.LeSetAdvertisingSetRandomAddress, extended.LeSetExtendedAdvertisingParameters],
  [36, 3, extended.LeSetExtendedAdvertisingData, extended.LeSetExtendedScanResponseData],
  [36, 5, extended.LeSetExtendedAdvertisingEnable, extended.LeReadMaximumAdvertisingDataLength],
  [36, 7, extended.LeReadNumberOfSupportedAdvertisingSets],
  [37, 0, extended.LeRemoveAdvertisingSet, extended.LeClearAdvertisingSets],
  [37, 5, scanning.LeSetExtendedScanParameters, scanning.LeSetExtendedScanEnable],
  [37, 7, connection.LeExtendedCreateConnection],
  [38, 7, setup.LeReadTransmitPower],
  [39, 2, privacy.LeSetPrivacyMode],
  [41, 5, setup.LeReadBufferSizeV2],
];

const bits = new Map<number, number>();
const known = new Map<number, Command>();
for (const [octet, firstBit, ...commands] of rows) {
  for (const [i, command] of commands.entries()) {
    bits.set(command.opcode, 8 * octet + firstBit + i);
    known.set(command.opcode, command);
  }
}
// These two have no bit: the first is no command, the second gives the mask.
for (const command of [basic.NoOperation, basic.ReadLocalSupportedCommands])
  known.set(command.opcode, command);

/** Every command this stack declares, by opcode. */
export const commandsByOpcode: ReadonlyMap<number, Command> = known;

/** Whether the mask of Read Local Supported Commands names this command. */
export function supports(mask: Uint8Array, command: { readonly opcode: number }): boolean {
  const bit = bits.get(command.opcode);
  return bit !== undefined && ((mask[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

/** The mask that names exactly these commands; for a controller. */
export function supportedCommandsMask(commands: Iterable<{ readonly opcode: number }>): Bytes {
  const mask = new Uint8Array(64);
  for (const { opcode } of commands) {
    const bit = bits.get(opcode);
    if (bit !== undefined) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return mask;
}

/** Bits of the LE feature set (Vol 6 Part B 4.6). */
export const LeFeature = {
  encryption: 0,
  connectionParametersRequest: 1,
  extendedReject: 2,
  peripheralInitiatedFeaturesExchange: 3,
  ping: 4,
  dataPacketLengthExtension: 5,
  llPrivacy: 6,
  extendedScannerFilterPolicies: 7,
  phy2M: 8,
  phyCoded: 11,
  extendedAdvertising: 12,
  periodicAdvertising: 13,
  channelSelectionAlgorithm2: 14,
} as const;

export function hasFeature(mask: Uint8Array, bit: number): boolean {
  return ((mask[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
