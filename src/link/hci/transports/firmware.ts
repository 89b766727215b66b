/** A dongle that needs firmware, as an adapter that has it. */
import { FirmwareError } from "../../../../hci/firmware/error.ts";
import { isWithoutFirmware, loadFirmware, parseFirmware } from "../../../../hci/firmware/load.ts";
import type { FirmwareStep } from "../../../../hci/firmware/load.ts";
import type { Bytes, Clock } from "../../../../hci/ports.ts";
import type { Transport } from "../../../../hci/transport/transport.ts";
import { cancelled } from "../../bounded.ts";
import { DeviceError } from "../../failure.ts";
import { usbId } from "../grader/descriptors.ts";
import { knownDongle } from "../grader/dongles.ts";
import type { AdapterPort, UsbClaim } from "../ports.ts";

export interface FirmwareFile {
  readonly file: Bytes;
  readonly config: Bytes | null;
}

/** Files that a person brought. */
export interface FirmwareShelf {
  /** `id`: `2357:0604`. Undefined where there is none. Rejects where it cannot be read. */
  get(id: string): Promise<FirmwareFile | undefined>;
}

export interface FirmwareAdapterOptions {
  readonly adapter: AdapterPort;
  readonly shelf: FirmwareShelf;
  readonly clock: Clock;
  readonly onStep?: (step: FirmwareStep) => void;
}

export const firmwareId = ({ vendorId, productId }: UsbClaim): string =>
  `${usbId(vendorId)}:${usbId(productId)}`;

/**
 * Opens as `adapter` does, and loads the file of its model first, where the model takes one and has none running. Rejects
 * with DeviceError `adapter`, state `no-firmware`, where it needs a file and there is none that fits: the cause says why.
 */
export function firmwareAdapter({ adapter, ...options }: FirmwareAdapterOptions): AdapterPort {
  return {
    async open(signal) {
      const opened = await adapter.open(signal);
      const wanted = opened.usb === null ? null : (knownDongle(opened.usb)?.firmware ?? null);
      if (opened.usb === null || wanted === null) return opened;
      try {
        await give(opened.transport, opened.usb, wanted.needed, options, signal);
        return opened;
      } catch (error) {
        await opened.transport.close();
        throw asDeviceError(error, signal);
      }
    },
  };
}

async function give(
  transport: Transport,
  usb: UsbClaim,
  needed: boolean,
  { shelf, clock, onStep }: Omit<FirmwareAdapterOptions, "adapter">,
  signal: AbortSignal,
): Promise<void> {
  const found = await shelf.get(firmwareId(usb));
  if (found !== undefined) {
    const firmware = parseFirmware(found.file);
    const config = found.config === null ? {} : { config: found.config };
    await loadFirmware({ transport, clock, firmware, signal, ...config, ...(onStep && { onStep }) });
  } else if (needed && (await isWithoutFirmware(transport, clock, signal))) {
    throw new DeviceError({ kind: "adapter", state: "no-firmware" });
  }
}

function asDeviceError(error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof FirmwareError)) return error;
  if (error.trouble === "cancelled") return cancelled(signal);
  const state = error.trouble === "gone" ? "lost" : "no-firmware";
  return new DeviceError({ kind: "adapter", state }, { cause: error });
}
