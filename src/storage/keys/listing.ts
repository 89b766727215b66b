/** What may be seen of the bonds while the vault is locked, and keys by their type. */
import type { Address, PairingMethod } from "../../../hci/ports.ts";
import { StorageError } from "../ports.ts";
import type { KeyContext } from "./edit.ts";
import { NO_ADDRESS, idOfAddress, plainOf, untypedIdOf } from "./ids.ts";
import { plainSecrets } from "./convert.ts";
import type { ImportNote, PlainAddress, PlainCsrk, PlainLegacyKey, PlainScKey, SlotState } from "./record.ts";
import type { BondKeyRow } from "./rows.ts";
import { readablePlaces, withSecrets } from "./sealing.ts";
import type { KeyType } from "./secrets.ts";
import { currentSlot, stateOf } from "./slots.ts";

/** One bond as a list shows it. Nothing in it is secret; nothing in it proves anything. */
export interface BondListing {
  readonly id: string;
  readonly adapter: string;
  readonly local: PlainAddress | null;
  readonly peer: PlainAddress;
  readonly name: string;
  /** `erased`: its keys were erased, and the device has to be paired again. */
  readonly state: SlotState | "erased";
  readonly types: readonly KeyType[];
  readonly keySize: number | null;
  /** As the record says; of an import it is a claim until `imported.accepted`. */
  readonly authenticated: boolean | null;
  readonly secureConnections: boolean;
  readonly method: PairingMethod | null;
  readonly createdAt: string | null;
  readonly provenAt: string | null;
  readonly imported: ImportNote | null;
  /** Keys beside the one in use. */
  readonly alternatives: number;
}

export interface ListFilter {
  readonly adapter?: string;
  readonly local?: Address;
  /** A row that does not say of which type its address is answers, too, as imports may have it. */
  readonly peer?: Address;
}

/** In an order that never changes. Damaged rows are set aside. */
export async function listBonds(
  { rows }: KeyContext,
  { adapter, local, peer }: ListFilter = {},
): Promise<readonly BondListing[]> {
  let raw: readonly unknown[];
  if (peer !== undefined)
    raw = [...(await rows.ofPeer(idOfAddress(peer))), ...(await rows.ofPeer(untypedIdOf(peer)))];
  else if (adapter !== undefined && local !== undefined)
    raw = await rows.ofLocal(adapter, idOfAddress(local));
  else raw = await rows.all("bondKeys");
  const places = await readablePlaces(rows, raw);
  return places
    .filter((row) => adapter === undefined || row.adapter === adapter)
    .filter((row) => local === undefined || row.local === idOfAddress(local))
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
    .map(listingOf);
}

export function listingOf(row: BondKeyRow): BondListing {
  const slot = currentSlot(row);
  const facts = slot?.facts;
  return {
    id: row.id,
    adapter: row.adapter,
    local: row.local === NO_ADDRESS ? null : plainOf(row.local),
    peer: plainOf(row.peer) ?? { address: "00:00:00:00:00:00", type: "unknown" },
    name: row.name,
    state: slot === null ? "erased" : stateOf(row, slot),
    types: facts?.types ?? [],
    keySize: facts?.keySize ?? null,
    authenticated: facts?.authenticated ?? null,
    secureConnections: facts?.types.includes("sc") ?? false,
    method: facts?.method ?? null,
    createdAt: facts?.createdAt ?? null,
    provenAt: row.active?.provenAt ?? null,
    imported: facts?.imported ?? null,
    alternatives: row.candidates.length + (row.active === null ? 0 : 1) - (slot === null ? 0 : 1),
  };
}

/** The secret of one type: what it is depends on the type. Octets in wire order, hex. */
export interface TypedKey {
  readonly bond: BondListing;
  readonly type: KeyType;
  readonly key: PlainScKey | PlainLegacyKey | PlainCsrk | string;
}

/** Every key of this type that is in use, in an order that never changes. */
export async function keysOfType(context: KeyContext, type: KeyType): Promise<readonly TypedKey[]> {
  const rows = await readablePlaces(context.rows, await context.rows.ofType(type));
  const keys: TypedKey[] = [];
  for (const row of rows) keys.push(...(await keyIn(context, row, type)));
  return keys;
}

/** The one at `position` of `keysOfType`, from 0, found without opening the others; undefined beyond the end. */
export async function nthKeyOfType(
  context: KeyContext,
  type: KeyType,
  position: number,
): Promise<TypedKey | undefined> {
  if (!Number.isSafeInteger(position) || position < 0)
    throw new TypeError(`Cannot find key ${position}: not a position`);
  const raw = await context.rows.nthOfType(type, position);
  if (raw === undefined) return undefined;
  const [row] = await readablePlaces(context.rows, [raw]);
  if (row === undefined)
    throw new StorageError({ kind: "unreadable", detail: `bondKeys ${type} ${position}` });
  return (await keyIn(context, row, type))[0];
}

/** Those of this type that we share with one peer, on any adapter. */
export async function keysOfPeer(
  context: KeyContext,
  type: KeyType,
  peer: Address,
): Promise<readonly TypedKey[]> {
  const rows = await readablePlaces(context.rows, await context.rows.ofPeer(idOfAddress(peer)));
  const keys: TypedKey[] = [];
  for (const row of rows) keys.push(...(await keyIn(context, row, type)));
  return keys;
}

async function keyIn(context: KeyContext, row: BondKeyRow, type: KeyType): Promise<readonly TypedKey[]> {
  const slot = currentSlot(row);
  if (slot === null) return [];
  const plain = await withSecrets(context, row, slot, plainSecrets);
  const key = { ...plain.keys, ...plain }[type];
  return key === null ? [] : [{ bond: listingOf(row), type, key }];
}
