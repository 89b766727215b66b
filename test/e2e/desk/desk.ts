/**
 * Runs in a page before anything of it: puts `navigator.usb` and `navigator.serial` of strict stand-ins in the place of the
 * browser's, with dongles on the desk. `desk` in the page plugs and pulls them; what is behind them is `Room`.
 */
import { seededRandom } from "../../../hci/virtual/random.ts";
import { StandInSerial, StandInSerialDevice, type StandInSerialPort } from "../../support/serial-stand-in.ts";
import { StandInDongle, StandInUsb } from "../../support/usb-bus-stand-in.ts";
import { H4_PAIR, usbDevice, VENDOR, WIRELESS } from "../../unit/dongle/usb-devices.ts";
import { cableTo } from "./cable.ts";

/** What lies on the desk, and who picks it in the browser's list. */
const USB_KINDS = {
  broadcom: () => usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: "A1" }),
  zephyr: () => usbDevice([0x2fe3, 0x0010], [H4_PAIR], { serialNumber: "Z1" }),
  "no-serial-number": () => usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: undefined }),
  ordinary: () => usbDevice([0x0a12, 0x0001], [WIRELESS]),
} as const;
const SERIAL_IDS = { usbVendorId: 0x2fe3, usbProductId: 0x0100 };

export type UsbKind = keyof typeof USB_KINDS;
export type DeskKind = UsbKind | "serial";
/** The kernel has it; the system refuses it; the only rate that a serial board understands. */
export interface PlugOptions {
  readonly held?: boolean;
  readonly denied?: boolean;
  readonly baudRate?: number;
}

export interface Desk {
  plug(kind: DeskKind, how?: PlugOptions): void;
  pull(): void;
}

/** What the browser remembers of this tab's permissions, and what is plugged in, over a page load. */
const PERMITTED = "desk.permitted";
const PORT_PERMITTED = "desk.port-permitted";
const PLUGGED = "desk.plugged";
const BAUD_RATE = "desk.baud-rate";

class UserUsb extends StandInUsb {
  override async requestDevice(
    options: Parameters<StandInUsb["requestDevice"]>[0],
  ): ReturnType<StandInUsb["requestDevice"]> {
    this.gesture = navigator.userActivation.isActive;
    const device = await super.requestDevice(options);
    if ((device.serialNumber ?? "") !== "") sessionStorage.setItem(PERMITTED, device.serialNumber ?? "");
    return device;
  }
}

class UserSerial extends StandInSerial {
  override async requestPort(): Promise<StandInSerialPort> {
    this.gesture = navigator.userActivation.isActive;
    const port = await super.requestPort();
    sessionStorage.setItem(PORT_PERMITTED, "yes");
    return port;
  }
}

function usbDesk(power: () => ReturnType<typeof cableTo>) {
  const usb = new UserUsb();
  let dongle: StandInDongle | undefined;
  return {
    usb,
    plug(kind: UsbKind, how: PlugOptions): void {
      const descriptors = USB_KINDS[kind]();
      dongle ??= new StandInDongle({ descriptors, power, random: seededRandom(3), ...how });
      dongle.permitted ||= descriptors.serialNumber === sessionStorage.getItem(PERMITTED);
      usb.plug(dongle);
    },
    pull(): void {
      if (dongle !== undefined) usb.pull(dongle);
    },
  };
}

function serialDesk(power: () => ReturnType<typeof cableTo>) {
  const serial = new UserSerial();
  let device: StandInSerialDevice | undefined;
  return {
    serial,
    plug({ baudRate = Number(sessionStorage.getItem(BAUD_RATE) ?? "0") }: PlugOptions): void {
      sessionStorage.setItem(BAUD_RATE, String(baudRate));
      const uart = baudRate > 0 ? { baudRate } : {};
      device ??= new StandInSerialDevice({ ids: SERIAL_IDS, power, random: seededRandom(4), ...uart });
      device.permitted ||= sessionStorage.getItem(PORT_PERMITTED) !== null;
      serial.plug(device);
    },
    pull(): void {
      if (device !== undefined) serial.pull(device);
    },
  };
}

function install(): void {
  const power = () => cableTo(String(Reflect.get(globalThis, "deskRoom")));
  const { usb, ...dongles } = usbDesk(power);
  const { serial, ...ports } = serialDesk(power);
  const isUsb = (kind: string): kind is UsbKind => Object.hasOwn(USB_KINDS, kind);
  const desk: Desk = {
    plug(kind, how = {}) {
      sessionStorage.setItem(PLUGGED, kind);
      if (kind === "serial") ports.plug(how);
      else dongles.plug(kind, how);
    },
    pull() {
      sessionStorage.removeItem(PLUGGED);
      dongles.pull();
      ports.pull();
    },
  };
  Object.defineProperty(navigator, "usb", { value: usb, configurable: true });
  Object.defineProperty(navigator, "serial", { value: serial, configurable: true });
  Reflect.set(globalThis, "desk", desk);
  // What was plugged in before the page was loaded again is there.
  const before = sessionStorage.getItem(PLUGGED);
  if (before === "serial" || (before !== null && isUsb(before))) desk.plug(before);
}

if (location.protocol.startsWith("http")) install();
