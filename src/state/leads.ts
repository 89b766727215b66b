/** How each dongle was reached last in this browser, so that the way to it is one step. Where keys are is no secret. */
import type { SerialClaim } from "../link/serial.ts";
import type { AdapterClaim } from "../storage/keys/rows.ts";
import type { SettingStore } from "./adapter/serial.ts";

/** By the kind of way: which one of those that can be picked there. */
export type Lead =
  | { readonly kind: "usb"; readonly usb: NonNullable<AdapterClaim["usb"]> }
  | { readonly kind: "serial"; readonly port: SerialClaim }
  | { readonly kind: "bridge"; readonly address: string }
  /** The number of a simulated one. */
  | { readonly kind: "simulator"; readonly number: number };

const KEY = "bondkeeper.leads";
/** More dongles than anybody has; those that were used longest ago are forgotten. */
const LEADS_KEPT = 32;
const MAX_TEXT = 1_000;

/** By the id of an adapter's row. What cannot be read, or does not fit, counts as never noted. */
export class Leads {
  readonly #store: SettingStore;

  constructor(store: SettingStore) {
    this.#store = store;
  }

  of(adapter: string): Lead | null {
    return new Map(this.#all()).get(adapter) ?? null;
  }

  keep(adapter: string, lead: Lead): void {
    const others = this.#all().filter(([other]) => other !== adapter);
    const all = [...others, [adapter, lead]].slice(-LEADS_KEPT);
    try {
      this.#store.setItem(KEY, JSON.stringify(all));
    } catch {
      // Then it is found by hand the next time.
    }
  }

  #all(): readonly (readonly [string, Lead])[] {
    try {
      const found: unknown = JSON.parse(this.#store.getItem(KEY) ?? "null");
      return Array.isArray(found) ? found.flatMap((entry: unknown) => entryIn(entry)) : [];
    } catch {
      return [];
    }
  }
}

/** Whether both lead to the same dongle. */
export function isSameLead(a: Lead, b: Lead): boolean {
  // Read anew, both have their fields in one order, whoever made them.
  return JSON.stringify(leadIn(a)) === JSON.stringify(leadIn(b));
}

function entryIn(entry: unknown): readonly (readonly [string, Lead])[] {
  if (!Array.isArray(entry)) return [];
  const [adapter, found]: readonly unknown[] = entry;
  const lead = leadIn(found);
  return typeof adapter === "string" && lead !== null ? [[adapter, lead]] : [];
}

function leadIn(found: unknown): Lead | null {
  switch (field(found, "kind")) {
    case "usb": {
      const usb = field(found, "usb");
      const [vendorId, productId] = [idIn(usb, "vendorId"), idIn(usb, "productId")];
      const serial = field(usb, "serial");
      if (vendorId === null || productId === null || !(serial === null || isText(serial))) return null;
      return { kind: "usb", usb: { vendorId, productId, serial } };
    }
    case "serial": {
      const port = field(found, "port");
      if (typeof port !== "object" || port === null) return null;
      return {
        kind: "serial",
        port: { vendorId: idIn(port, "vendorId"), productId: idIn(port, "productId") },
      };
    }
    case "bridge": {
      const address = field(found, "address");
      return isText(address) ? { kind: "bridge", address } : null;
    }
    case "simulator": {
      const number = field(found, "number");
      const fits = typeof number === "number" && Number.isSafeInteger(number) && number > 0;
      return fits ? { kind: "simulator", number } : null;
    }
    default:
      return null;
  }
}

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}

/** A vendor's or product's number of 16 bits. */
function idIn(of: unknown, name: string): number | null {
  const id = field(of, name);
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 0xffff ? id : null;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_TEXT;
