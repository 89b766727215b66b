/** What the page of a device offers next: never a proof where there is no key to prove. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stateOf } from "../../../src/bonds/evidence.ts";
import { type KeyPlace, keyPlaceOf } from "../../../src/state/device-key.ts";
import { actsFor, lackOf } from "../../../src/ui/device-acts.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { SENSOR_BOND } from "../keys/keys-rig.ts";
import { bondRecord, PROBED } from "./scripted-link.ts";

const IMPORTED = bondRecord({ importedFrom: "a backup" });
const PROVEN = bondRecord(PROBED);
const SUSPECT = { ...PROVEN, suspect: { reason: "key-missing", at: "2026-02-02T00:00:00.000Z" } } as const;

/** Labels of what is offered, and why nothing can be proven. */
function offered(record: ReturnType<typeof bondRecord>, key: KeyPlace) {
  const shown = { record, key, state: stateOf(record), proof: record.proofs[0] ?? null };
  return [lackOf(shown), ...actsFor(shown).map(({ label }) => label)];
}

const CHECK = "Check only, change nothing";

test("an imported record offers a proof only where its key is here", () => {
  assert.deepEqual(offered(IMPORTED, "here"), [null, "Prove the bond", CHECK]);
  assert.deepEqual(offered(IMPORTED, "none"), ["came-without", "Pair and prove the bond"]);
  assert.deepEqual(offered(IMPORTED, "other-dongle"), ["other-dongle"]);
  assert.deepEqual(offered(IMPORTED, "unknown"), [null, "Pair and prove the bond", CHECK]);
});

test("a device that was added here is proven with its key, and paired without one or where that may be due", () => {
  const added = bondRecord();
  assert.deepEqual(offered(added, "here"), [null, "Prove the bond", CHECK]);
  assert.deepEqual(offered(added, "other-dongle"), ["other-dongle"]);
  for (const key of ["half", "unknown"] as const)
    assert.deepEqual(offered(added, key), [null, "Pair and prove the bond", CHECK]);
  assert.deepEqual(offered(added, "none"), [null, "Pair and prove the bond"]);
});

test("a bond whose key is gone is not verified: it is paired anew, and where it is suspect only after a question", () => {
  assert.deepEqual(offered(PROVEN, "here"), [null, "Verify the bond", CHECK]);
  assert.deepEqual(offered(PROVEN, "none"), ["gone", "Pair and prove the bond"]);
  assert.deepEqual(offered(SUSPECT, "here"), [null, "Verify again", "Repair the bond", CHECK]);
  assert.deepEqual(offered(SUSPECT, "none"), ["gone", "Repair the bond"]);
  const archived = { ...PROVEN, archived: { at: "2026-02-03T00:00:00.000Z", why: "repair" } } as const;
  assert.deepEqual(offered(archived, "none"), [null, "Repair again"]);
});

describe("where a key is", () => {
  test("is read from the store: here after a pairing, and gone when it was deleted", async () => {
    await using rig = new OwnKeysRig();
    await rig.start();
    const device = await rig.world.device("sensor");
    assert.equal((await rig.ensure(rig.chosen(device))).code, 0);
    const record = await rig.record();
    const place = (change: Partial<typeof record> = {}) =>
      rig.world.until(keyPlaceOf({ ...record, ...change }, rig.backend));
    assert.equal(await place(), "here");
    assert.equal(await place({ platformId: null }), "none");
    assert.equal(await place({ platformId: "random-c00000000009" }), "none");
    assert.equal(await place({ localIdentity: "dongle:random-c00000000001" }), "other-dongle");
    assert.equal(await place({ transport: "web-bluetooth" }), "unknown");
    assert.equal(await place({ platformId: "no address" }), "unknown");

    const removed = rig.backend.bonds.remove(rig.idOf(device), new AbortController().signal);
    assert.equal(await rig.world.until(removed), "removed");
    assert.equal(await place(), "none");
  });

  test("a key of a pairing that nobody ended is half there, and an erased one is none", async () => {
    await using rig = new OwnKeysRig();
    const { session, bonds, capabilities } = await rig.start();
    const { keys } = session.admitted;
    const bond = { ...SENSOR_BOND, local: session.local };
    const { transport } = capabilities;
    const platformId = peerIdOf(bond.peer);
    const record = bondRecord({ transport, localIdentity: bonds.localIdentity, platformId });
    const place = () => rig.world.until(keyPlaceOf(record, rig.backend));
    await rig.world.until(keys.put(bond));
    assert.equal(await place(), "half");
    await rig.world.until(keys.pairingEnded(bond.local, bond.peer));
    rig.keys.vault.lock();
    assert.equal(await place(), "here", "a locked vault hides no more than the key itself");
    await rig.world.until(rig.keys.eraseVault());
    assert.equal(await place(), "none");
  });
});
