import type { VirtualController } from "../../../../hci/virtual/controller.ts";
import { cancelled } from "../../bounded.ts";
import { DeviceError } from "../../failure.ts";
import type { AdapterPort, UsbClaim } from "../ports.ts";

export interface SimulatedAdapter extends AdapterPort {
  /** Pulls the dongle out; what runs over it ends. */
  unplug(): Promise<void>;
  /** Plugs it in again; nothing opens it by itself. */
  plugIn(): void;
}

/** A virtual controller as an adapter that can be opened, pulled out and plugged in. One host at a time. */
export function simulatedAdapter(
  controller: VirtualController,
  usb: UsbClaim | null = null,
): SimulatedAdapter {
  let plugged = true;
  return {
    async open(signal) {
      if (signal.aborted) throw cancelled(signal);
      if (!plugged) throw new DeviceError({ kind: "adapter", state: "missing" });
      return { transport: controller.plug(), usb };
    },
    async unplug() {
      plugged = false;
      await controller.unplug();
    },
    plugIn() {
      plugged = true;
    },
  };
}
