/** What we write, read by programs that are not ours, and checked against the shapes that the hosts document. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { exportKeys } from "../../../../src/formats/keys/export.ts";
import { heldBy, statedKeySize } from "../../../../src/formats/keys/holds.ts";
import { type KeyRecord, WRITTEN_FORMATS, type WrittenFormat } from "../../../../src/formats/keys/record.ts";
import { Random } from "../../../support/random.ts";
import { EXAMPLES, OPTIONS, P1, P2, read } from "./examples.ts";
import { randomBonds } from "./random-bonds.ts";

const PYTHON = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "from gi.repository import GLib"], { stdio: "ignore" }).status === 0,
);
const skip = PYTHON === undefined && "no Python has the module gi (Debian: python3-gi)";

/** Path → text in, path → group → key → value out, by GLib's own parser. */
const READ_WITH_GLIB = `
import json, sys
from gi.repository import GLib
result = {}
for path, text in json.load(sys.stdin).items():
    file = GLib.KeyFile()
    file.load_from_data(text, len(text.encode()), GLib.KeyFileFlags.NONE)
    def value(group, key):
        return (file.get_string if key == "Name" else file.get_value)(group, key)
    result[path] = {group: {key: value(group, key) for key in file.get_keys(group)[0]} for group in file.get_groups()[0]}
json.dump(result, sys.stdout)
`;

type Groups = Readonly<Record<string, Readonly<Record<string, string>>>>;

