/** Rows that were changed, moved or damaged: never a wrong key, never "no bond". */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { StorageError } from "../../../src/storage/ports.ts";
import type { BondKeyRow, Candidate, IdentityRow } from "../../../src/storage/keys/rows.ts";
import { failWrites, newProfile, openTab, putRaw, withRaw } from "../../support/tabs.ts";
import { watchedCrypto } from "../vault/vault-rig.ts";
import {
  bondWith,
  MOUSE,
  MOUSE_BOND,
  openKeysTab,
  peerOf,
  repaired,
  SENSOR,
  SENSOR_BOND,
  US,
} from "./keys-rig.ts";

beforeEach(newProfile);

const unreadable = (error: unknown): boolean =>
  error instanceof StorageError && error.failure.kind === "unreadable";
const next = repaired(SENSOR_BOND, 41);

/** A proven bond with a candidate beside it, another bond, and the rows as they lie in the database. */
async function stored(): Promise<{ readonly sensor: BondKeyRow; readonly mouse: BondKeyRow }> {
  await using tab = openKeysTab();
  const adapter = await tab.adapter();
  const store = tab.keys.forAdapter(adapter);
  await store.put(SENSOR_BOND);
  await store.promote(SENSOR_BOND);
  await store.put(next);
  await store.put(MOUSE_BOND);
  const rows: readonly BondKeyRow[] = await withRaw((db) => db.getAll("bondKeys"));
  const [mouse, sensor] = rows.toSorted((a, b) => (a.peer < b.peer ? -1 : 1));
  assert.ok(sensor && mouse && sensor.active);
  return { sensor, mouse };
}

const candidateOf = ({ candidates: [first] }: BondKeyRow): Candidate => {
  assert.ok(first);
  return first;
};

type Change = (row: BondKeyRow, other: BondKeyRow) => unknown;
const CHANGES: readonly (readonly [string, Change])[] = [
  [
    "the keys of another device in it",
    (row, other) => ({ ...row, candidates: [{ ...candidateOf(row), keys: candidateOf(other).keys }] }),
  ],
  ["the whole slot of another device in it", (row, other) => ({ ...row, candidates: [candidateOf(other)] })],
  [
    "the candidate in the place of the proven key",
    (row) => ({ ...row, active: { ...candidateOf(row) }, candidates: [] }),
  ],
  [
    "proven and candidate exchanged",
    (row) => ({ ...row, candidates: [{ ...row.active, state: "unproven" }], active: candidateOf(row) }),
  ],
  [
    "`authenticated` set by hand",
    (row) => {
      const candidate = candidateOf(row);
      const facts = { ...candidate.facts, authenticated: !candidate.facts.authenticated };
      return { ...row, candidates: [{ ...candidate, facts }] };
    },
  ],
  [
    "another generation on the key",
    (row) => ({ ...row, candidates: [{ ...candidateOf(row), generation: 77 }] }),
  ],
  [
    "one bit changed",
    (row) => {
      const candidate = candidateOf(row);
      const flipped = (candidate.keys.data.startsWith("0") ? "1" : "0") + candidate.keys.data.slice(1);
      return { ...row, candidates: [{ ...candidate, keys: { ...candidate.keys, data: flipped } }] };
    },
  ],
  [
    "the key cut short",
    (row) => {
      const candidate = candidateOf(row);
      const keys = { ...candidate.keys, data: candidate.keys.data.slice(0, -2) };
      return { ...row, candidates: [{ ...candidate, keys }] };
    },
  ],
  ["no candidates at all, as a list", (row) => ({ ...row, candidates: null })],
  ["a revision that is none", (row) => ({ ...row, rev: "1" })],
  ["a million candidates", (row) => ({ ...row, candidates: Array(1_000).fill(candidateOf(row)) })],
  ["the address of another device", (row, other) => ({ ...row, peer: other.peer })],
  ["another adapter", (row) => ({ ...row, adapter: "another" })],
  ["a version of tomorrow", (row) => ({ ...row, v: 2 })],
  ["nothing but its id", (row) => ({ id: row.id })],
];

describe("a row with", () => {
  for (const [what, change] of CHANGES) {
    test(`${what} is unreadable, set aside, and hides no other`, async () => {
      const { sensor, mouse } = await stored();
      const changed = change(sensor, mouse);
      await putRaw("bondKeys", changed);
      await using tab = openKeysTab();
      const store = tab.keys.forAdapter(await tab.adapter());
      await assert.rejects(store.get(US, SENSOR), unreadable);
      await assert.rejects(store.put(repaired(SENSOR_BOND, 55)), unreadable);
      await assert.rejects(
        tab.keys.export(),
        (error) => unreadable(error) || Object(error).name === "VaultError",
      );
      assert.deepEqual(await store.all(US), [MOUSE_BOND]);
      assert.deepEqual(await store.get(US, MOUSE), MOUSE_BOND);
      assert.deepEqual(await withRaw((db) => db.get("bondKeys", sensor.id)), changed, "left as it is");

      await using records = openTab();
      const aside = (await records.bonds.quarantined()).filter(({ store: name }) => name === "bondKeys");
      assert.equal(aside.length, 1);
      assert.deepEqual(aside[0]?.raw, changed);
      assert.equal(await records.bonds.discardQuarantined(aside[0]?.id ?? ""), true);
      assert.equal(await store.get(US, SENSOR), undefined, "gone by a person's act alone");
    });
  }

  test("a key that a person deletes is set aside first", async () => {
    const { sensor } = await stored();
    await putRaw("bondKeys", { ...sensor, candidates: null });
    await using tab = openKeysTab();
    assert.equal(await tab.keys.forAdapter(await tab.adapter()).delete(US, SENSOR), true);
    await using records = openTab();
    assert.equal((await records.bonds.quarantined()).length, 1);
  });
});

