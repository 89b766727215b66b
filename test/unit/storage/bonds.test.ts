import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { BondRecord } from "../../../src/storage/records.ts";
import { at, bond, brief, entry, PROOF, tableOf } from "../../support/records.ts";
import { failWrites, newProfile, openTab, putRaw, withRaw } from "../../support/tabs.ts";

beforeEach(newProfile);

const ids = (records: readonly BondRecord[]): string[] => records.map((record) => record.id).sort();

describe("keeping records", () => {
  test("a store that was never written is empty", async () => {
    await using tab = openTab();
    assert.deepEqual(await tab.bonds.all(), []);
    assert.equal(await tab.bonds.get("a"), undefined);
    assert.deepEqual(await tab.bonds.quarantined(), []);
  });

  test("a record comes back as it was, in another tab and after a restart", async () => {
    const record = bond("a", {
      suspect: { reason: "access-refused", at: at(0) },
      refused: [
        {
          service: PROOF.probe?.service ?? "",
          characteristic: "00002a38-0000-1000-8000-00805f9b34fb",
          instance: 2,
        },
      ],
      archived: { at: at(1), why: "repair" },
      label: "Left strap",
      notes: "on the shelf\nby the door",
      minimumLevel: "authenticated",
    });
    {
      await using tab = openTab();
      await tab.bonds.put([record]);
    }
    await using tab = openTab();
    assert.deepEqual(await tab.bonds.get("a"), record);
    assert.deepEqual(await tab.bonds.all(), [record]);
  });

  test("records are found by the platform's id, also when two have the same", async () => {
    await using tab = openTab();
    await tab.bonds.put([
      bond("old", { platformId: "p", archived: { at: at(0), why: "repair" } }),
      bond("new", { platformId: "p" }),
      bond("imported", { platformId: null }),
      bond("other", { platformId: "q" }),
    ]);
    assert.deepEqual(ids(await tab.bonds.byPlatformId("p")), ["new", "old"]);
    assert.deepEqual(await tab.bonds.byPlatformId("unknown"), []);
  });

  test("put changes the records it names and no other", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a"), bond("b")]);
    await tab.bonds.put([bond("b", { label: "second" })]);
    assert.deepEqual(
      (await tab.bonds.all()).map((record) => record.label),
      [null, "second"],
    );
  });

  test("the name of a device is cleaned on its way in and out", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a", { name: "in\u202Eside" })]);
    assert.equal((await tab.bonds.get("a"))?.name, "inside");
    await putRaw("bonds", bond("b", { name: "out\u0000\u2066side" }));
    assert.equal((await tab.bonds.get("b"))?.name, "outside");
  });

  test("deleting purges the record, its tables and its history, and says whether there was one", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a"), bond("b")], [entry("a", 0), entry("b", 0)]);
    await tab.gatt.put(tableOf("a"));
    await tab.gatt.put(tableOf("a", { structureHash: "22".repeat(32) }));
    await tab.gatt.put(tableOf("b"));
    assert.equal(await tab.bonds.delete("a"), true);
    assert.equal(await tab.bonds.delete("a"), false);
    assert.deepEqual(ids(await tab.bonds.all()), ["b"]);
    assert.equal(await tab.gatt.get("a"), undefined);
    assert.equal(await tab.gatt.previous("a"), undefined);
    assert.deepEqual(await tab.history.of("a", 10), []);
    assert.equal((await tab.history.of("b", 10)).length, 1);
    assert.notEqual(await tab.gatt.get("b"), undefined);
  });
});

describe("all or nothing", () => {
  test("records and history are written in one transaction that waits for the disk", async (t) => {
    await using tab = openTab();
    await tab.bonds.all();
    const transaction = t.mock.method(IDBDatabase.prototype, "transaction");
    await tab.bonds.put([bond("a"), bond("b")], [entry("a", 0)]);
    const writes = transaction.mock.calls.filter((call) => call.arguments[1] === "readwrite");
    assert.deepEqual(
      writes.map((call) => [call.arguments[0], call.arguments[2]]),
      [[["bonds", "history", "quarantine"], { durability: "strict" }]],
    );
    transaction.mock.resetCalls();
    await tab.bonds.delete("a");
    assert.deepEqual(transaction.mock.calls[0]?.arguments[2], { durability: "strict" });
  });

  test("when the disk is full for one of three records, none is stored and nobody hears of a change", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("b", { label: "before" })]);
    const heard: string[] = [];
    tab.bonds.onChange(({ id }) => heard.push(id), new AbortController().signal);
    const heal = failWrites("bonds", 3);
    const change = [bond("a"), bond("b", { label: "after" }), bond("c")];
    await assert.rejects(tab.bonds.put(change, [entry("a", 0)]), {
      name: "StorageError",
      failure: { kind: "quota" },
    });
    heal();
    assert.deepEqual(
      (await tab.bonds.all()).map((record) => [record.id, record.label]),
      [["b", "before"]],
    );
    assert.deepEqual(await tab.history.of("a", 10), []);
    assert.deepEqual(heard, []);
  });

  test("when the history does not fit, the record is not stored either", async () => {
    await using tab = openTab();
    const heal = failWrites("history");
    await assert.rejects(tab.bonds.put([bond("a")], [entry("a", 0)]), { failure: { kind: "quota" } });
    heal();
    assert.deepEqual(await tab.bonds.all(), []);
  });

  test("after a failed write the next one succeeds", async () => {
    await using tab = openTab();
    const heal = failWrites("bonds");
    await assert.rejects(tab.bonds.put([bond("a")]), { failure: { kind: "quota" } });
    heal();
    await tab.bonds.put([bond("a")]);
    assert.deepEqual(ids(await tab.bonds.all()), ["a"]);
  });

  test("a record that could not be read again is our own mistake and is not written", async () => {
    await using tab = openTab();
    const wrong = { ...bond("b"), createdAt: "yesterday" };
    await assert.rejects(tab.bonds.put([bond("a"), wrong]), {
      name: "TypeError",
      message: /Cannot store this bond record: createdAt: not a time/u,
    });
    assert.deepEqual(await tab.bonds.all(), []);
  });
});

