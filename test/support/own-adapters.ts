/** Ways to a virtual adapter in a room: in memory, over USB of both kinds, over a serial port. */
import type { VirtualController } from "../../hci/virtual/controller.ts";
import { seededRandom } from "../../hci/virtual/random.ts";
import type { UsbAlternate } from "../../src/link/hci/grader/descriptors.ts";
import type { AdapterPort } from "../../src/link/hci/ports.ts";
import { claimOfSerial } from "../../src/link/hci/transports/wanted.ts";
import { webSerialAdapter } from "../../src/link/hci/transports/webserial.ts";
import { DEFAULT_SERIAL } from "../../src/link/serial.ts";
import { claimOfUsb, webUsbAdapter } from "../../src/link/hci/transports/webusb.ts";
import { H4_PAIR, usbDevice, VENDOR } from "../unit/dongle/usb-devices.ts";
import type { HciWorld } from "./hci-world.ts";
import { StandInSerial, StandInSerialDevice } from "./serial-stand-in.ts";
import { StandInDongle, StandInUsb } from "./usb-bus-stand-in.ts";

export interface OwnAdapter {
  readonly controller: VirtualController;
  readonly port: AdapterPort;
  pull(): Promise<void> | void;
  plug(): void;
}

/** By what leads to it. */
export const OWN_ADAPTERS: Readonly<Record<string, (world: HciWorld) => OwnAdapter>> = {
  "in memory": (world) => {
    const { controller, adapter } = world.dongle("dongle");
    return { controller, port: adapter, pull: () => adapter.unplug(), plug: () => adapter.plugIn() };
  },
  "over WebUSB": (world) => overUsb(world, [0x0b05, 0x17cb], VENDOR),
  "over WebUSB as H4": (world) => overUsb(world, [0x2fe3, 0x0010], H4_PAIR),
  "over Web Serial": overSerial,
};

function overUsb(world: HciWorld, ids: readonly [number, number], alternate: UsbAlternate): OwnAdapter {
  const controller = world.rig.controller("dongle");
  const dongle = new StandInDongle({
    descriptors: usbDevice(ids, [alternate]),
    power: () => controller.plug(),
    random: seededRandom(1),
  });
  dongle.permitted = true;
  const bus = new StandInUsb();
  const wanted = claimOfUsb(bus.plug(dongle));
  const context = { system: "linux", unrestricted: false } as const;
  return {
    controller,
    port: webUsbAdapter({ bus, wanted, context, clock: world.rig.clock }),
    pull: () => bus.pull(dongle),
    plug: () => void bus.plug(dongle),
  };
}

function overSerial(world: HciWorld): OwnAdapter {
  const controller = world.rig.controller("dongle");
  const device = new StandInSerialDevice({
    ids: { usbVendorId: 0x2fe3, usbProductId: 0x0100 },
    power: () => controller.plug(),
    random: seededRandom(4),
  });
  device.permitted = true;
  const bus = new StandInSerial();
  const wanted = claimOfSerial(bus.plug(device));
  return {
    controller,
    port: webSerialAdapter({ bus, wanted, settings: DEFAULT_SERIAL, clock: world.rig.clock }),
    pull: () => bus.pull(device),
    plug: () => void bus.plug(device),
  };
}
