/** Writes `StoredBonds`: an entry per key, in the places where the bonds were, new ones at the end. */
import { Findings } from "./findings.ts";
import { bondsIn, entryOf, isWrapper, readHabluetooth, WRAPPER_KEY } from "./habluetooth.ts";
import { statedKeySize } from "./holds.ts";
import { jsonOf } from "./input.ts";
import { spread } from "./key-set.ts";
import { byPlace, extraField, isJsonFields, type Printer, unchangedPlaces } from "./print-context.ts";
import type { Identity, Json, JsonFields, KeyRecord, OtherKey } from "./record.ts";
import { airType } from "./values.ts";

export const printHabluetooth: Printer = (bonds, context) => {
  const { into, wrapped } = context;
  const adapterOf = (bond: KeyRecord): string => {
    const adapter = extraField(bond, "habluetooth", "adapter");
    return typeof adapter === "string" ? adapter : context.adapterName;
  };
  const id = (adapter: string, peer: Identity): string => JSON.stringify([adapter, peer.address, peer.type]);
  const placeOf = (bond: KeyRecord): string => id(adapterOf(bond), bond.peer);
  const { places, taken } = byPlace(bonds, placeOf);
  const [old] = into;
  const value = old === undefined ? null : jsonOf(old[1]);
  const lists = new Map(old === undefined ? [] : bondsIn(value));
  const unchanged = unchangedPlaces("habluetooth", readHabluetooth, context, places, placeOf);
  const written = new Set(unchanged);
  for (const [adapter, list] of lists) {
    const next = list.flatMap((raw): readonly unknown[] => {
      const entry = entryOf(raw, "", new Findings());
      const place = entry === undefined ? "" : id(adapter, entry.peer);
      const bond = places.get(place);
      // Other devices, bonds that say the same, and entries that nobody can read stay as they are.
      if (bond === undefined || unchanged.has(place) || entry?.key === null) return [raw];
      if (written.has(place)) return [];
      written.add(place);
      return entriesOf(bond);
    });
    lists.set(adapter, next);
  }
  for (const [place, bond] of places) {
    if (written.has(place)) continue;
    const adapter = adapterOf(bond);
    lists.set(adapter, [...(lists.get(adapter) ?? []), ...entriesOf(bond)]);
  }
  const data = Object.fromEntries(lists);
  const fresh = wrapped ? { version: 1, minor_version: 1, key: WRAPPER_KEY, data } : data;
  const file = isWrapper(value) ? { ...value, data } : old === undefined ? fresh : data;
  return { files: new Map([[old?.[0] ?? WRAPPER_KEY, `${JSON.stringify(file, null, 2)}\n`]]), taken };
};

function entriesOf(bond: KeyRecord): readonly JsonFields[] {
  return spread(bond).map((key) => ({ ...entryFor(bond, key), ...unknownOf(bond, key) }));
}

function entryFor({ peer }: KeyRecord, key: OtherKey): JsonFields {
  const size = statedKeySize(key);
  return {
    address: peer.address,
    address_type: airType(peer) === "public" ? 1 : 2,
    key_type: keyType(key),
    central: key.place === "central",
    ...(size === null ? {} : { encryption_size: size }),
    ediv: key.ediv,
    rand: key.rand,
    value: key.ltk,
  };
}

/** As the kernel numbers them. A level that is not known is not claimed. */
export function keyType({ place, authenticated, debug }: OtherKey): number {
  if (place !== "sc") return authenticated === true ? 1 : 0;
  return debug === true ? 4 : authenticated === true ? 3 : 2;
}

function unknownOf(bond: KeyRecord, { place, ediv }: OtherKey): JsonFields {
  const kept = extraField(bond, "habluetooth", "fields");
  const fields = Array.isArray(kept) ? kept.find((one: Json) => isFor(one, place === "central", ediv)) : null;
  const own: Json | undefined = isJsonFields(fields) ? fields["fields"] : undefined;
  return isJsonFields(own) ? own : {};
}

function isFor(kept: Json, central: boolean, ediv: number): boolean {
  return isJsonFields(kept) && kept["central"] === central && kept["ediv"] === ediv;
}
