/** Writes secrets as aioble does: both halves of each bond, base64 with a line end, `", "` between values. */
import { concat } from "../../../hci/codec/bytes.ts";
import {
  isBond,
  OWN_IRK,
  OWN_SECRET,
  PEER_SECRET,
  peerOf,
  readAioble,
  RECORD_OCTETS,
  secretsIn,
} from "./aioble.ts";
import { toBase64 } from "./base64.ts";
import { newestKeys, statedKeySize } from "./holds.ts";
import { jsonOf } from "./input.ts";
import { byPlace, type Printer, unchangedPlaces } from "./print-context.ts";
import { asJson } from "./reader.ts";
import type { Identity, Json, KeyRecord, OtherKey, SigningKey } from "./record.ts";
import { addressOctets, airType, octetsOfHex } from "./values.ts";

export const printAioble: Printer = (bonds, context) => {
  const [old] = context.into;
  const value = old === undefined ? [] : jsonOf(old[1]);
  const secrets = secretsIn(value);
  const entries: readonly Json[] = Array.isArray(value) ? value.map(asJson) : [];
  const id = (peer: Identity): string => `${peer.address} ${peer.type}`;
  const placeOf = (bond: KeyRecord): string => id(bond.peer);
  const { places, taken } = byPlace(bonds, placeOf);
  const unchanged = unchangedPlaces("aioble", readAioble, context, places, placeOf);
  const written = new Set(unchanged);
  const kept = entries.flatMap((entry, i): readonly Json[] => {
    const secret = secrets[i];
    const place = secret !== undefined && isBond(secret.type) ? id(peerOf(secret.key)) : "";
    const bond = places.get(place);
    if (bond === undefined || unchanged.has(place)) return [entry];
    if (written.has(place)) return [];
    written.add(place);
    return secretsOf(bond);
  });
  const added = [...places].filter(([place]) => !written.has(place)).map(([, bond]) => bond);
  const own = old === undefined ? ownIrkSecret(bonds) : [];
  const list = [...own, ...kept, ...added.flatMap(secretsOf)];
  return { files: new Map([[old?.[0] ?? "ble_secrets.json", printSecrets(list)]]), taken };
};

function printSecrets(list: readonly Json[]): string {
  return `[${list.map(printEntry).join(", ")}]`;
}

function printEntry(entry: Json): string {
  return Array.isArray(entry)
    ? `[${entry.map((part: Json) => JSON.stringify(part)).join(", ")}]`
    : JSON.stringify(entry);
}

/** Our own key stands in the file once: only where all bonds agree on it. */
function ownIrkSecret(bonds: readonly KeyRecord[]): readonly Json[] {
  const [irk, ...others] = new Set(bonds.map(({ ownIrk }) => ownIrk));
  if (irk === undefined || irk === null || others.length > 0) return [];
  const name = Uint8Array.from("irk", (letter) => letter.charCodeAt(0));
  return [[OWN_IRK, toBase64(name), toBase64(octetsOfHex(irk))]];
}

function secretsOf(bond: KeyRecord): readonly Json[] {
  const { sc, central, peripheral } = newestKeys(bond);
  const address = addressOctets(bond.peer.address).reverse();
  const key = concat([airType(bond.peer) === "public" ? 0 : 1], address);
  const half = (type: number, ltk: OtherKey | null, irk: string | null, csrk: SigningKey | null): Json => [
    type,
    toBase64(key),
    toBase64(securityRecord(key, ltk, irk, csrk)),
  ];
  return [
    half(OWN_SECRET, sc ?? peripheral, bond.ownIrk, bond.csrkLocal),
    half(PEER_SECRET, sc ?? central, bond.irk, bond.csrkRemote),
  ];
}

function securityRecord(
  key: Uint8Array,
  ltk: OtherKey | null,
  irk: string | null,
  csrk: SigningKey | null,
): Uint8Array {
  const record = new Uint8Array(RECORD_OCTETS);
  record.set(key);
  if (ltk !== null) {
    record[7] = statedKeySize(ltk) ?? 0;
    record[8] = ltk.ediv & 0xff;
    record[9] = ltk.ediv >> 8;
    record.set(octetsOfHex(ltk.rand), 16);
    record.set(octetsOfHex(ltk.ltk), 24);
    record[40] = 1;
  }
  if (irk !== null) {
    record.set(octetsOfHex(irk), 41);
    record[57] = 1;
  }
  if (csrk !== null) record.set(octetsOfHex(csrk.key), 58);
  record[74] =
    (csrk === null ? 0 : 1) | (ltk?.authenticated === true ? 2 : 0) | (ltk?.place === "sc" ? 4 : 0);
  return record;
}
