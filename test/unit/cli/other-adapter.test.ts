/** A device with bonds over several adapters: which record is meant, and what the other adapter is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import { answersOf } from "../../../src/cli/answers.ts";
import { recordOf } from "../../../src/cli/find-device.ts";
import { nameOfAdapter } from "../../../src/cli/other-adapter.ts";
import { RECORD } from "../../support/bond-rig.ts";
import { memoryStores } from "../../support/memory-stores.ts";
import { newProfile } from "../../support/tabs.ts";
import { CLAIM, openKeysTab } from "../keys/keys-rig.ts";

const ADDRESS = "C0:FF:EE:00:00:01";
const bond = (id: string, localIdentity: string, createdAt: string) => ({
  ...RECORD,
  id,
  localIdentity,
  createdAt,
  transport: "dongle" as const,
  platformId: "random-c0ffee000001",
});
const OLDER = bond("older", "dongle:random-c00000000001", "2026-01-01T00:00:00.000Z");
const NEWER = bond("newer", "dongle:random-c00000000002", "2026-02-01T00:00:00.000Z");

test("of two records, the one of the adapter in use is meant; without one, the newest", async () => {
  const stores = memoryStores({ bonds: [OLDER, NEWER] });
  const found = async (own?: string) => (await recordOf({ stores }, ADDRESS, own))?.id;
  assert.equal(await found(OLDER.localIdentity), "older");
  assert.equal(await found(NEWER.localIdentity), "newer");
  assert.equal(await found("dongle:random-c00000000003"), "newer");
  assert.equal(await found(), "newer");
});

test("before a second bond the warning names the adapter that has the first", async () => {
  const warned: string[] = [];
  const prompts = answersOf({
    program: { terminal: { input: process.stdin, output: process.stderr }, interrupt: () => {} },
    allowLegacy: false,
    mayRepair: false,
    warn: (text) => void warned.push(text),
    nameAdapter: async ({ id }) => `adapter of ${id}`,
  });
  assert.equal(await prompts.confirmElsewhere?.(OLDER, new AbortController().signal), true);
  assert.deepEqual(warned, [
    "The device has a bond with another adapter, adapter of older, and may give it up for the new one",
  ]);
});

test("an adapter is called as it was named, with its address where needed, and never steers the terminal", async () => {
  newProfile();
  await using tab = openKeysTab();
  const { keys } = tab;
  const { id } = await keys.adapters.add(CLAIM, "Desk\u202E dongle");
  const octets = toHex((await keys.identities.own(id)).address.octets);
  const own = "dongle:random-c00000000009";
  const world = { store: { keys }, backend: { bonds: { localIdentity: own } } };
  const name = (localIdentity: string) => nameOfAdapter(world, { localIdentity });
  assert.match(await name(`dongle:random-${octets}`), /^Desk dongle$/u);
  assert.equal(await name("dongle:random-c0ffee000002"), "C0:FF:EE:00:00:02");
  assert.equal(await name("dongle:none"), "one that is not known here");
  keys.adapters.all = () => Promise.reject(new Error("Cannot read"));
  assert.equal(await name(`dongle:random-${octets}`), "one that is not known here");
});
