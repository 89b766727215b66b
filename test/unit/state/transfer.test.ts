import assert from "node:assert/strict";
import { test } from "node:test";
import { Transfer, type TransferView } from "../../../src/state/transfer.ts";
import { PROVEN } from "../../support/bond-rig.ts";
import { record, settle, world } from "./world.ts";

const file = (text: string, name = "bonds.json") => {
  const octets = new TextEncoder().encode(text);
  return { name, size: octets.length, arrayBuffer: async () => octets.slice().buffer };
};

const ID = "0123456789abcdef0123456789abcdef";

/** A file as another browser would write it. */
async function exported(): Promise<string> {
  const there = await world([{ ...PROVEN, id: ID }]);
  await new Transfer(there.app).exportAll();
  const [saved] = there.page.saved;
  assert(saved !== undefined);
  assert.match(saved.name, /^bondkeeper-records-\d{4}-\d\d-\d\d\.json$/);
  return saved.text;
}

function preview(transfer: Transfer): Extract<TransferView, { step: "preview" }> {
  const view = transfer.view.value;
  assert(view.step === "preview", `is ${view.step}`);
  return view;
}

test("an export and an import: the record arrives as never proven, and nothing was stored before the yes", async () => {
  const text = await exported();
  const { app, stores } = await world();
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  assert.deepEqual(stores.writes, []);
  assert.deepEqual([...preview(transfer).choices], [[0, "merge"]]);
  await transfer.store();
  const [imported] = await stores.bonds.all();
  assert.equal(imported?.id, ID);
  assert.deepEqual(imported?.proofs, []);
  assert.equal(imported?.platformId, null);
  assert.notEqual(imported?.importedFrom, null);
  assert.deepEqual(transfer.view.value, { step: "idle" });
});

test("the undo of an import takes back what it added", async () => {
  const text = await exported();
  const { app, stores } = await world([record("mine")]);
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  await transfer.store();
  assert.equal((await stores.bonds.all()).length, 2);
  app.notices.undo();
  await settle();
  assert.deepEqual(
    (await stores.bonds.all()).map(({ id }) => id),
    ["mine"],
  );
});

test("the undo leaves a record alone that changed since: a new proof is not thrown away", async () => {
  const text = await exported();
  const { app, stores } = await world();
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  await transfer.store();
  const imported = await stores.bonds.get(ID);
  assert(imported !== undefined);
  await stores.bonds.put([{ ...imported, notes: "proved it" }]);
  app.notices.undo();
  await settle();
  assert.equal((await stores.bonds.get(ID))?.notes, "proved it");
  assert.match(app.notices.notice.value?.text ?? "", /except for 1 that changed/);
});

test("a record that differs is skipped unless the person chooses; replacing is undone to what was there", async () => {
  const text = await exported();
  const mine = { ...PROVEN, id: ID, notes: "mine" };
  const { app, stores } = await world([mine]);
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  assert.deepEqual([...preview(transfer).choices], [[0, "skip"]]);
  transfer.choose(0, "replace");
  await transfer.store();
  assert.equal((await stores.bonds.get(ID))?.notes, "");
  app.notices.undo();
  await settle();
  assert.deepEqual(await stores.bonds.get(ID), mine);
});

test("one choice for all that differ", async () => {
  const text = await exported();
  const { app } = await world([{ ...PROVEN, id: ID, label: "Mine" }]);
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  transfer.chooseAll("differs", "merge");
  assert.deepEqual([...preview(transfer).choices], [[0, "merge"]]);
  transfer.close();
  transfer.choose(0, "replace");
  assert.deepEqual(transfer.view.value, { step: "idle" });
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["not-json", "no json"],
  ["not-ours", '{"kind":"shopping"}'],
  ["newer", '{"kind":"bondkeeper.records","v":99,"appVersion":"9.0.0"}'],
  ["misfit", '{"kind":"bondkeeper.records","v":1}'],
];

for (const [kind, text] of REFUSED) {
  test(`a file that is ${kind} is refused as a whole with its reason`, async () => {
    const { app, stores } = await world();
    const transfer = new Transfer(app);
    await transfer.read(file(text, "<b>evil</b>.json"));
    const view = transfer.view.value;
    assert(view.step === "refused", view.step);
    assert.equal(view.problem.kind, kind);
    assert.deepEqual(stores.writes, []);
  });
}

test("a file that is too large is refused before it is read", async () => {
  const { app } = await world();
  const transfer = new Transfer(app);
  let read = false;
  const arrayBuffer = async () => {
    read = true;
    return new ArrayBuffer(0);
  };
  await transfer.read({ name: "big.json", size: 2 ** 40, arrayBuffer });
  const view = transfer.view.value;
  assert(view.step === "refused" && view.problem.kind === "too-large");
  assert.equal(read, false);
});

test("a store that refuses the import is an error, and nothing was half imported", async () => {
  const text = await exported();
  const { app, stores } = await world();
  const transfer = new Transfer(app);
  await transfer.read(file(text));
  stores.failNext("bonds.put", { kind: "quota" });
  await transfer.store();
  assert.deepEqual(transfer.view.value, { step: "failed", failure: { kind: "quota" } });
  assert.deepEqual(await stores.bonds.all(), []);
});
