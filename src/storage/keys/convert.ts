/** Between the host stack's bonds, the plain records of files, and the octets that are sealed. */
import { equal, fromHex, reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { Bond, Bytes, LongTermKey, PairingMethod } from "../../../hci/ports.ts";
import { addressOf } from "./ids.ts";
import type { VaultRecord, PlainCsrk, PlainLegacyKey, PlainScKey } from "./record.ts";
import type { BondKeyRow, KeyFacts, Slot } from "./rows.ts";
import { type Csrk, type LegacyKey, type ScKey, type Secrets, typesOf } from "./secrets.ts";

/** Copies: wiping them leaves the bond as it is. Throws TypeError for a bond that contradicts itself. */
export function secretsOfBond({ secureConnections, asCentral, asPeripheral, irk }: Bond): Secrets {
  const rest = { irk: irk && reversed(irk), csrkLocal: null, csrkRemote: null };
  if (!secureConnections) {
    return { sc: null, central: legacyOf(asCentral), peripheral: legacyOf(asPeripheral), ...rest };
  }
  const [one, two] = [asCentral ?? asPeripheral, asPeripheral ?? asCentral];
  if (one === null || two === null) return { sc: null, central: null, peripheral: null, ...rest };
  if (!equal(one.value, two.value) || one.keySize !== two.keySize)
    throw new TypeError("Cannot store this bond: Secure Connections gives one key for both roles");
  if ([one, two].some(({ ediv, rand }) => ediv !== 0 || rand.some((octet) => octet !== 0)))
    throw new TypeError("Cannot store this bond: EDIV and Rand are 0 with Secure Connections");
  const sc = { ltk: reversed(one.value), keySize: one.keySize };
  return { sc, central: null, peripheral: null, ...rest };
}

function legacyOf(key: LongTermKey | null): LegacyKey | null {
  if (key === null) return null;
  const { value, ediv, rand, keySize } = key;
  return { ltk: reversed(value), keySize, ediv, rand: reversed(rand) };
}

/** What is known of a bond that was just made here. */
export function factsOfBond(
  { authenticated, method }: Bond,
  secrets: Secrets,
  about: { readonly at: string; readonly role: KeyFacts["role"] },
): KeyFacts {
  return {
    types: typesOf(secrets),
    keySize: smallestSize(secrets),
    authenticated,
    debug: false,
    oob: method === "oob" || method === "legacy-oob",
    method,
    role: about.role,
    createdAt: about.at,
    imported: null,
  };
}

/** Whether both would encrypt the same links and resolve the same addresses. */
export function sameSecrets(a: Secrets, b: Secrets): boolean {
  return (
    sameLtk(a.sc, b.sc) &&
    sameLegacy(a.central, b.central) &&
    sameLegacy(a.peripheral, b.peripheral) &&
    sameOctets(a.irk, b.irk) &&
    sameOctets(a.csrkLocal?.key, b.csrkLocal?.key) &&
    sameOctets(a.csrkRemote?.key, b.csrkRemote?.key)
  );
}

/** The same in what the host stack knows of a bond: it has no signing keys. */
export function sameForStack(a: Secrets, b: Secrets): boolean {
  const none = { csrkLocal: null, csrkRemote: null };
  return sameSecrets({ ...a, ...none }, { ...b, ...none });
}

function sameOctets(a: Bytes | null | undefined, b: Bytes | null | undefined): boolean {
  return equal(a ?? [], b ?? []);
}

function sameLtk(a: ScKey | null, b: ScKey | null): boolean {
  if (a === null || b === null) return a === b;
  return equal(a.ltk, b.ltk) && usedSize(a) === usedSize(b);
}

function sameLegacy(a: LegacyKey | null, b: LegacyKey | null): boolean {
  if (a === null || b === null) return a === b;
  return sameLtk(a, b) && a.ediv === b.ediv && equal(a.rand, b.rand);
}

/**
 * As the host stack wants it, in fresh octets; null for a place without addresses. Levels that were only claimed by a
 * file do not count, and neither does a debug key.
 */
export function bondOf(row: BondKeyRow, { facts }: Slot, secrets: Secrets): Bond | null {
  const [local, peer] = [addressOf(row.local), addressOf(row.peer)];
  if (local === null || peer === null) return null;
  const { sc, central, peripheral, irk } = secrets;
  const secureConnections = sc !== null;
  const shared = sc && { value: reversed(sc.ltk), ediv: 0, rand: new Uint8Array(8), keySize: usedSize(sc) };
  const usable = facts.debug !== true;
  return {
    local,
    peer,
    asCentral: usable ? (shared ?? stackKey(central)) : null,
    asPeripheral: usable ? (shared ?? stackKey(peripheral)) : null,
    irk: irk && reversed(irk),
    secureConnections,
    authenticated: facts.authenticated === true && facts.imported?.accepted !== false,
    method: facts.method ?? likelyMethod(secureConnections, facts.oob === true),
  };
}

function stackKey(key: LegacyKey | null): LongTermKey | null {
  if (key === null) return null;
  return {
    value: reversed(key.ltk),
    ediv: key.ediv,
    rand: reversed(key.rand),
    keySize: usedSize(key),
  };
}

/** A method that claims nothing. */
function likelyMethod(secureConnections: boolean, oob: boolean): PairingMethod {
  if (oob) return secureConnections ? "oob" : "legacy-oob";
  return secureConnections ? "just-works" : "legacy-just-works";
}

/** Where nobody said the size, the zeros at the end say it: two or more of them are hardly chance. */
function usedSize({ ltk, keySize }: ScKey): number {
  if (keySize !== null) return keySize;
  const zeros = ltk.length - 1 - ltk.findLastIndex((octet) => octet !== 0);
  return zeros >= 2 ? Math.max(7, 16 - zeros) : 16;
}

export function smallestSize({ sc, central, peripheral }: Secrets): number | null {
  const sizes = [sc, central, peripheral].flatMap((key) =>
    key === null || key.keySize === null ? [] : [key.keySize],
  );
  return sizes.length === 0 ? null : Math.min(...sizes);
}

/** Of a record that passed its check. */
export function secretsOfRecord({ keys, irk, csrkLocal, csrkRemote }: VaultRecord): Secrets {
  const sc = (key: PlainScKey): ScKey => ({ ltk: fromHex(key.ltk), keySize: key.keySize });
  const legacy = (key: PlainLegacyKey): LegacyKey => ({
    ...sc(key),
    ediv: key.ediv,
    rand: fromHex(key.rand),
  });
  const csrk = (key: PlainCsrk): Csrk => ({ ...key, key: fromHex(key.key) });
  return {
    sc: keys.sc && sc(keys.sc),
    central: keys.central && legacy(keys.central),
    peripheral: keys.peripheral && legacy(keys.peripheral),
    irk: irk === null ? null : fromHex(irk),
    csrkLocal: csrkLocal && csrk(csrkLocal),
    csrkRemote: csrkRemote && csrk(csrkRemote),
  };
}

/** The secret fields of a record. */
export function plainSecrets({ sc, central, peripheral, irk, csrkLocal, csrkRemote }: Secrets): Pick<
  VaultRecord,
  "irk" | "csrkLocal" | "csrkRemote"
> & {
  readonly keys: Omit<VaultRecord["keys"], "others">;
} {
  const plainSc = (key: ScKey): PlainScKey => ({ ltk: toHex(key.ltk), keySize: key.keySize });
  const plainLegacy = (key: LegacyKey): PlainLegacyKey => ({
    ...plainSc(key),
    ediv: key.ediv,
    rand: toHex(key.rand),
  });
  const plainCsrk = (key: Csrk): PlainCsrk => ({ ...key, key: toHex(key.key) });
  return {
    keys: {
      sc: sc && plainSc(sc),
      central: central && plainLegacy(central),
      peripheral: peripheral && plainLegacy(peripheral),
    },
    irk: irk && toHex(irk),
    csrkLocal: csrkLocal && plainCsrk(csrkLocal),
    csrkRemote: csrkRemote && plainCsrk(csrkRemote),
  };
}
