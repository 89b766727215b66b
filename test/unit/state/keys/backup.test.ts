import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { BackupScreen } from "../../../../src/state/keys/backup.ts";
import { NOW } from "../../../support/records.ts";
import { newProfile } from "../../../support/tabs.ts";
import { bondWith, CLAIM, MOUSE_BOND, octets, SENSOR_BOND, US } from "../../keys/keys-rig.ts";
import { record } from "../world.ts";
import { type KeysWorld, keysWorld, until } from "./keys-world.ts";

beforeEach(newProfile);

const FEW = { least: 10, most: 1_000 };
const kindOf = ({ age }: BackupScreen) => age.value?.kind;
const KEEP = { settings: false };
const PASSPHRASE = "correct horse battery";
const backupOf = ({ app, pageKeys }: KeysWorld) => new BackupScreen(app, pageKeys, { rounds: FEW });
const fileOf = (content: string | Uint8Array) => ({
  name: "backup.json",
  arrayBuffer: async () => new TextEncoder().encode(String(content)).buffer,
});

/** Writes a backup of two bonds and one record; resolves with its text. */
async function written(): Promise<string> {
  await using rig = await keysWorld();
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  const store = rig.tab.keys.forAdapter(adapter);
  for (const bond of [SENSOR_BOND, MOUSE_BOND]) {
    await store.put(bond);
    await store.promote(bond);
  }
  await rig.stores.bonds.put([record("r1")]);
  const screen = backupOf(rig);
  assert.equal(await screen.write(PASSPHRASE), true);
  return String(rig.page.content);
}

test("bonds move between two origins by a backup: the same keys, identity and records, and the undo takes them back", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  const screen = backupOf(rig);
  await screen.pick(fileOf(text));
  await screen.open(PASSPHRASE);
  const view = screen.view.value;
  assert(view.step === "preview", JSON.stringify(view));
  assert.deepEqual([view.contents.bonds.length, view.contents.adapters.length, view.records], [2, 1, 1]);
  assert.deepEqual(await rig.tab.keys.list(), []);
  await screen.restore(KEEP);
  const adapter = await rig.tab.adapter();
  assert.deepEqual((await rig.tab.keys.identities.own(adapter.id)).address, US);
  assert.deepEqual((await rig.tab.keys.identities.own(adapter.id)).irk, octets(3));
  const store = rig.tab.keys.forAdapter(adapter);
  for (const bond of [SENSOR_BOND, MOUSE_BOND])
    assert.deepEqual(await store.get(bond.local, bond.peer), bond);
  assert.deepEqual(
    (await rig.tab.keys.list()).map(({ state }) => state),
    ["active", "active"],
  );
  assert.equal((await rig.stores.bonds.all()).length, 1);
  assert.match(rig.app.notices.notice.value?.text ?? "", /^2 keys were restored/);
  const done = new Promise<void>((resolve) => {
    rig.app.notices.notice.watch(() => {
      if (rig.app.notices.notice.value?.text === "The restore was taken back") resolve();
    });
  });
  rig.app.notices.undo();
  await done;
  assert.deepEqual(await rig.tab.keys.list(), []);
  assert.deepEqual(await rig.stores.bonds.all(), []);
});

test("settings come over by a person's choice only, within what can be set here, and the undo takes them back", async () => {
  await using from = await keysWorld();
  await from.stores.settings.update({ theme: "dark", cacheDays: 0 });
  assert.equal(await backupOf(from).write(PASSPHRASE), true);
  const text = String(from.page.content);
  newProfile();
  await using rig = await keysWorld();
  const look = async () => {
    const { theme, cacheDays } = await rig.stores.settings.get();
    return { theme, cacheDays };
  };
  const before = await look();
  const after = { theme: "dark", cacheDays: 1 } as const;
  let heard = 0;
  const options = { rounds: FEW, onSettings: () => heard++ };
  const screen = new BackupScreen(rig.app, rig.pageKeys, options);
  const opened = async () => {
    await screen.pick(fileOf(text));
    await screen.open(PASSPHRASE);
    assert(screen.view.value.step === "preview");
    return screen.view.value.settings;
  };
  assert.deepEqual(await opened(), after);
  await screen.restore(KEEP);
  assert.deepEqual([await look(), heard], [before, 0]);

  await opened();
  await screen.restore({ settings: true });
  assert.deepEqual([await look(), heard], [after, 1]);
  assert.equal(await undone(rig), BEFORE_ALL);
  assert.deepEqual([await look(), heard], [before, 2]);

  await opened();
  await screen.restore({ settings: true });
  assert.equal(await opened(), null, "the same as here: nothing to choose");
  await rig.stores.settings.update({ theme: "light" });
  assert.equal(await undone(rig), `${BEFORE_ALL}, except for 1 that changed since`);
  assert.deepEqual(await look(), { theme: "light", cacheDays: 1 });
});

