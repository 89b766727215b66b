/** The page dies between any two steps; what is found afterwards is the old bond, the new one, or both. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Database } from "../../../src/storage/open.ts";
import type { Bond } from "../../../hci/ports.ts";
import type { Keys } from "../../../src/storage/keys/keys.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import { newProfile } from "../../support/tabs.ts";
import { CLAIM, octets, openKeysTab, repaired, SENSOR, SENSOR_BOND, US } from "./keys-rig.ts";

beforeEach(newProfile);

const old = SENSOR_BOND;
const next = repaired(SENSOR_BOND, 41);
const FIRST = { kind: "passphrase", passphrase: "correct horse" } as const;
const SECOND = { kind: "passphrase", passphrase: "battery staple" } as const;

class Killed extends Error {}

/** From the `at`-th transaction on nothing happens any more: it dies before it, or after it was committed. */
function killAt(at: number, when: "before" | "after"): { heal(): void } {
  const methods = (["read", "write"] as const).map((name) => {
    const method = Object.getOwnPropertyDescriptor(Database.prototype, name);
    assert.equal(typeof method?.value, "function");
    return { name, method: method ?? {} };
  });
  let count = 0;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    count++;
    if (count > at || (count === at && when === "before")) throw new Killed();
    const result = await run();
    if (count === at) throw new Killed();
    return result;
  };
  for (const { name, method } of methods) {
    Object.defineProperty(Database.prototype, name, {
      ...method,
      value(this: Database, ...args: readonly unknown[]): Promise<unknown> {
        return step(() => Reflect.apply(method.value, this, args));
      },
    });
  }
  return {
    heal: () =>
      methods.forEach(({ name, method }) => Object.defineProperty(Database.prototype, name, method)),
  };
}

interface Act {
  readonly name: string;
  /** State before: the old bond is proven; more, where it matters. */
  readonly prepare?: (keys: Keys, adapter: AdmittedAdapter) => Promise<unknown>;
  readonly run: (keys: Keys, adapter: AdmittedAdapter) => Promise<unknown>;
  /** Bonds found afterwards, as `both` or one of them. */
  readonly before: readonly Bond[];
  readonly after: readonly Bond[];
}

const withCandidate = (keys: Keys, adapter: AdmittedAdapter): Promise<unknown> =>
  keys.forAdapter(adapter).put(next);

const ACTS: readonly Act[] = [
  { name: "put", run: withCandidate, before: [old], after: [next, old] },
  {
    name: "pairingEnded",
    prepare: withCandidate,
    run: (keys, adapter) => keys.forAdapter(adapter).pairingEnded(US, SENSOR),
    before: [next, old],
    after: [next, old],
  },
  {
    name: "promote",
    prepare: withCandidate,
    run: (keys, adapter) => keys.forAdapter(adapter).promote(next),
    before: [next, old],
    after: [next],
  },
  {
    name: "rollback",
    prepare: withCandidate,
    run: (keys, adapter) => keys.forAdapter(adapter).rollback(US, SENSOR),
    before: [next, old],
    after: [old, next],
  },
  {
    name: "put of the old bond",
    prepare: withCandidate,
    run: (keys, adapter) => keys.forAdapter(adapter).put(old),
    before: [next, old],
    after: [old, next],
  },
  {
    name: "change of the passphrase",
    prepare: withCandidate,
    run: (keys) => keys.vault.change(FIRST, [SECOND]),
    before: [next, old],
    after: [next, old],
  },
  {
    name: "move to another adapter",
    prepare: withCandidate,
    run: async (keys, adapter) =>
      keys.moveIdentity(US, adapter, await keys.adapters.admit({ ...CLAIM, address: "02:00:00:00:00:09" })),
    before: [next, old],
    after: [next, old],
  },
];

async function prepared({ prepare }: Act): Promise<void> {
  await using tab = openKeysTab();
  const adapter = await tab.adapter();
  await tab.keys.adapters.add({ ...CLAIM, address: "02:00:00:00:00:09" }, "other");
  await tab.keys.vault.create([FIRST]);
  await tab.keys.identities.add(adapter.id, { address: US, irk: octets(3) }, true);
  await tab.keys.forAdapter(adapter).put(old);
  await tab.keys.forAdapter(adapter).promote(old);
  await prepare?.(tab.keys, adapter);
}

