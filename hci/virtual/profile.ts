import * as basic from "../host/commands/basic.ts";
import * as advertising from "../host/commands/le-advertising.ts";
import * as connection from "../host/commands/le-connection.ts";
import * as extended from "../host/commands/le-extended.ts";
import * as privacy from "../host/commands/le-privacy.ts";
import * as scanning from "../host/commands/le-scanning.ts";
import * as security from "../host/commands/le-security.ts";
import * as setup from "../host/commands/le-setup.ts";
import { LeFeature } from "../host/supported.ts";
import type { Bytes } from "../ports.ts";

export type ProfileName = "4.0" | "4.2" | "5.2";

/** What a controller of one generation can do: its commands, features and version tell nothing else. */
export interface Profile {
  readonly name: ProfileName;
  /** HCI and LMP version (Assigned Numbers 2.1). */
  readonly version: number;
  readonly opcodes: ReadonlySet<number>;
  readonly features: Bytes;
  readonly phys: number;
  readonly dataLength: boolean;
  readonly extended: boolean;
  /** Central and peripheral at the same time. */
  readonly bothRoles: boolean;
}

interface Opcode {
  readonly opcode: number;
}

const commands40: readonly Opcode[] = [
  basic.Disconnect,
  basic.ReadRemoteVersionInformation,
  basic.SetEventMask,
  basic.Reset,
  basic.SetControllerToHostFlowControl,
  basic.HostBufferSize,
  basic.HostNumberOfCompletedPackets,
  basic.ReadLocalVersionInformation,
  basic.ReadLocalSupportedCommands,
  basic.ReadLocalSupportedFeatures,
  basic.ReadBdAddr,
  basic.ReadRssi,
  setup.LeSetEventMask,
  setup.LeReadBufferSize,
  setup.LeReadLocalSupportedFeatures,
  setup.LeSetRandomAddress,
  setup.LeReadSupportedStates,
  advertising.LeSetAdvertisingParameters,
  advertising.LeReadAdvertisingPhysicalChannelTxPower,
  advertising.LeSetAdvertisingData,
  advertising.LeSetScanResponseData,
  advertising.LeSetAdvertisingEnable,
  scanning.LeSetScanParameters,
  scanning.LeSetScanEnable,
  connection.LeCreateConnection,
  connection.LeCreateConnectionCancel,
  scanning.LeReadFilterAcceptListSize,
  scanning.LeClearFilterAcceptList,
  scanning.LeAddDeviceToFilterAcceptList,
  scanning.LeRemoveDeviceFromFilterAcceptList,
  connection.LeConnectionUpdate,
  connection.LeReadRemoteFeatures,
  security.LeEncrypt,
  security.LeRand,
  security.LeEnableEncryption,
  security.LeLongTermKeyRequestReply,
  security.LeLongTermKeyRequestNegativeReply,
];

const commands42: readonly Opcode[] = [
  ...commands40,
  basic.SetEventMaskPage2,
  connection.LeRemoteConnectionParameterRequestReply,
  connection.LeRemoteConnectionParameterRequestNegativeReply,
  connection.LeSetDataLength,
  connection.LeReadSuggestedDefaultDataLength,
  connection.LeWriteSuggestedDefaultDataLength,
  connection.LeReadMaximumDataLength,
  security.LeReadLocalP256PublicKey,
  security.LeGenerateDhKey,
  privacy.LeAddDeviceToResolvingList,
  privacy.LeRemoveDeviceFromResolvingList,
  privacy.LeClearResolvingList,
  privacy.LeReadResolvingListSize,
  privacy.LeReadPeerResolvableAddress,
  privacy.LeReadLocalResolvableAddress,
  privacy.LeSetAddressResolutionEnable,
  privacy.LeSetResolvablePrivateAddressTimeout,
];

const commands52: readonly Opcode[] = [
  ...commands42,
  connection.LeReadPhy,
  connection.LeSetDefaultPhy,
  connection.LeSetPhy,
  extended.LeSetAdvertisingSetRandomAddress,
  extended.LeSetExtendedAdvertisingParameters,
  extended.LeSetExtendedAdvertisingData,
  extended.LeSetExtendedScanResponseData,
  extended.LeSetExtendedAdvertisingEnable,
  extended.LeReadMaximumAdvertisingDataLength,
  extended.LeReadNumberOfSupportedAdvertisingSets,
  extended.LeRemoveAdvertisingSet,
  extended.LeClearAdvertisingSets,
  scanning.LeSetExtendedScanParameters,
  scanning.LeSetExtendedScanEnable,
  connection.LeExtendedCreateConnection,
  setup.LeReadTransmitPower,
  setup.LeReadBufferSizeV2,
  privacy.LeSetPrivacyMode,
];

const features42 = [
  LeFeature.encryption,
  LeFeature.connectionParametersRequest,
  LeFeature.extendedReject,
  LeFeature.peripheralInitiatedFeaturesExchange,
  LeFeature.dataPacketLengthExtension,
  LeFeature.llPrivacy,
  LeFeature.extendedScannerFilterPolicies,
];

const profiles: Readonly<Record<ProfileName, Profile>> = {
  "4.0": {
    name: "4.0",
    version: 6,
    opcodes: opcodes(commands40),
    features: featureMask([LeFeature.encryption]),
    phys: 1,
    dataLength: false,
    extended: false,
    bothRoles: false,
  },
  "4.2": {
    name: "4.2",
    version: 8,
    opcodes: opcodes(commands42),
    features: featureMask(features42),
    phys: 1,
    dataLength: true,
    extended: false,
    bothRoles: true,
  },
  "5.2": {
    name: "5.2",
    version: 11,
    opcodes: opcodes(commands52),
    features: featureMask([
      ...features42,
      LeFeature.phy2M,
      LeFeature.phyCoded,
      LeFeature.extendedAdvertising,
      LeFeature.channelSelectionAlgorithm2,
    ]),
    phys: 7,
    dataLength: true,
    extended: true,
    bothRoles: true,
  },
};

/** The profile; without P-256 where the controller has none. */
export function profileOf(name: ProfileName, p256: boolean): Profile {
  const profile = profiles[name];
  if (p256) return profile;
  const without = new Set(profile.opcodes);
  without.delete(security.LeReadLocalP256PublicKey.opcode);
  without.delete(security.LeGenerateDhKey.opcode);
  return { ...profile, opcodes: without };
}

function opcodes(commands: readonly Opcode[]): ReadonlySet<number> {
  return new Set(commands.map(({ opcode }) => opcode));
}

function featureMask(bits: readonly number[]): Bytes {
  const mask = new Uint8Array(8);
  for (const bit of bits) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (1 << (bit & 7));
  return mask;
}
