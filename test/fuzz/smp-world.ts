/** What the SMP targets share: policies, persons, bonds and what nobody may change. */
import { isDeepStrictEqual } from "node:util";
import type { Bond } from "../../hci/ports.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import type { Random } from "../support/random.ts";
import type { MemoryKeyStore } from "../support/smp/memory-key-store.ts";
import type { Person } from "../support/smp/person.ts";
import { must } from "./target.ts";

export function somePolicy(random: Random): Partial<PairingPolicy> {
  return {
    pairable: random.below(8) > 0,
    bondable: random.below(8) > 0,
    legacy: random.below(3) === 0,
    mitm: random.pick(["required", "preferred", "off"]),
    minimumLevel: random.pick(["encrypted", "encrypted", "authenticated", "secure"]),
    minimumKeySize: random.pick([7, 16, 16]),
    ioCapability: random.pick([
      "DisplayOnly",
      "DisplayYesNo",
      "KeyboardOnly",
      "NoInputNoOutput",
      "KeyboardDisplay",
    ]),
    keypress: random.below(4) === 0,
  };
}

/** Somebody who says yes, no, nothing, or makes a mistake. Whoever may not replace a bond does not agree to that. */
export function somePerson(random: Random, person: Person): void {
  const never = new Promise<never>(() => {});
  person.onAccept = ({ replaces }) => replaces === undefined && random.below(6) > 0;
  person.onCompare = () => (random.below(8) === 0 ? never : random.below(6) > 0);
  person.onEnter = () => {
    if (random.below(8) === 0) return never;
    return random.pick(["123456", "000000", null, "12345", ""]);
  };
}

/** Remembers what is in a store, and that nothing was put into it. */
export function storeGuard(store: MemoryKeyStore): () => void {
  const before: readonly Bond[] = structuredClone(store.bonds);
  return () => {
    must(store.puts.length === 0, "a bond was stored");
    must(isDeepStrictEqual(structuredClone(store.bonds), before), "a stored bond has changed");
  };
}

/** Remembers the bonds of a store; others may come, these stay as they are. */
export function keptGuard(store: MemoryKeyStore): () => void {
  const before: readonly Bond[] = structuredClone(store.bonds);
  return () => {
    for (const bond of before) {
      const now = structuredClone(store.bonds).find(({ peer }) => isDeepStrictEqual(peer, bond.peer));
      must(isDeepStrictEqual(now, bond), "a stored bond has changed");
    }
  };
}
