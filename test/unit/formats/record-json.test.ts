import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ImportError, readRecords, type ImportPreview } from "../../../src/formats/record-import.ts";
import { printRecords, recordsFileName, type RecordWithContext } from "../../../src/formats/record-json.ts";
import { structureHash } from "../../../src/storage/cache.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { at, bond, entry, PROOF, TABLE, tableOf } from "../../support/records.ts";

const FACTS = { exportedAt: at(0), appVersion: "0.1.0" };
const read = (input: string | Uint8Array, existing: readonly BondRecord[] = []): Promise<ImportPreview> =>
  readRecords(input, { existing });
const file = (change: object): string =>
  JSON.stringify({ kind: "bondkeeper.records", v: 1, ...FACTS, records: [], ...change });
const oneRecord = (record: unknown): string => file({ records: [{ record }] });

async function problemOf(input: string | Uint8Array): Promise<ImportError["problem"]> {
  try {
    await read(input);
  } catch (error) {
    assert.ok(error instanceof ImportError);
    assert.match(error.message, /^Cannot import: .*[^.]$/u);
    return error.problem;
  }
  return assert.fail("The file was read");
}

describe("a file that we wrote", () => {
  const full: RecordWithContext = {
    record: bond("a", {
      label: "Küche 👩‍🔬",
      notes: "two\nlines",
      archived: { at: at(0), why: "removed" },
      suspect: { reason: "evicted", at: at(0) },
    }),
    history: [entry("a", 2), entry("a", 1, { detail: "Battery Level" })],
    table: tableOf("a"),
  };

  test("is read back with everything in it", async () => {
    const preview = await read(printRecords([full, { record: bond("b") }], FACTS));
    assert.deepEqual([preview.exportedAt, preview.appVersion, preview.unknown], [at(0), "0.1.0", []]);
    const [first, second] = preview.entries;
    assert.ok(first !== undefined && first.state !== "rejected");
    assert.deepEqual(first.record, full.record);
    assert.deepEqual(first.history, full.history);
    assert.deepEqual(first.table?.table, TABLE);
    assert.ok(second !== undefined && second.state !== "rejected");
    assert.deepEqual([second.record, second.history, second.table], [bond("b"), [], null]);
  });

  test("is read from octets as well, with a byte order mark that some editor added", async () => {
    const text = printRecords([full], FACTS);
    for (const input of [
      `\uFEFF${text}`,
      new TextEncoder().encode(text),
      new TextEncoder().encode(`\uFEFF${text}`),
    ]) {
      assert.equal((await read(input)).entries[0]?.state, "new");
    }
  });

  test("has the form that is documented", () => {
    const text = printRecords([full], FACTS);
    assert.ok(text.startsWith('{\n  "kind": "bondkeeper.records",\n  "v": 1,\n  "exportedAt"'));
    assert.ok(text.endsWith("}\n"));
    assert.deepEqual(Object.keys(Object(JSON.parse(text)).records[0]), ["record", "history", "table"]);
  });

  test("holds no field that is not in the record types", () => {
    const leaky = { ...bond("a"), ltk: "00112233445566778899aabbccddeeff", pin: "123456" };
    const text = printRecords([{ record: leaky }], FACTS);
    assert.ok(!text.includes("ltk") && !text.includes("0011223344") && !text.includes("123456"));
  });

  test("is named by its day and nothing else", () => {
    assert.equal(recordsFileName(at(0)), "bondkeeper-records-2026-06-01.json");
  });

  test("with ten thousand records is within the limit and parsed once", async (context) => {
    const records = Array.from({ length: 10_000 }, (_, i) => ({
      record: bond(`b${i}`, { proofs: [PROOF, PROOF, PROOF] }),
    }));
    const file = printRecords(records, FACTS);
    const parse = context.mock.method(JSON, "parse");
    const preview = await read(file);
    assert.equal(parse.mock.callCount(), 1);
    assert.equal(preview.entries.filter(({ state }) => state === "new").length, 10_000);
  });
});

