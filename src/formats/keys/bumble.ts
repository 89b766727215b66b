/** Bumble's JSON key store: namespace (our address) → peer → keys. */
import { isFields } from "../../storage/check.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import type { Findings } from "./findings.ts";
import { jsonOf, onlyFile } from "./input.ts";
import { KeyFileError, wrongShape } from "./problem.ts";
import { asJson, isEmpty, type Reader, unknownFields } from "./reader.ts";
import type { Identity, JsonFields, KeyRecord } from "./record.ts";
import { addressOf, edivOf, hexOf, typed, ZERO_RAND } from "./values.ts";

export const DEFAULT_NAMESPACE = "__DEFAULT__";
const FORMAT = "bumble";
const LEGACY = ["ltk_central", "ltk_peripheral"] as const;
const ENTRY_FIELDS: ReadonlySet<string> = new Set(["ltk", "ltk_central", "ltk_peripheral", "irk", "csrk"]);
const KEY_FIELDS: ReadonlySet<string> = new Set(["value", "authenticated", "ediv", "rand"]);

type RawFields = Readonly<Record<string, unknown>>;
export type Namespaces = ReadonlyMap<string, ReadonlyMap<string, RawFields>>;

/** Namespace → peer → entry. Throws `KeyFileError`. */
export function namespacesIn(value: unknown): Namespaces {
  if (typeof value === "string") throw new KeyFileError({ kind: "overwritten", namespace: value });
  if (!isFields(value)) throw wrongShape(FORMAT, "", "not a map from namespace to devices");
  return new Map(Object.entries(value).map(([namespace, peers]) => [namespace, peersIn(namespace, peers)]));
}

function peersIn(namespace: string, peers: unknown): ReadonlyMap<string, RawFields> {
  if (!isFields(peers)) throw wrongShape(FORMAT, namespace, "not a map from device to keys");
  const entries = Object.entries(peers).map(([peer, entry]): [string, RawFields] => {
    if (!isFields(entry)) throw wrongShape(FORMAT, `${namespace}, ${peer}`, "not a set of keys");
    return [peer, entry];
  });
  return new Map(entries);
}

/** `/P` says public, nothing says random; null where the name is no address. */
export function namedIdentity(name: string): Identity | null {
  const isPublic = name.endsWith("/P");
  const address = addressOf(isPublic ? name.slice(0, -2) : name);
  return address === undefined ? null : typed(address, isPublic ? "public" : "random");
}

/** Null where the type of the address is not known, which a name cannot say. */
export function nameOf({ address, type }: Identity): string | null {
  return type === "unknown" ? null : type === "public" ? `${address}/P` : address;
}

export const readBumble: Reader = (files, { findings }) => {
  const [, content] = onlyFile(files);
  const namespaces = namespacesIn(jsonOf(content));
  const records = [...namespaces].flatMap(([namespace, peers]) =>
    [...peers].flatMap(([peer, entry]) => recordOf(namespace, peer, entry, findings) ?? []),
  );
  const identities = [...namespaces.keys()].flatMap((name) => {
    const local = namedIdentity(name);
    return local === null ? [] : [{ local, ownIrk: null }];
  });
  return { records, identities, tables: [] };
};

/** Null, and a finding, where an entry holds nothing for us. */
export function recordOf(
  namespace: string,
  name: string,
  entry: RawFields,
  findings: Findings,
): KeyRecord | null {
  const where = `${namespace}, ${name}`;
  const peer = peerOf(name, entry["address_type"]);
  if (peer === null) {
    findings.add("L-24", where, "no readable address");
    return null;
  }
  if (entry["link_key"] !== undefined) findings.add("L-22", where);
  const local = namedIdentity(namespace);
  const ltk = entry["ltk"];
  const old = LEGACY.filter((field) => isSet(entry[field]));
  if (isSet(ltk) && old.length > 0) findings.add("L-20", where);
  if (!isSet(ltk) && old.length > 0) findings.add("L-21", where);
  const keys = isSet(ltk)
    ? [key(ltk, "either", where, findings)]
    : old.map((field) =>
        key(entry[field], field === "ltk_central" ? "central" : "peripheral", where, findings),
      );
  const csrk = isSet(entry["csrk"]) ? value("CSRK", entry["csrk"], where, findings) : null;
  if (csrk !== null) findings.add("L-23", where);
  return assemble(
    {
      where,
      local,
      peer,
      keys,
      irk: isSet(entry["irk"]) ? value("IRK", entry["irk"], where, findings) : null,
      csrkRemote: csrk === null ? null : { key: csrk, counter: null },
      extra: { bumble: { namespace, fields: leftOver(entry, isSet(ltk) ? old : []) } },
    },
    findings,
  );
}

/** 0 and 2 are public, 1 and 3 random; without a type the name decides, against its name nobody knows. */
function peerOf(name: string, type: unknown): Identity | null {
  const named = namedIdentity(name);
  if (named === null || type === undefined || type === null) return named;
  const said = type === 0 || type === 2 ? "public" : type === 1 || type === 3 ? "random" : "unknown";
  const agreed = (named.type === "public") === (said === "public");
  return typed(named.address, agreed ? said : "unknown");
}

function isSet(field: unknown): boolean {
  return field !== undefined && field !== null;
}

function value(what: string, field: unknown, where: string, findings: Findings): string | null {
  return findings.attempt(where, () => hexOf(what, isFields(field) ? field["value"] : field, 16));
}

function key(field: unknown, place: DraftKey["place"], where: string, findings: Findings): DraftKey | null {
  return findings.attempt(where, () => {
    const held = isFields(field) ? field : {};
    const sc = place === "either";
    const { authenticated, ediv, rand } = held;
    return {
      where,
      place,
      sc,
      ltk: hexOf("LTK", held["value"], 16),
      ediv: sc && !isSet(ediv) ? 0 : edivOf(ediv),
      rand: sc && !isSet(rand) ? ZERO_RAND : hexOf("Rand", rand, 8),
      keySize: null,
      authenticated: typeof authenticated === "boolean" ? authenticated : null,
      debug: null,
    };
  });
}

/** Fields that we do not use, as they are; of keys that we use, only what stands beside them. */
function leftOver(entry: RawFields, old: readonly string[]): JsonFields {
  const beside = ["ltk", ...LEGACY].flatMap((name) => {
    const held = entry[name];
    if (!isFields(held) || old.includes(name)) return [];
    const rest = unknownFields(held, KEY_FIELDS);
    return isEmpty(rest) ? [] : [[name, rest] as const];
  });
  // Their level is nobody's key: it says how the key was sent.
  const others = ["irk", "csrk"].flatMap((name) => {
    const held = entry[name];
    return isFields(held) ? [[name, unknownFields(held, new Set(["value"]))] as const] : [];
  });
  const kept = old.map((name) => [name, asJson(entry[name])] as const);
  return {
    ...unknownFields(entry, ENTRY_FIELDS),
    ...Object.fromEntries([...beside, ...others.filter(([, rest]) => !isEmpty(rest)), ...kept]),
  };
}
