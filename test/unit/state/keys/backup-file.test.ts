/** The file that a backup is kept in, on a file that is as strict as the platform's. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import { readBackup } from "../../../../src/formats/backup/backup.ts";
import { BackupFile, type FileStanding } from "../../../../src/state/keys/backup-file.ts";
import { KeysScreen } from "../../../../src/state/keys/screen.ts";
import type { Store } from "../../../../src/state/store.ts";
import { START } from "../../../support/bond-rig.ts";
import { FileStandIn } from "../../../support/file-stand-in.ts";
import { ChannelHub, newProfile } from "../../../support/tabs.ts";
import { bondWith, MOUSE_BOND, octets, SENSOR_BOND, US } from "../../keys/keys-rig.ts";
import { record } from "../world.ts";
import { FEW_ROUNDS, type KeysWorld, keysWorld, until } from "./keys-world.ts";

beforeEach(newProfile);

const PASSPHRASE = "correct horse battery";
const OTHER = "another staple altogether";
const LIMITS = { least: FEW_ROUNDS, most: 1_000 };
const VAULT = { kind: "passphrase", passphrase: "of the vault itself" } as const;

/** One bond, and a file that it is kept in. */
async function kept(options: Parameters<typeof keysWorld>[0] & { locked?: boolean } = {}) {
  const { locked = false, ...rest } = options;
  const rig = await keysWorld(rest);
  if (locked) await rig.screen.vault.create(VAULT);
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await rig.tab.keys.forAdapter(adapter).put(SENSOR_BOND);
  const file = new FileStandIn("bonds.json");
  rig.picks = file;
  assert.equal(await rig.screen.file.keep(PASSPHRASE, "another-file"), true, why(rig));
  return { rig, file, adapter };
}

const why = ({ screen }: KeysWorld) => JSON.stringify([screen.file.setUp.value, screen.file.view.value]);
const standingOf = ({ screen: { file } }: Pick<KeysWorld, "screen">): FileStanding | null =>
  file.view.value.kind === "kept" ? file.view.value.standing : null;
const opened = async (rig: KeysWorld, file: FileStandIn, passphrase = PASSPHRASE) =>
  readBackup(new TextEncoder().encode(file.text), passphrase, rig.pageKeys.crypto, LIMITS);
const bondsIn = async (rig: KeysWorld, file: FileStandIn) => (await opened(rig, file)).contents.bonds.length;

/** Time in which changes are gathered passes, and the file stands as wanted. */
async function becomes(
  rig: Pick<KeysWorld, "screen" | "page">,
  wanted: (standing: FileStanding) => boolean,
): Promise<void> {
  await rig.page.clock.advance(3_000);
  await until(rig.screen.file.view, (view) => view.kind === "kept" && wanted(view.standing));
}
const current = ({ kind }: FileStanding) => kind === "current";
/** However it ended: the test says how it should have, and does not wait for it. */
const settled = ({ kind }: FileStanding) => kind !== "soon" && kind !== "writing";
const isNow = (store: Store<{ readonly kind: string }>, kind: string) =>
  until(store, (value) => value.kind === kind);

test("a file is chosen once; then every change is in it by itself, and it opens with its passphrase", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  assert.equal(await bondsIn(rig, file), 1);
  assert.notEqual((await rig.stores.settings.get()).lastBackupAt, undefined);
  const store = rig.tab.keys.forAdapter(adapter);
  await store.put(MOUSE_BOND);
  await store.put(bondWith(7));
  assert.deepEqual(standingOf(rig), { kind: "soon" });
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, file), 3);
  assert.equal(file.replaced, 2, "what comes together is written once");
  await rig.stores.bonds.put([record("r1")]);
  await becomes(rig, current);
  assert.match((await opened(rig, file)).contents.records, /Device r1/u);
  await rig.tab.keys.bonds.delete(adapter.id, US, MOUSE_BOND.peer);
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, file), 2);
  assert.equal(file.open, 0);
});

