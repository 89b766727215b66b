/** Which of the devices that a page may use is the one that is meant. */
import type { SerialClaim } from "../../serial.ts";
import type { UsbClaim } from "../ports.ts";

/** What is compared of a USB device. */
interface UsbIds {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string | null | undefined;
}

/** What is compared of a port: ids where it is a USB device. */
interface SerialIds {
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
}

export function claimOfSerial(port: SerialIds): SerialClaim {
  const { usbVendorId = null, usbProductId = null } = port.getInfo();
  return { vendorId: usbVendorId, productId: usbProductId };
}

/** By its serial number, or as the only one of its kind; undefined where that names none, or several. */
export function wantedUsb<D extends UsbIds>(devices: readonly D[], wanted: UsbClaim): D | undefined {
  return only(
    devices.filter(
      ({ vendorId, productId, serialNumber }) =>
        vendorId === wanted.vendorId &&
        productId === wanted.productId &&
        (wanted.serial === null || serialNumber === wanted.serial),
    ),
  );
}

/** As the only one of its kind; undefined where there is none, or several. */
export function wantedPort<P extends SerialIds>(ports: readonly P[], wanted: SerialClaim): P | undefined {
  return only(
    ports.filter((port) => {
      const { vendorId, productId } = claimOfSerial(port);
      return vendorId === wanted.vendorId && productId === wanted.productId;
    }),
  );
}

function only<T>(fitting: readonly T[]): T | undefined {
  return fitting.length === 1 ? fitting[0] : undefined;
}
