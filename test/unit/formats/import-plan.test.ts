import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import {
  planImport,
  suggestedChoice,
  type ImportChoice,
  type ImportPlan,
} from "../../../src/formats/import-plan.ts";
import { readRecords, type ImportPreview, type ReadEntry } from "../../../src/formats/record-import.ts";
import { printRecords, type RecordWithContext } from "../../../src/formats/record-json.ts";
import { validity } from "../../../src/storage/cache.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { at, BATTERY, bond, entry, HEART_RATE, NOW, PROBE, PROOF, tableOf } from "../../support/records.ts";
import { failWrites, newProfile, openTab } from "../../support/tabs.ts";

const HERE = { at: at(5), profileId: "here" };

async function preview(
  entries: readonly RecordWithContext[],
  existing: readonly BondRecord[] = [],
): Promise<ImportPreview> {
  return readRecords(printRecords(entries, { exportedAt: at(0), appVersion: "0.1.0" }), { existing });
}

async function plan(choice: ImportChoice, theirs: RecordWithContext, mine?: BondRecord): Promise<ImportPlan> {
  return planImport(await preview([theirs], mine === undefined ? [] : [mine]), () => choice, HERE);
}

async function only(choice: ImportChoice, theirs: BondRecord, mine?: BondRecord): Promise<BondRecord> {
  const { records } = await plan(choice, { record: theirs }, mine);
  assert.equal(records.length, 1);
  return records[0] ?? assert.fail();
}

describe("a new record", () => {
  const proud = bond("a", {
    label: "Left",
    notes: "mine",
    proofs: [{ ...PROOF, level: "secure" }, PROOF],
    lastSeenAt: at(-1),
    refused: [PROBE.ref],
    suspect: { reason: "key-missing", at: at(-2) },
    archived: { at: at(-1), why: "removed" },
    minimumLevel: "secure",
    autoConnect: true,
  });

  test("starts as recorded: no proof, no platform id, of this profile, with its claims kept as words", async () => {
    assert.deepEqual(await only("merge", proud), {
      ...proud,
      localIdentity: "web-bluetooth:here",
      platformId: null,
      lastSeenAt: null,
      refused: [],
      proofs: [],
      suspect: null,
      archived: null,
      importedFrom: `bondkeeper.records ${at(0)} by 0.1.0 (claims 2 proofs, the last ${at(-30)})`,
    });
    assert.deepEqual(await only("replace", proud), await only("merge", proud));
  });

  test("without proofs says so", async () => {
    assert.match(
      (await only("merge", bond("a", { proofs: [] }))).importedFrom ?? "",
      /\(claims no proof\)$/u,
    );
  });

  test("made on a dongle keeps the controller it belongs to", async () => {
    const record = bond("a", { transport: "dongle", localIdentity: "C0:FF:EE:00:00:01" });
    assert.equal((await only("merge", record)).localIdentity, "C0:FF:EE:00:00:01");
  });

  test("brings its history as the file's words, not as ours", async () => {
    const history = [entry("a", 1, { detail: "Battery Level" }), entry("a", 0, { kind: "added" })];
    const result = await plan("merge", { record: bond("a"), history });
    assert.deepEqual(result.history, [
      { bondId: "a", at: at(5), kind: "imported", detail: "added" },
      { bondId: "a", at: at(1), kind: "verified", detail: "From the file: Battery Level" },
      { bondId: "a", at: at(0), kind: "added", detail: "From the file:" },
    ]);
  });

  test("brings its table for display; it can never pass for a valid cache", async () => {
    const table = tableOf("a", { databaseHash: "ab".repeat(16), at: at(0) });
    const { tables } = await plan("merge", { record: bond("a"), table });
    const facts = {
      databaseHash: "ab".repeat(16),
      firmwareRevision: "1.4.2",
      structureHash: tables[0]?.structureHash ?? "",
    };
    assert.deepEqual(validity(tables[0], { ...facts, now: NOW }), {
      verdict: "stale",
      by: "service-changed",
      ageDays: 0,
    });
    assert.deepEqual(tables[0]?.table, table.table);
  });
});

