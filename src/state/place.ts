/** Whether the adapter of a bond is the one in use, and the way to it where it is not. */
import type { Transport } from "../link/backend.ts";
import type { BondRecord } from "../storage/records.ts";

/** `in-use` also where nothing can be said: then the adapter's own words have to do. */
export type Place =
  | { readonly kind: "in-use" }
  /** The dongle is, with another identity of ours than the one that the bond is with. */
  | { readonly kind: "other-identity" }
  /** Made by the computer's own Bluetooth, and a dongle is in use. */
  | { readonly kind: "system" }
  | {
      readonly kind: "other-dongle";
      /** What it is called; empty where nothing is known of it. */
      readonly name: string;
      /** `unknown`: this browser never had it. */
      readonly reach: "there" | "not-plugged-in" | "unknown";
    };

/** What is open on this page; null while nothing is. */
export interface OpenDongle {
  /** Id of its row. */
  readonly adapter: string;
  /** As `BondRecord.localIdentity`. */
  readonly identity: string;
}

/** What is known of dongles here. `app/dongle-desk.ts` gives the real one. */
export interface DongleDesk {
  open(): OpenDongle | "starting" | null;
  /** The row of the adapter that has this identity of ours. Rejects where it cannot be read. */
  adapterOf(localIdentity: string): Promise<string | null>;
  /** `wanted`: it is the one that this page opens. Null: this browser never had it. */
  leadTo(adapter: string): Promise<{ readonly wanted: boolean; readonly there: boolean } | null>;
  /** Loads the page anew over it, at the same place. */
  follow(adapter: string): void;
  /** `listener` hears of what is plugged in or pulled out, and of what is opened, until the result is called. */
  watch(listener: () => void): () => void;
}

const IN_USE: Place = { kind: "in-use" };

/** Whether dongles have to be looked at, to say where this bond is. */
export function isAmongDongles({ transport, archived }: BondRecord, page: Transport): boolean {
  if (archived?.why === "removed" || page === "demo") return false;
  return transport === "dongle" || transport === "simulator";
}

/** `desk` is asked only where there may be another dongle; `name` says what the one of the bond is called. */
export async function placeOf(
  record: BondRecord,
  transport: Transport,
  desk: () => Promise<DongleDesk>,
  name: () => Promise<string>,
): Promise<Place> {
  if (!isAmongDongles(record, transport)) {
    const ofSystem = record.transport === "web-bluetooth" && record.archived?.why !== "removed";
    return ofSystem && (transport === "dongle" || transport === "simulator") ? { kind: "system" } : IN_USE;
  }
  try {
    return (await placeAmong(record, transport, await desk(), name)) ?? IN_USE;
  } catch {
    return IN_USE; // without the rows of the adapters nothing is known of them
  }
}

/** Null where nothing can be said. */
async function placeAmong(
  { localIdentity }: BondRecord,
  transport: Transport,
  desk: DongleDesk,
  name: () => Promise<string>,
): Promise<Place | null> {
  const open = desk.open();
  if (open === "starting" || open?.identity === localIdentity) return IN_USE;
  const adapter = await desk.adapterOf(localIdentity);
  if (open !== null && open.adapter === adapter) return { kind: "other-identity" };
  const lead = adapter === null ? null : await desk.leadTo(adapter);
  const ours = transport !== "web-bluetooth";
  if (ours && open === null && (lead === null || lead.wanted)) return null;
  const reach = lead === null ? "unknown" : lead.there ? "there" : "not-plugged-in";
  return { kind: "other-dongle", name: await name(), reach };
}
