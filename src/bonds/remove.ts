/** Removing a bond: our record at once and with undo; the keys only where they are ours. */
import { DeviceError, failureOf } from "../link/failure.ts";
import type { BondRecord } from "../storage/records.ts";
import type { BondPorts } from "./ensure.ts";
import { lastProof } from "./evidence.ts";
import { historyEntry, offers } from "./record.ts";

export type Removal =
  /** Nothing is left of the bond but our archived record. */
  | { readonly kind: "removed"; readonly record: BondRecord }
  | { readonly kind: "not-found" }
  /** The system keeps the keys: only a person can remove them there. Our record is archived. */
  | { readonly kind: "os-owned"; readonly record: BondRecord };

/** Archives the record; `restoreBond` undoes it, `purgeBond` makes it final. */
export async function removeBond(id: string, ports: BondPorts): Promise<Removal> {
  const stored = await ports.stores.bonds.get(id);
  if (stored === undefined || stored.archived?.why === "removed") return { kind: "not-found" };
  const at = new Date(ports.surroundings.now()).toISOString();
  const record: BondRecord = { ...stored, archived: { at, why: "removed" } };
  await ports.stores.bonds.put([record], [historyEntry(id, at, "removed")]);
  const systemKeys = ports.backend.capabilities.keysOwnedBy === "system" && lastProof(stored) !== undefined;
  return { kind: systemKeys ? "os-owned" : "removed", record };
}

/** Undo of a removal or of a repair that was cut short. False when there was nothing to restore. */
export async function restoreBond(id: string, ports: BondPorts): Promise<boolean> {
  const stored = await ports.stores.bonds.get(id);
  if (stored === undefined || stored.archived === null) return false;
  const at = new Date(ports.surroundings.now()).toISOString();
  await ports.stores.bonds.put([{ ...stored, archived: null }], [historyEntry(id, at, "restored")]);
  return true;
}

/** Final: deletes record, table and history, and drops the page's permission where the platform allows that. */
export async function purgeBond(id: string, ports: BondPorts, signal: AbortSignal): Promise<boolean> {
  const stored = await ports.stores.bonds.get(id);
  if (stored === undefined) return false;
  await removeKeys(stored, ports, signal);
  const peers = await ports.backend.known(signal).catch(() => []);
  const peer = peers.find((known) => known.id === stored.platformId);
  const deleted = await ports.stores.bonds.delete(id);
  // After the record: a permission without a record is harmless, a record without permission asks for the chooser.
  await peer?.forget(signal).catch(() => undefined);
  return deleted;
}

/**
 * Where they are ours, on the adapter that the record belongs to. A record whose keys are still there must not go: nobody
 * would find them again. Rejects with DeviceError.
 */
async function removeKeys(record: BondRecord, { backend }: BondPorts, signal: AbortSignal): Promise<void> {
  const { bonds: keys } = backend;
  const { platformId, localIdentity, transport } = record;
  const here = keys !== undefined && transport === backend.capabilities.transport;
  if (!here || platformId === null || keys.localIdentity !== localIdentity) return;
  const outcome = await keys.remove(platformId, signal);
  if (outcome === "pending") throw new DeviceError({ kind: "busy", what: "connect" });
  if (outcome === "failed") throw new DeviceError({ kind: "key-store", why: "failed" });
}

export type RemovalCheck =
  /** The device or the system refused: the bond does not work any more. */
  | { readonly kind: "gone" }
  /** The read succeeded: the bond is still there, or the system paired anew to answer it. */
  | { readonly kind: "still-answers" }
  | { readonly kind: "cannot-tell"; readonly why: "no-probe" | "needs-chooser" | "unreachable" };

/** Reads the probe once after the person removed the bond in the system's settings. Changes no record. */
export async function checkRemoved(id: string, ports: BondPorts, signal: AbortSignal): Promise<RemovalCheck> {
  const record = await ports.stores.bonds.get(id);
  if (record === undefined || record.probe === null) return { kind: "cannot-tell", why: "no-probe" };
  const { ref } = record.probe;
  const peer = (await ports.backend.known(signal)).find((known) => known.id === record.platformId);
  if (peer === undefined) return { kind: "cannot-tell", why: "needs-chooser" };
  try {
    await using connection = await peer.connect(signal);
    const table = await connection.discover(signal);
    if (!offers(table, ref)) return { kind: "cannot-tell", why: "no-probe" };
    await connection.read(ref, { signal, mayPair: true });
    return { kind: "still-answers" };
  } catch (error) {
    const { kind } = failureOf(error);
    if (kind === "cancelled") throw error;
    const refused = kind === "access-refused" || kind === "pairing-failed" || kind === "key-refused";
    return refused ? { kind: "gone" } : { kind: "cannot-tell", why: "unreachable" };
  }
}
