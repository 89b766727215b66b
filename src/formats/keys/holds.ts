/** What each format that we write can hold of a bond: the record as it would come back from such a file. */
import { sameValue } from "../../storage/same.ts";
import { arrange, spread } from "./key-set.ts";
import type { Identity, KeyRecord, OtherKey, SigningKey, WrittenFormat } from "./record.ts";
import { adapterIdentity, airType, provenKeySize, typed } from "./values.ts";

/** Why a format has no place for a bond. */
export type Unfit =
  | "no-key"
  | "debug-key"
  | "key-size-unknown"
  | "address-type-unknown"
  | "own-address-unknown"
  /** Another bond of the same export has the only place for it. */
  | "place-taken";

export type Held = { readonly record: KeyRecord } | { readonly unfit: Unfit };

export function heldBy(format: WrittenFormat, record: KeyRecord): Held {
  const bare = {
    ...record,
    ownIrk: null,
    csrkLocal: null,
    csrkRemote: null,
    oob: null,
    name: null,
    proof: "unproven",
  } as const;
  switch (format) {
    case "habluetooth":
      return habluetooth(record, bare);
    case "bluez":
      return bluez(record, bare);
    case "bumble":
      return bumble(record, bare);
    case "aioble":
      return aioble(record, bare);
  }
}

/** The newest key of each kind: what a format with one place for each can hold. */
export function newestKeys(record: KeyRecord): Readonly<Record<OtherKey["place"], OtherKey | null>> {
  const keys = spread(record);
  const newest = (place: OtherKey["place"]): OtherKey | null =>
    keys.findLast((key) => key.place === place) ?? null;
  return { sc: newest("sc"), central: newest("central"), peripheral: newest("peripheral") };
}

/** The size that a file may state: the one known, or the one that the octets prove. Never an invented one. */
export function statedKeySize({ keySize, ltk }: Pick<OtherKey, "keySize" | "ltk">): number | null {
  return keySize ?? provenKeySize(ltk);
}

/** Both bonds would leave the same in a file of this format. */
export function sameHeld(format: WrittenFormat, a: KeyRecord, b: KeyRecord): boolean {
  const [one, other] = [heldBy(format, a), heldBy(format, b)];
  if ("unfit" in one || "unfit" in other) return false;
  return sameValue({ ...one.record, extra: null }, { ...other.record, extra: null });
}

type Bare = Omit<KeyRecord, "local" | "irk">;

/** With keys as they come back; null for a key that the format cannot hold. */
function made(
  record: Bare & Pick<KeyRecord, "local" | "irk">,
  keys: readonly (OtherKey | null)[],
  as: (key: OtherKey) => OtherKey,
): KeyRecord {
  const { several: _, ...arranged } = arrange(keys.flatMap((key) => (key === null ? [] : [as(key)])));
  return { ...record, ...arranged, peer: read(record.peer) };
}

/** An address as a reader classifies it. */
function read(identity: Identity): Identity {
  return typed(identity.address, airType(identity) ?? "unknown");
}

function numbered(key: OtherKey): OtherKey {
  const debug = key.debug === true;
  return {
    ...key,
    keySize: statedKeySize(key),
    authenticated: debug ? null : (key.authenticated ?? false),
    debug,
  };
}

/** The numbers for key types have a debug key of Secure Connections only. */
function isLegacyDebug({ place, debug }: OtherKey): boolean {
  return place !== "sc" && debug === true;
}

function habluetooth(record: KeyRecord, bare: KeyRecord): Held {
  const keys = spread(record);
  if (keys.length === 0) return { unfit: "no-key" };
  if (keys.some(isLegacyDebug)) return { unfit: "debug-key" };
  if (airType(record.peer) === null) return { unfit: "address-type-unknown" };
  return { record: made({ ...bare, local: null, irk: null }, keys, numbered) };
}

function bluez(record: KeyRecord, bare: KeyRecord): Held {
  const { sc, central, peripheral } = newestKeys(record);
  const keys = [central, sc ?? peripheral];
  if (record.local === null) return { unfit: "own-address-unknown" };
  if (keys.some((key) => key !== null && isLegacyDebug(key))) return { unfit: "debug-key" };
  const { ownIrk, irk, csrkLocal, csrkRemote, name } = record;
  const local = adapterIdentity(record.local.address);
  return { record: made({ ...bare, local, ownIrk, irk, csrkLocal, csrkRemote, name }, keys, numbered) };
}

function bumble(record: KeyRecord, bare: KeyRecord): Held {
  const { sc, central, peripheral } = newestKeys(record);
  const keys = sc === null ? [central, peripheral] : [sc];
  if (keys.some((key) => key?.debug === true)) return { unfit: "debug-key" };
  if (airType(record.peer) === null) return { unfit: "address-type-unknown" };
  if (record.local !== null && airType(record.local) === null) return { unfit: "own-address-unknown" };
  const local = record.local === null ? null : read(record.local);
  const csrkRemote = withoutCounter(record.csrkRemote);
  const as = (key: OtherKey): OtherKey => ({ ...key, keySize: null, debug: null });
  return { record: made({ ...bare, local, irk: record.irk, csrkRemote }, keys, as) };
}

function aioble(record: KeyRecord, bare: KeyRecord): Held {
  const { sc, central, peripheral } = newestKeys(record);
  const keys = sc === null ? [peripheral, central] : [sc];
  if (keys.some((key) => key?.debug === true)) return { unfit: "debug-key" };
  if (airType(record.peer) === null) return { unfit: "address-type-unknown" };
  if (keys.some((key) => key !== null && statedKeySize(key) === null)) return { unfit: "key-size-unknown" };
  const { ownIrk, irk } = record;
  const [csrkLocal, csrkRemote] = [withoutCounter(record.csrkLocal), withoutCounter(record.csrkRemote)];
  const as = (key: OtherKey): OtherKey => ({
    ...key,
    keySize: statedKeySize(key),
    authenticated: key.authenticated ?? false,
    debug: null,
  });
  return { record: made({ ...bare, local: null, ownIrk, irk, csrkLocal, csrkRemote }, keys, as) };
}

function withoutCounter(key: SigningKey | null): SigningKey | null {
  return key === null ? null : { key: key.key, counter: null };
}
