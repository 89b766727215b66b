/** BTstack's stored values: a `.tlv` file, or the localStorage of its port to the web. Import only. */
import { reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { Aes128 } from "../../../hci/ports.ts";
import { isFields } from "../../storage/check.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import type { Findings } from "./findings.ts";
import { jsonOf, linesOf, onlyFile, textOf } from "./input.ts";
import { KeyFileError, wrongShape } from "./problem.ts";
import type { Reader } from "./reader.ts";
import type { Identity, KeyRecord, SigningKey } from "./record.ts";
import { adapterIdentity, addressFrom, addressOf, isZero, keySizeOf, typed } from "./values.ts";

const FORMAT = "btstack";
/** `BTstack`, then an octet of status. */
const HEADER = [0x42, 0x54, 0x73, 0x74, 0x61, 0x63, 0x6b];
const HEADER_OCTETS = 8;
/** BTstack itself reads no longer value. */
const MAX_VALUE = 2048;
const TAG_IR = 0x534d4952;
/** `BTD` and an index. */
const TAG_BOND = 0x425444;
const BOND_OCTETS = 60;
const SIGNED_BOND_OCTETS = 100;

/** Tag → its last value. */
type Values = ReadonlyMap<number, Uint8Array>;

export const readBtstack: Reader = (files, { aes, findings }) => {
  const [path, content] = onlyFile(files);
  const values =
    typeof content !== "string" && startsAsTlv(content) ? tlvValues(content) : storageValues(content);
  const local = localOf(path);
  const ir = values.get(TAG_IR);
  const ownIrk = ir === undefined || ir.length !== 16 ? null : ownIrkFrom(aes, ir);
  const bonds = [...values].flatMap(([tag, value]) => (tag >>> 8 === TAG_BOND ? [bondOf(tag, value)] : []));
  const records = bonds
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((bond) => recordOf(bond, { local, ownIrk }, findings));
  const known = local !== null || ownIrk !== null;
  return { records, identities: known ? [{ local, ownIrk }] : [], tables: [] };
};

/** Vol 3 Part H 2.4.2.1 and 2.2.3: IRK = d1(IR, 1, 0). `ir` most significant octet first; the IRK in wire order. */
export function ownIrkFrom(aes: Aes128, ir: Uint8Array): string {
  const block = new Uint8Array(16);
  block[15] = 1;
  return toHex(reversed(aes.encrypt(ir, block)));
}

export function startsAsTlv(content: Uint8Array): boolean {
  return HEADER.every((octet, i) => content[i] === octet);
}

/** Desktop ports put the controller's address into the name. */
function localOf(path: string): Identity | null {
  const name = path.split("/").at(-1) ?? "";
  const found = /(?:^|[^0-9a-f])((?:[0-9a-f]{2}[-:]){5}[0-9a-f]{2})(?![0-9a-f])/iu.exec(name)?.[1];
  const address = addressOf(found);
  return address === undefined ? null : adapterIdentity(address);
}

/** Throws `KeyFileError` where a record is cut or too long. */
function tlvValues(content: Uint8Array): Values {
  const damaged = (offset: number, reason: string): KeyFileError =>
    new KeyFileError({ kind: "damaged", format: FORMAT, offset, reason });
  if (content.length < HEADER_OCTETS) throw damaged(content.length, "the header is cut");
  if (content[7] !== 0) throw damaged(7, "not a file but a dump of flash memory, which is not supported");
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const values = new Map<number, Uint8Array>();
  let offset = HEADER_OCTETS;
  while (offset < content.length) {
    if (content.length - offset < 8) throw damaged(offset, "the head of a record is cut");
    const tag = view.getUint32(offset);
    const length = view.getUint32(offset + 4);
    const start = offset + 8;
    if (length > MAX_VALUE) throw damaged(offset, `a value of ${length} octets`);
    if (content.length - start < length) throw damaged(offset, "a value is cut");
    put(values, tag, content.subarray(start, start + length));
    offset = start + length;
  }
  return values;
}

/** The last value with a tag counts; an empty one deletes. */
function put(values: Map<number, Uint8Array>, tag: number, value: Uint8Array): void {
  values.delete(tag);
  if (value.length > 0) values.set(tag, value);
}

/** Lines `TAG-42544400 = [2,0,…]`, or a JSON map with such names. Throws `KeyFileError`. */
function storageValues(content: Uint8Array | string): Values {
  const text = textOf(content);
  const values = new Map<number, Uint8Array>();
  const entries = text.trimStart().startsWith("{") ? mapEntries(text) : lineEntries(text);
  for (const [name, value] of entries) {
    const tag = /^TAG-([0-9a-f]{8})$/iu.exec(name)?.[1];
    if (tag === undefined) continue;
    put(values, Number.parseInt(tag, 16), octetsIn(value, name));
  }
  return values;
}

function mapEntries(text: string): readonly (readonly [name: string, value: unknown])[] {
  const map = jsonOf(text);
  return isFields(map) ? Object.entries(map) : [];
}

function lineEntries(text: string): readonly (readonly [name: string, value: unknown])[] {
  return linesOf(text).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const [, name, value] = /^\s*(TAG-[0-9a-f]{8})\s*[=:]\s*(.*)$/iu.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw wrongShape(FORMAT, `line ${i + 1}`, "neither a TLV file nor an item TAG-… = […]");
    return [[name, value] as const];
  });
}

