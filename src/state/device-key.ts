/** Whether the key of a record is here: what nothing can be proven without, and what only an import or a pairing brings. */
import type { Backend } from "../link/backend.ts";
import type { BondRecord } from "../storage/records.ts";

/**
 * `here`: stored, and the next run tries it. `half`: stored by a pairing that nobody ended; where it fails, the next run
 * pairs. `none`: the next run pairs. `other-dongle`: it would be on another dongle, and no run begins on this one.
 * `unknown`: the system has the keys, or the store cannot say.
 */
export type KeyPlace = "here" | "half" | "none" | "other-dongle" | "unknown";

/** Looks at what is listed of a key, never at the key. Never rejects. */
export async function keyPlaceOf(
  record: BondRecord,
  { bonds, capabilities }: Pick<Backend, "bonds" | "capabilities">,
): Promise<KeyPlace> {
  if (bonds === undefined || record.transport !== capabilities.transport) return "unknown";
  try {
    if (record.localIdentity !== bonds.localIdentity) return "other-dongle";
    const bond = record.platformId === null ? undefined : await bonds.bondOf(record.platformId);
    if (bond === undefined || bond.state === "erased") return "none";
    return bond.state === "half-bond" ? "half" : "here";
  } catch {
    return "unknown";
  }
}
