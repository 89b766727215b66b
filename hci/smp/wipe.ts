/** Octets of keys that are ours, zeroed when nobody needs them any more. What a store or a peer keeps is theirs. */
import type { Bond } from "../ports.ts";

/** The long-term keys of a bond that a store gave. Its IRK stays: private addresses are resolved with it. */
export function wipeKeys({ asCentral, asPeripheral }: Bond): void {
  asCentral?.value.fill(0);
  asPeripheral?.value.fill(0);
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
