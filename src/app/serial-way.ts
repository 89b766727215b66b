/** The way to an adapter behind a serial port: which one was picked, and how it is spoken to. */
import type { Clock } from "../../hci/ports.ts";
import { DeviceError } from "../link/failure.ts";
import type { AdapterPort } from "../link/hci/ports.ts";
import {
  claimOfSerial,
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
import { Store } from "../state/store.ts";

/** Web Serial as far as a page uses it to have a port picked; what is done with one is `SerialDevicePort`. */
export interface BrowserSerial extends SerialBusPort {
  requestPort(): Promise<SerialDevicePort>;
  addEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly target: unknown }) => void,
  ): void;
}

export interface SerialWay {
  readonly port: AdapterPort;
  /** `use` only notes the settings; whoever owns the adapter opens it anew. */
  readonly desk: SerialDesk;
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
    const [only] = await serial.getPorts();
    const claim = wanted ?? (only === undefined ? null : claimOfSerial(only));
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
    async pick() {
      look(claimOfSerial(await serial.requestPort()));
    },
  };
}
