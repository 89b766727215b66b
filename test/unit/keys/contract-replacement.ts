/** Two slots: what a new bond does to the one before it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import { repaired, SENSOR, SENSOR_BOND, US } from "./keys-rig.ts";
import type { Session } from "./world.ts";

export function replacementContract(session: Session): void {
  const get = (bond: Bond): Promise<Bond | undefined> =>
    session((keys, adapter) => keys.forAdapter(adapter).get(bond.local, bond.peer));

  describe("a replacement", () => {
    const old = SENSOR_BOND;
    const next = repaired(SENSOR_BOND, 41);
    const state = (): Promise<string | undefined> =>
      session(async (keys) => (await keys.list({ peer: SENSOR }))[0]?.state);
    const proven = (bond: Bond): Promise<unknown> =>
      session(async (keys, adapter) => {
        await keys.forAdapter(adapter).put(bond);
        assert.equal(await keys.forAdapter(adapter).promote(bond), "active");
      });
    const alternatives = (): Promise<readonly Bond[]> =>
      session((keys, adapter) => keys.bonds.alternatives(adapter.id, US, SENSOR));

    test("stands beside the proven bond, is tried first, and is a half-bond until the pairing ended", async () => {
      await proven(old);
      assert.equal(await state(), "active");
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      assert.equal(await state(), "half-bond");
      assert.deepEqual(await get(old), next);
      assert.deepEqual(await alternatives(), [next, old]);
      await session((keys, adapter) => keys.forAdapter(adapter).pairingEnded(US, SENSOR));
      assert.equal(await state(), "unproven");
      assert.deepEqual(await alternatives(), [next, old]);
    });

    test("that encrypted a later connection is the only one from then on", async () => {
      await proven(old);
      await proven(next);
      assert.equal(await state(), "active");
      assert.deepEqual(await alternatives(), [next]);
    });

    test("that fails gives the old bond back, and is kept with a mark", async () => {
      await proven(old);
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      const restored = await session((keys, adapter) => keys.forAdapter(adapter).rollback(US, SENSOR));
      assert.deepEqual(restored, old);
      assert.deepEqual(await get(old), old);
      assert.equal(await state(), "active");
      assert.deepEqual(await alternatives(), [old, next]);
    });

    test("that fails is undone by storing the old bond again, as the host stack does it", async () => {
      await proven(old);
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      await session((keys, adapter) => keys.forAdapter(adapter).put(old));
      assert.deepEqual(await get(old), old);
      assert.equal(await state(), "active");
    });

    test("that failed and then encrypts all the same counts", async () => {
      await proven(old);
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      await session((keys, adapter) => keys.forAdapter(adapter).rollback(US, SENSOR));
      await session((keys, adapter) => keys.forAdapter(adapter).promote(next));
      assert.deepEqual(await alternatives(), [next]);
    });

    test("is refuted when the old key still encrypts: the peer never got it", async () => {
      await proven(old);
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      await session((keys, adapter) => keys.forAdapter(adapter).promote(old));
      assert.deepEqual(await get(old), old);
      assert.deepEqual(await alternatives(), [old, next]);
    });

    test("is not promoted by the proof of another key", async () => {
      await proven(old);
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      const stranger = repaired(SENSOR_BOND, 99);
      const outcome = await session((keys, adapter) => keys.forAdapter(adapter).promote(stranger));
      assert.equal(outcome, "unknown");
      assert.deepEqual(await alternatives(), [next, old]);
    });

    test("of a replacement keeps all three: the peer may hold any of them", async () => {
      const third = repaired(SENSOR_BOND, 42);
      await proven(old);
      for (const bond of [next, third]) await session((keys, adapter) => keys.forAdapter(adapter).put(bond));
      assert.deepEqual(await alternatives(), [third, next, old]);
      const back = await session((keys, adapter) => keys.forAdapter(adapter).rollback(US, SENSOR));
      assert.deepEqual(back, next);
      assert.deepEqual(await alternatives(), [next, old, third]);
    });

    test("ten times over never loses the proven bond nor the newest", async () => {
      await proven(old);
      for (let n = 0; n < 10; n++) {
        await session((keys, adapter) => keys.forAdapter(adapter).put(repaired(SENSOR_BOND, 50 + n)));
      }
      const kept = await alternatives();
      assert.equal(kept.length, 5);
      assert.deepEqual(kept[0], repaired(SENSOR_BOND, 59));
      assert.deepEqual(kept.at(-1), old);
    });

    test("without anything to go back to stays: a bonded peer never looks like a stranger", async () => {
      await session((keys, adapter) => keys.forAdapter(adapter).put(next));
      const restored = await session((keys, adapter) => keys.forAdapter(adapter).rollback(US, SENSOR));
      assert.equal(restored, undefined);
      assert.deepEqual(await get(next), next);
      assert.equal(await state(), "failed");
    });
  });
}