/** What a new page finds, on either adapter. */
async function found(): Promise<readonly Bond[]> {
  await using tab = openKeysTab();
  await tab.keys.vault.unlock(FIRST).catch(() => tab.keys.vault.unlock(SECOND));
  const bonds: Bond[] = [];
  for (const address of [CLAIM.address, "02:00:00:00:00:09"]) {
    const adapter = await tab.keys.adapters.admit({ ...CLAIM, address });
    bonds.push(...(await tab.keys.bonds.alternatives(adapter.id, US, SENSOR)));
  }
  return bonds;
}

/** Runs the act with the page dying at transaction `at`; whether it came that far. */
async function runKilled(act: Act, at: number, when: "before" | "after"): Promise<boolean> {
  newProfile();
  await prepared(act);
  const tab = openKeysTab();
  await tab.keys.vault.unlock(FIRST);
  const adapter = await tab.adapter();
  const kill = killAt(at, when);
  const died = await act.run(tab.keys, adapter).then(
    () => false,
    (error: unknown) => {
      assert.ok(error instanceof Killed, String(error));
      return true;
    },
  );
  kill.heal();
  await tab.close();
  return died;
}

describe("killed at every transaction, before it and after it", () => {
  for (const act of ACTS) {
    test(`${act.name}: the bonds are as before or as after, nothing between and never none`, async () => {
      const outcomes = new Set<string>();
      for (const when of ["before", "after"] as const) {
        for (let at = 1; await runKilled(act, at, when); at++) {
          assert.ok(at < 50);
          const bonds = await found();
          const isBefore = JSON.stringify(bonds) === JSON.stringify(act.before);
          if (!isBefore) assert.deepEqual(bonds, act.after);
          outcomes.add(isBefore ? "before" : "after");
        }
      }
      assert.deepEqual(await found(), act.after, "and when nothing kills it, it is done");
      assert.ok(outcomes.has("before"), "it did die before the write");
      const changes = JSON.stringify(act.before) !== JSON.stringify(act.after);
      if (changes) assert.ok(outcomes.has("after"), "and after it");
    });
  }

  test("first pairing: none before the write, the new bond after it, marked as a half-bond", async () => {
    const seen: unknown[] = [];
    for (const when of ["before", "after"] as const) {
      for (let at = 1; at < 20; at++) {
        newProfile();
        const tab = openKeysTab();
        const adapter = await tab.adapter();
        const kill = killAt(at, when);
        const done = await tab.keys
          .forAdapter(adapter)
          .put(next)
          .then(
            () => true,
            () => false,
          );
        kill.heal();
        await tab.close();
        await using again = openKeysTab();
        const bond = await again.keys.forAdapter(await again.adapter()).get(US, SENSOR);
        if (bond !== undefined) {
          assert.deepEqual(bond, next);
          assert.equal((await again.keys.list())[0]?.state, "half-bond");
        }
        seen.push([done, bond !== undefined]);
        if (done) break;
      }
    }
    assert.ok(seen.some((each) => JSON.stringify(each) === "[false,false]"));
    assert.ok(seen.some((each) => JSON.stringify(each) === "[false,true]"));
    assert.deepEqual(seen.at(-1), [true, true]);
  });
});

test("erasing the vault, killed anywhere, is done or not begun: keys never stand without their vault", async () => {
  const act: Act = { name: "erase", run: (keys) => keys.eraseVault(), before: [old], after: [] };
  for (const when of ["before", "after"] as const) {
    for (let at = 1; await runKilled(act, at, when); at++) {
      await using tab = openKeysTab();
      const { kind } = await tab.keys.vault.state();
      const erased = await tab.keys.repairList();
      assert.equal(erased.length, kind === "absent" ? 1 : 0);
      if (kind === "locked") assert.deepEqual(await found(), [old]);
      else await tab.keys.vault.create([FIRST]);
    }
  }
});
