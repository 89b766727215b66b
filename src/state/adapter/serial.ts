/** How fast a serial port is spoken to, and who holds whom back: known for each kind of port, and told by the firmware. */
import type { SerialClaim, SerialSettings } from "../../link/serial.ts";
import type { Readable } from "../store.ts";

export interface SerialView {
  /** `2fe3:0100` as a person chose it; "other" for one that is no USB device, null before one was chosen. */
  readonly port: string | null;
  readonly settings: SerialSettings;
}

/** What a person sets; `app/serial-way.ts` gives the real one. */
export interface SerialDesk {
  readonly view: Readable<SerialView>;
  /** Remembers them for this port and opens it anew with them. Never rejects: the standing says how it ended. */
  use(settings: SerialSettings): Promise<void>;
}

/** Bits per second: slower is no use for HCI, faster goes over no UART that is known. */
export const RATES = { least: 9_600, most: 4_000_000 } as const;
/** What firmware is usually built for. */
export const USUAL_RATES = [115_200, 460_800, 921_600, 1_000_000, 2_000_000, 3_000_000] as const;

/** Null for what is no rate; spaces between the digits are for people. */
export function rateIn(text: string): number | null {
  const digits = text.replaceAll(/[\s_]/gu, "");
  const rate = /^\d{4,7}$/u.test(digits) ? Number(digits) : 0;
  return rate < RATES.least || rate > RATES.most ? null : rate;
}

export function portName({ vendorId, productId }: SerialClaim): string {
  const hex = (id: number): string => id.toString(16).padStart(4, "0");
  return vendorId === null || productId === null ? "other" : `${hex(vendorId)}:${hex(productId)}`;
}

/** `localStorage` fits. */
export interface SettingStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = "bondkeeper.serial";
/** One rate for all ports, as it was kept before each had its own. */
const FORMER_KEY = "bondkeeper.baud";
/** More ports than anybody has; the ones that were set first are forgotten. */
const PORTS_KEPT = 32;

/** Settings by port. What cannot be read, or does not fit, counts as never set. */
export class SerialMemory {
  readonly #store: SettingStore;
  readonly #usual: SerialSettings;

  /** `usual`: for a port of which nothing is known. */
  constructor(store: SettingStore, usual: SerialSettings) {
    this.#store = store;
    this.#usual = usual;
  }

  of(port: string): SerialSettings {
    return new Map(this.#all()).get(port) ?? { ...this.#usual, baudRate: this.#former() };
  }

  /** False where the browser stores nothing: then they hold until the page is left. */
  keep(port: string, { baudRate, flowControl }: SerialSettings): boolean {
    const others = this.#all().filter(([other]) => other !== port);
    const all = [...others, [port, { baudRate, flowControl }]].slice(-PORTS_KEPT);
    try {
      this.#store.setItem(KEY, JSON.stringify(all));
      return true;
    } catch {
      return false;
    }
  }

  #all(): readonly (readonly [string, SerialSettings])[] {
    const found = this.#read(KEY);
    return Array.isArray(found) ? found.flatMap((entry: unknown) => entryIn(entry) ?? []) : [];
  }

  #former(): number {
    return rateIn(String(this.#read(FORMER_KEY))) ?? this.#usual.baudRate;
  }

  #read(key: string): unknown {
    try {
      return JSON.parse(this.#store.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }
}

function entryIn(entry: unknown): [readonly [string, SerialSettings]] | null {
  if (!Array.isArray(entry)) return null;
  const [port, settings]: readonly unknown[] = entry;
  if (typeof port !== "string" || typeof settings !== "object" || settings === null) return null;
  const baudRate = rateIn(String(Reflect.get(settings, "baudRate")));
  const flowControl: unknown = Reflect.get(settings, "flowControl");
  if (baudRate === null || (flowControl !== "none" && flowControl !== "hardware")) return null;
  return [[port, { baudRate, flowControl }]];
}