function without(row: object, field: string): unknown {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));
}

/** Every way in which one field of a record can be wrong, and the reason that is reported. */
const DAMAGES: readonly (readonly [string, (row: BondRecord) => unknown])[] = [
  ["v: not 1", (row) => ({ ...row, v: 2 })],
  ["transport: not one of web-bluetooth, dongle, demo, simulator", (row) => ({ ...row, transport: "smoke" })],
  ["localIdentity: missing", (row) => without(row, "localIdentity")],
  ["platformId: not a text", (row) => ({ ...row, platformId: 7 })],
  ["name: not a text", (row) => ({ ...row, name: undefined })],
  ["label: not a text", (row) => ({ ...row, label: {} })],
  ["notes: longer than 16000 characters", (row) => ({ ...row, notes: "x".repeat(16_001) })],
  ["services: not a list", (row) => ({ ...row, services: "180d" })],
  [
    "services[1]: not a 128-bit UUID in lower case",
    (row) => ({ ...row, services: [row.services[0], "180D"] }),
  ],
  ["createdAt: not a time such as 2026-03-05T07:08:09.123Z", (row) => ({ ...row, createdAt: "2026-02-31" })],
  [
    "lastSeenAt: not a time such as 2026-03-05T07:08:09.123Z",
    (row) => ({ ...row, lastSeenAt: 1_700_000_000 }),
  ],
  [
    "probe.ref.instance: not between 0 and 5000",
    (row) => ({ ...row, probe: { ...row.probe, ref: { ...row.probe?.ref, instance: -1 } } }),
  ],
  [
    "probe.source: not one of profile, user, learned",
    (row) => ({ ...row, probe: { ...row.probe, source: "rumour" } }),
  ],
  [
    "refused: more than 500 entries",
    (row) => ({ ...row, refused: Array.from({ length: 501 }, () => PROOF.probe) }),
  ],
  [
    "proofs[0].how: not one of re-encryption, gated-read, gated-write, gated-notify",
    (row) => ({ ...row, proofs: [{ ...PROOF, how: "trust me" }] }),
  ],
  ["proofs[0].keySize: not between 7 and 16", (row) => ({ ...row, proofs: [{ ...PROOF, keySize: 6 }] })],
  ["proofs: more than 50 entries", (row) => ({ ...row, proofs: Array.from({ length: 51 }, () => PROOF) })],
  [
    "suspect.reason: not one of access-refused, key-missing, key-mismatch, encryption-refused, half-bond, evicted",
    (row) => ({ ...row, suspect: { reason: "bad", at: at(0) } }),
  ],
  ["archived.why: not one of repair, removed", (row) => ({ ...row, archived: { at: at(0), why: "" } })],
  ["minimumLevel: not one of encrypted, authenticated, secure", (row) => ({ ...row, minimumLevel: "L2" })],
  ["autoConnect: not true or false", (row) => ({ ...row, autoConnect: "yes" })],
  ["importedFrom: not a text", (row) => ({ ...row, importedFrom: [] })],
];

