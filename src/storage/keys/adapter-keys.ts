/** The key store that the host stack sees: the bonds of one adapter. */
import type { Address, Bond, KeyStore } from "../../../hci/ports.ts";
import { StorageError } from "../ports.ts";
import { VaultError } from "../vault/ports.ts";
import type { AdmittedAdapter } from "./adapters.ts";
import { wipeBond, type BondKeys } from "./bond-keys.ts";
import { idOfAddress, placeId, plainOf } from "./ids.ts";
import type { BondListing, ListFilter } from "./listing.ts";

export interface AdapterKeysOptions {
  /**
   * Where a bond cannot be stored. `refuse`: `put` rejects, so that the pairing fails and both sides keep what they had.
   * `this-session`: a person was told and goes on; the bond is kept in memory until the page goes, and `put` says
   * `persisted: false`.
   */
  readonly unstored: "refuse" | "this-session";
  /** Told of each bond that was not stored, and why. */
  readonly onUnstored?: (bond: Bond, why: VaultError | StorageError) => void;
}

/** What of the whole store the keys of one adapter need beside the bonds. */
export interface KeysBeside {
  list(filter: ListFilter): Promise<readonly BondListing[]>;
  /** Whether a key could be sealed and written now. */
  readiness(): Promise<"ready" | "vault-locked" | "not-writable">;
}

export class AdapterKeys implements KeyStore {
  readonly adapter: string;
  /** May change between pairings: a person decides for each. */
  unstored: AdapterKeysOptions["unstored"];
  readonly #bonds: BondKeys;
  readonly #beside: KeysBeside;
  readonly #options: AdapterKeysOptions;
  /** Bonds that could not be stored. */
  readonly #session = new Map<string, Bond>();

  constructor(bonds: BondKeys, beside: KeysBeside, adapter: AdmittedAdapter, options: AdapterKeysOptions) {
    this.#bonds = bonds;
    this.#beside = beside;
    this.adapter = adapter.id;
    this.unstored = options.unstored;
    this.#options = options;
  }

  async get(local: Address, peer: Address): Promise<Bond | undefined> {
    const unstored = this.#session.get(nameOf(local, peer));
    // A copy: the host stack zeroes what it was given.
    return unstored === undefined ? this.#bonds.get(this.adapter, local, peer) : structuredClone(unstored);
  }

  async all(local: Address): Promise<readonly Bond[]> {
    const own = [...this.#session.values()].filter((bond) => nameOf(bond.local) === nameOf(local));
    const session = new Set(own.map((bond) => nameOf(bond.peer)));
    const stored = await this.#bonds.all(this.adapter, local);
    return [
      ...stored.filter((bond) => !session.has(nameOf(bond.peer))),
      ...own.map((bond) => structuredClone(bond)),
    ];
  }

  async put(bond: Bond): Promise<{ readonly persisted: boolean }> {
    const name = nameOf(bond.local, bond.peer);
    try {
      await this.#bonds.put(this.adapter, bond);
    } catch (error) {
      const unstored = error instanceof VaultError || error instanceof StorageError;
      if (!unstored || this.unstored === "refuse") throw error;
      this.#session.set(name, structuredClone(bond));
      this.#options.onUnstored?.(bond, error);
      return { persisted: false };
    }
    this.#forget(bond.local, bond.peer);
    return { persisted: true };
  }

  async delete(local: Address, peer: Address): Promise<boolean> {
    const session = this.#forget(local, peer);
    return (await this.#bonds.delete(this.adapter, local, peer)) || session;
  }

  /** The pairing that `put` belonged to ended well on our side. */
  async pairingEnded(local: Address, peer: Address): Promise<void> {
    if (!this.isUnstored(local, peer)) await this.#bonds.pairingEnded(this.adapter, local, peer);
  }

  /** The key of `bond` encrypted a connection that it was not made on. */
  async promote(bond: Bond): Promise<"active" | "unknown"> {
    if (this.isUnstored(bond.local, bond.peer)) return "active";
    return this.#bonds.promote(this.adapter, bond);
  }

  /** Gives up the key that waits for its proof; the bond that counts again, if there is one. */
  async rollback(local: Address, peer: Address): Promise<Bond | undefined> {
    if (this.#forget(local, peer)) return this.get(local, peer);
    return this.#bonds.rollback(this.adapter, local, peer);
  }

  /** As `rollback`, for those who want no key. False where nothing waited for its proof. */
  async giveUp(local: Address, peer: Address): Promise<boolean> {
    return this.#forget(local, peer) || (await this.#bonds.giveUp(this.adapter, local, peer));
  }

  /** Undoes `giveUp`, where the key before it did not work either. */
  reconsider(local: Address, peer: Address): Promise<boolean> {
    return this.#bonds.reconsider(this.adapter, local, peer);
  }

  /** The name of the device, for lists. */
  async rename(local: Address, peer: Address, name: string): Promise<void> {
    if (!this.isUnstored(local, peer)) await this.#bonds.rename(this.adapter, local, peer, name);
  }

  /** Kept in memory only. */
  isUnstored(local: Address, peer: Address): boolean {
    return this.#session.has(nameOf(local, peer));
  }

  readiness(): Promise<"ready" | "vault-locked" | "not-writable"> {
    return this.#beside.readiness();
  }

  /** What may be said of the bonds without their keys; works while the vault is locked. */
  async list(local: Address): Promise<readonly BondListing[]> {
    const own = [...this.#session.values()].filter((bond) => nameOf(bond.local) === nameOf(local));
    const listed = own.map((bond) => this.#listing(bond));
    const unstored = new Set(listed.map(({ id }) => id));
    const stored = await this.#beside.list({ adapter: this.adapter, local });
    return [...stored.filter(({ id }) => !unstored.has(id)), ...listed];
  }

  async about(local: Address, peer: Address): Promise<BondListing | undefined> {
    const unstored = this.#session.get(nameOf(local, peer));
    if (unstored !== undefined) return this.#listing(unstored);
    const found = await this.#beside.list({ adapter: this.adapter, local, peer });
    return found.find((bond) => bond.peer.type !== "unknown") ?? found[0];
  }

  /** A key that only this session has, zeroed. */
  #forget(local: Address, peer: Address): boolean {
    const name = nameOf(local, peer);
    const bond = this.#session.get(name);
    if (bond === undefined) return false;
    wipeBond(bond);
    return this.#session.delete(name);
  }

  #listing({ local, peer, asCentral, asPeripheral, ...bond }: Bond): BondListing {
    const [ours, theirs] = [idOfAddress(local), idOfAddress(peer)];
    return {
      id: placeId(this.adapter, ours, theirs),
      adapter: this.adapter,
      local: plainOf(ours),
      peer: plainOf(theirs) ?? { address: "00:00:00:00:00:00", type: "unknown" },
      name: "",
      state: "unproven",
      types: [],
      keySize: (asCentral ?? asPeripheral)?.keySize ?? null,
      authenticated: bond.authenticated,
      secureConnections: bond.secureConnections,
      method: bond.method,
      createdAt: null,
      provenAt: null,
      imported: null,
      alternatives: 0,
    };
  }
}

const nameOf = (...addresses: readonly Address[]): string =>
  addresses.map(({ type, octets }) => `${type} ${octets.join(".")}`).join(" ");
