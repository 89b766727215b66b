/** Secrets as aioble saves them for NimBLE: a list of type, key and value. */
import { toHex } from "../../../hci/codec/bytes.ts";
import { assemble, type Draft, type DraftKey } from "./assemble.ts";
import { fromBase64 } from "./base64.ts";
import type { Findings } from "./findings.ts";
import { jsonOf, onlyFile } from "./input.ts";
import { wrongShape } from "./problem.ts";
import type { Reader } from "./reader.ts";
import type { Identity, KeyRecord, SigningKey } from "./record.ts";
import { addressFrom, keySizeOf, typed } from "./values.ts";

const FORMAT = "aioble";
export const OWN_SECRET = 1;
export const PEER_SECRET = 2;
export const OWN_IRK = 10;
/** Of a security record in the usual 32- and 64-bit builds. */
export const RECORD_OCTETS = 80;

export interface Secret {
  readonly type: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** All entries, in order. Throws `KeyFileError` where one is damaged: a damaged list is no list of fewer secrets. */
export function secretsIn(value: unknown): readonly Secret[] {
  if (!Array.isArray(value)) throw wrongShape(FORMAT, "", "not a list of secrets");
  return value.map((entry: unknown, i) => {
    const where = `[${i}]`;
    if (!Array.isArray(entry) || entry.length !== 3)
      throw wrongShape(FORMAT, where, "not type, key and value");
    const [type, key, held]: readonly unknown[] = entry;
    if (typeof type !== "number" || !Number.isInteger(type))
      throw wrongShape(FORMAT, where, "the type is no number");
    const secret = { type, key: octets(key, where), value: octets(held, where) };
    checkLength(secret, where);
    return secret;
  });
}

function octets(text: unknown, where: string): Uint8Array {
  const decoded = typeof text === "string" ? fromBase64(text) : undefined;
  if (decoded === undefined) throw wrongShape(FORMAT, where, "not base64");
  return decoded;
}

function checkLength({ type, key, value }: Secret, where: string): void {
  if (type === OWN_IRK) {
    if (value.length !== 16) throw wrongShape(FORMAT, where, `an own IRK of ${value.length} octets`);
  } else if (isBond(type)) {
    if (key.length !== 7) throw wrongShape(FORMAT, where, `an address of ${key.length} octets`);
    if (value.length !== RECORD_OCTETS)
      throw wrongShape(
        FORMAT,
        where,
        `unknown build: a security record of ${value.length} octets, not ${RECORD_OCTETS}`,
      );
  }
}

export function isBond(type: number): boolean {
  return type === OWN_SECRET || type === PEER_SECRET;
}

/** Peer of a secret: address type, then the address, least significant octet first. */
export function peerOf(key: Uint8Array): Identity {
  const type = key[0] ?? 0xff;
  const address = addressFrom(key.slice(1, 7).reverse());
  return typed(address, type > 3 ? "unknown" : type % 2 === 0 ? "public" : "random");
}

export const readAioble: Reader = (files, { findings }) => {
  const [, content] = onlyFile(files);
  const secrets = secretsIn(jsonOf(content));
  const own = secrets.find(({ type }) => type === OWN_IRK);
  const ownIrk = own === undefined ? null : toHex(own.value);
  const peers = Map.groupBy(
    secrets.filter(({ type }) => isBond(type)),
    ({ key }) => toHex(key),
  );
  const records = [...peers.values()].flatMap((bond) => recordOf(bond, ownIrk, findings) ?? []);
  return { records, identities: ownIrk === null ? [] : [{ local: null, ownIrk }], tables: [] };
};

export function recordOf(
  secrets: readonly Secret[],
  ownIrk: string | null,
  findings: Findings,
): KeyRecord | null {
  const [first] = secrets;
  if (first === undefined) return null;
  const peer = peerOf(first.key);
  const where = peer.address;
  // Our own half first: what the peer gave us counts more where both claim the one key of Secure Connections.
  const halves = secrets.toSorted((a, b) => a.type - b.type);
  if (halves.some(({ key, value }) => toHex(key) !== toHex(value.subarray(0, 7)))) {
    findings.add("L-24", where, "the record is about another address than its key");
    return null;
  }
  let draft: Draft = { where, local: null, ownIrk, peer, keys: [], extra: {} };
  for (const { type, value } of halves) {
    const half = halfOf(type, value, where, findings);
    const keys = [...draft.keys, ...half.keys];
    const { irk, csrk } = half;
    draft =
      type === OWN_SECRET
        ? { ...draft, keys, ownIrk: irk ?? draft.ownIrk ?? null, csrkLocal: csrk }
        : { ...draft, keys, irk, csrkRemote: csrk };
  }
  return assemble(draft, findings);
}

interface Half {
  readonly keys: readonly (DraftKey | null)[];
  readonly irk: string | null;
  readonly csrk: SigningKey | null;
}

function halfOf(type: number, record: Uint8Array, where: string, findings: Findings): Half {
  const bit = (offset: number, mask: number): boolean => ((record[offset] ?? 0) & mask) !== 0;
  const hex = (offset: number, length: number): string => toHex(record.subarray(offset, offset + length));
  const sc = bit(74, 4);
  const key = (): DraftKey => ({
    where,
    place: type === OWN_SECRET ? "peripheral" : sc ? "either" : "central",
    sc,
    ltk: hex(24, 16),
    ediv: (record[8] ?? 0) + 256 * (record[9] ?? 0),
    rand: hex(16, 8),
    keySize: keySizeOf(record[7]),
    authenticated: bit(74, 2),
    debug: null,
  });
  const signed = bit(74, 1);
  if (signed) findings.add("L-23", where);
  return {
    keys: bit(40, 1) ? [findings.attempt(where, key)] : [],
    irk: bit(57, 1) ? hex(41, 16) : null,
    csrk: signed ? { key: hex(58, 16), counter: null } : null,
  };
}
