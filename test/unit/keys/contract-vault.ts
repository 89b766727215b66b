/** What a passphrase does to the key store, and the ways out. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MOUSE, MOUSE_BOND, repaired, SENSOR, SENSOR_BOND, US } from "./keys-rig.ts";
import { failure, type Session } from "./world.ts";

const PASSPHRASE = { kind: "passphrase", passphrase: "correct horse" } as const;

export function vaultContract(session: Session): void {
  describe("a vault with a passphrase", () => {
    const stored = (): Promise<void> =>
      session(async (keys, adapter) => {
        await keys.vault.create([PASSPHRASE]);
        await keys.forAdapter(adapter).put(SENSOR_BOND);
        await keys.forAdapter(adapter).promote(SENSOR_BOND);
      });

    test("gives no key before it is unlocked: that is `locked`, never `no bonds`", async () => {
      await stored();
      await session(async (keys, adapter) => {
        const store = keys.forAdapter(adapter);
        for (const call of [
          () => store.get(US, SENSOR),
          () => store.all(US),
          () => store.put(MOUSE_BOND),
          () => store.promote(SENSOR_BOND),
          () => keys.export(),
          () => keys.ofType("sc"),
          () => keys.identities.own(adapter.id),
        ]) {
          await assert.rejects(call(), failure("locked"), String(call));
        }
        await assert.rejects(
          keys.vault.unlock({ kind: "passphrase", passphrase: "wrong horse" }),
          failure("wrong-passphrase"),
        );
        await assert.rejects(store.get(US, SENSOR), failure("locked"));
        await keys.vault.unlock(PASSPHRASE);
        assert.deepEqual(await store.get(US, SENSOR), SENSOR_BOND);
      });
    });

    test("shows what is no secret while it is locked", async () => {
      await stored();
      const list = await session((keys) => keys.list());
      assert.deepEqual(
        list.map(({ peer, state, keySize, secureConnections }) => [
          peer.address,
          state,
          keySize,
          secureConnections,
        ]),
        [["C6:3B:11:7E:4D:02", "active", 16, true]],
      );
    });

    test("changes its passphrase and loses no bond", async () => {
      await stored();
      const other = { kind: "passphrase", passphrase: "battery staple" } as const;
      await session((keys) => keys.vault.change(PASSPHRASE, [other]));
      await session(async (keys, adapter) => {
        await assert.rejects(keys.vault.unlock(PASSPHRASE), failure("wrong-passphrase"));
        await keys.vault.unlock(other);
        assert.deepEqual(await keys.forAdapter(adapter).get(US, SENSOR), SENSOR_BOND);
      });
    });

    test("that is forgotten can be erased: names stay, keys go, and pairing again works", async () => {
      await stored();
      const again = await session(async (keys, adapter) => {
        await keys.bonds.rename(adapter.id, US, SENSOR, "Test Sensor");
        return keys.eraseVault();
      });
      assert.deepEqual(
        again.map(({ name, peer, state, types }) => [name, peer.address, state, types]),
        [["Test Sensor", "C6:3B:11:7E:4D:02", "erased", []]],
      );
      await session(async (keys, adapter) => {
        const store = keys.forAdapter(adapter);
        assert.equal((await keys.repairList()).length, 1);
        assert.equal(await store.get(US, SENSOR), undefined);
        const next = repaired(SENSOR_BOND, 12);
        await store.put(next);
        assert.deepEqual(await store.get(US, SENSOR), next);
        assert.deepEqual(await keys.repairList(), []);
        assert.equal((await keys.list())[0]?.name, "Test Sensor");
      });
    });

    test("lets a bond through for this session only if a person was told, and says that it is not stored", async () => {
      await stored();
      await session(async (keys, adapter) => {
        const unstored: string[] = [];
        const store = keys.forAdapter(adapter, {
          unstored: "this-session",
          onUnstored: (_bond, why) => unstored.push(why.failure.kind),
        });
        assert.deepEqual(await store.put(MOUSE_BOND), { persisted: false });
        assert.deepEqual(await store.get(US, MOUSE), MOUSE_BOND);
        assert.deepEqual(unstored, ["locked"]);
        assert.equal(await store.delete(US, MOUSE), true);
      });
      await session(async (keys, adapter) => {
        await keys.vault.unlock(PASSPHRASE);
        assert.equal(await keys.forAdapter(adapter).get(US, MOUSE), undefined);
      });
    });

    test("erases everything for a machine that leaves", async () => {
      await stored();
      await session((keys) => keys.eraseEverything());
      await session(async (keys, adapter) => {
        assert.deepEqual(await keys.list(), []);
        assert.deepEqual(await keys.vault.state(), { kind: "absent" });
        assert.equal(await keys.forAdapter(adapter).get(US, SENSOR), undefined);
        assert.equal((await keys.adapters.all()).length, 1, "the one that was added just now");
      });
    });
  });
}