test("nothing that opens the file or a bond is kept in the clear", async () => {
  const { rig, file } = await kept();
  await using _ = rig;
  const { handle: _handle, ...row } = rig.files.row ?? assert.fail("nothing is kept");
  assert.deepEqual(Object.keys(row).toSorted(), ["key", "rounds", "salt", "v", "written"]);
  const text = JSON.stringify(row) + file.text;
  for (const secret of [PASSPHRASE, "fb4c6b6c9f8ccf371533f3934955990f", "C6:3B:11:7E:4D:02"])
    assert(!text.toLowerCase().includes(secret.toLowerCase()), secret);
  const raw = new TextEncoder().encode(PASSPHRASE);
  const { salt, rounds } = row;
  const key = await rig.pageKeys.crypto.octetsFromPassphrase(raw, fromHex(salt), rounds);
  assert(!text.includes(toHex(key)), "the key of the file");
});

test("a vault with a passphrase guards the key of the file; what changed while it was locked is written after", async () => {
  const { rig, file, adapter } = await kept({ locked: true });
  await using _ = rig;
  await rig.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  rig.screen.vault.lock();
  await becomes(rig, ({ kind }) => kind === "locked");
  assert.equal(await bondsIn(rig, file), 1);
  assert.equal(await rig.screen.file.keep(OTHER, "this-file"), false);
  assert.deepEqual(rig.screen.file.setUp.value, {
    kind: "failed",
    problem: { kind: "vault", problem: { kind: "locked", by: ["passphrase"] } },
  });
  await rig.screen.vault.unlock(VAULT);
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, file), 2);
});

test("the next page load asks for permission by a person's act only, then catches up", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  file.permission = "prompt";
  await using next = await keysWorld();
  next.files.row = rig.files.row;
  const app = { ...next.app, ports: { ...next.app.ports, stores: rig.stores } };
  const { pageKeys: page, files: store } = next;
  const again = new BackupFile({ app, page, store, picker: { pick: async () => null }, rounds: FEW_ROUNDS });
  const screen = new KeysScreen(app, page, again);
  const there = { screen, page: next.page };
  await again.start(new AbortController().signal);
  assert.deepEqual(standingOf(there), { kind: "permission", denied: false, behind: false });
  const said = () => app.notices.notice.value?.text;
  assert.equal(said(), undefined, "nobody is disturbed while nothing is to be written");
  await next.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  await becomes(there, (standing) => standing.kind === "permission" && standing.behind);
  assert.deepEqual(standingOf(there), { kind: "permission", denied: false, behind: true });
  assert.match(said() ?? "", /“bonds.json” was not written/u);
  await again.allow();
  assert.deepEqual(standingOf(there), { kind: "permission", denied: false, behind: true });
  assert.equal(file.asked, 0, "nothing is asked without a person's act");
  file.active = true;
  file.answers = "denied";
  await again.allow();
  assert.deepEqual(standingOf(there), { kind: "permission", denied: true, behind: true });
  file.permission = "prompt";
  file.answers = "granted";
  file.active = true;
  await again.allow();
  assert.deepEqual(standingOf(there), { kind: "current" });
  assert.equal(await bondsIn(next, file), 2);
  file.permission = "granted";
  const third = new BackupFile({ app, page, store, picker: { pick: async () => null }, rounds: FEW_ROUNDS });
  await third.start(new AbortController().signal);
  assert(third.view.value.kind === "kept");
  assert.deepEqual(third.view.value.standing, { kind: "current" });
  assert.equal(file.replaced, 2, "what is up to date is not written again");
});