describe("another row out of its place:", () => {
  test("an identity that was changed makes no other be made in its place", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const own = await tab.keys.identities.own(adapter.id);
    const [row]: readonly IdentityRow[] = await withRaw((db) => db.getAll("identities"));
    assert.ok(row);
    await putRaw("identities", { ...row, sealed: { ...row.sealed, iv: "00".repeat(12) } });
    await assert.rejects(tab.keys.identities.own(adapter.id), unreadable);
    await putRaw("identities", { ...row, chosen: "yes" });
    await assert.rejects(tab.keys.identities.own(adapter.id), unreadable);
    await putRaw("identities", row);
    assert.deepEqual(await tab.keys.identities.own(adapter.id), own);
  });

  test("the identity of another adapter does not open", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    await tab.keys.identities.own(adapter.id);
    const [row]: readonly IdentityRow[] = await withRaw((db) => db.getAll("identities"));
    assert.ok(row);
    const id = `other.${row.local}`;
    await putRaw("identities", { ...row, id, adapter: "other" });
    await assert.rejects(tab.keys.identities.all("other"), unreadable);
  });

  test("a damaged adapter does not look new", async () => {
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    await putRaw("adapters", { id: adapter.id, v: 1 });
    await assert.rejects(tab.adapter(), unreadable);
  });

  test("a vault that is gone leaves its records lost, not empty, and the way out works", async () => {
    await stored();
    await withRaw((db) => db.delete("vault", "vault"));
    await using tab = openKeysTab();
    const store = tab.keys.forAdapter(await tab.adapter());
    for (const call of [store.get(US, SENSOR), store.all(US), store.put(bondWith(3))]) {
      await assert.rejects(call, (error) => Object(error).failure?.kind === "lost");
    }
    assert.equal((await tab.keys.eraseVault()).length, 2);
    await store.put(SENSOR_BOND);
    assert.deepEqual(await store.get(US, SENSOR), SENSOR_BOND);
  });
});

describe("a store that fails", () => {
  test("when it is full: the pairing is told, and the old bond is untouched", async () => {
    await stored();
    await using tab = openKeysTab();
    const adapter = await tab.adapter();
    const store = tab.keys.forAdapter(adapter);
    const before = await tab.keys.bonds.alternatives(adapter.id, US, SENSOR);
    const heal = failWrites("bondKeys");
    await assert.rejects(
      store.put(repaired(SENSOR_BOND, 60)),
      (error) => error instanceof StorageError && error.failure.kind === "quota",
    );
    heal();
    assert.deepEqual(await tab.keys.bonds.alternatives(adapter.id, US, SENSOR), before);
  });

  test("when the connection is cut in the middle of a write: as before, and usable again", async () => {
    await stored();
    await using tab = openKeysTab();
    const store = tab.keys.forAdapter(await tab.adapter());
    const heal = failWrites("bondKeys", 1, "AbortError");
    await assert.rejects(
      store.put(bondWith(9)),
      (error) => error instanceof StorageError && error.failure.kind === "terminated",
    );
    heal();
    assert.equal(await store.get(US, peerOf(9)), undefined);
    await store.put(bondWith(9));
    assert.deepEqual(await store.get(US, peerOf(9)), bondWith(9));
  });
});

test("no key is left in a buffer of ours, and none is in a row, an error or the quarantine", async () => {
  const watched = watchedCrypto();
  const opened: Uint8Array[] = [];
  const crypto = {
    ...watched,
    open: async (...args: Parameters<typeof watched.open>) => {
      const plain = await watched.open(...args);
      if (plain !== null) opened.push(plain);
      return plain;
    },
  };
  await using tab = openKeysTab({ crypto });
  const adapter = await tab.adapter();
  const store = tab.keys.forAdapter(adapter);
  await tab.keys.identities.own(adapter.id);
  await store.put(SENSOR_BOND);
  await store.promote(SENSOR_BOND);
  await store.put(next);
  await store.rollback(US, SENSOR);
  await store.all(US);
  let lent: unknown;
  await tab.keys.bonds.withBond(adapter.id, US, SENSOR, async (bond) => {
    assert.deepEqual(bond, SENSOR_BOND);
    lent = bond?.asCentral?.value;
  });
  assert.deepEqual(lent, new Uint8Array(16));
  await tab.keys.export();
  assert.ok(opened.length > 5 && watched.secrets.length > 5);
  for (const buffer of [...opened, ...watched.secrets]) assert.ok(buffer.every((octet) => octet === 0));
  assert.deepEqual(await store.get(US, SENSOR), SENSOR_BOND, "what was stored was not zeroed with them");

  const rows: readonly BondKeyRow[] = await withRaw((db) => db.getAll("bondKeys"));
  await putRaw("bondKeys", { ...rows[0], candidates: 5 });
  const error: unknown = await store.get(US, SENSOR).catch((thrown: unknown) => thrown);
  await using records = openTab();
  const said = JSON.stringify([
    rows,
    await records.bonds.quarantined(),
    await tab.keys.list(),
    Object(error).failure,
  ]);
  const words = `${said} ${String(error)} ${Object(error).stack}`;
  for (const key of ["fb4c6b6c9f8ccf371533f3934955990f", "0f9955493", "a4a1d07a8e247877", "15394cf5eed4"]) {
    assert.ok(!words.includes(key));
  }
});
