/** Zephyr's Bluetooth settings as a dump: lines `name=hex`, or a JSON map. Import only. */
import { toHex } from "../../../hci/codec/bytes.ts";
import { isFields } from "../../storage/check.ts";
import { assemble, type DraftKey } from "./assemble.ts";
import { type Findings, Refusal } from "./findings.ts";
import { jsonOf, linesOf, onlyFile, textOf } from "./input.ts";
import { wrongShape } from "./problem.ts";
import type { Reader } from "./reader.ts";
import type { Identity, KeyRecord, OwnIdentity, SigningKey } from "./record.ts";
import { addressFrom, addressOf, keySizeOf, octetsOfHex, typed } from "./values.ts";

const FORMAT = "zephyr";
const NAME = /^bt\/[\w/-]*$/u;
const BOND = /^bt\/keys\/([0-9a-f]{12})([0-9a-f])(?:\/(\d{1,3}))?$/iu;

/** Bits of the octet of flags, and of the present keys. */
const FLAGS = { authenticated: 0x01, debug: 0x02, sc: 0x10, oob: 0x20 } as const;
const PRESENT = { own: 0x01, irk: 0x02, peer: 0x04, csrkLocal: 0x08, csrkRemote: 0x10, sc: 0x20 } as const;

/** Offsets after the header of the build, and the least lengths. */
const BASE_OCTETS = 52;
const SIGNING_OCTETS = 40;
const LTK_OCTETS = 26;

export const readZephyr: Reader = (files, { findings }) => {
  const [, content] = onlyFile(files);
  const settings = settingsIn(content);
  if (settings.size === 0) throw wrongShape(FORMAT, "", "no setting whose name starts with bt/");
  const identities = identitiesIn(settings, findings);
  const records = [...settings].flatMap(([name, text]) => {
    const [, address, type, id = "0"] = BOND.exec(name) ?? [];
    const peer = addressOf(address);
    if (peer === undefined) return [];
    const own = identities[Number(id)] ?? { local: null, ownIrk: null };
    const identity = typed(peer, type === "0" ? "public" : type === "1" ? "random" : "unknown");
    const value = findings.attempt(name, () => octetsIn(text));
    return value === null ? [] : (recordOf(name, value, identity, own, findings) ?? []);
  });
  return { records, identities, tables: [] };
};

/** Name → value as written. Throws `KeyFileError`. */
function settingsIn(content: Uint8Array | string): ReadonlyMap<string, unknown> {
  const text = textOf(content);
  if (text.trimStart().startsWith("{")) {
    const map = jsonOf(text);
    return new Map(isFields(map) ? Object.entries(map).filter(([name]) => NAME.test(name)) : []);
  }
  const settings = new Map<string, unknown>();
  for (const [i, line] of linesOf(text).entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/u.exec(trimmed) ?? [];
    if (name === undefined) throw wrongShape(FORMAT, `line ${i + 1}`, "not name=hex");
    if (NAME.test(name)) settings.set(name, value);
  }
  return settings;
}

function octetsIn(text: unknown): Uint8Array {
  const hex = typeof text === "string" ? text.replaceAll(/\s/gu, "") : "";
  if (hex.length % 2 !== 0 || !/^[0-9a-f]+$/iu.test(hex))
    throw new Refusal("L-01", "the value is not hexadecimal");
  return octetsOfHex(hex);
}

/** `bt/id`: type and address of each identity; `bt/irk`: their keys in the same order. */
function identitiesIn(settings: ReadonlyMap<string, unknown>, findings: Findings): readonly OwnIdentity[] {
  const read = (name: string, size: number): readonly Uint8Array[] => {
    const text = settings.get(name);
    if (text === undefined) return [];
    const octets = findings.attempt(name, () => octetsIn(text)) ?? new Uint8Array();
    if (octets.length % size !== 0) findings.add("L-24", name, `not a multiple of ${size} octets`);
    return Array.from({ length: Math.floor(octets.length / size) }, (_, i) =>
      octets.slice(size * i, size * (i + 1)),
    );
  };
  const ids = read("bt/id", 7);
  const irks = read("bt/irk", 16);
  return Array.from({ length: Math.max(ids.length, irks.length) }, (_, i) => {
    const [id, irk] = [ids[i], irks[i]];
    return { local: id === undefined ? null : identityIn(id), ownIrk: irk === undefined ? null : toHex(irk) };
  });
}

