/** Writes Bumble's key store byte for byte as Bumble does: sorted names, indent 4, ASCII, no final line end. */
import { DEFAULT_NAMESPACE, nameOf, namedIdentity, namespacesIn, readBumble } from "./bumble.ts";
import { newestKeys } from "./holds.ts";
import { jsonOf } from "./input.ts";
import { byPlace, extraField, isJsonFields, type Printer, unchangedPlaces } from "./print-context.ts";
import { asJson } from "./reader.ts";
import type { Json, JsonFields, KeyRecord, OtherKey } from "./record.ts";
import { airType } from "./values.ts";

export const printBumble: Printer = (bonds, context) => {
  const [old] = context.into;
  const namespaces = new Map(
    [...(old === undefined ? [] : namespacesIn(jsonOf(old[1])))].map(([name, peers]) => [
      name,
      new Map<string, Json>([...peers].map(([peer, entry]) => [peer, asJson(entry)])),
    ]),
  );
  const placeOf = (bond: KeyRecord): string =>
    JSON.stringify([namespaceOf(bond), nameOf(bond.peer) ?? bond.peer.address]);
  const { places, taken } = byPlace(bonds, placeOf);
  const unchanged = unchangedPlaces("bumble", readBumble, context, places, placeOf);
  const spellings = new Map(
    [...namespaces].flatMap(([namespace, peers]) =>
      [...peers.keys()].map((known) => [JSON.stringify([namespace, usualName(known)]), known] as const),
    ),
  );
  for (const [place, bond] of places) {
    if (unchanged.has(place)) continue;
    const namespace = namespaceOf(bond);
    const peers = namespaces.get(namespace) ?? new Map<string, Json>();
    namespaces.set(namespace, peers);
    const name = nameOf(bond.peer) ?? bond.peer.address;
    // Spelled otherwise it would stand there twice.
    peers.set(spellings.get(JSON.stringify([namespace, name])) ?? name, entryOf(bond));
  }
  const file = Object.fromEntries([...namespaces].map(([name, peers]) => [name, Object.fromEntries(peers)]));
  return { files: new Map([[old?.[0] ?? fileName([...namespaces.keys()]), printPython(file)]]), taken };
};

/** Bumble names its file after the namespace. */
function fileName([namespace, second]: readonly string[]): string {
  const name = second === undefined ? (namespace ?? DEFAULT_NAMESPACE) : "keys";
  return `${name.toLowerCase().replaceAll(/[:/]/gu, "-")}.json`;
}

function namespaceOf(bond: KeyRecord): string {
  const kept = extraField(bond, "bumble", "namespace");
  const named = bond.local === null ? null : nameOf(bond.local);
  if (typeof kept === "string" && sameLocal(kept, bond)) return kept;
  return named ?? DEFAULT_NAMESPACE;
}

/** The namespace of the file still says what the record says. */
function sameLocal(namespace: string, { local }: KeyRecord): boolean {
  const said = namedIdentity(namespace);
  return said === null || local === null ? said === local : nameOf(said) === nameOf(local);
}

function usualName(name: string): string | null {
  const identity = namedIdentity(name);
  return identity === null ? null : nameOf(identity);
}

function entryOf(bond: KeyRecord): JsonFields {
  const kept = extraField(bond, "bumble", "fields");
  const extra = isJsonFields(kept) ? kept : {};
  const beside = (name: string): JsonFields => {
    const fields = extra[name];
    return isJsonFields(fields) ? fields : {};
  };
  const level = bond.authenticated === null ? {} : { authenticated: bond.authenticated };
  const { sc, central, peripheral } = newestKeys(bond);
  const { irk, csrkRemote } = bond;
  return {
    ...extra,
    address_type: addressType(bond, extra["address_type"]),
    ...(sc === null ? {} : { ltk: { ...beside("ltk"), ...levelOf(sc), value: sc.ltk } }),
    ...(sc !== null || central === null
      ? {}
      : { ltk_central: { ...beside("ltk_central"), ...legacy(central) } }),
    ...(sc !== null || peripheral === null
      ? {}
      : { ltk_peripheral: { ...beside("ltk_peripheral"), ...legacy(peripheral) } }),
    ...(irk === null ? {} : { irk: { ...level, ...beside("irk"), value: irk } }),
    ...(csrkRemote === null ? {} : { csrk: { ...level, ...beside("csrk"), value: csrkRemote.key } }),
  };
}

/** 2 and 3 are identity addresses of the same types. */
function addressType({ peer }: KeyRecord, kept: Json | undefined): number {
  const type = airType(peer) === "public" ? 0 : 1;
  return typeof kept === "number" && kept === type + 2 ? kept : type;
}

function levelOf({ authenticated }: OtherKey): JsonFields {
  return authenticated === null ? {} : { authenticated };
}

function legacy(key: OtherKey): JsonFields {
  return { ...levelOf(key), ediv: key.ediv, rand: key.rand, value: key.ltk };
}

/** As Python's `json.dump` with `sort_keys=True, indent=4`. */
export function printPython(value: Json, indent = ""): string {
  if (typeof value === "string") return ascii(JSON.stringify(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}    `;
  const between = `,\n${inner}`;
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    return list.length === 0
      ? "[]"
      : `[\n${inner}${list.map((entry) => printPython(entry, inner)).join(between)}\n${indent}]`;
  }
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => `${ascii(JSON.stringify(name))}: ${printPython(entry, inner)}`);
  return entries.length === 0 ? "{}" : `{\n${inner}${entries.join(between)}\n${indent}}`;
}

function ascii(text: string): string {
  return text.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
