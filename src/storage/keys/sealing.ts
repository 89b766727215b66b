/** Keys into slots and out of them. A slot opens only in its own place, with its own facts. */
import type { Bytes } from "../../../hci/ports.ts";
import { fields, isFields, Misfit, type Check } from "../check.ts";
import type { Vault } from "../vault/vault.ts";
import { unreadableRow, type KeyRows } from "./key-rows.ts";
import { extra, otherKeys, type PlainOtherKey } from "./record.ts";
import { bondKeyRow, type BondKeyRow, type KeyFacts, type Slot } from "./rows.ts";
import { decodeSecrets, encodeSecrets, wipeSecrets, type Secrets } from "./secrets.ts";

export interface SealingPorts {
  readonly rows: KeyRows;
  readonly vault: Vault;
}

export type Place = Pick<BondKeyRow, "adapter" | "local" | "peer">;

/** What a bond has beside the keys in use. Secret as a whole. */
export interface Rest {
  readonly others: readonly PlainOtherKey[];
  readonly extra: Readonly<Record<string, unknown>>;
}

export const NOTHING_ELSE: Rest = { others: [], extra: {} };
const rest: Check<Rest> = fields({ others: otherKeys, extra });

/** In which of the two slots it stands: a candidate that is moved to the other does not open as proven. */
type Kind = "active" | "candidate";
type Bound = readonly (string | number | boolean | null)[];

function boundTo(place: Place, kind: Kind, generation: number, facts: KeyFacts, part: string): Bound {
  const { imported, types } = facts;
  return [
    "bondkeeper.bond/1",
    part,
    place.adapter,
    place.local,
    place.peer,
    kind,
    generation,
    types.join(" "),
    facts.keySize,
    facts.authenticated,
    facts.debug,
    facts.oob,
    facts.method,
    facts.role,
    facts.createdAt,
    imported && imported.from,
    imported && imported.at,
    imported && imported.accepted,
    // Only where it is so: what was sealed before this word existed still opens.
    ...(imported?.irkMatched === true ? ["irk-matched"] : []),
  ];
}

export interface SlotContents {
  readonly generation: number;
  readonly facts: KeyFacts;
  readonly secrets: Secrets;
  readonly rest: Rest;
  readonly provenAt: string | null;
}

/** The secrets stay the caller's to be wiped. */
export async function sealSlot(
  vault: Vault,
  place: Place,
  kind: Kind,
  { generation, facts, secrets, rest: more, provenAt }: SlotContents,
): Promise<Slot> {
  const plain = encodeSecrets(secrets);
  try {
    const keys = await vault.seal(plain, boundTo(place, kind, generation, facts, "keys"));
    const empty = more.others.length === 0 && Object.keys(more.extra).length === 0;
    const json = empty ? null : new TextEncoder().encode(JSON.stringify(more));
    const sealed = json && (await vault.seal(json, boundTo(place, kind, generation, facts, "rest")));
    json?.fill(0);
    return { generation, facts, keys, rest: sealed, provenAt };
  } finally {
    plain.fill(0);
  }
}

/**
 * Runs `use` with the keys of a slot and wipes them when it has ended. Rejects with StorageError `unreadable` where they
 * do not open, and sets a copy of the row aside.
 */
export async function withSecrets<T>(
  ports: SealingPorts,
  row: BondKeyRow,
  slot: Slot,
  use: (secrets: Secrets) => T | Promise<T>,
): Promise<T> {
  const plain = await unseal(ports, row, slot, "keys");
  let secrets: Secrets;
  try {
    secrets = decodeSecrets(plain);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw await damaged(ports, row, "the keys are not what was sealed");
  } finally {
    plain.fill(0);
  }
  try {
    return await use(secrets);
  } finally {
    wipeSecrets(secrets);
  }
}

export interface ResealTo {
  readonly place: Place;
  readonly kind: Kind;
  readonly facts: KeyFacts;
  readonly provenAt: string | null;
}

/** The same keys for another place, another slot, or with other facts. */
export function resealSlot(ports: SealingPorts, row: BondKeyRow, slot: Slot, to: ResealTo): Promise<Slot> {
  return withSecrets(ports, row, slot, async (secrets) => {
    const { generation } = slot;
    const more = await restOf(ports, row, slot);
    const contents = { generation, facts: to.facts, secrets, rest: more, provenAt: to.provenAt };
    return sealSlot(ports.vault, to.place, to.kind, contents);
  });
}

/** What the slot holds beside the keys in use. */
export async function restOf(ports: SealingPorts, row: BondKeyRow, slot: Slot): Promise<Rest> {
  if (slot.rest === null) return NOTHING_ELSE;
  const plain = await unseal(ports, row, slot, "rest");
  try {
    return rest(JSON.parse(new TextDecoder().decode(plain)));
  } catch (error) {
    if (!(error instanceof Misfit || error instanceof SyntaxError)) throw error;
    throw await damaged(ports, row, "what stands beside the keys is not what was sealed");
  } finally {
    plain.fill(0);
  }
}

async function unseal(
  ports: SealingPorts,
  row: BondKeyRow,
  slot: Slot,
  part: "keys" | "rest",
): Promise<Bytes> {
  const kind = row.active?.generation === slot.generation ? "active" : "candidate";
  const sealed = slot[part];
  const bound = boundTo(row, kind, slot.generation, slot.facts, part);
  const plain = sealed && (await ports.vault.unseal(sealed, bound));
  if (plain === null) throw await damaged(ports, row, "does not open: changed, moved, or of another vault");
  return plain;
}

/** Sets a copy aside; the error to throw. */
async function damaged({ rows }: SealingPorts, row: BondKeyRow, reason: string): Promise<Error> {
  // As it lies there: a row that was checked may lack what the check did not know.
  const raw = (await rows.get("bondKeys", row.id)) ?? row;
  const found = { table: "bondKeys", id: row.id, reason, raw } as const;
  await rows.setAside([found]);
  return unreadableRow(found);
}

/** The row, checked; undefined where there is none. Rejects with `unreadable` where it does not fit. */
export async function readPlace(rows: KeyRows, id: string): Promise<BondKeyRow | undefined> {
  const raw = await rows.get("bondKeys", id);
  if (raw === undefined) return undefined;
  const { fits, damaged: bad } = siftPlaces([raw]);
  await rows.setAside(bad);
  const [first] = bad;
  if (first !== undefined) throw unreadableRow({ ...first, id });
  return fits[0];
}

/** The rows that fit; copies of the others are set aside. */
export async function readablePlaces(rows: KeyRows, raw: readonly unknown[]): Promise<readonly BondKeyRow[]> {
  const { fits, damaged: bad } = siftPlaces(raw);
  await rows.setAside(bad);
  return fits;
}

function siftPlaces(rows: readonly unknown[]): {
  readonly fits: readonly BondKeyRow[];
  readonly damaged: readonly Parameters<typeof unreadableRow>[0][];
} {
  const fits: BondKeyRow[] = [];
  const bad: Parameters<typeof unreadableRow>[0][] = [];
  for (const raw of rows) {
    try {
      const row = bondKeyRow(raw);
      if (row.id !== `${row.adapter}.${row.local}.${row.peer}`) throw new Misfit("id: of another place");
      fits.push(row);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const id = isFields(raw) ? String(raw["id"]) : "?";
      bad.push({ table: "bondKeys", id, reason: error.describe(), raw });
    }
  }
  return { fits, damaged: bad };
}
