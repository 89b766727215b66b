/** The way to a dongle over WebUSB: which one was picked, what it is worth, and the file that it may need. */
import type { FirmwareStep } from "../../hci/firmware/load.ts";
import type { Clock } from "../../hci/ports.ts";
import { DeviceError } from "../link/failure.ts";
import { chooserFilters } from "../link/hci/grader/dongles.ts";
import { gradeUsb, type Grade, type GradingContext } from "../link/hci/grader/grade.ts";
import type { AdapterPort, UsbClaim } from "../link/hci/ports.ts";
import { firmwareAdapter } from "../link/hci/transports/firmware.ts";
import { claimOfUsb, type UsbDevicePort, webUsbAdapter } from "../link/hci/transports/webusb.ts";
import { platformOf } from "../state/platform.ts";
import { type Readable, Store } from "../state/store.ts";
import type { Lead } from "../state/leads.ts";
import { type PageFirmware, pageFirmware } from "./firmware.ts";
import { recall, remember, USB_KEY } from "./remembered.ts";

/** WebUSB as far as a page uses it to have a dongle picked; what is done with one is `UsbDevicePort`. */
export interface BrowserUsb {
  getDevices(): Promise<readonly UsbDevicePort[]>;
  requestDevice(options: { readonly filters: readonly object[] }): Promise<UsbDevicePort>;
  addEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly device: UsbDevicePort }) => void,
  ): void;
  removeEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly device: UsbDevicePort }) => void,
  ): void;
}
export interface UsbWay {
  readonly port: AdapterPort;
  readonly firmware: PageFirmware;
  readonly grade: Readable<Grade | null>;
  /** To the dongle that is wanted; null before one was picked. */
  readonly lead: () => Lead | null;
  /** Opens the browser's list. Rejects with NotFoundError where nothing was picked. */
  readonly pick: () => Promise<void>;
}

export function usbWay(usb: BrowserUsb, clock: Clock): UsbWay {
  const context: GradingContext = { system: system(), unrestricted: mayUseProtected() };
  const firmware = pageFirmware();
  const grade = new Store<Grade | null>(null);
  let wanted = rememberedUsb();
  const open: AdapterPort["open"] = async (signal) => {
    const devices = await usb.getDevices();
    const [only] = devices;
    const claim = wanted ?? (only === undefined ? null : claimOfUsb(only));
    if (claim === null) throw new DeviceError({ kind: "adapter", state: "missing" });
    wanted = claim;
    const device = devices.find(
      ({ vendorId, productId }) => vendorId === claim.vendorId && productId === claim.productId,
    );
    grade.set(device === undefined ? null : gradeUsb(device, context));
    return webUsbAdapter({ bus: usb, wanted: claim, context, clock }).open(signal);
  };
  const onStep = (step: FirmwareStep): void =>
    firmware.progress.set(step.step === "send" ? { sent: step.sent, of: step.of } : null);
  const fed = firmwareAdapter({ adapter: { open }, shelf: firmware, clock, onStep });
  return {
    port: { open: (signal) => fed.open(signal).finally(() => firmware.progress.set(null)) },
    firmware,
    grade,
    lead: () => wanted && { kind: "usb", usb: wanted },
    async pick() {
      const device = await usb.requestDevice({ filters: chooserFilters(true) });
      wanted = claimOfUsb(device);
      grade.set(gradeUsb(device, context));
      remember(USB_KEY, JSON.stringify(wanted));
    },
  };
}

function system(): GradingContext["system"] {
  const name = platformOf({ userAgent: navigator.userAgent, touchPoints: navigator.maxTouchPoints }).system;
  const known = ["windows", "macos", "linux", "chromeos", "android"] as const;
  return known.find((each) => each === name) ?? "other";
}

/** In an Isolated Web App that asked for it: dongles of the protected class as well. */
function mayUseProtected(): boolean {
  const policy: unknown = Reflect.get(document, "featurePolicy");
  const allows: unknown =
    typeof policy === "object" && policy !== null ? Reflect.get(policy, "allowsFeature") : null;
  return typeof allows === "function" && allows.call(policy, "usb-unrestricted") === true;
}

/** What does not fit counts as never picked. */
function rememberedUsb(): UsbClaim | null {
  try {
    const found: unknown = JSON.parse(recall(USB_KEY) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const [vendorId, productId, serial]: readonly unknown[] = ["vendorId", "productId", "serial"].map(
      (name) => Reflect.get(found, name),
    );
    if (typeof vendorId !== "number" || typeof productId !== "number") return null;
    return { vendorId, productId, serial: typeof serial === "string" ? serial : null };
  } catch {
    return null;
  }
}
