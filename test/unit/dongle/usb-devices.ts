/** USB descriptors as real dongles have them. */
import type { UsbAlternate, UsbDescriptors, UsbEndpoint } from "../../../src/link/hci/grader/descriptors.ts";

export function endpoint(
  type: UsbEndpoint["type"],
  direction: UsbEndpoint["direction"],
  endpointNumber = 1,
): UsbEndpoint {
  return { type, direction, endpointNumber, packetSize: type === "interrupt" ? 16 : 64 };
}

export const HCI_PIPES = [
  endpoint("interrupt", "in", 1),
  endpoint("bulk", "in", 2),
  endpoint("bulk", "out", 2),
];
export const BULK_PAIR = [endpoint("bulk", "in", 1), endpoint("bulk", "out", 1)];

export function alternate(
  [interfaceClass, interfaceSubclass, interfaceProtocol]: readonly [number, number, number],
  endpoints: readonly UsbEndpoint[] = [],
): UsbAlternate {
  return { alternateSetting: 0, interfaceClass, interfaceSubclass, interfaceProtocol, endpoints };
}

export const WIRELESS = alternate([0xe0, 1, 1], HCI_PIPES);
export const VENDOR = alternate([0xff, 1, 1], HCI_PIPES);
export const H4_PAIR = alternate([0xff, 0, 0], BULK_PAIR);
/** Audio over isochronous endpoints, left alone. */
export const AUDIO = alternate(
  [0xe0, 1, 1],
  [endpoint("isochronous", "in", 3), endpoint("isochronous", "out", 3)],
);

export function usbDevice(
  [vendorId, productId]: readonly [number, number],
  alternates: readonly UsbAlternate[],
  more: Partial<UsbDescriptors> = {},
): UsbDescriptors {
  return {
    vendorId,
    productId,
    deviceVersionMajor: 1,
    deviceVersionMinor: 0,
    deviceVersionSubminor: 0,
    serialNumber: "0001",
    configurations: [
      {
        interfaces: alternates.map((one, interfaceNumber) => ({ interfaceNumber, alternates: [one] })),
      },
    ],
    ...more,
  };
}
