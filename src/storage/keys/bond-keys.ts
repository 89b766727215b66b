/**
 * Bonds with their keys, by adapter, our identity on it and the peer's. A new key stands beside the old one until it has
 * encrypted a connection; nothing but that proof and a person's act ever removes a key.
 */
import type { Address, Bond } from "../../../hci/ports.ts";
import { refuseBlocked } from "./blocked.ts";
import { bondOf, factsOfBond, sameForStack, secretsOfBond } from "./convert.ts";
import { editPlace, timeOf, write, type KeyContext } from "./edit.ts";
import { StorageError } from "../ports.ts";
import { idOfAddress, placeId } from "./ids.ts";
import { adapterId, type SlotState } from "./record.ts";
import type { BondKeyRow, KeyFacts, Slot } from "./rows.ts";
import {
  NOTHING_ELSE,
  readablePlaces,
  readPlace,
  resealSlot,
  sealSlot,
  withSecrets,
  type Place,
} from "./sealing.ts";
import { wipeSecrets, type Secrets } from "./secrets.ts";
import { turnIrkOf, type JudgeIrk } from "./turn-irk.ts";
import {
  currentSlot,
  emptyRow,
  slotsInOrder,
  stateOf,
  withActiveProven,
  withCandidate,
  withCurrent,
  withoutCurrent,
  withPairingEnded,
  withProven,
  withReconsidered,
} from "./slots.ts";

/** What the host stack's bond does not say. */
export interface AboutBond {
  readonly name?: string;
  readonly role?: KeyFacts["role"];
}

export class BondKeys {
  readonly #context: KeyContext;

  constructor(context: KeyContext) {
    this.#context = context;
  }