describe("a row that does not fit", () => {
  for (const [reason, damage] of DAMAGES) {
    test(`is set aside with its reason: ${reason.slice(0, 60)}`, async () => {
      await using tab = openTab();
      await tab.bonds.put([bond("good"), bond("bad")]);
      const raw = damage(bond("bad"));
      await putRaw("bonds", raw);
      assert.deepEqual(ids(await tab.bonds.all()), ["good"]);
      const [found, ...more] = await tab.bonds.quarantined();
      assert.deepEqual(more, []);
      assert.deepEqual(found?.raw, raw);
      assert.equal(found !== undefined && brief(found), `bonds bad: ${reason}`);
      assert.equal(found?.at, at(0));
    });
  }

  test("is not a missing record: asking for it is refused", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("bad", { platformId: "p" }), name: 5 });
    const failure = { kind: "unreadable", detail: "bonds bad: name: not a text" };
    await assert.rejects(tab.bonds.get("bad"), { name: "StorageError", failure });
    await assert.rejects(tab.bonds.byPlatformId("p"), { name: "StorageError", failure });
    assert.equal((await tab.bonds.quarantined()).length, 1);
  });

  test("stays where it is, so that a later version can still read it", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), v: 2, extra: true });
    await tab.bonds.all();
    assert.deepEqual(await withRaw((db) => db.get("bonds", "a")), { ...bond("a"), v: 2, extra: true });
  });

  test("is reported to a caller that asks at the same time as for the records", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("good")]);
    await putRaw("bonds", { ...bond("bad"), name: 5 });
    const [records, quarantined] = await Promise.all([tab.bonds.all(), tab.bonds.quarantined()]);
    assert.deepEqual([ids(records), quarantined.map(({ key }) => key)], [["good"], ["bad"]]);
  });

  test("is reported to a caller that never asked for the records", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("good")]);
    await putRaw("bonds", { ...bond("bad"), name: 5 });
    assert.deepEqual(
      (await tab.bonds.quarantined()).map(({ key }) => key),
      ["bad"],
    );
  });

  test("is copied once, however often it is read, also by another tab", async () => {
    await using first = openTab();
    await using second = openTab();
    await first.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    for (const tab of [first, first, second, second]) await tab.bonds.all();
    await assert.rejects(second.bonds.get("a"));
    assert.equal((await first.bonds.quarantined()).length, 1);
  });

  test("is copied again when it is damaged in another way", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 6 });
    await tab.bonds.all();
    assert.deepEqual(
      (await tab.bonds.quarantined()).map(({ raw }) => Object(raw).name),
      [5, 6],
    );
  });

  test("is copied before it is overwritten, even if nobody read it before", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    await tab.bonds.put([bond("a", { name: "new" })]);
    assert.equal((await tab.bonds.get("a"))?.name, "new");
    const [kept] = await tab.bonds.quarantined();
    assert.equal(Object(kept?.raw).name, 5);
  });

  test("is not overwritten when its copy cannot be kept", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    const heal = failWrites("quarantine");
    await assert.rejects(tab.bonds.put([bond("a")]), { failure: { kind: "quota" } });
    heal();
    assert.equal((await withRaw((db) => db.get("bonds", "a"))).name, 5);
  });

  test("is copied before a person deletes the bond", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    assert.equal(await tab.bonds.delete("a"), true);
    assert.equal((await tab.bonds.quarantined()).length, 1);
    assert.equal(await tab.bonds.get("a"), undefined);
  });

  test("is reported and hides nothing, also when the disk is too full to copy it", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("good")]);
    await putRaw("bonds", { ...bond("bad"), name: 5 });
    const heal = failWrites("quarantine");
    assert.deepEqual(ids(await tab.bonds.all()), ["good"]);
    heal();
    assert.deepEqual((await tab.bonds.quarantined()).map(brief), ["bonds bad: name: not a text"]);
    assert.equal((await tab.bonds.quarantined()).length, 1);
  });

  test("goes, copy and row, when a person gives it up", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("good")]);
    await putRaw("bonds", { ...bond("bad"), name: 5 });
    await tab.bonds.all();
    const [found] = await tab.bonds.quarantined();
    assert.equal(await tab.bonds.discardQuarantined(found?.id ?? ""), true);
    assert.equal(await tab.bonds.discardQuarantined(found?.id ?? ""), false);
    assert.deepEqual(await tab.bonds.quarantined(), []);
    assert.equal(await tab.bonds.get("bad"), undefined);
    assert.deepEqual(ids(await tab.bonds.all()), ["good"]);
  });

  test("giving up an old copy leaves the record that replaced it", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("bonds", { ...bond("a"), name: 5 });
    await tab.bonds.put([bond("a")]);
    const [found] = await tab.bonds.quarantined();
    await tab.bonds.discardQuarantined(found?.id ?? "");
    assert.deepEqual(await tab.bonds.get("a"), bond("a"));
  });

  test("a damaged entry of the quarantine itself is shown and can be given up", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("quarantine", { id: "q1", store: "moon" });
    const [found] = await tab.bonds.quarantined();
    assert.equal(found?.store, "quarantine");
    assert.deepEqual(found?.raw, { id: "q1", store: "moon" });
    assert.equal(await tab.bonds.discardQuarantined("q1"), true);
    assert.deepEqual(await tab.bonds.quarantined(), []);
  });
});
