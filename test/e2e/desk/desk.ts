/**
 * Runs in a page before anything of it: puts `navigator.usb` and `navigator.serial` of strict stand-ins in the place of the
 * browser's, with dongles on the desk and a device in the room. `desk` in the page plugs and pulls them.
 */
import { VirtualController } from "../../../hci/virtual/controller.ts";
import { MemoryKeys } from "../../../hci/virtual/memory-keys.ts";
import { startPeripheral } from "../../../hci/virtual/peripherals/catalogue.ts";
import type { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { seededRandom } from "../../../hci/virtual/random.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { recallBonds, rememberBonds } from "../../../src/app/simulated-bonds.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { realClock, text } from "../../bench/threads/surroundings.ts";
import { StandInDongle, StandInUsb } from "../../support/usb-bus-stand-in.ts";
import { H4_PAIR, usbDevice, VENDOR, WIRELESS } from "../../unit/dongle/usb-devices.ts";

/** What lies on the desk, and who picks it in the browser's list. */
const KINDS = {
  broadcom: () => usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: "A1" }),
  zephyr: () => usbDevice([0x2fe3, 0x0010], [H4_PAIR], { serialNumber: "Z1" }),
  "no-serial-number": () => usbDevice([0x0b05, 0x17cb], [VENDOR], { serialNumber: undefined }),
  ordinary: () => usbDevice([0x0a12, 0x0001], [WIRELESS]),
} as const;
export type DeskKind = keyof typeof KINDS;

export interface Desk {
  plug(kind: DeskKind, how?: { readonly held?: boolean; readonly denied?: boolean }): void;
  pull(): void;
  /** Takes the device's half of every bond. */
  forgetBonds(): void;
}

const PERMITTED = "desk.permitted";
const PLUGGED = "desk.plugged";

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

function install(): void {
  const crypto = webCrypto();
  const radio = new Radio({ clock: realClock });
  const usb = new UserUsb();
  const keys = new MemoryKeys(recallBonds(sessionStorage, "desk"));
  keys.onChange = () => rememberBonds(sessionStorage, "desk", keys.list);
  const room: { device: Peripheral | undefined } = { device: undefined };
  void startPeripheral("heart-rate", radio, { crypto, text, keys }).then((device) => {
    room.device = device;
  });
  let dongle: StandInDongle | undefined;
  let controller: VirtualController | undefined;
  const power = (): Transport => {
    controller ??= new VirtualController({ radio, crypto, name: "dongle", seed: 7 });
    return controller.plug();
  };
  const isKind = (kind: string | null): kind is DeskKind => kind !== null && Object.hasOwn(KINDS, kind);
  const desk: Desk = {
    plug(kind, how = {}) {
      sessionStorage.setItem(PLUGGED, kind);
      const descriptors = KINDS[kind]();
      dongle ??= new StandInDongle({ descriptors, power, random: seededRandom(3), ...how });
      dongle.permitted ||= descriptors.serialNumber === sessionStorage.getItem(PERMITTED);
      usb.plug(dongle);
    },
    pull() {
      sessionStorage.removeItem(PLUGGED);
      if (dongle !== undefined) usb.pull(dongle);
    },
    forgetBonds: () => room.device?.forgetBonds(),
  };
  Object.defineProperty(navigator, "usb", { value: usb, configurable: true });
  Reflect.set(globalThis, "desk", desk);
  // What was plugged in before the page was loaded again is there.
  const before = sessionStorage.getItem(PLUGGED);
  if (isKind(before)) desk.plug(before);
}

if (location.protocol.startsWith("http")) install();