describe("a file is refused as a whole", () => {
  test("when it is too large, before it is parsed", async () => {
    assert.deepEqual(await problemOf(new Uint8Array(32 * 2 ** 20 + 1)), {
      kind: "too-large",
      octets: 33_554_433,
      limit: 33_554_432,
    });
    const limits = { octets: 10, depth: 32 };
    await assert.rejects(readRecords("[1,2,3,4,5]", { existing: [], limits }), {
      problem: { kind: "too-large", octets: 11, limit: 10 },
    });
  });

  test("when it is not text", async () => {
    assert.deepEqual(await problemOf(new Uint8Array([0x7b, 0xff, 0xfe, 0x00])), { kind: "not-text" });
  });

  test("when it is not JSON", async () => {
    for (const text of ["", "{", "hello", "{'kind': 1}", '{"kind": "bondkeeper.records",}', "NaN"]) {
      assert.equal((await problemOf(text)).kind, "not-json", text);
    }
  });

  test("when it is nested so deeply that a parser could run out of stack", async () => {
    assert.deepEqual(await problemOf("[".repeat(1_000_000)), { kind: "too-deep", limit: 32 });
    assert.deepEqual(await problemOf('{"a":'.repeat(100_000)), { kind: "too-deep", limit: 32 });
    assert.equal(
      (await problemOf(`{"kind": "${'[{\\"'.repeat(100)}"}`)).kind,
      "not-ours",
      "brackets in a text",
    );
  });

  test("when it is something else", async () => {
    assert.deepEqual(await problemOf("null"), { kind: "not-ours", found: null });
    assert.deepEqual(await problemOf("[]"), { kind: "not-ours", found: null });
    assert.deepEqual(await problemOf('{"bluetooth.bonds": []}'), { kind: "not-ours", found: null });
    assert.deepEqual(await problemOf(`{"kind": "bluetooth\u202E.bonds${"x".repeat(500)}"}`), {
      kind: "not-ours",
      found: `bluetooth.bonds${"x".repeat(45)}`,
    });
  });

  test("when a newer program wrote it, and says which", async () => {
    assert.deepEqual(await problemOf(file({ v: 2, appVersion: "3.1.0", records: { any: "thing" } })), {
      kind: "newer",
      version: 2,
      appVersion: "3.1.0",
    });
  });

  const headers: readonly (readonly [object, string, string])[] = [
    [{ v: "1" }, "v", "not 1"],
    [{ v: 0 }, "v", "not 1"],
    [{ exportedAt: "yesterday" }, "exportedAt", "not a time such as 2026-03-05T07:08:09.123Z"],
    [{ appVersion: 1 }, "appVersion", "not a text"],
    [{ records: {} }, "records", "not a list"],
    [{ records: undefined }, "records", "missing"],
    [{ records: Array.from({ length: 20_001 }, () => 0) }, "records", "more than 20000 entries"],
  ];
  for (const [change, path, reason] of headers) {
    test(`when ${path} is ${reason}`, async () => {
      assert.deepEqual(await problemOf(file(change)), { kind: "misfit", path, reason });
    });
  }
});

describe("a record is rejected alone", () => {
  const bad: readonly (readonly [string, unknown, string, string])[] = [
    ["that is no object", 5, "records[0].record", "not an object"],
    ["without an id", { ...bond("a"), id: undefined }, "records[0].record.id", "missing"],
    [
      "with an id that is markup",
      { ...bond("a"), id: "<b>" },
      "records[0].record.id",
      "not an id of letters, digits and . : - _",
    ],
    ["of a later version", { ...bond("a"), v: 2 }, "records[0].record.v", "not 1"],
    ["with a name that is no text", { ...bond("a"), name: ["x"] }, "records[0].record.name", "not a text"],
    [
      "with a name of a thousand characters and more",
      { ...bond("a"), name: "x".repeat(1_001) },
      "records[0].record.name",
      "longer than 1000 characters",
    ],
    [
      "with a UUID in upper case",
      { ...bond("a"), services: ["0000180D-0000-1000-8000-00805F9B34FB"] },
      "records[0].record.services[0]",
      "not a 128-bit UUID in lower case",
    ],
    [
      "with a proof that is none",
      { ...bond("a"), proofs: [PROOF, { ...PROOF, at: 5 }] },
      "records[0].record.proofs[1].at",
      "not a time such as 2026-03-05T07:08:09.123Z",
    ],
    [
      "with a number beyond all numbers",
      { ...bond("a"), proofs: [{ ...PROOF, keySize: 1e308 }] },
      "records[0].record.proofs[0].keySize",
      "not between 7 and 16",
    ],
  ];
  for (const [what, record, path, reason] of bad) {
    test(`${what}, with the path of the field, and the others are read`, async () => {
      const { entries } = await read(file({ records: [{ record }, { record: bond("b") }] }));
      const [first, second] = entries;
      assert.ok(first?.state === "rejected");
      assert.deepEqual([first.index, first.path, first.reason], [0, path, reason]);
      assert.equal(second?.state, "new");
    });
  }

  test("that is no entry at all", async () => {
    const { entries } = await read(file({ records: [null, "x", [], {}] }));
    assert.deepEqual(
      entries.map((found) => found.state === "rejected" && `${found.path}: ${found.reason}`),
      [
        "records[0]: not an object",
        "records[1]: not an object",
        "records[2]: not an object",
        "records[3].record: missing",
      ],
    );
  });

  test("that is there twice", async () => {
    const { entries } = await read(
      file({ records: [{ record: bond("a") }, { record: bond("a", { label: "other" }) }] }),
    );
    const [first, second] = entries;
    assert.equal(first?.state, "new");
    assert.ok(second?.state === "rejected");
    assert.deepEqual(
      [second.path, second.reason, second.name],
      ["records[1].record.id", "the same id as in records[0]", "other"],
    );
  });

  test("whose history or table is that of another record", async () => {
    const { entries } = await read(
      file({
        records: [
          { record: bond("a"), history: [entry("a", 0), entry("b", 0)] },
          { record: bond("b"), table: tableOf("a") },
        ],
      }),
    );
    assert.deepEqual(
      entries.map((found) => found.state === "rejected" && found.path),
      ["records[0].history[1].bondId", "records[1].table.bondId"],
    );
  });

  test("and is named as far as its name can be shown", async () => {
    const { entries } = await read(oneRecord({ ...bond("a"), v: 9, name: "\u202Eevil\u0000 name" }));
    assert.equal(entries[0]?.state === "rejected" && entries[0].name, "evil name");
  });
});