describe("a record we have", () => {
  const mine = bond("a", {
    label: null,
    notes: "ours",
    services: [HEART_RATE],
    probe: null,
    minimumLevel: "authenticated",
  });
  const theirs = bond("a", {
    label: "Left",
    notes: "theirs",
    services: [BATTERY, HEART_RATE],
    minimumLevel: "encrypted",
    proofs: [{ ...PROOF, level: "secure" }],
    platformId: "elsewhere",
  });

  test("merged gains what it lacked and keeps its evidence", async () => {
    assert.deepEqual(await only("merge", theirs, mine), {
      ...mine,
      label: "Left",
      notes: "ours\ntheirs",
      services: [HEART_RATE, BATTERY],
      probe: PROBE,
      minimumLevel: "authenticated",
    });
  });

  test("merged again changes nothing, so nothing is stored", async () => {
    const once = await only("merge", theirs, mine);
    assert.deepEqual(await plan("merge", { record: theirs }, once), {
      records: [],
      history: [],
      tables: [],
      undo: { previous: [], added: [] },
    });
  });

  test("merged never loses notes for lack of room", async () => {
    const long = bond("a", { notes: "x".repeat(3_999) });
    assert.deepEqual((await plan("merge", { record: bond("a", { notes: "yy" }) }, long)).records, []);
  });

  test("merged can raise the demanded level and not lower it", async () => {
    assert.equal((await only("merge", bond("a", { minimumLevel: "secure" }), mine)).minimumLevel, "secure");
    assert.equal(
      (await only("replace", bond("a", { minimumLevel: null }), mine)).minimumLevel,
      "authenticated",
    );
  });

  test("replaced takes the file's, unproven, and stays suspect if it was", async () => {
    const suspect = { reason: "key-missing", at: at(-1) } as const;
    const record = await only("replace", theirs, { ...mine, suspect });
    assert.deepEqual(
      [record.label, record.notes, record.proofs, record.platformId, record.suspect],
      ["Left", "theirs", [], null, suspect],
    );
  });

  test("skipped is not touched", async () => {
    assert.deepEqual((await plan("skip", { record: theirs }, mine)).records, []);
  });

  test("keeps its own history and table", async () => {
    const result = await plan(
      "replace",
      { record: theirs, history: [entry("a", 0)], table: tableOf("a") },
      mine,
    );
    assert.deepEqual(result.history, [{ bondId: "a", at: at(5), kind: "imported", detail: "replaced" }]);
    assert.deepEqual(result.tables, []);
  });
});

test("before anybody chose, only what we lack comes in, and nothing that was put away there", async () => {
  const archived = { at: at(0), why: "removed" } as const;
  const { entries } = await preview(
    [
      { record: bond("new") },
      { record: bond("gone", { archived }) },
      { record: bond("same") },
      { record: bond("other", { label: "x" }) },
    ],
    [bond("same"), bond("other")],
  );
  assert.deepEqual(
    entries.map((found) => found.state !== "rejected" && suggestedChoice(found)),
    ["merge", "skip", "skip", "skip"],
  );
});

describe("in the store", () => {
  beforeEach(newProfile);

  const choose = (entry: ReadEntry): ImportChoice => (entry.state === "new" ? "merge" : "replace");

  test("an import is stored as a whole, and its undo leaves what was there before", async () => {
    await using tab = openTab();
    const before = [bond("a", { label: "mine" }), bond("z")];
    await tab.bonds.put(before);
    const theirs = [{ record: bond("a", { label: "theirs" }) }, { record: bond("b"), table: tableOf("b") }];
    const result = planImport(await preview(theirs, await tab.bonds.all()), choose, HERE);
    await tab.bonds.put(result.records, result.history);
    for (const table of result.tables) await tab.gatt.put(table);
    assert.deepEqual(
      (await tab.bonds.all()).map((record) => [record.id, record.label]),
      [
        ["a", "theirs"],
        ["b", null],
        ["z", null],
      ],
    );
    await tab.bonds.put(result.undo.previous);
    for (const id of result.undo.added) await tab.bonds.delete(id);
    assert.deepEqual(await tab.bonds.all(), before);
    assert.equal(await tab.gatt.get("b"), undefined);
  });

  test("an import that does not fit on the disk leaves nothing of itself", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    const theirs = ["a", "b", "c"].map((id) => ({ record: bond(id, { label: "theirs" }) }));
    const result = planImport(await preview(theirs, await tab.bonds.all()), choose, HERE);
    const heal = failWrites("bonds", 3);
    await assert.rejects(tab.bonds.put(result.records, result.history), { failure: { kind: "quota" } });
    heal();
    assert.deepEqual(await tab.bonds.all(), [bond("a")]);
  });
});
