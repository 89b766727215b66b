/** The way to an adapter behind a serial port: which one was picked, and how it is spoken to. */
import type { Clock } from "../../hci/ports.ts";
import { DeviceError } from "../link/failure.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import { claimOfSerial } from "../link/hci/transports/wanted.ts";
import {
  type SerialBusPort,
  type SerialDevicePort,
  webSerialAdapter,
} from "../link/hci/transports/webserial.ts";
import { DEFAULT_SERIAL, type SerialClaim } from "../link/serial.ts";
import {
  portName,
  rateIn,
  type SerialDesk,
  SerialMemory,
  type SerialView,
  type SettingStore,
} from "../state/adapter/serial.ts";
import type { Lead } from "../state/leads.ts";
import { Store } from "../state/store.ts";
import { SERIAL_PORT_KEY } from "./remembered.ts";

/** Web Serial as far as a page uses it to have a port picked; what is done with one is `SerialDevicePort`. */
export interface BrowserSerial extends SerialBusPort {
  requestPort(): Promise<SerialDevicePort>;
  addEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly target: unknown }) => void,
  ): void;
  removeEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly target: unknown }) => void,
  ): void;
}

export interface SerialWay {
  readonly port: AdapterPort;
  /** `use` only notes the settings; whoever owns the adapter opens it anew. */
  readonly desk: SerialDesk;
  /** To the port that is wanted; null before one was picked. */
  readonly lead: () => Lead | null;
  /** Opens the browser's list. Rejects with NotFoundError where nothing was picked. */
  readonly pick: () => Promise<void>;
}

export interface SerialPorts {
  readonly serial: BrowserSerial;
  readonly clock: Clock;
  /** `localStorage` */
  readonly store: SettingStore;
  /** Of the page: "?baud=115200" sets the rate of the port that is opened, and is remembered for it. */
  readonly search: string;
}

export function serialWay({ serial, clock, store, search }: SerialPorts): SerialWay {
  const memory = new SerialMemory(store, DEFAULT_SERIAL);
  const view = new Store<SerialView>({ port: null, settings: memory.of("other") });
  let linked = rateIn(new URLSearchParams(search).get("baud") ?? "");
  let wanted: SerialClaim | null = null;
  const look = (claim: SerialClaim): SerialView => {
    wanted = claim;
    const port = portName(claim);
    // Where nothing can be stored they are those of before.
    const known = view.value.port === port ? view.value.settings : memory.of(port);
    const settings = linked === null ? known : { ...known, baudRate: linked };
    if (linked !== null) memory.keep(port, settings);
    linked = null;
    view.set({ port, settings });
    return view.value;
  };
  const open: AdapterPort["open"] = async (signal) => {
    const claim = wanted ?? usual((await serial.getPorts()).map(claimOfSerial), store);
    if (claim === null) throw new DeviceError({ kind: "adapter", state: "missing" });
    const { settings } = look(claim);
    return webSerialAdapter({ bus: serial, wanted: claim, settings, clock }).open(signal);
  };
  return {
    port: { open },
    desk: {
      view,
      async use(settings) {
        const { port } = view.value;
        if (port !== null) memory.keep(port, settings);
        view.set({ port, settings });
      },
    },
    lead: () => wanted && { kind: "serial", port: wanted },
    async pick() {
      const claim = claimOfSerial(await serial.requestPort());
      look(claim);
      try {
        store.setItem(SERIAL_PORT_KEY, JSON.stringify(claim));
      } catch {
        // Then the next page load takes the first port.
      }
    },
  };
}

/** The one that was picked last, where it is there; else the first. Null: there is none. */
function usual(ports: readonly SerialClaim[], store: SettingStore): SerialClaim | null {
  const last = lastPicked(store);
  return ports.find((port) => portName(port) === last) ?? ports[0] ?? null;
}

/** What does not fit names no port. */
function lastPicked(store: SettingStore): string | null {
  try {
    const found: unknown = JSON.parse(store.getItem(SERIAL_PORT_KEY) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const ids = [Reflect.get(found, "vendorId"), Reflect.get(found, "productId")];
    const [vendorId = null, productId = null] = ids.map((id: unknown) =>
      typeof id === "number" ? id : null,
    );
    return portName({ vendorId, productId });
  } catch {
    return null;
  }
}
