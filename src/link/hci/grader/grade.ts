/**
 * Says of a USB device, before it is opened, whether this page can use it as a Bluetooth adapter, and what to do if not.
 * Pure: the first rule that fits wins. Words for the ids live in the UI.
 */
import {
  classOf,
  countOf,
  usbId,
  type UsbAlternate,
  type UsbDescriptors,
  type UsbInterface,
} from "./descriptors.ts";
import { BUILT_IN_VENDORS, H4_VENDORS, knownDongle, VENDOR_CLASS, type KnownDongle } from "./dongles.ts";

export type GradingSystem = "windows" | "macos" | "linux" | "chromeos" | "android" | "other";

export interface GradingContext {
  readonly system: GradingSystem;
  /** `allowsFeature("usb-unrestricted")`: an Isolated Web App that may claim protected classes. */
  readonly unrestricted: boolean;
}

export type Verdict =
  /** It describes no interface at all. */
  | "unreadable"
  /** Part of this computer; Web Bluetooth is the way. */
  | "built-in"
  | "ready"
  /** Works only after the file `firmware.file` was loaded. */
  | "firmware-needed"
  /** The browser keeps its class to itself. */
  | "protected"
  /** A serial port: it stands in the other chooser. */
  | "choose-as-serial"
  | "not-bluetooth";

/** What the person has to do with the system before the device can be opened. */
export type DriverAdvice =
  | "none"
  | "linux-unbind"
  | "windows-winusb"
  | "chromeos-detachable"
  | "macos-avoid"
  | "android-otg";

export type Remark =
  | "imitations"
  | "no-serial-number"
  | "takes-computers-own"
  | "core-4.0"
  | "firmware-recommended";

export interface Grade {
  readonly verdict: Verdict;
  /** `hci`: commands, events and data on endpoints of their own; `h4`: all of it on two bulk pipes. */
  readonly transport: "hci" | "h4" | null;
  /** The interface to claim. */
  readonly interfaceNumber: number | null;
  readonly driver: DriverAdvice;
  readonly firmware: KnownDongle["firmware"];
  /** `known`: this very model is in our table; `class`: judged by its class alone. */
  readonly certainty: "known" | "class";
  readonly remarks: readonly Remark[];
  /** Null where the model is not known. */
  readonly model: KnownDongle | null;
  /** `0a12:0001` */
  readonly ids: string;
}

interface Found {
  readonly number: number;
  readonly alternate: UsbAlternate;
}

export function gradeUsb(device: UsbDescriptors, context: GradingContext): Grade {
  const model = knownDongle(device) ?? null;
  const grade = (verdict: Verdict, transport: Grade["transport"] = null, found?: Found): Grade => ({
    verdict,
    transport,
    interfaceNumber: found?.number ?? null,
    driver: transport === null ? "none" : driverFor(context, transport),
    firmware: transport === null && verdict !== "protected" ? null : (model?.firmware ?? null),
    certainty: model === null ? "class" : "known",
    remarks: remarksOn(device, model, verdict),
    model,
    ids: `${usbId(device.vendorId)}:${usbId(device.productId)}`,
  });
  const interfaces = device.configurations.flatMap((configuration) => configuration.interfaces);
  if (interfaces.length === 0) return grade("unreadable");
  if (BUILT_IN_VENDORS.has(device.vendorId)) return grade("built-in");
  const h4 = H4_VENDORS.has(device.vendorId) ? find(interfaces, isBulkPair) : undefined;
  if (h4 !== undefined) return grade("ready", "h4", h4);
  const ready: Verdict = model?.firmware?.needed === true ? "firmware-needed" : "ready";
  const vendor = find(interfaces, (alternate) => classOf(alternate) === "ff/01/01" && hasHciPipes(alternate));
  if (vendor !== undefined && VENDOR_CLASS.has(device.vendorId)) return grade(ready, "hci", vendor);
  const wireless = find(interfaces, (alternate) => classOf(alternate) === "e0/01/01");
  if (wireless !== undefined)
    return context.unrestricted ? grade(ready, "hci", wireless) : grade("protected");
  return grade(isSerialOnly(interfaces) ? "choose-as-serial" : "not-bluetooth");
}

function find(
  interfaces: readonly UsbInterface[],
  fits: (alternate: UsbAlternate) => boolean,
): Found | undefined {
  for (const { interfaceNumber: number, alternates } of interfaces) {
    const alternate = alternates.find(fits);
    if (alternate !== undefined) return { number, alternate };
  }
  return undefined;
}

/** Zephyr `hci_usb_h4`: one bulk pipe each way, and nothing else. */
function isBulkPair(alternate: UsbAlternate): boolean {
  const alone = alternate.endpoints.length === 2;
  const both = countOf(alternate, "bulk", "in") === 1 && countOf(alternate, "bulk", "out") === 1;
  return classOf(alternate) === "ff/00/00" && alone && both;
}

/** Vol 4 Part B 2.1: events on an interrupt endpoint, data on two bulk endpoints. */
function hasHciPipes(alternate: UsbAlternate): boolean {
  return (
    countOf(alternate, "interrupt", "in") > 0 &&
    countOf(alternate, "bulk", "in") > 0 &&
    countOf(alternate, "bulk", "out") > 0
  );
}

/** CDC: its control and data interfaces, and nothing beside them. */
function isSerialOnly(interfaces: readonly UsbInterface[]): boolean {
  const classes = interfaces.flatMap(({ alternates }) => alternates.map((one) => one.interfaceClass));
  return classes.length > 0 && classes.every((code) => code === 0x02 || code === 0x0a);
}

function driverFor({ system }: GradingContext, transport: "hci" | "h4"): DriverAdvice {
  switch (system) {
    case "windows":
      return "windows-winusb";
    case "linux":
      // No kernel driver takes the vendor's own class FF/00/00.
      return transport === "h4" ? "none" : "linux-unbind";
    case "chromeos":
      return transport === "h4" ? "none" : "chromeos-detachable";
    case "macos":
      return transport === "h4" ? "none" : "macos-avoid";
    case "android":
      return "android-otg";
    case "other":
      return "none";
  }
}

function remarksOn(
  { serialNumber }: UsbDescriptors,
  model: KnownDongle | null,
  verdict: Verdict,
): readonly Remark[] {
  if (verdict === "not-bluetooth" || verdict === "unreadable" || verdict === "built-in") return [];
  const remarks: Remark[] = [];
  if (model?.chip === "CSR8510") remarks.push("imitations");
  if ((serialNumber ?? "") === "") remarks.push("no-serial-number");
  if (model?.builtIn === true) remarks.push("takes-computers-own");
  if (model?.core === "4.0") remarks.push("core-4.0");
  if (model?.firmware?.needed === false) remarks.push("firmware-recommended");
  return remarks;
}
