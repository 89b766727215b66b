/** A dongle of this computer, through the package `usb`, whose WebUSB has the shape of the browser's. */
import { DeviceError } from "../link/failure.ts";
import { gradeUsb, type GradingContext } from "../link/hci/grader/grade.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import {
  claimOfUsb,
  type UsbBusPort,
  type UsbDevicePort,
  webUsbAdapter,
} from "../link/hci/transports/webusb.ts";
import { nodeClock } from "./node-clock.ts";
import { optional } from "./optional-package.ts";

/** No browser is between us and the dongle: its class is no obstacle. */
const CONTEXT: GradingContext = { system: systemOf(process.platform), unrestricted: true };

function systemOf(platform: NodeJS.Platform): GradingContext["system"] {
  if (platform === "win32") return "windows";
  if (platform === "darwin") return "macos";
  return platform === "linux" ? "linux" : "other";
}

/** The dongle with these ids, or the first that can carry HCI. Rejects without the package. */
export async function usbAdapter(
  ids: { readonly vendor: number; readonly product: number } | null,
): Promise<AdapterPort> {
  const { WebUSB } = await optional("usb", () => import("usb"));
  return {
    async open(signal) {
      const bus: UsbBusPort = new WebUSB({ allowAllDevices: true });
      const devices = await bus.getDevices();
      const fits = ({ vendorId, productId }: UsbDevicePort): boolean =>
        ids === null || (vendorId === ids.vendor && productId === ids.product);
      const device = devices.filter(fits).find((one) => gradeUsb(one, CONTEXT).transport !== null);
      if (device === undefined) throw new DeviceError({ kind: "adapter", state: "missing" });
      const wanted = claimOfUsb(device);
      return webUsbAdapter({ bus, wanted, context: CONTEXT, clock: nodeClock }).open(signal);
    },
  };
}