/** A localStorage item is text; a dump of all of it may have the list itself. */
function octetsIn(value: unknown, where: string): Uint8Array {
  const list = typeof value === "string" ? jsonOf(value) : value;
  const isOctet = (entry: unknown): entry is number =>
    typeof entry === "number" && Number.isInteger(entry) && entry >= 0 && entry <= 0xff;
  if (!Array.isArray(list) || list.length > MAX_VALUE || !list.every(isOctet))
    throw wrongShape(FORMAT, where, "not a list of octets");
  return Uint8Array.from(list);
}

interface StoredBond {
  readonly index: number;
  readonly sequence: number;
  readonly value: Uint8Array;
}

/** Throws `KeyFileError`: another length is another build, or damage. */
function bondOf(tag: number, value: Uint8Array): StoredBond {
  const index = tag & 0xff;
  if (value.length !== BOND_OCTETS && value.length !== SIGNED_BOND_OCTETS)
    throw wrongShape(FORMAT, `bond ${index}`, `unknown build: ${value.length} octets, not 60 or 100`);
  return { index, sequence: little(value, 0, 4), value };
}

function little(octets: Uint8Array, offset: number, length: number): number {
  return octets.subarray(offset, offset + length).reduceRight((value, octet) => value * 256 + octet, 0);
}

function recordOf(
  { index, sequence, value }: StoredBond,
  own: { readonly local: Identity | null; readonly ownIrk: string | null },
  findings: Findings,
): KeyRecord {
  const wire = (offset: number, length: number): string =>
    toHex(reversed(value.subarray(offset, offset + length)));
  const type = little(value, 4, 4);
  const address = addressFrom(value.subarray(8, 14));
  const peer = typed(address, type > 3 ? "unknown" : type % 2 === 0 ? "public" : "random");
  const where = `bond ${index}: ${address}`;
  const sc = value[59] !== 0;
  const key = (): DraftKey => ({
    where,
    place: sc ? "either" : "central",
    sc,
    ltk: wire(30, 16),
    ediv: little(value, 46, 2),
    rand: wire(48, 8),
    keySize: keySizeOf(value[56]),
    authenticated: value[57] !== 0,
    debug: null,
  });
  const signed = value.length === SIGNED_BOND_OCTETS;
  const signing = (offset: number): SigningKey | null =>
    signed && !isZero(wire(offset, 16))
      ? { key: wire(offset, 16), counter: little(value, offset + 16, 4) }
      : null;
  return assemble(
    {
      where,
      ...own,
      peer,
      keys: [findings.attempt(where, key)],
      irk: wire(14, 16),
      csrkRemote: signing(60),
      csrkLocal: signing(80),
      extra: { btstack: { index, sequence, authorised: value[58] ?? 0 } },
    },
    findings,
  );
}