describe("hostile contents", () => {
  test("a name is cleaned and shortened", async () => {
    const name = `\u202E\u0007<img src=x onerror=alert(1)>${"ü".repeat(400)}`;
    const [found] = (await read(oneRecord(bond("a", { name, label: "\u200B" })))).entries;
    assert.ok(found?.state === "new");
    assert.ok(found.record.name.startsWith("<img src=x onerror=alert(1)>ü"));
    assert.equal(new TextEncoder().encode(found.record.name).length, 248);
    assert.equal(found.record.label, null, "a label of nothing is no label");
  });

  test("fields that we do not know are left out and named", async () => {
    const text = file({
      extra: 1,
      records: [{ record: { ...bond("a"), ltk: "00", probe: { ...bond("a").probe, also: 1 } }, note: "" }],
    });
    const preview = await read(text);
    assert.deepEqual(preview.unknown.toSorted(), [
      "extra",
      "records[0].note",
      "records[0].record.ltk",
      "records[0].record.probe.also",
    ]);
    const [found] = preview.entries;
    assert.ok(found?.state === "new");
    assert.deepEqual(found.record, bond("a"));
  });

  test("a field called __proto__ changes no prototype", async () => {
    const text = oneRecord(bond("a")).replace('"v":1,"id"', '"__proto__":{"polluted":true},"v":1,"id"');
    const preview = await read(text);
    assert.deepEqual(preview.unknown, ["records[0].record.__proto__"]);
    assert.equal(Reflect.get({}, "polluted"), undefined);
    assert.equal(Reflect.get(Object(preview.entries[0]).record, "polluted"), undefined);
  });

  test("a record cannot inherit the fields it lacks", async () => {
    const { name: _name, ...rest } = bond("a");
    const text = oneRecord(rest).replace('"v":1,"id"', '"__proto__":{"name":"inherited"},"v":1,"id"');
    const [found] = (await read(text)).entries;
    assert.equal(found?.state === "rejected" && found.path, "records[0].record.name");
  });

  test("a hundred thousand unknown fields do not make a hundred thousand lines", async () => {
    const junk = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, 0]));
    assert.equal((await read(oneRecord({ ...bond("a"), ...junk }))).unknown.length, 100);
  });

  test("the hash of a table is computed here, whatever the file says", async () => {
    const text = file({
      records: [{ record: bond("a"), table: tableOf("a", { structureHash: "f".repeat(64) }) }],
    });
    const [found] = (await read(text)).entries;
    assert.ok(found?.state === "new");
    assert.equal(found.table?.structureHash, await structureHash(TABLE));
  });

  test("whatever octet of a good file is changed, the result is a preview or an ImportError", async () => {
    const good = new TextEncoder().encode(
      printRecords([{ record: bond("a"), history: [entry("a", 0)], table: tableOf("a") }], FACTS),
    );
    let [refused, rejected, passed] = [0, 0, 0];
    for (let i = 0; i < good.length; i++) {
      for (const octet of [0x00, 0x22, 0x5b, 0x7d, 0x39, 0xff]) {
        const bad = good.slice();
        bad[i] = octet;
        const preview = await read(bad).catch((error: unknown) => error);
        if (preview instanceof ImportError) refused++;
        else if (preview instanceof Error) assert.fail(`octet ${i}: ${preview.message}`);
        else if (Object(preview).entries[0]?.state === "rejected") rejected++;
        else passed++;
      }
    }
    assert.ok(refused > 1_000 && rejected > 100 && passed > 100, `${refused} ${rejected} ${passed}`);
  });
});

describe("what a record is to the ones we have", () => {
  const states = async (record: BondRecord, mine: BondRecord): Promise<readonly unknown[]> => {
    const [found] = (await read(oneRecord(record), [mine])).entries;
    assert.ok(found !== undefined && found.state !== "rejected");
    assert.equal(found.existing, mine);
    return [found.state, ...found.differences];
  };

  test("the same, when only proofs, times and the platform's id differ", async () => {
    const theirs = bond("a", {
      proofs: [],
      lastSeenAt: null,
      platformId: null,
      suspect: { reason: "evicted", at: at(0) },
      localIdentity: "web-bluetooth:other",
      importedFrom: "somewhere",
    });
    assert.deepEqual(await states(theirs, bond("a")), ["same"]);
  });

  test("different, in the fields that are named", async () => {
    const theirs = bond("a", {
      label: "Left",
      services: [],
      minimumLevel: "secure",
      autoConnect: true,
      probe: null,
    });
    assert.deepEqual(await states(theirs, bond("a")), [
      "differs",
      "label",
      "services",
      "probe",
      "minimumLevel",
      "autoConnect",
    ]);
  });
});