  /**
   * The key to encrypt with next, in fresh octets. A place where a key waits for its proof gives that one. Rejects with
   * `locked`, and with `unreadable` for a damaged row: neither is "no bond".
   */
  async get(adapter: string, local: Address, peer: Address): Promise<Bond | undefined> {
    const row = await readPlace(this.#context.rows, await this.#idOf(adapter, local, peer));
    const slot = row && currentSlot(row);
    const bond = row && slot ? await this.#bond(row, slot) : undefined;
    return bond && { ...bond, peer };
  }

  /** Lets `use` have the current bond and zeroes its octets when it has ended. */
  async withBond<T>(
    adapter: string,
    local: Address,
    peer: Address,
    use: (bond: Bond | undefined) => Promise<T>,
  ): Promise<T> {
    const bond = await this.get(adapter, local, peer);
    try {
      return await use(bond);
    } finally {
      if (bond !== undefined) wipeBond(bond);
    }
  }

  /** Every key of this place, in the order in which to try them: a connection of its own for each. */
  async alternatives(adapter: string, local: Address, peer: Address): Promise<readonly Bond[]> {
    const row = await readPlace(this.#context.rows, await this.#idOf(adapter, local, peer));
    const bonds: Bond[] = [];
    for (const slot of row === undefined ? [] : slotsInOrder(row)) {
      const bond = row && (await this.#bond(row, slot));
      if (bond !== undefined) bonds.push({ ...bond, peer });
    }
    return bonds;
  }

  /**
   * Bonds of one identity, those that were proven last first: a controller has room for few of them. Damaged ones are set
   * aside; `get` says so for each.
   */
  async all(adapter: string, local: Address): Promise<readonly Bond[]> {
    const { rows } = this.#context;
    const places = await readablePlaces(rows, await rows.ofLocal(adapter, idOfAddress(local)));
    const proven = ({ active }: BondKeyRow): string => active?.provenAt ?? "";
    const bonds: Bond[] = [];
    for (const row of places.toSorted((a, b) => newestFirst(proven(a), proven(b)))) {
      const slot = currentSlot(row);
      const bond = slot === null ? undefined : await this.#bond(row, slot).catch(unlessUnreadable);
      if (bond !== undefined) bonds.push(bond);
    }
    return bonds;
  }

  /**
   * Stores the bond beside the one it is to replace; from then on it is the one that `get` gives. One that is there
   * already is not stored again, but counts again: so a failed proof puts the old bond back. Resolves when it is on disk.
   * Rejects with RefusedKeyError for a key that everybody knows, with VaultError or StorageError where it cannot be
   * stored; then everything is as before.
   */
  async put(adapter: string, bond: Bond, about: AboutBond = {}): Promise<void> {
    const place = placeOf(adapter, bond.local, bond.peer);
    const secrets = secretsOfBond(bond);
    try {
      refuseBlocked(secrets);
      const facts = factsOfBond(bond, secrets, { at: timeOf(this.#context), role: about.role ?? null });
      const id = await this.#idOf(adapter, bond.local, bond.peer);
      await editPlace(this.#context, id, async (before) => {
        const known = before && (await this.#slotWith(before, secrets));
        if (before !== undefined && known !== undefined) return withCurrent(before, known.generation);
        const row = before ?? emptyRow(place, about.name ?? "", this.#context.nextOrder());
        const generation = row.generations + 1;
        const contents = { generation, facts, secrets, rest: NOTHING_ELSE, provenAt: null };
        const slot = await sealSlot(this.#context.vault, row, "candidate", contents);
        return withCandidate(row, { ...slot, state: "half-bond" });
      });
    } finally {
      wipeSecrets(secrets);
    }
  }

  /** The pairing ended well on our side: the key is no longer a half-bond, only unproven. */
  async pairingEnded(adapter: string, local: Address, peer: Address): Promise<void> {
    const id = await this.#idOf(adapter, local, peer);
    await editPlace(this.#context, id, (row) => row && withPairingEnded(row));
  }

  /**
   * The key of `bond` encrypted a connection that it was not made on. It becomes the active one and what it replaced is
   * released; where it was active already, candidates beside it are marked as failed and kept. `unknown`: no slot has
   * this key, and nothing changed.
   */
  async promote(adapter: string, bond: Bond): Promise<"active" | "unknown"> {
    const secrets = secretsOfBond(bond);
    let outcome: "active" | "unknown" = "unknown";
    try {
      const id = await this.#idOf(adapter, bond.local, bond.peer);
      await editPlace(this.#context, id, async (row) => {
        const slot = row && (await this.#slotWith(row, secrets));
        outcome = slot === undefined ? "unknown" : "active";
        if (row === undefined || slot === undefined) return row;
        const at = timeOf(this.#context);
        if (row.active?.generation === slot.generation) return withActiveProven(row, at);
        const to = { place: row, kind: "active", facts: slot.facts, provenAt: at } as const;
        return withProven(row, await resealSlot(this.#context, row, slot, to));
      });
    } finally {
      wipeSecrets(secrets);
    }
    return outcome;
  }

  /**
   * Gives up the key that waits for its proof and resolves with the one before it, which counts again; undefined where
   * there is none. The failed key is kept and marked. Works while the vault is locked, and then rejects with `locked`
   * only after the change.
   */
  async rollback(adapter: string, local: Address, peer: Address): Promise<Bond | undefined> {
    const { row, changed } = await this.#givenUp(adapter, local, peer);
    const slot = row && currentSlot(row);
    if (!changed || !row || !slot || !COUNTS.has(stateOf(row, slot))) return undefined;
    const bond = await this.#bond(row, slot);
    return bond && { ...bond, peer };
  }

  /** Undoes the last `rollback`, where the key before it did not work either. False where there was none. */
  async reconsider(adapter: string, local: Address, peer: Address): Promise<boolean> {
    const id = await this.#idOf(adapter, local, peer);
    const { changed } = await editPlace(this.#context, id, (row) => row && withReconsidered(row));
    return changed;
  }

  /** Removes every key of the place. Only a person's act leads here. False when there was none. */
  async delete(adapter: string, local: Address, peer: Address): Promise<boolean> {
    return this.deletePlace(await this.#idOf(adapter, local, peer));
  }

  /** As `delete`, by the id of a listing: an import may know neither our address nor the type of the peer's. */
  async deletePlace(id: string): Promise<boolean> {
    const { rows, changes } = this.#context;
    if ((await rows.get("bondKeys", id)) === undefined) return false;
    // A damaged row is set aside before it goes.
    await readPlace(rows, id).catch(unlessUnreadable);
    await write(this.#context, [{ table: "bondKeys", id, expected: "any", row: null }], null);
    changes.tell([], [id]);
    return true;
  }

  /** The name of the device, for lists. */
  async rename(adapter: string, local: Address, peer: Address, name: string): Promise<void> {
    const id = await this.#idOf(adapter, local, peer);
    await editPlace(this.#context, id, (row) => row && { ...row, name });
  }

  /**
   * A person believes what an imported bond says of its own security, for this device. Resolves false where there is
   * nothing to believe.
   */
  async acceptClaims(adapter: string, local: Address, peer: Address): Promise<boolean> {
    return this.acceptClaimsOf(await this.#idOf(adapter, local, peer));
  }

  /** As `acceptClaims`, by the id of a listing. */
  async acceptClaimsOf(id: string): Promise<boolean> {
    const { changed } = await editPlace(this.#context, id, async (row) => {
      const slot = row && currentSlot(row);
      const { imported } = slot?.facts ?? {};
      if (!row || !slot || !imported || imported.accepted) return row;
      const facts = { ...slot.facts, imported: { ...imported, accepted: true } };
      const isActive = row.active?.generation === slot.generation;
      const kind = isActive ? "active" : "candidate";
      const to = { place: row, kind, facts, provenAt: slot.provenAt } as const;
      const again = await resealSlot(this.#context, row, slot, to);
      if (isActive) return { ...row, active: again };
      const candidates = row.candidates.map((candidate) =>
        candidate.generation === slot.generation ? { ...candidate, ...again } : candidate,
      );
      return { ...row, candidates };
    });
    return changed;
  }

  /** See `turnIrkOf`. */
  async turnIrk(adapter: string, local: Address, peer: Address, judge: JudgeIrk): Promise<boolean> {
    return turnIrkOf(this.#context, await this.#idOf(adapter, local, peer), judge);
  }

  /** An import may not say of which type the address is: then its row answers for both. */
  async #idOf(adapter: string, local: Address, peer: Address): Promise<string> {
    const { rows } = this.#context;
    const place = placeOf(adapter, local, peer);
    const exact = idOf(place);
    if ((await rows.get("bondKeys", exact)) !== undefined) return exact;
    const untyped = placeId(adapter, place.local, `unknown${place.peer.slice(place.peer.indexOf("-"))}`);
    return (await rows.get("bondKeys", untyped)) === undefined ? exact : untyped;
  }

  /** As `rollback`, for those who want no key. False where nothing waited for its proof. */
  async giveUp(adapter: string, local: Address, peer: Address): Promise<boolean> {
    return (await this.#givenUp(adapter, local, peer)).changed;
  }

  async #givenUp(adapter: string, local: Address, peer: Address) {
    const id = await this.#idOf(adapter, local, peer);
    return editPlace(this.#context, id, (before) => before && withoutCurrent(before));
  }

  async #slotWith(row: BondKeyRow, secrets: Secrets): Promise<Slot | undefined> {
    for (const slot of slotsInOrder(row)) {
      const same = await withSecrets(this.#context, row, slot, (known) => sameForStack(known, secrets));
      if (same) return slot;
    }
    return undefined;
  }

  #bond(row: BondKeyRow, slot: Slot): Promise<Bond | undefined> {
    return withSecrets(this.#context, row, slot, (secrets) => bondOf(row, slot, secrets) ?? undefined);
  }
}

const COUNTS: ReadonlySet<SlotState> = new Set<SlotState>(["active", "half-bond", "unproven"]);

const placeOf = (adapter: string, local: Address, peer: Address): Place => ({
  adapter: adapterId(adapter),
  local: idOfAddress(local),
  peer: idOfAddress(peer),
});
const idOf = ({ adapter, local, peer }: Place): string => placeId(adapter, local, peer);

const newestFirst = (a: string, b: string): number => (a === b ? 0 : a < b ? 1 : -1);

/** Of many rows one may be damaged: it is set aside by then. Every other failure is one of all. */
function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.failure.kind !== "unreadable") throw error;
}

/** Zeroes the keys of a bond that nobody needs any more. */
export function wipeBond({ asCentral, asPeripheral, irk }: Bond): void {
  for (const key of [asCentral, asPeripheral]) {
    key?.value.fill(0);
    key?.rand.fill(0);
  }
  irk?.fill(0);
}
