/** Bonds from a backup or an import into the vault: all that is good of it, in one write. */
import { fromHex } from "../../../hci/codec/bytes.ts";
import { Misfit } from "../check.ts";
import { VaultError } from "../vault/ports.ts";
import { refuseBlocked, RefusedKeyError } from "./blocked.ts";
import { sameSecrets, secretsOfRecord, smallestSize } from "./convert.ts";
import { vaultOf, write, type KeyContext } from "./edit.ts";
import { addressOf, idOfPlain, placeId } from "./ids.ts";
import type { Identities } from "./identities.ts";
import type { RowChange } from "./key-rows.ts";
import { vaultRecord, type VaultRecord } from "./record.ts";
import type { BondKeyRow, KeyFacts } from "./rows.ts";
import { readablePlaces, sealSlot, withSecrets, type Place } from "./sealing.ts";
import { typesOf, wipeSecrets, type Secrets } from "./secrets.ts";
import { emptyRow, slotsInOrder, withCandidate, withProven } from "./slots.ts";

export interface Restored {
  /** Keys that are there now and were not. */
  readonly added: number;
  /** Keys that were there already. */
  readonly same: number;
  /** By position in what was given: why it was left out. The others are in. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
  /** Puts every place back as it was; false, and nothing changed, where one of them was changed since. Silent, too. */
  undo(): Promise<boolean>;
}

/** Something else writes at the same time: more often than this is a fault. */
const ATTEMPTS = 5;

/**
 * Seeds the store. Idempotent and silent: listeners hear nothing, a key that is there already stays as it is. A key
 * that differs from one that is there never takes its place: it is kept as a spare. What was imported is unproven,
 * whatever the record says. All of it is written at once, or none.
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
      const record = vaultRecord(raw);
      refuseRecord(record);
      fits.push({ index, record });
    } catch (error) {
      if (error instanceof Misfit) refused.push({ index, reason: error.describe() });
      else if (error instanceof RefusedKeyError) refused.push({ index, reason: error.message });
      else throw error;
    }
  });
  await restoreIdentities(identities, fits);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const plan = await planned(context, fits);
    const vault = plan.edits.map(({ after }) => vaultOf(after)).find((name) => name !== null) ?? null;
    const changes = plan.edits.map(({ before, after }) => changeTo(after, before?.rev ?? null));
    if (changes.length > 0 && !(await write(context, changes, vault))) continue;
    const all = [...refused, ...plan.refused].sort((a, b) => a.index - b.index);
    return { added: plan.added, same: plan.same, refused: all, undo: () => undone(context, plan.edits) };
  }
  throw new VaultError({ kind: "changed" });
}

interface Indexed {
  readonly index: number;
  readonly record: VaultRecord;
}

interface Edit {
  readonly before: BondKeyRow | undefined;
  readonly after: BondKeyRow;
}

interface Plan {
  readonly edits: readonly Edit[];
  readonly added: number;
  readonly same: number;
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

async function planned(context: KeyContext, fits: readonly Indexed[]): Promise<Plan> {
  const raw = await context.rows.all("bondKeys");
  const standing = new Map((await readablePlaces(context.rows, raw)).map((row) => [row.id, row]));
  const damaged = new Set(raw.map((row) => String(Object(row).id)).filter((id) => !standing.has(id)));
  const edits: Edit[] = [];
  const refused: { index: number; reason: string }[] = [];
  let [added, same] = [0, 0];
  for (const [id, group] of Map.groupBy(fits, ({ record }) => idOfPlace(record))) {
    if (damaged.has(id)) {
      refused.push(
        ...group.map(({ index }) => ({ index, reason: "what is stored for this device is damaged" })),
      );
      continue;
    }
    const before = standing.get(id);
    let after = before;
    // An export has the key in use first; taken in from the end, it comes out first again.
    for (const { record } of group.toReversed()) {
      const next = await withRecord(context, after, record);
      if (next === undefined) same++;
      else added++;
      after = next ?? after;
    }
    if (after !== undefined && after !== before)
      edits.push({ before, after: { ...after, rev: (before?.rev ?? 0) + 1 } });
  }
  return { edits, added, same, refused };
}

async function undone(context: KeyContext, edits: readonly Edit[]): Promise<boolean> {
  const changes = edits.map(({ before, after }): RowChange => {
    if (before !== undefined) return changeTo({ ...before, rev: after.rev + 1 }, after.rev);
    return { table: "bondKeys", id: after.id, expected: after.rev, row: null };
  });
  return write(context, changes, null);
}

function changeTo(row: BondKeyRow, expected: number | null): RowChange {
  return { table: "bondKeys", id: row.id, expected, row };
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

function refuseRecord(record: VaultRecord): void {
  const secrets = secretsOfRecord(record);
  try {
    refuseBlocked(secrets);
  } finally {
    wipeSecrets(secrets);
  }
}

async function restoreIdentities(identities: Identities, fits: readonly Indexed[]): Promise<void> {
  const own = new Map<string, VaultRecord>();
  for (const { record } of fits) {
    const local = idOfPlain(record.local);
    if (record.ownIrk !== null) own.set(`${record.adapter} ${local}`, record);
  }
  for (const { adapter, local, ownIrk } of own.values()) {
    const address = addressOf(idOfPlain(local));
    if (ownIrk === null || address === null) continue;
    const irk = fromHex(ownIrk).reverse();
    await identities.add(adapter, { address, irk }, false);
    irk.fill(0);
  }
}

/** Undefined where the key is there already. */
async function withRecord(
  context: KeyContext,
  before: BondKeyRow | undefined,
  record: VaultRecord,
): Promise<BondKeyRow | undefined> {
  const secrets = secretsOfRecord(record);
  try {
    const row = before ?? emptyRow(placeOf(record), record.name, context.nextOrder());
    if (await hasSecrets(context, row, secrets)) return undefined;
    return await withRestored(context, row, record, secrets);
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
