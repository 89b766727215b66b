/** Who we are on each adapter. An identity that is lost takes every bond with it, so none is ever overwritten. */
import type { Address, Bytes } from "../../../hci/ports.ts";
import { Misfit, isFields } from "../check.ts";
import { VaultError } from "../vault/ports.ts";
import { timeOf, write, type KeyContext } from "./edit.ts";
import { addressOf, idOfAddress } from "./ids.ts";
import { adapterId } from "./record.ts";
import { unreadableRow, type DamagedRow, type RowChange } from "./key-rows.ts";
import { adapterRow, identityRow, type IdentityRow } from "./rows.ts";

/** Octets most significant first, as the host stack has them. */
export interface OwnIdentity {
  readonly address: Address;
  /** 16 octets. */
  readonly irk: Bytes;
  /** The root keys some stacks derive theirs from, when an import brought them. */
  readonly er?: Bytes;
  readonly ir?: Bytes;
}

const ATTEMPTS = 3;
const PARTS = ["irk", "er", "ir"] as const;

export class Identities {
  readonly #context: KeyContext;
  readonly #make: () => OwnIdentity;

  /** `make`: a fresh identity with a static random address. */
  constructor(context: KeyContext, make: () => OwnIdentity) {
    this.#context = context;
    this.#make = make;
  }

