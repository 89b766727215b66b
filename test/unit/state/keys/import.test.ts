import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { readTar, writeTar } from "../../../../src/formats/archive/tar.ts";
import type { KeyImportScreen } from "../../../../src/state/keys/import.ts";
import { newProfile } from "../../../support/tabs.ts";
import { keysWorld, picked, reference, until } from "./keys-world.ts";

beforeEach(newProfile);

function refusal({ view }: KeyImportScreen): readonly string[] {
  const { value } = view;
  return "problem" in value ? [value.step, value.problem.kind] : [value.step];
}

const FORMATS = {
  "habluetooth.txt": "habluetooth",
  bluez: "bluez",
  "bumble.txt": "bumble",
  "aioble.txt": "aioble",
  "windows.txt": "windows",
  "zephyr.txt": "zephyr",
};

for (const [name, format] of Object.entries(FORMATS)) {
  test(`${name} is recognised as ${format}, stored in one write as unproven claims, and taken back`, async () => {
    await using rig = await keysWorld();
    const { import: screen, list } = rig.screen;
    await screen.read(reference(name));
    const view = screen.view.value;
    assert(view.step === "preview", JSON.stringify(view));
    assert.equal(view.found.format, format);
    assert(view.entries.length > 0);
    assert.equal((await rig.tab.keys.list()).length, 0);
    await screen.store();
    const stored = await rig.tab.keys.list();
    assert.equal(stored.length, view.entries.length);
    for (const { state, imported, adapter } of stored) {
      assert.equal(state, "unproven");
      assert.equal(imported?.accepted, false);
      assert.equal(adapter, "aside");
    }
    await list.load();
    assert(list.view.value.kind === "ready");
    assert.equal(list.view.value.total, stored.length);
    assert.notEqual(rig.app.notices.notice.value?.undo, null);
    rig.app.notices.undo();
    await until(rig.app.notices.notice, (notice) => notice?.text === "The import was taken back");
    assert.deepEqual(await rig.tab.keys.list(), []);
  });
}

test("the same file again brings nothing; a person may leave one out", async () => {
  await using rig = await keysWorld();
  const { import: screen } = rig.screen;
  await screen.read(reference("bluez"));
  assert(screen.view.value.step === "preview");
  const count = screen.view.value.entries.length;
  screen.choose(0, false);
  await screen.store();
  assert.equal((await rig.tab.keys.list()).length, count - 1);
  await screen.read(reference("bluez"));
  assert(screen.view.value.step === "preview");
  assert.deepEqual(
    screen.view.value.entries.map(({ state }) => state),
    ["new", ...Array.from({ length: count - 1 }, () => "same")],
  );
  screen.choose(1, true);
  assert.deepEqual([...screen.view.value.chosen], [0]);
});

test("a tar of the folder is the folder", async () => {
  await using rig = await keysWorld();
  const files = new Map<string, Uint8Array>();
  for (const file of reference("bluez")) files.set(file.path, new Uint8Array(await file.arrayBuffer()));
  await rig.screen.import.read([picked("bluetooth.tar", writeTar(files, 0))]);
  assert(rig.screen.import.view.value.step === "preview");
  assert.equal(rig.screen.import.view.value.found.format, "bluez");
});

test("what is no key file, a damaged archive and a locked vault each say so, and nothing is stored", async () => {
  await using rig = await keysWorld();
  const { import: screen, vault } = rig.screen;
  await screen.read([picked("holiday.txt", "sun and sea")]);
  assert.deepEqual(refusal(screen), ["refused", "not-recognised"]);
  await screen.read([picked("a.zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0))]);
  assert.deepEqual(refusal(screen), ["refused", "archive-damaged"]);
  await screen.read([]);
  assert.deepEqual(refusal(screen), ["refused", "no-files"]);
  await vault.create({ kind: "passphrase", passphrase: "correct horse battery" });
  await screen.read(reference("habluetooth.txt"));
  await screen.store();
  vault.lock();
  await screen.read(reference("habluetooth.txt"));
  assert.deepEqual(refusal(screen), ["failed", "locked"]);
});

test("a file that is too large is refused before it is read", async () => {
  await using rig = await keysWorld();
  const file = {
    path: "huge",
    size: 100 * 2 ** 20,
    arrayBuffer: async () => assert.fail("it was read"),
  };
  await rig.screen.import.read([file]);
  assert(rig.screen.import.view.value.step === "refused");
  assert.equal(rig.screen.import.view.value.problem.kind, "too-large");
});

test("what was set aside is given to an adapter, and one claim is believed at a time", async () => {
  await using rig = await keysWorld();
  const adapter = await rig.tab.adapter();
  const { import: screen, list } = rig.screen;
  await screen.read(reference("habluetooth.txt"));
  await screen.store();
  await list.load();
  assert(list.view.value.kind === "ready");
  const group = list.view.value.groups.find(({ adapter: id }) => id === "aside");
  assert(group !== undefined);
  await list.assign(group, adapter.id);
  const moved = await rig.tab.keys.list();
  assert.equal(moved.length, group.bonds.length);
  assert(moved.every(({ adapter: id, local }) => id === adapter.id && local !== null));
  const [first, second] = moved;
  assert(first !== undefined && second !== undefined);
  await list.accept(first);
  const after = await rig.tab.keys.list();
  assert.equal(after.find(({ id }) => id === first.id)?.imported?.accepted, true);
  assert.equal(after.find(({ id }) => id === second.id)?.imported?.accepted, false);
  await list.remove(first);
  assert.equal((await rig.tab.keys.list()).length, moved.length - 1);
});

for (const format of ["habluetooth", "bluez", "bumble", "aioble"] as const) {
  test(`an export for ${format} is read back with the same keys`, async () => {
    await using rig = await keysWorld();
    const { import: screen, export: save } = rig.screen;
    await screen.read(reference("bluez"));
    await screen.store();
    await save.save({ format, adapter: null });
    const done = save.view.value;
    assert(done.step === "done", JSON.stringify(done));
    assert(done.written > 0);
    const [saved] = rig.page.saved.slice(-1);
    assert(saved !== undefined);
    if (format === "bluez") {
      assert.match(saved.name, /\.tar$/);
      const { content } = rig.page;
      assert(typeof content !== "string");
      assert(readTar(Uint8Array.from(content), { files: 100, totalOctets: 1e6 }).size > 0);
    }
    await screen.read([picked(saved.name, rig.page.content)]);
    assert(screen.view.value.step === "preview", JSON.stringify(screen.view.value));
    assert.equal(screen.view.value.found.format, format);
    const states = screen.view.value.entries.map(({ state }) => state);
    assert(
      states.every((state) => state === "same"),
      states.join(),
    );
  });
}
