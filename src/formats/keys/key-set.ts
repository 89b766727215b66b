/** The long-term keys of one bond: as a list in which the newest is last, and arranged by what they are used for. */
import type { KeyRecord, LegacyKey, OtherKey } from "./record.ts";
import { ZERO_RAND } from "./values.ts";

/** More keys than a peer can ever have left behind; of more, the newest count. */
export const MAX_OTHERS = 64;

type Arranged = Pick<KeyRecord, "keys" | "keySize" | "authenticated" | "debug">;

/**
 * The newest Secure Connections key is used; without one, the newest legacy key of each role. One size and one level
 * stand in a record, so a peripheral's key that was made otherwise than the central's stays beside it with its own.
 * `several`: how many keys are left over because there is more than one for a role.
 */
export function arrange(list: readonly OtherKey[]): Arranged & { readonly several: number } {
  const keys = distinct(list);
  const last = (place: OtherKey["place"]): OtherKey | undefined =>
    keys.findLast((key) => key.place === place);
  const sc = last("sc");
  const central = sc === undefined ? last("central") : undefined;
  const candidate = sc === undefined ? last("peripheral") : undefined;
  const peripheral =
    central === undefined || candidate === undefined || madeAlike(central, candidate) ? candidate : undefined;
  const made = sc ?? central ?? peripheral;
  const chosen = new Set([sc, central, peripheral]);
  const others = keys.filter((key) => !chosen.has(key));
  return {
    keys: {
      sc: sc === undefined ? null : { ltk: sc.ltk },
      central: legacy(central),
      peripheral: legacy(peripheral),
      others,
    },
    keySize: made?.keySize ?? null,
    authenticated: made?.authenticated ?? null,
    debug: made?.debug ?? null,
    several: others.filter((key) => key !== candidate).length,
  };
}

/** The opposite of `arrange`. */
export function spread({ keys, keySize, authenticated, debug }: Arranged): readonly OtherKey[] {
  const made = { keySize, authenticated, debug };
  const { sc, central, peripheral, others } = keys;
  return [
    ...others,
    ...(sc === null ? [] : [{ place: "sc" as const, ltk: sc.ltk, ediv: 0, rand: ZERO_RAND, ...made }]),
    ...(central === null ? [] : [{ place: "central" as const, ...central, ...made }]),
    ...(peripheral === null ? [] : [{ place: "peripheral" as const, ...peripheral, ...made }]),
  ];
}

/** Without repeated keys: of equal ones the last stays, in its place. */
function distinct(keys: readonly OtherKey[]): readonly OtherKey[] {
  const newest = new Map<string, OtherKey>();
  for (const key of keys.slice(-MAX_OTHERS)) {
    const id = `${key.place} ${key.ltk} ${key.ediv} ${key.rand}`;
    newest.delete(id);
    newest.set(id, key);
  }
  return [...newest.values()];
}

function madeAlike(a: OtherKey, b: OtherKey): boolean {
  return a.keySize === b.keySize && a.authenticated === b.authenticated && a.debug === b.debug;
}

function legacy(key: OtherKey | undefined): LegacyKey | null {
  return key === undefined ? null : { ltk: key.ltk, ediv: key.ediv, rand: key.rand };
}
