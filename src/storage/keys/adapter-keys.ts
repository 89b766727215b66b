/** The key store that the host stack sees: the bonds of one adapter. */
import type { Address, Bond, KeyStore } from "../../../hci/ports.ts";
import { StorageError } from "../ports.ts";
import { VaultError } from "../vault/ports.ts";
import type { AdmittedAdapter } from "./adapters.ts";
import type { BondKeys } from "./bond-keys.ts";

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

export class AdapterKeys implements KeyStore {
  readonly adapter: string;
  readonly #bonds: BondKeys;
  readonly #options: AdapterKeysOptions;
  /** Bonds that could not be stored. */
  readonly #session = new Map<string, Bond>();

  constructor(bonds: BondKeys, adapter: AdmittedAdapter, options: AdapterKeysOptions) {
    this.#bonds = bonds;
    this.adapter = adapter.id;
    this.#options = options;
  }

  async get(local: Address, peer: Address): Promise<Bond | undefined> {
    return this.#session.get(nameOf(local, peer)) ?? this.#bonds.get(this.adapter, local, peer);
  }

  async all(local: Address): Promise<readonly Bond[]> {
    const own = [...this.#session.values()].filter((bond) => nameOf(bond.local) === nameOf(local));
    const session = new Set(own.map((bond) => nameOf(bond.peer)));
    const stored = await this.#bonds.all(this.adapter, local);
    return [...stored.filter((bond) => !session.has(nameOf(bond.peer))), ...own];
  }

  async put(bond: Bond): Promise<{ readonly persisted: boolean }> {
    const name = nameOf(bond.local, bond.peer);
    try {
      await this.#bonds.put(this.adapter, bond);
    } catch (error) {
      const unstored = error instanceof VaultError || error instanceof StorageError;
      if (!unstored || this.#options.unstored === "refuse") throw error;
      this.#session.set(name, structuredClone(bond));
      this.#options.onUnstored?.(bond, error);
      return { persisted: false };
    }
    this.#session.delete(name);
    return { persisted: true };
  }

  async delete(local: Address, peer: Address): Promise<boolean> {
    const session = this.#session.delete(nameOf(local, peer));
    return (await this.#bonds.delete(this.adapter, local, peer)) || session;
  }

  /** The pairing that `put` belonged to ended well on our side. */
  pairingEnded(local: Address, peer: Address): Promise<void> {
    return this.#bonds.pairingEnded(this.adapter, local, peer);
  }

  /** The key of `bond` encrypted a connection that it was not made on. */
  promote(bond: Bond): Promise<"active" | "unknown"> {
    return this.#bonds.promote(this.adapter, bond);
  }

  /** Gives up the key that waits for its proof; the bond that counts again, if there is one. */
  rollback(local: Address, peer: Address): Promise<Bond | undefined> {
    return this.#bonds.rollback(this.adapter, local, peer);
  }
}

const nameOf = (...addresses: readonly Address[]): string =>
  addresses.map(({ type, octets }) => `${type} ${octets.join(".")}`).join(" ");
