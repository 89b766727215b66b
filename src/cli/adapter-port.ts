/** `--transport` as an adapter that can be opened. Programs for USB and serial ports are loaded only when wanted. */
import type { Transport as HciTransport } from "../../hci/transport/transport.ts";
import { DeviceError } from "../link/failure.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import { nodeClock } from "./node-clock.ts";
import { openBridge, openTcp } from "./bridge.ts";
import { serialPort } from "./serial-port.ts";
import { simulatedRoom } from "./simulated-room.ts";
import type { TransportChoice } from "./transport-choice.ts";
import { usbAdapter } from "./usb-port.ts";

export interface ChosenAdapter {
  readonly port: AdapterPort;
  readonly transport: "dongle" | "simulator";
  /** In a person's words, without anything secret. */
  readonly name: string;
}

/** Rejects with UsageError where the way there needs a package that is not installed. */
export async function adapterOf(choice: TransportChoice): Promise<ChosenAdapter> {
  switch (choice.kind) {
    case "tcp": {
      const name = `${choice.host}, port ${choice.port}`;
      return { port: portOver((signal) => openTcp(choice, nodeClock, signal)), transport: "dongle", name };
    }
    case "websocket": {
      const open = (signal: AbortSignal) => openBridge(choice.url, nodeClock, signal);
      return { port: portOver(open), transport: "dongle", name: choice.url };
    }
    case "serial":
      return { port: portOver(await serialPort(choice.path)), transport: "dongle", name: choice.path };
    case "usb":
      return { port: orMissing(await usbAdapter(choice.ids)), transport: "dongle", name: "a USB dongle" };
    case "simulator":
      return { port: simulatedRoom(), transport: "simulator", name: "the simulator" };
  }
}

function portOver(open: (signal: AbortSignal) => Promise<HciTransport>): AdapterPort {
  return orMissing({ open: async (signal) => ({ transport: await open(signal), usb: null }) });
}

/** What cannot be opened, for whatever reason the system gives, is not there for us. */
function orMissing(port: AdapterPort): AdapterPort {
  return {
    async open(signal) {
      try {
        return await port.open(signal);
      } catch (cause) {
        if (cause instanceof DeviceError) throw cause;
        if (signal.aborted) throw new DeviceError({ kind: "cancelled", by: "caller" }, { cause });
        throw new DeviceError({ kind: "adapter", state: "missing" }, { cause });
      }
    },
  };
}
