import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateSigningKey } from "../../../../src/sdk/signed-result.ts";
import { APPS_DATABASE, DEMO_APPS_DATABASE, IndexedApps } from "../../../../src/storage/apps/store.ts";
import type { VaultScreen } from "../../../../src/state/keys/vault.ts";
import { failWrites, newProfile } from "../../../support/tabs.ts";
import { bondWith, SENSOR_BOND, US, octets } from "../../keys/keys-rig.ts";
import { FakePrf } from "../../vault/vault-rig.ts";
import { keysWorld, until } from "./keys-world.ts";

beforeEach(newProfile);

const kindOf = ({ view }: VaultScreen) => view.value.kind;
const GOOD = { kind: "passphrase", passphrase: "correct horse battery" } as const;

test("a vault is made, locked, refuses a wrong passphrase, and opens with the right one", async () => {
  await using rig = await keysWorld();
  const { vault } = rig.screen;
  assert.deepEqual(vault.view.value, { kind: "absent" });
  assert.equal(await vault.create({ kind: "passphrase", passphrase: "short" }), false);
  assert.deepEqual(vault.act.value, {
    kind: "failed",
    act: "create",
    problem: { kind: "weak-passphrase", least: 8 },
  });
  assert.equal(await vault.create(GOOD), true);
  assert.deepEqual(vault.view.value, { kind: "open", by: ["passphrase"] });
  vault.lock();
  await until(vault.view, ({ kind }) => kind === "locked");
  assert.deepEqual(vault.view.value, { kind: "locked", by: ["passphrase"] });
  assert.equal(await vault.unlock({ kind: "passphrase", passphrase: "something else" }), false);
  assert.equal(vault.view.value.kind, "locked");
  assert.equal(await vault.unlock(GOOD), true);
  assert.equal(vault.view.value.kind, "open");
});

test("the time of the automatic lock is a setting, and it locks without anybody looking", async () => {
  await using rig = await keysWorld();
  const { vault } = rig.screen;
  await vault.create(GOOD);
  await vault.setAutoLock(5);
  assert.equal((await rig.stores.settings.get()).autoLockMinutes, 5);
  await rig.tab.clock.advance(4 * 60_000);
  await vault.look();
  assert.equal(kindOf(vault), "open");
  await rig.tab.clock.advance(60_000);
  await until(vault.view, ({ kind }) => kind === "locked");
  await vault.unlock(GOOD);
  await vault.setAutoLock(null);
  await rig.tab.clock.advance(24 * 3_600_000);
  await vault.look();
  assert.equal(kindOf(vault), "open");
});

test("another way in loses no bond, and the old one opens nothing any more", async () => {
  await using rig = await keysWorld({ prf: new FakePrf() });
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await rig.tab.keys.forAdapter(adapter).put(SENSOR_BOND);
  const { vault } = rig.screen;
  await vault.look();
  assert.deepEqual(vault.view.value, { kind: "open", by: ["device"] });
  assert.equal(await vault.change({ kind: "device" }, GOOD), true);
  assert.equal(await vault.change({ kind: "passphrase", passphrase: "wrong wrong" }, { kind: "prf" }), false);
  assert.equal(await vault.change(GOOD, { kind: "prf" }), true);
  assert.deepEqual(vault.view.value, { kind: "open", by: ["prf"] });
  vault.lock();
  assert.equal(await vault.unlock(GOOD), false);
  assert.equal(await vault.unlock({ kind: "prf" }), true);
  const bond = await rig.tab.keys.forAdapter(adapter).get(SENSOR_BOND.local, SENSOR_BOND.peer);
  assert.deepEqual(bond?.asCentral?.value, SENSOR_BOND.asCentral?.value);
});

test("a forgotten passphrase: the keys go, the names stay, and what to pair again is listed", async () => {
  await using rig = await keysWorld();
  const { vault, list } = rig.screen;
  await vault.create(GOOD);
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  for (const bond of [SENSOR_BOND, bondWith(5)]) await rig.tab.keys.forAdapter(adapter).put(bond);
  vault.lock();
  assert.equal(await vault.eraseVault(), true);
  assert.deepEqual(vault.view.value, { kind: "absent" });
  assert.equal(vault.repair.value.length, 2);
  await list.load();
  assert(list.view.value.kind === "ready");
  assert.deepEqual(
    list.view.value.groups.flatMap(({ bonds }) => bonds.map(({ state }) => state)),
    ["erased", "erased"],
  );
});

test("erasing everything leaves neither keys nor what pages were allowed, of devices and of the demo", async () => {
  await using rig = await keysWorld();
  const adapter = await rig.tab.adapter();
  await rig.tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await rig.tab.keys.forAdapter(adapter).put(SENSOR_BOND);
  for (const name of [APPS_DATABASE, DEMO_APPS_DATABASE]) {
    // Left open, as in another tab: it lets go by itself.
    const apps = new IndexedApps({ hostname: "localhost", newKey: generateSigningKey, name });
    await apps.signingKey();
  }
  assert.equal(await rig.screen.vault.eraseEverything(), true);
  assert.deepEqual(await rig.tab.keys.list(), []);
  const left = (await indexedDB.databases()).map(({ name }) => name);
  assert(!left.some((name) => name?.startsWith(APPS_DATABASE)), left.join(", "));
});

test("a store that refuses is a failure with its name, and the vault stands as it stood", async () => {
  await using rig = await keysWorld();
  const { vault } = rig.screen;
  const restore = failWrites("vault");
  try {
    assert.equal(await vault.create(GOOD), false);
  } finally {
    restore();
  }
  assert.deepEqual(vault.act.value, {
    kind: "failed",
    act: "create",
    problem: { kind: "storage", failure: { kind: "quota" } },
  });
  assert.deepEqual(vault.view.value, { kind: "absent" });
});
