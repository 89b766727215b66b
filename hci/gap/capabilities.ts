import {
  LeClearAdvertisingSets,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from "../host/commands/le-extended.ts";
import { LeExtendedCreateConnection } from "../host/commands/le-connection.ts";
import {
  LeAddDeviceToResolvingList,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
} from "../host/commands/le-privacy.ts";
import { LeSetExtendedScanEnable, LeSetExtendedScanParameters } from "../host/commands/le-scanning.ts";
import type { Controller } from "../host/controller.ts";
import { LeFeature } from "../host/supported.ts";

/**
 * Extended commands and legacy ones must not be mixed between two Resets (Vol 4 Part E 3.1.1), so the choice is made
 * once, and only an adapter that has all of them is used that way.
 */
export function usesExtendedCommands(controller: Controller): boolean {
  return (
    controller.has(LeFeature.extendedAdvertising) &&
    [
      LeSetExtendedScanParameters,
      LeSetExtendedScanEnable,
      LeExtendedCreateConnection,
      LeSetAdvertisingSetRandomAddress,
      LeSetExtendedAdvertisingParameters,
      LeSetExtendedAdvertisingData,
      LeSetExtendedAdvertisingEnable,
      LeClearAdvertisingSets,
    ].every((command) => controller.supports(command))
  );
}

/**
 * How many identities the controller can resolve itself; 0 leaves it to the host. A controller that knows network privacy
 * mode only (Bluetooth 4.2) turns away listed peers that show their identity address, and many that gave us an IRK do.
 */
export function resolvingListSize(controller: Controller): number {
  const able =
    controller.has(LeFeature.llPrivacy) &&
    controller.supports(LeAddDeviceToResolvingList) &&
    controller.supports(LeSetPrivacyMode) &&
    controller.supports(LeSetAddressResolutionEnable);
  return able ? controller.facts.resolvingListSize : 0;
}
