/** Bonds out of the vault and into it, on a person's order: snapshots, restoring, and the way to another adapter. */
import { fromHex, toHex, reversed } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { Misfit } from "../check.ts";
import { VaultError } from "../vault/ports.ts";
import type { AdmittedAdapter } from "./adapters.ts";
import { refuseBlocked, RefusedKeyError } from "./blocked.ts";
import { plainSecrets, sameSecrets, secretsOfRecord, smallestSize } from "./convert.ts";
import { editPlace, write, type KeyContext } from "./edit.ts";
import { addressOf, idOfAddress, idOfPlain, placeId, plainOf } from "./ids.ts";
import { wipeIdentity, type Identities } from "./identities.ts";
import type { RowChange } from "./key-rows.ts";
import { vaultRecord, type VaultRecord } from "./record.ts";
import type { BondKeyRow, KeyFacts, Slot } from "./rows.ts";
import { readablePlaces, resealSlot, restOf, sealSlot, withSecrets, type Place } from "./sealing.ts";
import { typesOf, wipeSecrets, type Secrets } from "./secrets.ts";
import { emptyRow, slotsInOrder, stateOf, withCandidate, withProven } from "./slots.ts";

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
  const irk = own === undefined ? null : toHex(reversed(own.irk));
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

export interface Restored {
  /** Places that have a key now which they did not have. */
  readonly added: number;
  /** Keys that were there already. */
  readonly same: number;
  /** By position in what was given: why it was left out. The others are in. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/**
 * Seeds the store. Idempotent and silent: listeners hear nothing, a key that is there already stays as it is. A key
 * that differs from one that is there never takes its place: it is kept as a spare. What was imported is unproven,
 * whatever the record says.
 */
export async function restoreBonds(
  context: KeyContext,
  identities: Identities,
  records: readonly unknown[],
): Promise<Restored> {
  const refused: { index: number; reason: string }[] = [];
  const fits: Indexed[] = [];
  records.forEach((raw, index) => {
    try {
      fits.push({ index, record: vaultRecord(raw) });
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      refused.push({ index, reason: error.describe() });
    }
  });
  let [added, same] = [0, 0];
  for (const place of Map.groupBy(fits, ({ record }) => idOfPlace(record)).values()) {
    // An export has the key in use first; taken in from the end, it comes out first again.
    for (const { index, record } of place.toReversed()) {
      try {
        await restoreIdentity(identities, record);
        if (await restoreOne(context, record)) added++;
        else same++;
      } catch (error) {
        if (!(error instanceof RefusedKeyError)) throw error;
        refused.push({ index, reason: error.message });
      }
    }
  }
  return { added, same, refused: refused.sort((a, b) => a.index - b.index) };
}

interface Indexed {
  readonly index: number;
  readonly record: VaultRecord;
}

const placeOf = ({ adapter, local, peer }: VaultRecord): Place => ({
  adapter,
  local: idOfPlain(local),
  peer: idOfPlain(peer),
});
const idOfPlace = (record: VaultRecord): string => {
  const { adapter, local, peer } = placeOf(record);
  return placeId(adapter, local, peer);
};

async function restoreIdentity(
  identities: Identities,
  { adapter, local, ownIrk }: VaultRecord,
): Promise<void> {
  const address = addressOf(idOfPlain(local));
  if (ownIrk === null || address === null) return;
  const irk = reversed(fromHex(ownIrk));
  await identities.add(adapter, { address, irk }, false);
  irk.fill(0);
}

async function restoreOne(context: KeyContext, record: VaultRecord): Promise<boolean> {
  const secrets = secretsOfRecord(record);
  try {
    refuseBlocked(secrets);
    const { changed } = await editPlace(
      context,
      idOfPlace(record),
      async (before) => {
        const row = before ?? emptyRow(placeOf(record), record.name, context.nextOrder());
        if (await hasSecrets(context, row, secrets)) return before;
        return withRestored(context, row, record, secrets);
      },
      true,
    );
    return changed;
  } finally {
    wipeSecrets(secrets);
  }
}

async function hasSecrets(context: KeyContext, row: BondKeyRow, secrets: Secrets): Promise<boolean> {
  for (const slot of slotsInOrder(row)) {
    if (await withSecrets(context, row, slot, (known) => sameSecrets(known, secrets))) return true;
  }
  return false;
}

async function withRestored(
  context: KeyContext,
  row: BondKeyRow,
  record: VaultRecord,
  secrets: Secrets,
): Promise<BondKeyRow> {
  const generation = row.generations + 1;
  const foreign = record.imported !== null;
  const contents = {
    generation,
    facts: factsOfRecord(record, secrets),
    secrets,
    rest: { others: record.keys.others, extra: record.extra },
    provenAt: foreign ? null : record.provenAt,
  };
  const alone = row.active === null && row.candidates.length === 0;
  if (record.state === "active" && !foreign && row.active === null) {
    const { candidates } = row;
    const active = await sealSlot(context.vault, row, "active", contents);
    const after = withProven({ ...row, generations: generation, erasedAt: null }, active);
    return { ...after, candidates };
  }
  const slot = await sealSlot(context.vault, row, "candidate", contents);
  const own = record.state === "active" ? "unproven" : record.state;
  const state = foreign ? "unproven" : own;
  return withCandidate(row, { ...slot, state: alone || !foreign ? state : "spare" });
}

function factsOfRecord(record: VaultRecord, secrets: Secrets): KeyFacts {
  const { authenticated, debug, oob, method, role, createdAt, imported } = record;
  const keySize = smallestSize(secrets) ?? record.keySize;
  return { types: typesOf(secrets), keySize, authenticated, debug, oob, method, role, createdAt, imported };
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
