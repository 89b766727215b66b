/** Bonds out of the vault and to another adapter, on a person's order. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { VaultError } from "../vault/ports.ts";
import type { AdmittedAdapter } from "./adapters.ts";
import { plainSecrets } from "./convert.ts";
import { write, type KeyContext } from "./edit.ts";
import { idOfAddress, placeId, plainOf } from "./ids.ts";
import { wipeIdentity, type Identities } from "./identities.ts";
import type { RowChange } from "./key-rows.ts";
import type { VaultRecord } from "./record.ts";
import type { BondKeyRow, Slot } from "./rows.ts";
import { readablePlaces, resealSlot, restOf, withSecrets } from "./sealing.ts";
import { slotsInOrder, stateOf } from "./slots.ts";

export interface ExportFilter {
  readonly adapter?: string;
  readonly local?: Address;
}

/**
 * A frozen snapshot of every key, those that wait for their proof and those that failed included, in a stable order.
 * Rejects with `locked`, and with `unreadable` where one of them is damaged: half an export must not look whole.
 */
export async function exportBonds(
  context: KeyContext,
  identities: Identities,
  { adapter, local }: ExportFilter = {},
): Promise<readonly VaultRecord[]> {
  const ownIrks = new Map<string, string | null>();
  const records: VaultRecord[] = [];
  for (const row of await placesInOrder(context)) {
    if (adapter !== undefined && row.adapter !== adapter) continue;
    if (local !== undefined && row.local !== idOfAddress(local)) continue;
    const own = `${row.adapter}.${row.local}`;
    if (!ownIrks.has(own)) ownIrks.set(own, await ownIrkOf(identities, row));
    for (const slot of slotsInOrder(row))
      records.push(await recordOf(context, row, slot, ownIrks.get(own) ?? null));
  }
  return deepFreeze(records);
}

/** Rejects where one is damaged. */
async function placesInOrder({ rows }: KeyContext): Promise<readonly BondKeyRow[]> {
  const raw = await rows.all("bondKeys");
  const fits = await readablePlaces(rows, raw);
  if (fits.length !== raw.length) throw new VaultError({ kind: "unreadable", detail: "a bond is damaged" });
  return fits.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

async function ownIrkOf(identities: Identities, { adapter, local }: BondKeyRow): Promise<string | null> {
  const all = await identities.all(adapter);
  const own = all.find(({ address }) => idOfAddress(address) === local);
  const irk = own === undefined ? null : toHex(own.irk.reverse());
  all.forEach((identity) => wipeIdentity(identity));
  return irk;
}

async function recordOf(
  context: KeyContext,
  row: BondKeyRow,
  slot: Slot,
  ownIrk: string | null,
): Promise<VaultRecord> {
  const peer = plainOf(row.peer);
  if (peer === null) throw new VaultError({ kind: "unreadable", detail: "a bond is with nobody" });
  const { types: _, ...facts } = slot.facts;
  const { others, extra } = await restOf(context, row, slot);
  const { keys, ...secrets } = await withSecrets(context, row, slot, plainSecrets);
  return {
    v: 1,
    adapter: row.adapter,
    local: plainOf(row.local),
    ownIrk,
    peer,
    ...secrets,
    keys: { ...keys, others },
    ...facts,
    name: row.name,
    provenAt: slot.provenAt,
    state: stateOf(row, slot),
    extra,
  };
}

/**
 * Takes our identity `address` and every bond made with it to another adapter: all of it or nothing, in one write. Only
 * on a person's explicit order, and only for a static random address: a public one belongs to its adapter.
 */
export async function moveIdentity(
  context: KeyContext,
  identities: Identities,
  address: Address,
  from: AdmittedAdapter,
  to: AdmittedAdapter,
): Promise<{ readonly bonds: number }> {
  const local = idOfAddress(address);
  if (!local.startsWith("static-"))
    throw new TypeError("Cannot move this identity: only a static random address is not tied to its adapter");
  if (from.id === to.id) throw new TypeError("Cannot move this identity: it is there already");
  const raw = await context.rows.ofLocal(from.id, local);
  const places = await readablePlaces(context.rows, raw);
  if (places.length !== raw.length) throw new VaultError({ kind: "unreadable", detail: "a bond is damaged" });
  const changes: RowChange[] = [...(await identities.moving(from.id, to.id, local))];
  for (const row of places) {
    const moved = await movedTo(context, row, to.id);
    changes.push({ table: "bondKeys", id: row.id, expected: row.rev, row: null });
    changes.push({ table: "bondKeys", id: moved.id, expected: null, row: moved });
  }
  if (!(await write(context, changes, await context.vault.name()))) throw new VaultError({ kind: "changed" });
  const idOf = (adapter: string, { peer }: BondKeyRow): string => placeId(adapter, local, peer);
  context.changes.tell(
    places.map((row) => idOf(to.id, row)),
    places.map((row) => idOf(from.id, row)),
  );
  return { bonds: places.length };
}

async function movedTo(context: KeyContext, row: BondKeyRow, adapter: string): Promise<BondKeyRow> {
  const place = { adapter, local: row.local, peer: row.peer };
  const again = (slot: Slot, kind: "active" | "candidate"): Promise<Slot> =>
    resealSlot(context, row, slot, { place, kind, facts: slot.facts, provenAt: slot.provenAt });
  const candidates = [];
  for (const candidate of row.candidates)
    candidates.push({ ...candidate, ...(await again(candidate, "candidate")) });
  const active = row.active && (await again(row.active, "active"));
  return { ...row, ...place, id: placeId(adapter, row.local, row.peer), rev: 1, active, candidates };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) deepFreeze(each);
  return value;
}
