/** Octets of keys that are ours, zeroed when nobody needs them any more. What a store or a peer keeps is theirs. */
import type { Bond, Bytes } from "../ports.ts";
import type { DistributedKeys } from "./keys.ts";

/** The long-term keys of a bond that a store gave. Its IRK stays: private addresses are resolved with it. */
export function wipeKeys({ asCentral, asPeripheral }: Bond): void {
  asCentral?.value.fill(0);
  asPeripheral?.value.fill(0);
}

/** Everything secret of a bond that a store gave. */
export function wipeBond(bond: Bond): void {
  wipeKeys(bond);
  bond.irk?.fill(0);
}

/** What a pairing leaves behind. */
export class Remains {
  readonly #octets: Bytes[] = [];

  /** The key of phase 2, as soon as there is one. */
  add(key: Bytes): void {
    this.#octets.push(key);
  }

  /** The keys that this side made, but not our IRK: that one is the identity's. */
  addOwn({ ltk }: DistributedKeys): void {
    if (ltk !== null) this.#octets.push(ltk.value);
  }

  addReceived({ ltk, irk }: DistributedKeys): void {
    if (ltk !== null) this.#octets.push(ltk.value);
    if (irk !== null) this.#octets.push(irk);
  }

  /** Zeroes all but what the bond that was made has taken over. */
  wipeAllBut(bond: Bond | null | undefined): void {
    const kept = new Set([bond?.asCentral?.value, bond?.asPeripheral?.value, bond?.irk]);
    for (const octets of this.#octets) if (!kept.has(octets)) octets.fill(0);
  }
}

/** A copy that outlives the wiping of the other. */
export function copyOfBond(bond: Bond): Bond {
  const copy = (key: Bond["asCentral"]): Bond["asCentral"] =>
    key && { ...key, value: key.value.slice(), rand: key.rand.slice() };
  return {
    ...bond,
    asCentral: copy(bond.asCentral),
    asPeripheral: copy(bond.asPeripheral),
    irk: bond.irk && bond.irk.slice(),
  };
}
