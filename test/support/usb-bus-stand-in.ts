/** `navigator.usb` itself: the chooser's rules, permissions, plugging in and pulling out. */
import type { UsbFilter } from "../../src/link/hci/grader/dongles.ts";
import { StandInUsbDevice, type StandInOptions } from "./usb-stand-in.ts";

/** One dongle on the desk, plugged in or not. */
export class StandInDongle {
  readonly options: StandInOptions;
  device: StandInUsbDevice | undefined;
  permitted = false;

  constructor(options: StandInOptions) {
    this.options = options;
  }
}

interface ConnectionEvent extends Event {
  readonly device: StandInUsbDevice;
}

export class StandInUsb {
  readonly #dongles: StandInDongle[] = [];
  readonly #listeners = new Map<string, Set<(event: ConnectionEvent) => void>>();
  /** A click was just made. */
  gesture = false;
  /** What the person picks of those that fit; undefined closes the chooser. */
  pick: (devices: readonly StandInUsbDevice[]) => StandInUsbDevice | undefined = (devices) => devices[0];

  plug(dongle: StandInDongle): StandInUsbDevice {
    const device = new StandInUsbDevice(dongle.options);
    dongle.device = device;
    if (!this.#dongles.includes(dongle)) this.#dongles.push(dongle);
    if (dongle.permitted) this.#tell("connect", device);
    return device;
  }

  pull(dongle: StandInDongle): void {
    const { device } = dongle;
    if (device === undefined) return;
    dongle.device = undefined;
    device.disconnect();
    if (dongle.permitted) this.#tell("disconnect", device);
    // A permission without a serial number lasts until the device is unplugged.
    if ((dongle.options.descriptors.serialNumber ?? "") === "") dongle.permitted = false;
  }

  async getDevices(): Promise<readonly StandInUsbDevice[]> {
    return this.#dongles.flatMap(({ device, permitted }) =>
      permitted && device !== undefined ? [device] : [],
    );
  }

  async requestDevice({ filters }: { readonly filters: readonly UsbFilter[] }): Promise<StandInUsbDevice> {
    if (!this.gesture)
      throw new DOMException(
        "Must be handling a user gesture to show a permission request.",
        "SecurityError",
      );
    this.gesture = false;
    const fitting = this.#dongles.flatMap(({ device }) =>
      device !== undefined && fits(device, filters) ? [device] : [],
    );
    const device = this.pick(fitting);
    if (device === undefined) throw new DOMException("No device selected.", "NotFoundError");
    for (const dongle of this.#dongles) if (dongle.device === device) dongle.permitted = true;
    return device;
  }

  addEventListener(type: "connect" | "disconnect", listener: (event: ConnectionEvent) => void): void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(listener));
  }

  removeEventListener(type: "connect" | "disconnect", listener: (event: ConnectionEvent) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #tell(type: "connect" | "disconnect", device: StandInUsbDevice): void {
    const event = Object.assign(new Event(type), { device });
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

function fits(device: StandInUsbDevice, filters: readonly UsbFilter[]): boolean {
  const alternates = device.configurations.flatMap(({ interfaces }) =>
    interfaces.flatMap((one) => one.alternates),
  );
  return filters.some(
    ({ vendorId, classCode, subclassCode, protocolCode }) =>
      (vendorId === undefined || vendorId === device.vendorId) &&
      (classCode === undefined ||
        alternates.some(
          (one) =>
            one.interfaceClass === classCode &&
            (subclassCode === undefined || one.interfaceSubclass === subclassCode) &&
            (protocolCode === undefined || one.interfaceProtocol === protocolCode),
        )),
  );
}
