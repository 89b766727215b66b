/** A dongle over WebUSB: the browser's, or that of the npm package `usb`, which has the same shape. */
import type { Clock } from "../../../../hci/ports.ts";
import { UsbTransport, type UsbPort } from "../../../../hci/transport/usb.ts";
import { usbLayout, type UsbLayout } from "../../../../hci/transport/usb-layout.ts";
import { limited } from "../../bounded.ts";
import { DeviceError } from "../../failure.ts";
import type { UsbAlternate, UsbDescriptors } from "../grader/descriptors.ts";
import { gradeUsb, type GradingContext } from "../grader/grade.ts";
import type { AdapterPort, OpenAdapter, UsbClaim } from "../ports.ts";
import { portSteps, STEP_MS } from "./port-steps.ts";
import { wantedUsb } from "./wanted.ts";

/** The part of a `USBDevice` that is used. */
export interface UsbDevicePort extends UsbPort, UsbDescriptors {
  readonly opened: boolean;
  readonly configuration?: { readonly configurationValue: number } | null | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(configurationValue: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  selectAlternateInterface(interfaceNumber: number, alternateSetting: number): Promise<void>;
}

/** The part of `navigator.usb` that is used. */
export interface UsbBusPort<D extends UsbDevicePort = UsbDevicePort> {
  /** Those that may be used without asking again. */
  getDevices(): Promise<readonly D[]>;
  addEventListener(type: "disconnect", listener: (event: { readonly device: D }) => void): void;
  removeEventListener(type: "disconnect", listener: (event: { readonly device: D }) => void): void;
}

export interface WebUsbOptions<D extends UsbDevicePort> {
  readonly bus: UsbBusPort<D>;
  /** As the person chose it, or as it was remembered. */
  readonly wanted: UsbClaim;
  readonly context: GradingContext;
  readonly clock: Clock;
}

export function claimOfUsb({ vendorId, productId, serialNumber }: UsbDescriptors): UsbClaim {
  return { vendorId, productId, serial: serialNumber || null };
}

/**
 * Opens the dongle that `wanted` describes, wherever it is plugged in now. Rejects with DeviceError: `adapter` missing,
 * held or lost; `not-supported` for a protected class or another device; `blocked`; `timeout`; `cancelled`.
 */
export function webUsbAdapter<D extends UsbDevicePort>(options: WebUsbOptions<D>): AdapterPort {
  return { open: (signal) => openAdapter(options, signal) };
}

async function openAdapter<D extends UsbDevicePort>(
  { bus, wanted, context, clock }: WebUsbOptions<D>,
  signal: AbortSignal,
): Promise<OpenAdapter> {
  const step = portSteps(signal, clock);
  const device = wantedUsb(await step(() => bus.getDevices()), wanted);
  if (device === undefined) throw new DeviceError({ kind: "adapter", state: "missing" });
  const grade = gradeUsb(device, context);
  const { transport: kind, interfaceNumber } = grade;
  const alternate = interfaceNumber === null ? undefined : alternateOf(device, interfaceNumber);
  const layout = kind === null || alternate === undefined ? undefined : usbLayout(kind, alternate);
  if (layout === undefined || alternate === undefined || interfaceNumber === null)
    throw new DeviceError({ kind: "not-supported", what: "device" });
  try {
    if (!device.opened) await step(() => device.open());
    if (device.configuration === null || device.configuration === undefined)
      await step(() => device.selectConfiguration(1));
    await step(() => device.claimInterface(interfaceNumber));
    if (alternate.alternateSetting !== 0)
      await step(() => device.selectAlternateInterface(interfaceNumber, alternate.alternateSetting));
  } catch (error) {
    // What was opened is let go again, so that another program, or the next try, finds it free.
    await device.close().catch(() => {});
    throw error;
  }
  return { transport: listening(bus, device, layout, interfaceNumber, clock), usb: claimOfUsb(device) };
}

function alternateOf({ configurations }: UsbDescriptors, interfaceNumber: number): UsbAlternate | undefined {
  const [configuration] = configurations;
  return configuration?.interfaces.find((one) => one.interfaceNumber === interfaceNumber)?.alternates[0];
}

function listening<D extends UsbDevicePort>(
  bus: UsbBusPort<D>,
  device: D,
  layout: UsbLayout,
  interfaceNumber: number,
  clock: Clock,
): UsbTransport {
  const gone = (event: { readonly device: D }): void => {
    if (event.device === device) transport.fail(new DeviceError({ kind: "adapter", state: "lost" }));
  };
  const transport = new UsbTransport({
    port: device,
    layout,
    clock,
    async release() {
      bus.removeEventListener("disconnect", gone);
      const released = device.releaseInterface(interfaceNumber).catch(() => {}); // gone with the device
      await limited(
        released.then(() => device.close()),
        "disconnect",
        STEP_MS,
        clock,
      );
    },
  });
  bus.addEventListener("disconnect", gone);
  return transport;
}
