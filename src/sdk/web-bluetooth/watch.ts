import type { Stack } from "../../../hci/device/stack.ts";
import { sameAddress } from "../../../hci/gap/address.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import type { Scan } from "../../../hci/gap/scanner.ts";
import type { Address } from "../../../hci/ports.ts";
import { recognise } from "./recognise.ts";

/** Every report of one device, its scan responses included. `addressNow` may change when an identity becomes known. */
export function watchDevice(
  stack: Stack,
  addressNow: () => Address,
  heard: (advertisement: Advertisement) => void,
): Promise<Scan> {
  return stack.scanner.start({ active: true, duplicates: { report: "all" } }, (advertisement) => {
    const { address } = advertisement;
    if (address === undefined) return;
    if (sameAddress(address, addressNow())) heard(advertisement);
    else
      recognise(stack, address, (identity) => {
        if (sameAddress(identity, addressNow())) heard(advertisement);
      });
  });
}
