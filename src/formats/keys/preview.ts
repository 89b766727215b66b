/** What an import would bring, beside the bonds that we have. Pure: nothing is stored, and nothing is decided. */
import type { KeyImport } from "./import.ts";
import { type Identity, type KeyRecord, longTermKeys } from "./record.ts";
import { flip } from "./values.ts";

export interface PreviewEntry {
  /**
   * `same`: we have all its keys. `differs`: the device is known with other keys; the import may only become a second,
   * unproven candidate beside a proven record.
   */
  readonly state: "new" | "same" | "differs";
  readonly bond: KeyRecord;
  readonly known: KeyRecord | null;
  /** By which the device was recognised: some hosts file it under the private address of one day. */
  readonly matchedBy: "irk" | "address" | null;
}

/** One entry per bond of the import, in its order. */
export function preview(
  { bonds }: Pick<KeyImport, "bonds">,
  known: readonly KeyRecord[],
): readonly PreviewEntry[] {
  const byIrk = new Map<string, KeyRecord[]>();
  const byAddress = new Map<string, KeyRecord[]>();
  const put = (map: Map<string, KeyRecord[]>, key: string, record: KeyRecord): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [record]);
    else list.push(record);
  };
  for (const record of known) {
    if (record.irk !== null) put(byIrk, eitherOrder(record.irk), record);
    put(byAddress, record.peer.address, record);
  }
  return bonds.map((bond): PreviewEntry => {
    const ours = (records: readonly KeyRecord[] = []): KeyRecord | undefined =>
      records.find(({ local }) => mayBeSame(local, bond.local));
    const irkMatch = bond.irk === null ? undefined : ours(byIrk.get(eitherOrder(bond.irk)));
    const addressMatch = ours(
      byAddress.get(bond.peer.address)?.filter(({ peer }) => mayBeSame(peer, bond.peer)),
    );
    const match = irkMatch ?? addressMatch;
    if (match === undefined) return { state: "new", bond, known: null, matchedBy: null };
    const state = hasAll(match, bond) ? "same" : "differs";
    return { state, bond, known: match, matchedBy: irkMatch === undefined ? "address" : "irk" };
  });
}

/** The same for a key and its reverse: which one a file means is open until an address was heard. */
function eitherOrder(irk: string): string {
  const turned = flip(irk);
  return irk < turned ? irk : turned;
}

/** Whether two identities can be one: what a file does not say fits everything. */
function mayBeSame(a: Identity | null, b: Identity | null): boolean {
  if (a === null || b === null) return true;
  return a.address === b.address && (a.type === b.type || a.type === "unknown" || b.type === "unknown");
}

/** Nothing in `bond` is news to us. */
function hasAll(ours: KeyRecord, bond: KeyRecord): boolean {
  const have = new Set(longTermKeys(ours.keys));
  if (!longTermKeys(bond.keys).every((ltk) => have.has(ltk))) return false;
  return bond.irk === null || bond.irk === ours.irk;
}