  /**
   * The identity that is in use on this adapter; the first call makes one and resolves when it is on disk. Rejects with
   * `locked`, and with `unreadable` for a damaged one: then no other is made.
   */
  async own(adapter: string): Promise<OwnIdentity> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const guard = await this.#guard(adapter);
      const rows = await this.#rows(adapter);
      const chosen = rows.find((row) => row.chosen) ?? rows[0];
      if (chosen !== undefined) return this.#open(chosen);
      if (guard.length === 0) throw new TypeError("Cannot find this adapter: it is not stored");
      const made = this.#make();
      if (await this.#add(adapter, made, guard, true)) return made;
    }
    throw new VaultError({ kind: "changed" });
  }

  async all(adapter: string): Promise<readonly OwnIdentity[]> {
    const identities = [];
    for (const row of await this.#rows(adapter)) identities.push(await this.#open(row));
    return identities;
  }

  /** The chosen one first. Needs no open vault. */
  async addresses(adapter: string): Promise<readonly Address[]> {
    const rows = (await this.#rows(adapter)).toSorted((a, b) => Number(b.chosen) - Number(a.chosen));
    return rows.flatMap((row) => addressOf(row.local) ?? []);
  }

  /** Adds one that came from elsewhere. False where the adapter has this address already: that one stays as it is. */
  async add(adapter: string, identity: OwnIdentity, chosen: boolean): Promise<boolean> {
    const guard = await this.#guard(adapter);
    const rows = await this.#rows(adapter);
    if (rows.some(({ local }) => local === idOfAddress(identity.address))) return false;
    const others = chosen ? rows.filter((row) => row.chosen) : [];
    const changes = [...guard, ...others.map((row) => change(row, { ...row, chosen: false }))];
    if (await this.#add(adapter, identity, changes, chosen || rows.length === 0)) return true;
    throw new VaultError({ kind: "changed" });
  }

  /** Which of them is in use from now on. */
  async choose(adapter: string, address: Address): Promise<void> {
    const rows = await this.#rows(adapter);
    const local = idOfAddress(address);
    if (!rows.some((row) => row.local === local))
      throw new TypeError("Cannot choose this identity: the adapter does not have it");
    const changes = rows
      .filter((row) => row.chosen !== (row.local === local))
      .map((row) => change(row, { ...row, chosen: row.local === local }));
    if (changes.length > 0 && !(await write(this.#context, changes, null)))
      throw new VaultError({ kind: "changed" });
  }

  /** The changes that take the identity `local` from one adapter to another, where it is the chosen one. */
  async moving(from: string, to: string, local: string): Promise<readonly RowChange[]> {
    const rows = await this.#rows(from);
    const moved = rows.find((row) => row.local === local);
    if (moved === undefined) throw new TypeError("Cannot move this identity: the adapter does not have it");
    const there = await this.#rows(to);
    if (there.some((row) => row.local === local))
      throw new TypeError("Cannot move this identity: the other adapter has it already");
    const identity = await this.#open(moved);
    const row = await this.#sealed(to, identity, moved.createdAt, true);
    wipeIdentity(identity);
    return [
      { table: "identities", id: moved.id, expected: moved.rev, row: null },
      { table: "identities", id: row.id, expected: null, row },
      ...there.filter(({ chosen }) => chosen).map((other) => change(other, { ...other, chosen: false })),
    ];
  }

  /** False where something came between, and nothing was written. */
  async #add(
    adapter: string,
    identity: OwnIdentity,
    besides: readonly RowChange[],
    chosen: boolean,
  ): Promise<boolean> {
    const row = await this.#sealed(adapter, identity, timeOf(this.#context), chosen);
    const added = { table: "identities", id: row.id, expected: null, row } as const;
    return write(this.#context, [added, ...besides], row.sealed.vault);
  }

  /** Two tabs may find an adapter without identity at the same time: only one of them gets past this write. */
  async #guard(adapter: string): Promise<readonly RowChange[]> {
    const raw = await this.#context.rows.get("adapters", adapter);
    if (raw === undefined) return [];
    try {
      const row = adapterRow(raw);
      return [{ table: "adapters", id: row.id, expected: row.rev, row: { ...row, rev: row.rev + 1 } }];
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      throw unreadableRow({ table: "adapters", id: adapter, reason: error.describe(), raw });
    }
  }

  async #sealed(
    adapter: string,
    identity: OwnIdentity,
    createdAt: string,
    chosen: boolean,
  ): Promise<IdentityRow> {
    const local = idOfAddress(identity.address);
    const plain = encodeIdentity(identity);
    try {
      const sealed = await this.#context.vault.seal(plain, boundTo(adapter, local));
      const id = `${adapterId(adapter)}.${local}`;
      return { v: 1, id, rev: 1, adapter, local, createdAt, chosen, sealed };
    } finally {
      plain.fill(0);
    }
  }

  async #open(row: IdentityRow): Promise<OwnIdentity> {
    const plain = await this.#context.vault.unseal(row.sealed, boundTo(row.adapter, row.local));
    const address = addressOf(row.local);
    const parts = plain && decodeIdentity(plain);
    plain?.fill(0);
    if (parts === null || address === null)
      throw await this.#damaged(row.id, "does not open: changed, moved, or of another vault", row);
    return { address, ...parts };
  }

  async #rows(adapter: string): Promise<readonly IdentityRow[]> {
    const rows: IdentityRow[] = [];
    for (const raw of await this.#context.rows.all("identities")) {
      if (isFields(raw) && raw["adapter"] !== adapter) continue;
      try {
        const row = identityRow(raw);
        if (row.id !== `${row.adapter}.${row.local}`) throw new Misfit("id: of another identity");
        rows.push(row);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        // A new identity in its place would break every bond.
        throw await this.#damaged(isFields(raw) ? String(raw["id"]) : "?", error.describe(), raw);
      }
    }
    return rows;
  }

  async #damaged(id: string, reason: string, raw: unknown): Promise<Error> {
    const standing = (await this.#context.rows.get("identities", id)) ?? raw;
    const found: DamagedRow = { table: "identities", id, reason, raw: standing };
    await this.#context.rows.setAside([found]);
    return unreadableRow(found);
  }
}

/** Zeroes the secret octets. */
export function wipeIdentity(identity: OwnIdentity): void {
  for (const part of PARTS) identity[part]?.fill(0);
}

function change(before: IdentityRow, after: IdentityRow): RowChange {
  const row = { ...after, rev: before.rev + 1 };
  return { table: "identities", id: row.id, expected: before.rev, row };
}

const boundTo = (adapter: string, local: string): readonly string[] => [
  "bondkeeper.identity/1",
  adapter,
  local,
];

/** Version, one bit for each of `PARTS`, then those in wire order. */
function encodeIdentity(identity: OwnIdentity): Bytes {
  const present = PARTS.filter((part) => identity[part] !== undefined);
  const all = new Uint8Array(2 + 16 * present.length);
  all[0] = 1;
  all[1] = present.reduce((bits, part) => bits | (1 << PARTS.indexOf(part)), 0);
  present.forEach((part, i) => {
    const octets = identity[part] ?? new Uint8Array(0);
    if (octets.length !== 16)
      throw new TypeError(`Cannot store this identity: its ${part} has not 16 octets`);
    all.set(octets, 2 + 16 * i);
    all.subarray(2 + 16 * i, 18 + 16 * i).reverse();
  });
  return all;
}

function decodeIdentity(all: Bytes): Omit<OwnIdentity, "address"> | null {
  const bits = all[1] ?? 0;
  const present = PARTS.filter((_, i) => (bits & (1 << i)) !== 0);
  if (all[0] !== 1 || bits >> PARTS.length !== 0 || all.length !== 2 + 16 * present.length) return null;
  const parts = new Map(present.map((part, i) => [part, all.slice(2 + 16 * i, 18 + 16 * i).reverse()]));
  const [irk, er, ir] = PARTS.map((part) => parts.get(part));
  if (irk === undefined) return null;
  return { irk, ...(er === undefined ? {} : { er }), ...(ir === undefined ? {} : { ir }) };
}
