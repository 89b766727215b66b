/** What a USB device says of itself before anything is claimed. A `USBDevice` fits as it is; so does the npm package `usb`. */

export interface UsbEndpoint {
  readonly endpointNumber: number;
  readonly direction: "in" | "out";
  readonly type: "bulk" | "interrupt" | "isochronous";
  readonly packetSize: number;
}

export interface UsbAlternate {
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  readonly interfaceSubclass: number;
  readonly interfaceProtocol: number;
  readonly endpoints: readonly UsbEndpoint[];
}

export interface UsbInterface {
  readonly interfaceNumber: number;
  readonly alternates: readonly UsbAlternate[];
}

export interface UsbDescriptors {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly configurations: readonly { readonly interfaces: readonly UsbInterface[] }[];
}

/** Class, subclass and protocol of one alternate, as they are written: `e0/01/01`. */
export function classOf({ interfaceClass, interfaceSubclass, interfaceProtocol }: UsbAlternate): string {
  return [interfaceClass, interfaceSubclass, interfaceProtocol].map(octet).join("/");
}

export function countOf(
  { endpoints }: UsbAlternate,
  type: UsbEndpoint["type"],
  direction: UsbEndpoint["direction"],
): number {
  return endpoints.filter((endpoint) => endpoint.type === type && endpoint.direction === direction).length;
}

/** Four hexadecimal digits in lower case. */
export const usbId = (id: number): string => id.toString(16).padStart(4, "0");
const octet = (value: number): string => value.toString(16).padStart(2, "0");
