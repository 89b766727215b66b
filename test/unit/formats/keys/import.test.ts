import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { databaseHash } from "../../../../src/formats/keys/attribute-table.ts";
import { ownIrkFrom } from "../../../../src/formats/keys/btstack.ts";
import { keyRecordCheck } from "../../../../src/formats/keys/record-check.ts";
import { FORMATS, type FormatId, type KeyRecord } from "../../../../src/formats/keys/record.ts";
import { octetsOfHex, randOf } from "../../../../src/formats/keys/values.ts";
import { Findings } from "../../../../src/formats/keys/findings.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { EXAMPLES, OWN_IRK, one, P1, P2, read, text, tlv, withoutExtra } from "./examples.ts";

type Changes = Partial<Omit<KeyRecord, "keys">>;

/** What a format cannot say about both bonds, and about one of them. */
const UNKNOWN: Readonly<Record<FormatId, { both: Changes; p1?: Changes; p2?: Changes }>> = {
  habluetooth: { both: { local: null, ownIrk: null, irk: null, name: null, debug: false } },
  bluez: { both: { debug: false } },
  bumble: { both: { ownIrk: null, keySize: null, name: null } },
  aioble: { both: { local: null, name: null } },
  btstack: { both: { name: null } },
  "node-ble-host": { both: { ownIrk: null, keySize: null, name: null } },
  windows: { both: { authenticated: null }, p1: { name: null }, p2: { keySize: null } },
  zephyr: { both: { debug: false, oob: false, name: null } },
};
/** Formats that hold only the key the peer gave us of a legacy bond. */
const ONE_LEGACY_KEY: ReadonlySet<FormatId> = new Set(["btstack", "windows"]);

function expected(format: FormatId): readonly KeyRecord[] {
  const { both, p1, p2 } = UNKNOWN[format];
  const keys = ONE_LEGACY_KEY.has(format) ? { ...P2.keys, peripheral: null } : P2.keys;
  return [
    { ...P1, ...both, ...p1 },
    { ...P2, ...both, ...p2, keys },
  ];
}

describe("K-1: the two example bonds come out of every format", () => {
  for (const format of FORMATS) {
    test(`${format}, with null exactly where it does not say`, () => {
      const found = read(EXAMPLES[format]());
      assert.equal(found.format, format);
      assert.deepEqual(withoutExtra(found.bonds), expected(format));
      assert.deepEqual(found.rejected, []);
      for (const bond of found.bonds) assert.deepEqual(keyRecordCheck(bond), bond);
    });
  }

  test("a registry export as Windows saves it: UTF-16 with a byte order mark, CR LF, long values continued", () => {
    const lines = text("windows.txt").replaceAll(/(,cf,|,73,)/gu, "$1\\\n  ");
    const saved = Buffer.from(`\uFEFF${lines.replaceAll("\n", "\r\n")}`, "utf16le");
    assert.deepEqual(withoutExtra(read(one("keys.reg", saved)).bonds), expected("windows"));
  });

  test("ControlSet001 is the same place, and Windows does not tell letters' cases apart", () => {
    const other = text("windows.txt")
      .replaceAll("CurrentControlSet", "controlset001")
      .replaceAll("CentralIRK", "MASTERIRK");
    assert.deepEqual(withoutExtra(read(one("keys.reg", other)).bonds), expected("windows"));
  });

  test("Home Assistant's wrapper round the bonds", () => {
    const data: unknown = JSON.parse(text("habluetooth.txt"));
    const wrapped = { version: 1, minor_version: 1, key: "bluetooth.bonds", data };
    assert.deepEqual(
      withoutExtra(read(one("bluetooth.bonds", JSON.stringify(wrapped))).bonds),
      expected("habluetooth"),
    );
  });

  test("Zephyr's newer layout with a version in front, and its settings as a JSON map", () => {
    const versioned = read(one("settings.txt", text("zephyr-versioned.txt")));
    assert.deepEqual(withoutExtra(versioned.bonds), expected("zephyr"));
    const lines = text("zephyr.txt").trim().split("\n");
    const map = Object.fromEntries(lines.map((line) => line.split("=")));
    assert.deepEqual(withoutExtra(read(one("settings.json", JSON.stringify(map))).bonds), expected("zephyr"));
  });

  test("the localStorage of BTstack's web port, as items and as a dump of all of it", () => {
    const [p1] = expected("btstack");
    const local = { ...p1, local: null };
    assert.deepEqual(withoutExtra(read(one("storage.txt", text("btstack-web.txt"))).bonds), [local]);
    const items = text("btstack-web.txt").trim().split("\n");
    const dump = Object.fromEntries(items.map((line) => line.split(" = ")));
    assert.deepEqual(withoutExtra(read(one("storage.json", JSON.stringify(dump))).bonds), [local]);
  });
});

