/** The ways to a real adapter from this page: what opens it, and what a person has to pick first. */
import type { Clock } from "../../hci/ports.ts";
import { DeviceError } from "../link/failure.ts";
import type { Grade } from "../link/hci/grader/grade.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import type { SerialDesk } from "../state/adapter/serial.ts";
import type { BridgeDesk } from "../state/bridge.ts";
import type { Lead } from "../state/leads.ts";
import { type Readable, Store } from "../state/store.ts";
import type { OwnKind } from "../state/world.ts";
import type { PageFirmware } from "./firmware.ts";
import { MEMORY } from "./remembered.ts";
import type { BrowserSerial } from "./serial-way.ts";
import type { BrowserUsb } from "./usb-way.ts";

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
  /** To the dongle that is meant, for the next time; null where none was picked, or nobody chose it. */
  readonly lead: () => Lead | null;
  /** What the picked dongle is worth; null before one was picked, and where the way does not tell. */
  readonly grade: Readable<Grade | null>;
  /** `listener` hears of each dongle that is plugged in and may be used. */
  onPlugged(listener: () => void): void;
}

declare global {
  interface Navigator {
    readonly usb?: BrowserUsb;
    readonly serial?: BrowserSerial;
  }
}

/** What only this way needs is loaded with it. */
export async function adapterWay(kind: Exclude<OwnKind, "simulator">, clock: Clock): Promise<AdapterWay> {
  const way = await wayTo(kind, clock);
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

function wayTo(kind: Exclude<OwnKind, "simulator">, clock: Clock): Promise<AdapterWay> {
  switch (kind) {
    case "usb":
      return overUsb(clock);
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
  lead: () => null,
  onPlugged: () => {},
} as const;

function closed(failure: DeviceError["failure"]): AdapterWay {
  return {
    ...NOTHING,
    port: { open: () => Promise.reject(new DeviceError(failure)) },
    grade: new Store(null),
  };
}

async function overUsb(clock: Clock): Promise<AdapterWay> {
  const { usb } = navigator;
  if (usb === undefined) return closed(noApi());
  const { usbWay } = await import("./usb-way.ts");
  const { pick, ...way } = usbWay(usb, clock);
  return {
    ...NOTHING,
    ...way,
    grant: () => unlessClosed(pick),
    onPlugged: (listener) => usb.addEventListener("connect", listener),
  };
}

async function overBridge(): Promise<AdapterWay> {
  const { bridgeWay } = await import("./bridge-way.ts");
  const { port, desk, lead } = bridgeWay();
  return { ...NOTHING, port, bridge: desk, lead, grade: new Store(null) };
}

async function overSerial(clock: Clock): Promise<AdapterWay> {
  const { serial } = navigator;
  if (serial === undefined) return closed(noApi());
  const { serialWay } = await import("./serial-way.ts");
  const { port, desk, lead, pick } = serialWay({
    serial,
    clock,
    store: MEMORY,
    search: location.search,
  });
  return {
    ...NOTHING,
    port,
    serial: desk,
    lead,
    grade: new Store(null),
    grant: () => unlessClosed(pick),
    onPlugged: (listener) => serial.addEventListener("connect", listener),
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
