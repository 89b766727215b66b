/** What every key store promises, whatever it is made of. Run over IndexedDB and over files. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bond } from "../../../hci/ports.ts";
import { replacementContract } from "./contract-replacement.ts";
import { vaultContract } from "./contract-vault.ts";
import {
  bondWith,
  CLAIM,
  MOUSE,
  MOUSE_BOND,
  octets,
  peerOf,
  random,
  repaired,
  SENSOR,
  SENSOR_BOND,
  US,
} from "./keys-rig.ts";
import { sessionsOf, type World } from "./world.ts";

export function keyStoreContract(world: World): void {
  beforeEach(() => world.fresh());

  const session = sessionsOf(world);
  replacementContract(session);
  vaultContract(session);

  const get = (bond: Bond): Promise<Bond | undefined> =>
    session((keys, adapter) => keys.forAdapter(adapter).get(bond.local, bond.peer));

  describe("the port of the host stack", () => {
    for (const [what, bond] of [
      ["a Secure Connections bond", SENSOR_BOND],
      ["a legacy bond with a key for each role", MOUSE_BOND],
      ["a bond with a key for one role only", { ...MOUSE_BOND, asPeripheral: null }],
      ["a bond with a short key", { ...MOUSE_BOND, asCentral: { ...octetsKey(), keySize: 7 } }],
      ["a bond with EDIV and Rand at their limits", { ...MOUSE_BOND, asCentral: limitKey() }],
    ] as const) {
      test(`gives back ${what} octet for octet, after a restart`, async () => {
        assert.deepEqual(await session((keys, adapter) => keys.forAdapter(adapter).put(bond)), {
          persisted: true,
        });
        assert.deepEqual(await get(bond), bond);
        const all = await session((keys, adapter) => keys.forAdapter(adapter).all(US));
        assert.deepEqual(all, [bond]);
      });
    }

    test("knows the local identity, the peer and its address type apart", async () => {
      await session((keys, adapter) => keys.forAdapter(adapter).put(SENSOR_BOND));
      await session(async (keys, adapter) => {
        const store = keys.forAdapter(adapter);
        assert.equal(await store.get(US, MOUSE), undefined);
        assert.equal(await store.get(random("C0:5A:10:00:00:02"), SENSOR), undefined);
        assert.equal(await store.get(US, { ...SENSOR, type: "public" }), undefined);
        assert.deepEqual(await store.all(random("C0:5A:10:00:00:02")), []);
      });
    });

    test("knows the adapters apart: what one bonded with is unknown to another", async () => {
      await session(async (keys, adapter) => {
        await keys.forAdapter(adapter).put(SENSOR_BOND);
        const other = await keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "other");
        assert.equal(await keys.forAdapter(other).get(US, SENSOR), undefined);
        assert.deepEqual(await keys.forAdapter(other).all(US), []);
      });
    });

    test("deletes on demand, and says whether there was anything", async () => {
      await session(async (keys, adapter) => {
        const store = keys.forAdapter(adapter);
        await store.put(SENSOR_BOND);
        assert.equal(await store.delete(US, SENSOR), true);
        assert.equal(await store.delete(US, SENSOR), false);
      });
      assert.equal(await get(SENSOR_BOND), undefined);
    });

    test("lists bonds in an order that stays", async () => {
      await session(async (keys, adapter) => {
        for (const n of [5, 1, 9, 3]) await keys.forAdapter(adapter).put(bondWith(n));
      });
      await session(async (keys, adapter) => {
        await keys.forAdapter(adapter).put(repaired(bondWith(1), 77));
        await keys.bonds.rename(adapter.id, US, peerOf(9), "nine");
      });
      const all = await session((keys, adapter) => keys.forAdapter(adapter).all(US));
      assert.deepEqual(
        all.map(({ peer }) => peer),
        [5, 1, 9, 3].map(peerOf),
      );
    });

    test("refuses keys that everybody knows, and stores nothing", async () => {
      const known = [
        new Uint8Array(16),
        "4c68384139f574d836bcf34e9dfb01bf",
        "bf01fb9d4ef3bc36d874f5394138684c",
      ];
      await session(async (keys, adapter) => {
        const store = keys.forAdapter(adapter);
        for (const value of known) {
          const key = typeof value === "string" ? Uint8Array.from(Buffer.from(value, "hex")) : value;
          const bond = { ...MOUSE_BOND, asPeripheral: { ...octetsKey(), value: key } };
          await assert.rejects(store.put(bond), { name: "RefusedKeyError" });
        }
        await assert.rejects(store.put({ ...SENSOR_BOND, irk: new Uint8Array(16) }), {
          name: "RefusedKeyError",
        });
        assert.deepEqual(await store.all(US), []);
      });
    });

    test("refuses a bond that contradicts itself", async () => {
      await session(async (keys, adapter) => {
        const two = { ...SENSOR_BOND, asPeripheral: { ...octetsKey(), ediv: 0, rand: new Uint8Array(8) } };
        await assert.rejects(keys.forAdapter(adapter).put(two), TypeError);
        const named = { ...octetsKey(), ediv: 5, rand: new Uint8Array(8) };
        const legacyFields = { ...SENSOR_BOND, asCentral: named, asPeripheral: named };
        await assert.rejects(keys.forAdapter(adapter).put(legacyFields), TypeError);
      });
    });
  });

  describe("our own identity", () => {
    test("is made once for each adapter, and is the same after every restart", async () => {
      const first = await session((keys, adapter) => keys.identities.own(adapter.id));
      assert.equal((first.address.octets[0] ?? 0) >> 6, 0b11);
      assert.deepEqual(await session((keys, adapter) => keys.identities.own(adapter.id)), first);
      const other = await session(async (keys) => {
        const added = await keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "other");
        return keys.identities.own(added.id);
      });
      assert.notDeepEqual(other, first);
    });

    test("is one, however many ask at the same time", async () => {
      await session(async (keys, adapter) => {
        const all = await Promise.all(Array.from({ length: 5 }, () => keys.identities.own(adapter.id)));
        for (const identity of all) assert.deepEqual(identity, all[0]);
        assert.equal((await keys.identities.all(adapter.id)).length, 1);
      });
    });

    test("can be one of several, with the root keys that an import brings", async () => {
      const imported = { address: US, irk: octets(3), er: octets(4), ir: octets(5) };
      await session(async (keys, adapter) => {
        const own = await keys.identities.own(adapter.id);
        assert.equal(await keys.identities.add(adapter.id, imported, false), true);
        assert.deepEqual(await keys.identities.own(adapter.id), own);
        await keys.identities.choose(adapter.id, US);
      });
      await session(async (keys, adapter) => {
        assert.deepEqual(await keys.identities.own(adapter.id), imported);
        assert.equal((await keys.identities.all(adapter.id)).length, 2);
        assert.equal(await keys.identities.add(adapter.id, { ...imported, irk: octets(9) }, true), false);
        assert.deepEqual(await keys.identities.own(adapter.id), imported, "never overwritten");
      });
    });

    test("moves to another adapter with every bond and every slot, and is gone from the first", async () => {
      const next = repaired(SENSOR_BOND, 8);
      await session(async (keys, adapter) => {
        await keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
        const store = keys.forAdapter(adapter);
        await store.put(SENSOR_BOND);
        await store.promote(SENSOR_BOND);
        await store.put(next);
        await store.put(MOUSE_BOND);
        const other = await keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "other");
        assert.deepEqual(await keys.moveIdentity(US, adapter, other), { bonds: 2 });
      });
      await session(async (keys, adapter) => {
        const other = await keys.adapters.admit({ ...CLAIM, address: "02:00:00:00:00:09" });
        const store = keys.forAdapter(other);
        assert.deepEqual(await store.all(US), [next, MOUSE_BOND]);
        assert.deepEqual(await keys.bonds.alternatives(other.id, US, SENSOR), [next, SENSOR_BOND]);
        assert.deepEqual(await keys.identities.own(other.id), { address: US, irk: octets(3) });
        assert.deepEqual(await keys.forAdapter(adapter).all(US), []);
        assert.deepEqual(await keys.identities.all(adapter.id), []);
      });
    });

    test("that is the public address of an adapter does not move", async () => {
      await session(async (keys, adapter) => {
        const other = await keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "other");
        await assert.rejects(keys.moveIdentity(MOUSE, adapter, other), TypeError);
      });
    });
  });

  describe("keys by type and position", () => {
    test("come in a stable order, are counted from 0, and end", async () => {
      await session(async (keys, adapter) => {
        for (const bond of [bondWith(7), MOUSE_BOND, bondWith(2)]) await keys.forAdapter(adapter).put(bond);
      });
      await session(async (keys) => {
        const types = {
          sc: [peerOf(7), peerOf(2)],
          central: [MOUSE],
          peripheral: [MOUSE],
          irk: [peerOf(7), peerOf(2)],
        };
        for (const [type, peers] of Object.entries(types)) {
          assert.ok(type === "sc" || type === "central" || type === "peripheral" || type === "irk");
          const listed = await keys.ofType(type);
          const addresses = peers.map((peer) => toHex(peer.octets, ":").toUpperCase());
          assert.deepEqual(
            listed.map(({ bond }) => bond.peer.address),
            addresses,
          );
          for (const [i, entry] of listed.entries()) assert.deepEqual(await keys.nthOfType(type, i), entry);
          assert.equal(await keys.nthOfType(type, listed.length), undefined);
        }
        assert.deepEqual(await keys.ofType("csrkLocal"), []);
        const [mouse] = await keys.ofType("central", MOUSE);
        assert.deepEqual(mouse?.key, {
          ltk: "6ba3c040f2b15f930aa698389909b349",
          keySize: 16,
          ediv: 36916,
          rand: "54a981feac7325b8",
        });
      });
    });
  });
}

function octetsKey(): NonNullable<Bond["asCentral"]> {
  return { value: octets(1), ediv: 0x1234, rand: octets(2, 8), keySize: 16 };
}

function limitKey(): NonNullable<Bond["asCentral"]> {
  return { value: octets(1), ediv: 0xffff, rand: new Uint8Array(8).fill(0xff), keySize: 16 };
}