test("K-4: a Rand above 2^63 survives, also where it was printed negative", () => {
  const findings = new Findings();
  assert.equal(randOf("13269139063958514004", findings, ""), "54a981feac7325b8");
  assert.deepEqual(findings.list, []);
  assert.equal(randOf((13269139063958514004n - 2n ** 64n).toString(), findings, ""), "54a981feac7325b8");
  assert.deepEqual(
    findings.list.map(({ rule, action }) => [rule, action]),
    [["L-18", "warn"]],
  );
});

describe("K-9: attribute tables", () => {
  test("BlueZ's table has the Database Hash that is stored in it", () => {
    const [table, ...others] = read(EXAMPLES.bluez()).tables.filter(({ complete }) => complete);
    assert.ok(table);
    assert.deepEqual(others, []);
    assert.equal(table.peer.address, P1.peer.address);
    assert.equal(table.entries.length, 11);
    assert.equal(databaseHash(nodeCrypto, table.entries), "f248f4c4baa6a3f2176a9a29196c0921");
    assert.equal(table.hash, "f248f4c4baa6a3f2176a9a29196c0921");
    assert.equal(table.hashFits, true);
  });

  test("a table that was changed does not fit its hash", () => {
    const files = new Map(EXAMPLES.bluez());
    for (const [path, content] of files)
      files.set(path, String(content).replace("2803:0010:12", "2803:0010:02"));
    assert.equal(read(files).tables.find(({ complete }) => complete)?.hashFits, false);
  });

  test("the older list of primary services is used where there is no other, in either byte order", () => {
    const older = (files: Map<string, string | Uint8Array>): unknown =>
      read(files).tables.find(({ peer }) => peer.address === P2.peer.address);
    const expectedTable = {
      source: "bluez",
      local: P2.local,
      peer: P2.peer,
      complete: false,
      entries: [
        { kind: "service", handle: 1, primary: true, end: 11, uuid: "00001800-0000-1000-8000-00805f9b34fb" },
      ],
      hash: null,
      hashFits: null,
    };
    const files = new Map(EXAMPLES.bluez());
    assert.deepEqual(older(files), expectedTable);
    const path = "02:5A:10:00:00:01/02:5A:20:00:00:22/attributes";
    files.set(path, String(files.get(path)).replace("Value=1800", "Value=0018"));
    assert.deepEqual(older(files), expectedTable);
  });

  test("ble-host's cache is the same table less what it has not seen, and has no hash", () => {
    const [table] = read(EXAMPLES["node-ble-host"]()).tables;
    const bluez = read(EXAMPLES.bluez()).tables.find(({ complete }) => complete);
    assert.deepEqual(table?.entries, bluez?.entries.slice(-3));
    assert.equal(table?.complete, false);
    assert.equal(table.hash, null);
  });
});

test("K-10: our own identity key follows from BTstack's root key", () => {
  const ir = octetsOfHex("31c7f27bacab39d22ce427e5d6a55caf");
  assert.equal(ownIrkFrom(nodeCrypto, ir), OWN_IRK);
});

test("what a TLV file deletes is gone, and of two values with a tag the later counts", () => {
  const file = tlv();
  const deleted = Uint8Array.of(...file, 0x42, 0x54, 0x44, 0x00, 0, 0, 0, 0);
  assert.deepEqual(
    read(one("a.tlv", deleted)).bonds.map(({ peer }) => peer.address),
    [P2.peer.address],
  );
});
