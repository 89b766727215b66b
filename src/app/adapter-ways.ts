/** The ways to a real adapter from this page: what opens it, and what a person has to pick first. */
import type { FirmwareStep } from "../../hci/firmware/load.ts";
import type { Clock } from "../../hci/ports.ts";
import { DeviceError } from "../link/failure.ts";
import { chooserFilters } from "../link/hci/grader/dongles.ts";
import { gradeUsb, type Grade, type GradingContext } from "../link/hci/grader/grade.ts";
import type { AdapterPort, UsbClaim } from "../link/hci/ports.ts";
import { firmwareAdapter } from "../link/hci/transports/firmware.ts";
import { claimOfUsb, type UsbDevicePort, webUsbAdapter } from "../link/hci/transports/webusb.ts";
import type { SerialDesk } from "../state/adapter/serial.ts";
import type { BridgeDesk } from "../state/bridge.ts";
import { platformOf } from "../state/platform.ts";
import { type Readable, Store } from "../state/store.ts";
import type { OwnKind } from "../state/world.ts";
import { bridgeWay } from "./bridge-way.ts";
import { type PageFirmware, pageFirmware } from "./firmware.ts";
import { type BrowserSerial, serialWay } from "./serial-way.ts";

export interface AdapterWay {
  readonly port: AdapterPort;
  /** Files for dongles that need one; null where the way does not lead to such. */
  readonly firmware: PageFirmware | null;
  /** The bridge, and whom the keys are shown to; null where there is none. */
  readonly bridge: BridgeDesk | null;
  /** How the port is spoken to; null where there is none. */
  readonly serial: SerialDesk | null;
  /** Opens the browser's own list, straight from a click; false where nothing was picked. Null: none is needed. */
  readonly grant: (() => Promise<boolean>) | null;
  /** What the picked dongle is worth; null before one was picked, and where the way does not tell. */
  readonly grade: Readable<Grade | null>;
  /** `listener` hears of each dongle that is plugged in and may be used. */
  onPlugged(listener: () => void): void;
}

/** WebUSB as far as a page uses it to have a dongle picked; what is done with one is `UsbDevicePort`. */
interface BrowserUsb {
  getDevices(): Promise<readonly UsbDevicePort[]>;
  requestDevice(options: { readonly filters: readonly object[] }): Promise<UsbDevicePort>;
  addEventListener(type: "connect", listener: () => void): void;
  addEventListener(type: "disconnect", listener: (event: { readonly device: UsbDevicePort }) => void): void;
  removeEventListener(
    type: "disconnect",
    listener: (event: { readonly device: UsbDevicePort }) => void,
  ): void;
}
declare global {
  interface Navigator {
    readonly usb?: BrowserUsb;
    readonly serial?: BrowserSerial;
  }
}

const USB_KEY = "bondkeeper.usb";

export function adapterWay(kind: Exclude<OwnKind, "simulator">, clock: Clock): AdapterWay {
  const way = wayTo(kind, clock);
  return { ...way, port: whileShown(way.port) };
}

/** A page that is left lets go: the next one, or another program, finds the adapter free. */
function whileShown(port: AdapterPort): AdapterPort {
  return {
    async open(signal) {
      const opened = await port.open(signal);
      addEventListener("pagehide", () => void opened.transport.close(), { once: true });
      return opened;
    },
  };
}

function wayTo(kind: Exclude<OwnKind, "simulator">, clock: Clock): AdapterWay {
  switch (kind) {
    case "usb":
      return usbWay(clock);
    case "serial":
      return overSerial(clock);
    case "bridge":
      return overBridge();
  }
}

/** What most ways lack. */
const NOTHING = {
  firmware: null,
  bridge: null,
  serial: null,
  grant: null,
  onPlugged: () => {},
} as const;

function closed(failure: DeviceError["failure"]): AdapterWay {
  return {
    ...NOTHING,
    port: { open: () => Promise.reject(new DeviceError(failure)) },
    grade: new Store(null),
  };
}

function overBridge(): AdapterWay {
  const { port, desk } = bridgeWay();
  return { ...NOTHING, port, bridge: desk, grade: new Store(null) };
}

function overSerial(clock: Clock): AdapterWay {
  const { serial } = navigator;
  if (serial === undefined) return closed(noApi());
  const { port, desk, pick } = serialWay({
    serial,
    clock,
    store: localStorage,
    search: location.search,
  });
  return {
    ...NOTHING,
    port,
    serial: desk,
    grade: new Store(null),
    grant: () => unlessClosed(pick),
    onPlugged: (listener) => serial.addEventListener("connect", listener),
  };
}

function usbWay(clock: Clock): AdapterWay {
  const { usb } = navigator;
  if (usb === undefined) return closed(noApi());
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
    ...NOTHING,
    port: { open: (signal) => fed.open(signal).finally(() => firmware.progress.set(null)) },
    firmware,
    grade,
    grant: () =>
      unlessClosed(async () => {
        const device = await usb.requestDevice({ filters: chooserFilters(true) });
        wanted = claimOfUsb(device);
        grade.set(gradeUsb(device, context));
        localStorage.setItem(USB_KEY, JSON.stringify(wanted));
      }),
    onPlugged: (listener) => usb.addEventListener("connect", listener),
  };
}

const noApi = (): DeviceError["failure"] => ({
  kind: "api-missing",
  why: isSecureContext ? "browser" : "insecure-context",
});

/** False where the browser's list was closed without a choice. */
async function unlessClosed(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return false;
    throw error;
  }
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
    const found: unknown = JSON.parse(localStorage.getItem(USB_KEY) ?? "null");
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