test("each failure has its name, leaves the file as it was, and the next write heals it", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  const before = file.text;
  const store = rig.tab.keys.forAdapter(adapter);
  const whole = file.content;
  const faults: readonly (readonly [string, () => void, () => void])[] = [
    ["full", () => (file.room = 10), () => (file.room = Number.POSITIVE_INFINITY)],
    ["gone", () => (file.content = null), () => (file.content = whole)],
    ["busy", () => (file.taken = true), () => (file.taken = false)],
  ];
  let n = 20;
  for (const [kind, breaks, heals] of faults) {
    breaks();
    await store.put(bondWith(n++));
    await becomes(rig, (standing) => standing.kind === "failed" && standing.problem.kind === kind);
    heals();
    assert.equal(file.text, before, kind);
    assert.equal(file.open, 0, kind);
  }
  await rig.screen.file.writeNow();
  assert.deepEqual(standingOf(rig), { kind: "current" });
  assert.equal(await bondsIn(rig, file), 4);
});

test("a file that is busy is tried again by itself", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  file.taken = true;
  await rig.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  await becomes(rig, ({ kind }) => kind === "failed");
  file.taken = false;
  await rig.page.clock.advance(30_000);
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, file), 2);
});

test("what was read back and is not what was written is never called up to date", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  const first = file.content ?? assert.fail("nothing was written");
  const commits: readonly (readonly [string, FileStandIn["commit"]])[] = [
    ["one octet", (all) => all.with(all.length - 20, 0x20)],
    ["the file of before, which opens with its key", () => first],
  ];
  const store = rig.tab.keys.forAdapter(adapter);
  await store.put(MOUSE_BOND);
  for (const [what, commit] of commits) {
    file.commit = commit;
    await rig.screen.file.writeNow();
    assert.deepEqual(standingOf(rig), { kind: "failed", problem: { kind: "differs" } }, what);
  }
  file.commit = (all) => all;
  await rig.screen.file.writeNow();
  assert.equal(await bondsIn(rig, file), 2);
});

test("a file that somebody else wrote is not replaced by itself; one of ours that came back is", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  const first = file.text;
  const store = rig.tab.keys.forAdapter(adapter);
  await store.put(MOUSE_BOND);
  await becomes(rig, current);
  file.overwrite(first);
  await store.put(bondWith(7));
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, file), 3, "an earlier version is made new");

  const theirs = JSON.stringify({ ...JSON.parse(first), salt: "00".repeat(32) });
  file.overwrite(theirs);
  await store.put(bondWith(8));
  await becomes(rig, settled);
  assert.deepEqual(standingOf(rig), { kind: "held", why: "changed-elsewhere" });
  assert.equal(file.text, theirs);
  await rig.screen.file.writeNow();
  assert.equal(await bondsIn(rig, file), 4);
});

test("erasing the vault leaves the file with the keys that may be wanted back, and forgets it", async () => {
  const { rig, file } = await kept();
  await using _ = rig;
  const before = file.text;
  assert.equal(await rig.screen.vault.eraseVault(), true);
  assert.deepEqual(rig.screen.file.view.value, { kind: "off", left: "bonds.json" });
  await rig.page.clock.advance(60_000);
  assert.equal(rig.files.row, undefined);
  assert.equal(file.text, before);
});

test("a store without bonds never replaces a file that has some, unless a person says so", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  const before = file.text;
  // As another tab erases everything while this one has not heard of it.
  await rig.tab.keys.bonds.delete(adapter.id, US, SENSOR_BOND.peer);
  await becomes(rig, settled);
  assert.deepEqual(standingOf(rig), { kind: "held", why: "no-bonds" });
  assert.equal(file.text, before);
  await rig.screen.file.writeNow();
  assert.equal(await bondsIn(rig, file), 0);
});

test("a record that was damaged since may be whole in the file: a person decides", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  await rig.stores.bonds.put([record("r1")]);
  await becomes(rig, current);
  const before = file.text;
  rig.tick(1_000);
  rig.stores.damage("r1");
  await rig.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  await becomes(rig, settled);
  assert.deepEqual(standingOf(rig), { kind: "held", why: "damaged" });
  assert.equal(file.text, before);
});

