/** Which record a link or a message means. Names are hints: two that fit are none. */
import { displayName } from "../../bonds/record.ts";
import type { Transport } from "../../link/backend.ts";
import type { BondRecord } from "../../storage/records.ts";

export type Found =
  | { readonly kind: "one"; readonly record: BondRecord }
  | { readonly kind: "none" }
  | { readonly kind: "several" };

/** By id, else by address, else by name or label, among the bonds of this way to Bluetooth that are in use. */
export function findBond(records: Iterable<BondRecord>, device: string, transport: Transport): Found {
  const inUse = [...records].filter(({ archived }) => archived?.why !== "removed");
  const byId = inUse.find(({ id }) => id === device);
  // Also of another transport: the procedure says what is wrong with it.
  if (byId !== undefined) return { kind: "one", record: byId };
  const own = inUse.filter((record) => record.transport === transport);
  const address = device.toLowerCase();
  const byAddress = own.filter(({ platformId }) => platformId !== null && isAddress(platformId, address));
  const fitting = byAddress.length > 0 ? byAddress : own.filter((record) => isCalled(record, device));
  const [first] = fitting;
  if (first === undefined) return { kind: "none" };
  return fitting.length === 1 ? { kind: "one", record: first } : { kind: "several" };
}

/** As it is, or with the kind of address after it. */
function isAddress(platformId: string, address: string): boolean {
  const id = platformId.toLowerCase();
  if (id === address) return true;
  return /^(?:[\da-f]{2}:){5}[\da-f]{2}$/u.test(address) && id.includes(address);
}

function isCalled(record: BondRecord, device: string): boolean {
  return record.name === device || displayName(record) === device;
}
