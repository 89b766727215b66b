import { toHex } from "../../../hci/codec/bytes.ts";
import { copyOfBond } from "../../../hci/smp/wipe.ts";
import type { Address, Bond, KeyStore } from "../../../hci/ports.ts";

/** Bonds in memory, and every change that was asked for. Fails on demand. */
export class MemoryKeyStore implements KeyStore {
  readonly puts: Bond[] = [];
  persisted = true;
  /** Rejects the next calls of these operations. */
  failing = new Set<"get" | "put">();
  readonly #bonds = new Map<string, Bond>();
  /** Runs before a bond is kept: a test can look at the moment, or hold it. */
  onPut: (bond: Bond) => void | Promise<void> = () => {};

  constructor(bonds: readonly Bond[] = []) {
    for (const bond of bonds) this.#bonds.set(nameOf(bond.local, bond.peer), bond);
  }

  get bonds(): readonly Bond[] {
    return [...this.#bonds.values()];
  }

  async get(local: Address, peer: Address): Promise<Bond | undefined> {
    if (this.failing.has("get")) throw new Error("Cannot read the store: asked to fail");
    const bond = this.#bonds.get(nameOf(local, peer));
    return bond && copyOfBond(bond);
  }

  async all(local: Address): Promise<readonly Bond[]> {
    return this.bonds.filter((bond) => toHex(bond.local.octets) === toHex(local.octets)).map(copyOfBond);
  }

  async put(bond: Bond): Promise<{ readonly persisted: boolean }> {
    await this.onPut(bond);
    if (this.failing.has("put")) throw new Error("Cannot write the store: asked to fail");
    this.puts.push(copyOfBond(bond));
    this.#bonds.set(nameOf(bond.local, bond.peer), copyOfBond(bond));
    return { persisted: this.persisted };
  }

  clear(): void {
    this.#bonds.clear();
    this.puts.length = 0;
  }

  async delete(local: Address, peer: Address): Promise<boolean> {
    return this.#bonds.delete(nameOf(local, peer));
  }
}

function nameOf(local: Address, peer: Address): string {
  return [local, peer].map(({ type, octets }) => `${type} ${toHex(octets)}`).join(" ");
}