function identityIn(octets: Uint8Array): Identity {
  const [type = 0xff] = octets;
  const address = addressFrom(octets.slice(1).reverse());
  return typed(address, type === 0 ? "public" : type === 1 ? "random" : "unknown");
}

/** Null, and a finding, where the value cannot be a bond. */
function recordOf(
  name: string,
  value: Uint8Array,
  peer: Identity,
  own: OwnIdentity,
  findings: Findings,
): KeyRecord | null {
  // Newer layouts have a version and the flags of the build in front; a key size is never above 16.
  const versioned = (value[0] ?? 0) > 16;
  const bond = versioned ? value.subarray(4) : value;
  return findings.attempt(name, () => {
    const { present, ownAt, signing } = layoutOf(bond);
    const has = (bit: number): boolean => (present & bit) !== 0;
    const flag = (bit: number): boolean => ((bond[1] ?? 0) & bit) !== 0;
    const sc = flag(FLAGS.sc) || has(PRESENT.sc);
    const key = (at: number, place: DraftKey["place"]): DraftKey | null =>
      findings.attempt(name, () => keyAt(bond, at, { place, sc: place === "either" }, name));
    const irk = has(PRESENT.irk) ? hex(bond, 30, 16) : null;
    return assemble(
      {
        where: name,
        ...own,
        peer,
        keys: [
          has(PRESENT.own) ? key(ownAt, "peripheral") : null,
          has(PRESENT.peer) || has(PRESENT.sc) ? key(4, sc ? "either" : "central") : null,
        ],
        irk,
        csrkLocal: signing && has(PRESENT.csrkLocal) ? signingAt(bond, 52) : null,
        csrkRemote: signing && has(PRESENT.csrkRemote) ? signingAt(bond, 72) : null,
        oob: flag(FLAGS.oob),
        extra: {
          zephyr: { header: versioned ? toHex(value.subarray(0, 4)) : null, lastAddress: hex(bond, 46, 6) },
        },
      },
      findings,
    );
  });
}

interface Layout {
  readonly present: number;
  /** Where our own legacy key starts. */
  readonly ownAt: number;
  readonly signing: boolean;
}

/** Builds differ; the present bits and the length say which one this is. Throws a `Refusal` where they disagree. */
function layoutOf(bond: Uint8Array): Layout {
  if (bond.length < BASE_OCTETS)
    throw new Refusal("L-01", `the value has ${bond.length} octets, it may be cut`);
  const present = (bond[2] ?? 0) + 256 * (bond[3] ?? 0);
  const signed = (present & (PRESENT.csrkLocal | PRESENT.csrkRemote)) !== 0;
  const signing = signed || bond.length >= BASE_OCTETS + SIGNING_OCTETS + LTK_OCTETS;
  const ownAt = BASE_OCTETS + (signing ? SIGNING_OCTETS : 0);
  const needed = (present & PRESENT.own) !== 0 ? ownAt + LTK_OCTETS : signed ? ownAt : BASE_OCTETS;
  if (bond.length < needed)
    throw new Refusal("L-01", `the value has ${bond.length} octets, its keys need ${needed}`);
  return { present, ownAt, signing };
}

function keyAt(bond: Uint8Array, at: number, kind: Pick<DraftKey, "place" | "sc">, where: string): DraftKey {
  const flags = bond[1] ?? 0;
  return {
    where,
    ...kind,
    rand: hex(bond, at, 8),
    ediv: (bond[at + 8] ?? 0) + 256 * (bond[at + 9] ?? 0),
    ltk: hex(bond, at + 10, 16),
    keySize: keySizeOf(bond[0]),
    authenticated: (flags & FLAGS.authenticated) !== 0,
    debug: (flags & FLAGS.debug) !== 0,
  };
}

function signingAt(bond: Uint8Array, at: number): SigningKey {
  const counter = bond.subarray(at + 16, at + 20).reduceRight((value, octet) => value * 256 + octet, 0);
  return { key: hex(bond, at, 16), counter };
}

function hex(octets: Uint8Array, at: number, length: number): string {
  return toHex(octets.subarray(at, at + length));
}
