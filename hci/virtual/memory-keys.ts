import type { Address, Bond, KeyStore } from "../ports.ts";
import { copyOfBond } from "../smp/wipe.ts";
import { addressKey } from "./address.ts";

/** Bonds of a virtual device: gone with it, unless somebody keeps them for it. */
export class MemoryKeys implements KeyStore {
  readonly #bonds = new Map<string, Bond>();
  /** Called after each change. */
  onChange: () => void = () => {};

  constructor(bonds: readonly Bond[] = []) {
    for (const bond of bonds) this.#bonds.set(nameOf(bond.local, bond.peer), bond);
  }

  /** All of them, at once. */
  get list(): readonly Bond[] {
    return [...this.#bonds.values()];
  }

  async get(local: Address, peer: Address): Promise<Bond | undefined> {
    const bond = this.#bonds.get(nameOf(local, peer));
    return bond && copyOfBond(bond);
  }

  async all(local: Address): Promise<readonly Bond[]> {
    const own = addressKey(local);
    return this.list.filter((bond) => addressKey(bond.local) === own).map(copyOfBond);
  }

  async put(bond: Bond): Promise<{ readonly persisted: boolean }> {
    this.#bonds.set(nameOf(bond.local, bond.peer), copyOfBond(bond));
    this.onChange();
    return { persisted: false };
  }

  async delete(local: Address, peer: Address): Promise<boolean> {
    const deleted = this.#bonds.delete(nameOf(local, peer));
    this.onChange();
    return deleted;
  }

  /** As after a reset to factory settings. */
  clear(): void {
    this.#bonds.clear();
    this.onChange();
  }
}

function nameOf(local: Address, peer: Address): string {
  return `${addressKey(local)} ${addressKey(peer)}`;
}