test("the undo of a restore keeps a record that changed since", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  const screen = backupOf(rig);
  await screen.pick(fileOf(text));
  await screen.open(PASSPHRASE);
  await screen.restore(KEEP);
  const [came] = await rig.stores.bonds.all();
  assert(came !== undefined);
  await rig.stores.bonds.put([{ ...came, label: "Named since" }]);
  const { notice } = rig.app.notices;
  rig.app.notices.undo();
  await until(
    notice,
    (value) => value?.text === "The restore was taken back, except for 1 that changed since",
  );
  assert.deepEqual(await rig.tab.keys.list(), []);
  assert.deepEqual(
    (await rig.stores.bonds.all()).map(({ label }) => label),
    ["Named since"],
  );
});

/** Restores `text` into this profile. */
async function restored(rig: KeysWorld, text: string): Promise<void> {
  const screen = backupOf(rig);
  await screen.pick(fileOf(text));
  await screen.open(PASSPHRASE);
  await screen.restore(KEEP);
  assert.equal(screen.view.value.step, "idle");
}

async function undone(rig: KeysWorld): Promise<string> {
  const { notice } = rig.app.notices;
  rig.app.notices.undo();
  await until(notice, (value) => value !== null);
  return notice.value?.text ?? "";
}

const BEFORE_ALL = "The restore was taken back";

test("the undo of a restore takes adapters and identities back, too", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  await restored(rig, text);
  assert.equal((await rig.tab.keys.places()).identities.length, 1);
  assert.equal(await undone(rig), BEFORE_ALL);
  assert.deepEqual(await rig.tab.keys.places(), { adapters: [], identities: [] });
});

test("the undo gives a known dongle back the identity that it had in use", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  const adapter = await rig.tab.adapter();
  const own = await rig.tab.keys.identities.own(adapter.id);
  await restored(rig, text);
  assert.deepEqual((await rig.tab.keys.identities.own(adapter.id)).address, US);
  assert.equal(await undone(rig), BEFORE_ALL);
  assert.deepEqual(await rig.tab.keys.identities.own(adapter.id), own);
  const { adapters, identities } = await rig.tab.keys.places();
  assert.deepEqual([adapters.length, identities.length], [1, 1]);
});

test("an adapter that was used, named or bonded with since stays with its identity, and the undo says so", async () => {
  const text = await written();
  const acts: readonly ((rig: KeysWorld, id: string) => Promise<unknown>)[] = [
    (rig) => rig.tab.keys.adapters.admit(CLAIM),
    (rig, id) => rig.tab.keys.adapters.rename(id, "mine"),
    (rig, id) => rig.tab.keys.bonds.put(id, bondWith(7)),
  ];
  for (const act of acts) {
    newProfile();
    const time = { now: NOW };
    await using rig = await keysWorld({ now: () => time.now });
    await restored(rig, text);
    const [came] = await rig.tab.keys.adapters.all();
    assert(came !== undefined);
    time.now += 60_000;
    await act(rig, came.id);
    assert.equal(await undone(rig), `${BEFORE_ALL}, except for 1 that changed since`, String(act));
    const { adapters, identities } = await rig.tab.keys.places();
    assert.deepEqual([adapters.length, identities.length], [1, 1], String(act));
    assert.deepEqual((await rig.tab.keys.identities.own(came.id)).address, US);
  }
});

test("a record whose keys are in the backup is of the same device at once; one of the system's keys is not", async () => {
  await using from = await keysWorld();
  const ours = { transport: "dongle", localIdentity: "C0:5A:10:00:00:01" } as const;
  await from.stores.bonds.put([record("own", ours), record("known", ours), record("system")]);
  const source = backupOf(from);
  assert.equal(await source.write(PASSPHRASE), true);
  newProfile();
  await using rig = await keysWorld();
  await rig.stores.bonds.put([record("other", { ...ours, platformId: "peer-known" })]);
  const screen = backupOf(rig);
  await screen.pick(fileOf(String(from.page.content)));
  await screen.open(PASSPHRASE);
  await screen.restore(KEEP);
  const ids = (await rig.stores.bonds.all()).map(({ id, platformId, proofs }) => [id, platformId, proofs]);
  assert.deepEqual(Object.fromEntries(ids.map(([id, platformId]) => [id, platformId])), {
    own: "peer-own",
    known: null,
    system: null,
    other: "peer-known",
  });
  assert.deepEqual(ids.find(([id]) => id === "own")?.[2], [], "and it is not proven here");
});