test("two tabs write it once", async () => {
  const hub = new ChannelHub();
  const { rig, file, adapter } = await kept({ channel: hub.join() });
  await using _ = rig;
  await using other = await keysWorld({ channel: hub.join() });
  const { locks, stores } = rig.app.ports;
  const app = { ...other.app, ports: { ...other.app.ports, locks, stores } };
  const { pageKeys: page } = other;
  const second = new BackupFile({ app, page, store: rig.files, picker: { pick: async () => null } });
  await second.start(new AbortController().signal);
  const there = { page: other.page, screen: new KeysScreen(app, page, second) };
  await rig.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  await Promise.all([becomes(rig, current), other.page.clock.advance(3_000)]);
  await becomes(there, current);
  assert.equal(file.replaced, 2);
  assert.equal(await bondsIn(rig, file), 2);
  await second.stop();
  await rig.tab.keys.forAdapter(adapter).put(bondWith(9));
  await rig.page.clock.advance(3_000);
  await isNow(rig.screen.file.view, "off");
  assert.equal(file.replaced, 2, "what one tab stops, no other writes");
});

test("another passphrase for the same file, and another file: the old stays until the new one is written", async () => {
  const { rig, file, adapter } = await kept();
  await using _ = rig;
  assert.equal(await rig.screen.file.keep(OTHER, "this-file"), true);
  await assert.rejects(opened(rig, file), { name: "BackupError" });
  assert.equal((await opened(rig, file, OTHER)).contents.bonds.length, 1);

  const full = new FileStandIn("full.json");
  full.room = 1;
  rig.picks = full;
  assert.equal(await rig.screen.file.keep(PASSPHRASE, "another-file"), false);
  assert.deepEqual(rig.screen.file.setUp.value, { kind: "failed", problem: { kind: "full" } });
  rig.picks = null;
  assert.equal(await rig.screen.file.keep(PASSPHRASE, "another-file"), false);
  assert.deepEqual(rig.screen.file.setUp.value, { kind: "idle" }, "nothing was chosen");
  await rig.tab.keys.forAdapter(adapter).put(MOUSE_BOND);
  await becomes(rig, current);
  assert.equal((await opened(rig, file, OTHER)).contents.bonds.length, 2);

  const next = new FileStandIn("next.json");
  rig.picks = next;
  assert.equal(await rig.screen.file.keep(PASSPHRASE, "another-file"), true);
  assert.equal(await bondsIn(rig, next), 2);
  assert.equal(file.replaced, 3);
  await rig.screen.file.stop();
  assert.deepEqual(rig.screen.file.view.value, { kind: "off", left: "next.json" });
  assert.equal(await bondsIn(rig, next), 2);
});

test("a file of a month ago is written anew, and the reminder keeps quiet as long as the file is kept", async () => {
  const { rig, file } = await kept({ now: () => START - 1_000 });
  await using _ = rig;
  rig.tick(31 * 24 * 3_600_000);
  await rig.screen.list.load();
  rig.pageKeys.touched();
  await becomes(rig, current);
  assert.equal(file.replaced, 2);
  await until(rig.screen.backup.age, (age) => age?.kind === "good");
});

test("a browser that cannot write files says so, and nothing is asked", async () => {
  await using rig = await keysWorld();
  const { app, pageKeys: page, files: store } = rig;
  const none = new BackupFile({ app, page, store, picker: null });
  await none.start(new AbortController().signal);
  assert.deepEqual(none.view.value, { kind: "unavailable" });
});

test("stopped while a change waits to be written, and chosen anew: changes are written again", async () => {
  const { rig, adapter } = await kept();
  await using _ = rig;
  const store = rig.tab.keys.forAdapter(adapter);
  await store.put(MOUSE_BOND);
  assert.deepEqual(standingOf(rig), { kind: "soon" });
  await rig.screen.file.stop();

  const next = new FileStandIn("next.json");
  rig.picks = next;
  assert.equal(await rig.screen.file.keep(PASSPHRASE, "another-file"), true);
  await store.put(bondWith(7));
  await becomes(rig, current);
  assert.equal(await bondsIn(rig, next), 3);
});