function glib(files: ReadonlyMap<string, unknown>): ReadonlyMap<string, Groups> {
  const input = JSON.stringify(Object.fromEntries(files));
  const { stdout, stderr, status } = spawnSync(PYTHON ?? "", ["-c", READ_WITH_GLIB], {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  assert.equal(status, 0, stderr);
  return new Map(Object.entries<Groups>(JSON.parse(stdout)));
}

/** The groups that BlueZ must find, from the record alone. */
function expectedGroups(bond: KeyRecord): Groups {
  const held = heldBy("bluez", bond);
  assert.ok("record" in held);
  const { keys, keySize, authenticated, debug, irk, name, peer } = held.record;
  const type = (sc: boolean): string =>
    String(debug === true ? 4 : (sc ? 2 : 0) + (authenticated === true ? 1 : 0));
  const group = (ltk: string, ediv: number, rand: string, sc: boolean): Record<string, string> => ({
    Key: ltk.toUpperCase(),
    Authenticated: type(sc),
    ...(keySize === null ? {} : { EncSize: String(keySize) }),
    EDiv: String(ediv),
    Rand: Buffer.from(rand, "hex").readBigUInt64LE().toString(),
  });
  const { sc, central, peripheral } = keys;
  const second = sc === null ? peripheral : { ltk: sc.ltk, ediv: 0, rand: "0".repeat(16) };
  const both = second === null ? null : group(second.ltk, second.ediv, second.rand, sc !== null);
  return {
    General: {
      ...(name === null ? {} : { Name: name }),
      ...(peer.type === "unknown" ? {} : { AddressType: peer.type === "public" ? "public" : "static" }),
      SupportedTechnologies: "LE;",
    },
    ...(irk === null ? {} : { IdentityResolvingKey: { Key: irk.toUpperCase() } }),
    ...(central === null ? {} : { LongTermKey: group(central.ltk, central.ediv, central.rand, false) }),
    ...(both === null ? {} : { PeripheralLongTermKey: both, SlaveLongTermKey: both }),
  };
}

describe("BlueZ's files through GLib's key-file parser", () => {
  test("the examples as they are and as we write them hold the same groups, keys and values", {
    skip,
  }, () => {
    const files = EXAMPLES.bluez();
    const ours = exportKeys("bluez", read(files).bonds, OPTIONS).files;
    assert.deepEqual(
      glib(ours),
      new Map([...glib(files)].sort(([a], [b]) => [...ours.keys()].indexOf(a) - [...ours.keys()].indexOf(b))),
    );
  });

  test("two hundred random bonds: every value is found where BlueZ looks for it", { skip }, () => {
    const bonds = Array.from({ length: 40 }, (_, i) => randomBonds(new Random(i + 1), 5))
      .flat()
      // What lies beside the keys is compared elsewhere.
      .map(
        (bond): KeyRecord => ({
          ...bond,
          csrkLocal: null,
          csrkRemote: null,
          keys: { ...bond.keys, others: [] },
        }),
      )
      .filter((bond) => !("unfit" in heldBy("bluez", bond)));
    assert.ok(bonds.length > 50);
    const { files } = exportKeys("bluez", bonds, OPTIONS);
    const found = glib(files);
    for (const bond of bonds) {
      const path = `${bond.local?.address ?? ""}/${bond.peer.address}/info`;
      assert.deepEqual(found.get(path), expectedGroups(bond), path);
    }
  });

  test("a changed bond in a file with groups of BlueZ's own", { skip }, () => {
    const into = EXAMPLES.bluez();
    const [bond] = read(into).bonds.toSorted((a, b) => (a.peer.address < b.peer.address ? 1 : -1));
    assert.ok(bond);
    const ltk = "000102030405060708090a0b0c0d0e0f";
    const { files } = exportKeys("bluez", [{ ...bond, keys: { ...bond.keys, sc: { ltk } } }], {
      ...OPTIONS,
      into,
    });
    const path = "02:5A:10:00:00:01/C6:3B:11:7E:4D:02/info";
    const before = glib(into).get(path) ?? {};
    const Key = ltk.toUpperCase();
    assert.deepEqual(glib(files).get(path), {
      ...before,
      PeripheralLongTermKey: { ...before["PeripheralLongTermKey"], Key },
      SlaveLongTermKey: { ...before["SlaveLongTermKey"], Key },
    });
  });
});

/** A shape is a list of what is wrong, in words; empty means that it fits. */
type Shape = (value: unknown, at: string) => readonly string[];

const where =
  (what: string, fits: (value: unknown) => boolean): Shape =>
  (value, at) =>
    fits(value) ? [] : [`${at} is not ${what}`];
const hex = (octets: number): Shape =>
  where(
    `${octets} octets in hex`,
    (value) => typeof value === "string" && new RegExp(`^[0-9a-f]{${2 * octets}}$`, "u").test(value),
  );
const bool = where("true or false", (value) => typeof value === "boolean");
const integer = (min: number, max: number): Shape =>
  where(
    `a number from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );
const address = where(
  "an address",
  (value) => typeof value === "string" && /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/u.test(value),
);

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
}

const object =
  (required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (value, at) => {
    const entries = entriesOf(value);
    if (entries === null) return [`${at} is not an object`];
    const missing = Object.keys(required).filter((name) => !entries.some(([known]) => known === name));
    const shapes = new Map(Object.entries({ ...required, ...optional }));
    return [
      ...missing.map((name) => `${at}.${name} is missing`),
      ...entries.flatMap(
        ([name, entry]) => shapes.get(name)?.(entry, `${at}.${name}`) ?? [`${at}.${name} is unknown`],
      ),
    ];
  };
const map =
  (name: (text: string) => boolean, shape: Shape): Shape =>
  (value, at) =>
    entriesOf(value)?.flatMap(([key, entry]) => [
      ...(name(key) ? [] : [`${at}: ${key} is no name`]),
      ...shape(entry, `${at}.${key}`),
    ]) ?? [`${at} is not an object`];
const list =
  (shape: Shape): Shape =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((entry: unknown, i) => shape(entry, `${at}[${i}]`))
      : [`${at} is not a list`];

const HABLUETOOTH = map(
  (adapter) => /^hci\d+$/u.test(adapter),
  list(
    object(
      {
        address,
        address_type: integer(1, 2),
        key_type: integer(0, 4),
        central: bool,
        ediv: integer(0, 0xffff),
        rand: hex(8),
        value: hex(16),
      },
      { encryption_size: integer(7, 16) },
    ),
  ),
);

const level = { authenticated: bool };
const legacy = object({ value: hex(16), ediv: integer(0, 0xffff), rand: hex(8) }, level);
const single = object({ value: hex(16) }, level);
const isIdentity = (text: string): boolean => /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}(?:\/P)?$/u.test(text);
const BUMBLE = map(
  (namespace) => namespace === "__DEFAULT__" || isIdentity(namespace),
  map(
    isIdentity,
    object(
      { address_type: integer(0, 3) },
      { ltk: single, ltk_central: legacy, ltk_peripheral: legacy, irk: single, csrk: single },
    ),
  ),
);

/** Base64 of so many octets, with a line end, and what is checked of them. */
const base64 = (octets: number, check: (bytes: Buffer) => boolean = () => true): Shape =>
  where(`base64 of ${octets} octets with a line end`, (value) => {
    if (typeof value !== "string" || !/^[A-Za-z0-9+/]+={0,2}\n$/u.test(value)) return false;
    const bytes = Buffer.from(value, "base64");
    return bytes.length === octets && check(bytes);
  });
const AIOBLE = list((value, at) => {
  if (!Array.isArray(value) || value.length !== 3) return [`${at} is not type, key and value`];
  const [type, key, held]: readonly unknown[] = value;
  if (type === 10)
    return [
      ...base64(3, (bytes) => bytes.toString() === "irk")(key, `${at} key`),
      ...base64(16)(held, `${at} value`),
    ];
  const oneBit = (bytes: Buffer): boolean =>
    [40, 57].every((offset) => (bytes[offset] ?? 2) <= 1) && (bytes[74] ?? 8) <= 7 && (bytes[0] ?? 2) <= 1;
  return [
    ...where("an own or a peer secret", (found) => found === 1 || found === 2)(type, at),
    ...base64(7)(key, `${at} key`),
    ...base64(80, oneBit)(held, `${at} value`),
  ];
});

const SCHEMAS: Readonly<Record<Exclude<WrittenFormat, "bluez">, Shape>> = {
  habluetooth: HABLUETOOTH,
  bumble: BUMBLE,
  aioble: AIOBLE,
};

describe("JSON that we write fits the schema of its format", () => {
  for (const format of WRITTEN_FORMATS) {
    if (format === "bluez") continue;
    const errors = (bonds: readonly KeyRecord[]): readonly string[] => {
      const [text] = exportKeys(format, bonds, OPTIONS).files.values();
      return SCHEMAS[format](JSON.parse(String(text)), format);
    };

    test(`${format}: the example bonds, and random ones`, () => {
      assert.deepEqual(errors([P1, P2]), []);
      for (let seed = 1; seed <= 300; seed++)
        assert.deepEqual(errors(randomBonds(new Random(seed), 4)), [], `seed ${seed}`);
    });

    test(`${format}: the schema refuses the example with a value missing, another added, one cut`, () => {
      const [content] = EXAMPLES[format]().values();
      const example = String(content);
      const fits = (text: string): boolean => SCHEMAS[format](JSON.parse(text), "").length === 0;
      assert.ok(fits(example));
      if (format === "aioble") {
        assert.ok(!fits(example.replaceAll("\\n", "")));
        assert.ok(!fits(example.replaceAll("[2, ", "[3, ")));
        assert.ok(!fits(example.replaceAll("AAA=\\n", "\\n")));
      } else {
        assert.ok(!fits(example.replaceAll('"address_type"', '"address_kind"')));
        assert.ok(!fits(example.replaceAll("fb4c", "fb")));
        assert.ok(!fits(example.replaceAll("36916", "-1")));
      }
    });
  }

  test("habluetooth: the kernel's record of 36 octets, packed from the entry", () => {
    const [text] = exportKeys("habluetooth", [P1], OPTIONS).files.values();
    const [entry] = JSON.parse(String(text)).hci0;
    const packed = Buffer.concat([
      Buffer.from(entry.address.replaceAll(":", ""), "hex").reverse(),
      Buffer.from([
        entry.address_type,
        entry.key_type,
        entry.central ? 1 : 0,
        entry.encryption_size,
        entry.ediv & 255,
        entry.ediv >> 8,
      ]),
      Buffer.from(entry.rand + entry.value, "hex"),
    ]);
    assert.equal(
      packed.toString("hex"),
      "024d7e113bc60203001000000000000000000000fb4c6b6c9f8ccf371533f3934955990f",
    );
  });

  test("a key size is stated exactly where it is known or proven", () => {
    assert.equal(statedKeySize({ keySize: null, ltk: P1.keys.sc?.ltk ?? "" }), 16);
    assert.equal(statedKeySize({ keySize: 7, ltk: P1.keys.sc?.ltk ?? "" }), 7);
    assert.equal(statedKeySize({ keySize: null, ltk: `01${"0".repeat(30)}` }), null);
  });
});
