import { toHex } from "../../../hci/codec/bytes.ts";
import { formatAddress } from "../../../hci/gap/address.ts";
import type { ControllerFacts } from "../../../hci/host/controller.ts";
import type { AdapterClaim, UsbClaim } from "./ports.ts";

/** What an adapter that was just reset says of itself. */
export function claimOf(facts: ControllerFacts, usb: UsbClaim | null): AdapterClaim {
  const { version, publicAddress, features } = facts;
  return {
    address: publicAddress === undefined ? null : formatAddress(publicAddress),
    hciVersion: version.hciVersion,
    hciSubversion: version.hciSubversion,
    lmpVersion: version.lmpVersion,
    lmpSubversion: version.lmpSubversion,
    manufacturer: version.companyIdentifier,
    features: toHex(features),
    usb,
  };
}