test("a dongle that is known on the other machine keeps its record, and gets the bonds", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  const there = await rig.tab.adapter();
  const screen = backupOf(rig);
  await screen.pick(fileOf(text));
  await screen.open(PASSPHRASE);
  await screen.restore(KEEP);
  assert.equal((await rig.tab.keys.adapters.all()).length, 1);
  assert((await rig.tab.keys.list()).every(({ adapter }) => adapter === there.id));
  assert.deepEqual((await rig.tab.keys.identities.own(there.id)).address, US);
  assert.equal((await rig.tab.keys.adapters.recognise(CLAIM)).kind, "known");
});

test("a file that was handed in goes to the backup or to the import, by what is in it", async () => {
  const text = await written();
  await using rig = await keysWorld();
  const { screen } = rig;
  const handed = (content: string) => ({ ...fileOf(content), size: content.length });
  await screen.open(handed(text.slice(0, -100)));
  assert.deepEqual(screen.backup.view.value, { step: "closed", name: "backup.json", problem: null });
  assert.equal(screen.import.view.value.step, "idle");
  screen.backup.close();
  await screen.open(handed('{"note": "bondkeeper-backup"}'));
  assert.equal(screen.backup.view.value.step, "idle");
  assert.equal(screen.import.view.value.step, "refused");
});

test("no key, name or passphrase stands in the file in the clear", async () => {
  const text = await written();
  for (const secret of [PASSPHRASE, "Device r1", "C6:3B:11:7E:4D:02", "fb4c6b6c9f8ccf371533f3934955990f"])
    assert(!text.toLowerCase().includes(secret.toLowerCase()), secret);
});

test("a wrong passphrase, a cut, a changed and a newer file each explain themselves, and nothing is restored", async () => {
  const text = await written();
  newProfile();
  await using rig = await keysWorld();
  const screen = backupOf(rig);
  const openFile = async (content: string, passphrase = PASSPHRASE) => {
    await screen.pick(fileOf(content));
    await screen.open(passphrase);
    const { value } = screen.view;
    return value.step === "closed" || value.step === "refused"
      ? [value.step, value.problem?.kind]
      : [value.step];
  };
  assert.deepEqual(await openFile(text, "something else"), ["closed", "does-not-open"]);
  assert.deepEqual(await openFile(text.slice(0, -100)), ["refused", "damaged"]);
  assert.deepEqual(await openFile("{}"), ["refused", "not-a-backup"]);
  assert.deepEqual(await openFile("not JSON"), ["refused", "not-a-backup"]);
  assert.deepEqual(await openFile(text.replace('"version": 1', '"version": 2')), ["refused", "newer"]);
  assert.deepEqual(await openFile(text.replace('"rounds": 10', '"rounds": 9')), ["refused", "damaged"]);
  assert.deepEqual(await openFile(text.replace('"rounds": 10', '"rounds": 999999999')), [
    "refused",
    "damaged",
  ]);
  // Every field of the outside is bound to what is inside.
  const changes: readonly (readonly [string, string])[] = [
    ['"rounds": 10', '"rounds": 11'],
    ['"createdAt": "20', '"createdAt": "19'],
    ['"appVersion": "', '"appVersion": "x'],
  ];
  for (const [from, to] of changes) {
    assert(text.includes(from), from);
    assert.deepEqual(await openFile(text.replace(from, to)), ["closed", "does-not-open"], from);
  }
  assert.deepEqual(await rig.tab.keys.list(), []);
});

test("the reminder: none while there are bonds, old after a newer bond or a month", async () => {
  await using rig = await keysWorld();
  const screen = backupOf(rig);
  await screen.look([]);
  assert.equal(screen.age.value, null);
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await rig.tab.keys.forAdapter(adapter).put(SENSOR_BOND);
  const bonds = await rig.tab.keys.list();
  await screen.look(bonds);
  assert.equal(kindOf(screen), "none");
  await rig.stores.settings.update({ lastBackupAt: new Date(NOW).toISOString() });
  await screen.look(bonds);
  assert.equal(kindOf(screen), "good");
  await rig.stores.settings.update({ lastBackupAt: "2000-01-01T00:00:00.000Z" });
  await screen.look(bonds);
  assert.equal(kindOf(screen), "old");
});

test("a locked vault writes no backup, and says so", async () => {
  await using rig = await keysWorld();
  await rig.screen.vault.create({ kind: "passphrase", passphrase: PASSPHRASE });
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await rig.tab.keys.forAdapter(adapter).put(SENSOR_BOND);
  rig.screen.vault.lock();
  const screen = backupOf(rig);
  assert.equal(await screen.write(PASSPHRASE), false);
  assert(screen.view.value.step === "failed");
  assert.equal(screen.view.value.problem.kind, "locked");
  assert.deepEqual(rig.page.saved, []);
});
