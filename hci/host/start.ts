import type { Command } from "../codec/command.ts";
import type { Flags } from "../codec/sets.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Address, Bytes } from "../ports.ts";
import type { AclBuffers } from "./acl-output.ts";
import type { EventMaskPage2 } from "./commands/basic.ts";
import {
  ReadBdAddr,
  ReadBufferSize,
  ReadLocalSupportedCommands,
  ReadLocalSupportedFeatures,
  ReadLocalVersionInformation,
  SetEventMask,
  SetEventMaskPage2,
  WriteLeHostSupport,
} from "./commands/basic.ts";
import { LeReadMaximumDataLength, LeWriteSuggestedDefaultDataLength } from "./commands/le-connection.ts";
import { LeReadResolvingListSize } from "./commands/le-privacy.ts";
import { LeReadFilterAcceptListSize } from "./commands/le-scanning.ts";
import type { LeEventMask } from "./commands/le-setup.ts";
import {
  LeReadBufferSize,
  LeReadBufferSizeV2,
  LeReadLocalSupportedFeatures,
  LeSetEventMask,
} from "./commands/le-setup.ts";
import type { ControllerFacts } from "./controller.ts";
import { AdapterRefusedError } from "./controller.ts";
import { HciError } from "./hci-error.ts";
import { hasFeature, LeFeature, supports } from "./supported.ts";

export type RunCommand = <P extends Fields, R extends Fields>(
  command: Command<P, R>,
  parameters: Struct<P>,
) => Promise<Struct<R>>;

/** LMP feature bits (Vol 2 Part C 3.2). */
const BR_EDR_NOT_SUPPORTED = 37;
const LE_SUPPORTED = 38;

/** The specification's minimum for LE (7.8.2). Less cannot carry even one unfragmented default PDU. */
const MIN_ACL_LENGTH = 27;

/**
 * Everything between Reset and the first use (Vol 4 Part E 4.6, Annex): who are you, what can you do, tell me only what
 * I understand. Commands that the adapter does not claim are not sent; one that it claims and then does not know is
 * taken as missing.
 */
export async function readController(run: RunCommand): Promise<ControllerFacts> {
  const version = await run(ReadLocalVersionInformation, {});
  const { commands } = await run(ReadLocalSupportedCommands, {});
  const { features: lmp } = await run(ReadLocalSupportedFeatures, {});
  if (!hasFeature(lmp, LE_SUPPORTED))
    throw new AdapterRefusedError("Cannot use this adapter: it has no Bluetooth LE");
  const { features } = await run(LeReadLocalSupportedFeatures, {});

  async function optional<R extends Fields>(command: Command<{}, R>): Promise<Struct<R> | undefined> {
    if (!supports(commands, command)) return undefined;
    return unknownAsMissing(run(command, {}));
  }

  await run(SetEventMask, { mask: eventMask });
  if (supports(commands, SetEventMaskPage2)) {
    await unknownAsMissing(run(SetEventMaskPage2, { mask: eventMaskPage2 }));
  }
  if (!hasFeature(lmp, BR_EDR_NOT_SUPPORTED) && supports(commands, WriteLeHostSupport)) {
    await unknownAsMissing(run(WriteLeHostSupport, { supported: "on", unused: 0 }));
  }
  await run(LeSetEventMask, { mask: leEventMask(features) });

  const maximum = await optional(LeReadMaximumDataLength);
  if (maximum !== undefined && supports(commands, LeWriteSuggestedDefaultDataLength)) {
    // What the adapter answers to a peer that asks for long packets; of itself it would stay at 27 octets.
    const { txOctets, txTime } = maximum;
    await unknownAsMissing(run(LeWriteSuggestedDefaultDataLength, { txOctets, txTime }));
  }
  return {
    version,
    commands,
    features,
    publicAddress: publicAddress((await optional(ReadBdAddr))?.address),
    acl: await aclBuffers(run, commands),
    acceptListSize: (await optional(LeReadFilterAcceptListSize))?.size ?? 0,
    resolvingListSize: (await optional(LeReadResolvingListSize))?.size ?? 0,
    maxDataLength: maximum ?? { txOctets: 27, txTime: 328 },
  };
}

async function unknownAsMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HciError) return undefined;
    throw error;
  }
}

/** LE buffers, or those shared with BR/EDR where the adapter has no others (7.8.2). */
async function aclBuffers(run: RunCommand, commands: Uint8Array): Promise<AclBuffers> {
  const le = supports(commands, LeReadBufferSize) || !supports(commands, LeReadBufferSizeV2);
  const own = await run(le ? LeReadBufferSize : LeReadBufferSizeV2, {});
  const shared = own.aclLength === 0 || own.aclPackets === 0;
  const { aclLength, aclPackets } = shared ? await run(ReadBufferSize, {}) : own;
  if (aclLength < MIN_ACL_LENGTH || aclPackets === 0) {
    throw new AdapterRefusedError(
      `Cannot use this adapter: it claims ${aclPackets} data buffers of ${aclLength} octets`,
    );
  }
  return { length: aclLength, packets: aclPackets };
}

function publicAddress(octets: Bytes | undefined): Address | undefined {
  if (
    octets === undefined ||
    octets.every((octet) => octet === 0) ||
    octets.every((octet) => octet === 0xff)
  ) {
    return undefined;
  }
  return { type: "public", octets };
}

const eventMask = {
  disconnectionComplete: true,
  encryptionChange: true,
  readRemoteVersionInformationComplete: true,
  hardwareError: true,
  dataBufferOverflow: true,
  encryptionKeyRefreshComplete: true,
  leMeta: true,
} as const;

const eventMaskPage2: Flags<typeof EventMaskPage2> = {
  authenticatedPayloadTimeoutExpired: false,
  encryptionChangeV2: true,
};

/** Old controllers refuse bits they do not know, so only those of features the adapter has are set. */
function leEventMask(features: Uint8Array): Flags<typeof LeEventMask> {
  const has = (bit: number): boolean => hasFeature(features, bit);
  return {
    connectionComplete: true,
    advertisingReport: true,
    connectionUpdateComplete: true,
    readRemoteFeaturesComplete: true,
    longTermKeyRequest: has(LeFeature.encryption),
    remoteConnectionParameterRequest: has(LeFeature.connectionParametersRequest),
    dataLengthChange: has(LeFeature.dataPacketLengthExtension),
    readLocalP256PublicKeyComplete: false,
    generateDhKeyComplete: false,
    enhancedConnectionComplete: has(LeFeature.llPrivacy),
    directedAdvertisingReport: has(LeFeature.extendedScannerFilterPolicies),
    phyUpdateComplete: has(LeFeature.phy2M) || has(LeFeature.phyCoded),
    extendedAdvertisingReport: has(LeFeature.extendedAdvertising),
    scanTimeout: has(LeFeature.extendedAdvertising),
    advertisingSetTerminated: has(LeFeature.extendedAdvertising),
    scanRequestReceived: false,
    channelSelectionAlgorithm: false,
  };
}
