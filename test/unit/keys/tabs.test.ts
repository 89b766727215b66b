/** Several tabs on one store, and what they tell each other. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { VaultError } from "../../../src/storage/vault/ports.ts";
import type { BondChange } from "../../../src/storage/ports.ts";
import { ChannelHub, newProfile, openTab } from "../../support/tabs.ts";
import {
  bondWith,
  openKeysTab,
  peerOf,
  repaired,
  SENSOR,
  SENSOR_BOND,
  US,
  type KeysTab,
} from "./keys-rig.ts";

beforeEach(newProfile);

const PLACE = (adapter: string): string => `${adapter}.static-c05a10000001.static-c63b117e4d02`;
const next = repaired(SENSOR_BOND, 41);

function listen({ keys }: KeysTab): BondChange[] {
  const heard: BondChange[] = [];
  keys.onChange((change) => heard.push(change), new AbortController().signal);
  return heard;
}

describe("news", () => {
  test("of every real change reach this tab and the others, with the place and nothing else", async () => {
    const hub = new ChannelHub();
    await using here = openKeysTab({ channel: hub.join() });
    await using there = openKeysTab({ channel: hub.join() });
    const { id } = await here.adapter();
    const store = here.keys.forAdapter({ id, admitted: true });
    const [near, far] = [listen(here), listen(there)];
    await store.put(SENSOR_BOND);
    await store.put(SENSOR_BOND);
    await store.pairingEnded(US, SENSOR);
    await store.pairingEnded(US, SENSOR);
    await store.promote(SENSOR_BOND);
    await store.get(US, SENSOR);
    await store.delete(US, SENSOR);
    await store.delete(US, SENSOR);
    const changes = (["put", "put", "put", "deleted"] as const).map((what) => ({ id: PLACE(id), what }));
    assert.deepEqual(
      near,
      changes.map((change) => ({ ...change, remote: false })),
    );
    assert.deepEqual(
      far,
      changes.map((change) => ({ ...change, remote: true })),
    );
    const said = JSON.stringify(hub.sent);
    assert.doesNotMatch(said, /fb4c|0f99|sealed|data|iv/);
  });

  test("are not lost to others when one listener throws, and end with their signal", async () => {
    await using tab = openKeysTab();
    const end = new AbortController();
    let ended = 0;
    tab.keys.onChange(() => void ended++, end.signal);
    tab.keys.onChange(() => {
      throw new Error("Cannot listen");
    }, new AbortController().signal);
    const heard = listen(tab);
    const store = tab.keys.forAdapter(await tab.adapter());
    await store.put(SENSOR_BOND);
    end.abort();
    await store.delete(US, SENSOR);
    assert.deepEqual([heard.length, ended], [2, 1]);
    assert.equal(tab.events.filter((event) => event.includes("Cannot listen")).length, 2);
  });

  test("of keys are not taken for news of records", async () => {
    const hub = new ChannelHub();
    await using tab = openKeysTab({ channel: hub.join() });
    await using records = openTab();
    const heard: unknown[] = [];
    records.bonds.onChange((change) => heard.push(change), new AbortController().signal);
    await tab.keys.forAdapter(await tab.adapter()).put(SENSOR_BOND);
    assert.deepEqual(heard, []);
  });
});

describe("two tabs", () => {
  test("that store at the same time lose nothing of each other", async () => {
    await using one = openKeysTab();
    await using two = openKeysTab();
    const adapter = await one.adapter();
    await one.keys.vault.name();
    const [first, second] = [one.keys.forAdapter(adapter), two.keys.forAdapter(adapter)];
    await Promise.all([
      ...Array.from({ length: 10 }, (_, n) => first.put(bondWith(2 * n))),
      ...Array.from({ length: 10 }, (_, n) => second.put(bondWith(2 * n + 1))),
      first.put(SENSOR_BOND),
      second.put(next),
    ]);
    for (let n = 0; n < 20; n++) assert.deepEqual(await first.get(US, peerOf(n)), bondWith(n));
    assert.equal((await two.keys.bonds.alternatives(adapter.id, US, SENSOR)).length, 2);
  });

  test("that both find a store without vault use the same one afterwards", async () => {
    await using one = openKeysTab();
    await using two = openKeysTab();
    const adapter = await one.adapter();
    const results = await Promise.allSettled([
      one.keys.forAdapter(adapter).put(SENSOR_BOND),
      two.keys.forAdapter(adapter).put(bondWith(1)),
    ]);
    for (const result of results) {
      if (result.status === "rejected") assert.ok(result.reason instanceof VaultError);
    }
    await one.keys.forAdapter(adapter).put(SENSOR_BOND);
    await two.keys.forAdapter(adapter).put(bondWith(1));
    assert.equal((await one.keys.forAdapter(adapter).all(US)).length, 2);
    assert.equal((await two.keys.forAdapter(adapter).all(US)).length, 2);
  });

  test("that both ask for an identity get the same", async () => {
    await using one = openKeysTab();
    await using two = openKeysTab();
    const { id } = await one.adapter();
    await one.keys.vault.name();
    const [a, b] = await Promise.all([one.keys.identities.own(id), two.keys.identities.own(id)]);
    assert.deepEqual(a, b);
    assert.equal((await one.keys.identities.all(id)).length, 1);
  });

  test("of which one erased the vault: the other writes nothing that nobody could open", async () => {
    await using one = openKeysTab();
    await using two = openKeysTab();
    const adapter = await one.adapter();
    await two.keys.forAdapter(adapter).put(SENSOR_BOND);
    await one.keys.eraseVault();
    await assert.rejects(
      two.keys.forAdapter(adapter).put(bondWith(1)),
      (error) => error instanceof VaultError && error.failure.kind === "changed",
    );
    assert.equal(await two.keys.forAdapter(adapter).get(US, SENSOR), undefined);
    await one.keys.forAdapter(adapter).put(next);
    assert.deepEqual(
      await two.keys.forAdapter(adapter).get(US, SENSOR),
      next,
      "and finds the new vault by itself",
    );
  });

  test("of which one locked: the other goes on", async () => {
    await using one = openKeysTab();
    await using two = openKeysTab();
    const adapter = await one.adapter();
    await one.keys.forAdapter(adapter).put(SENSOR_BOND);
    one.keys.vault.lock();
    assert.deepEqual(await two.keys.forAdapter(adapter).get(US, SENSOR), SENSOR_BOND);
    assert.equal((await one.keys.vault.state()).kind, "locked");
  });
});
