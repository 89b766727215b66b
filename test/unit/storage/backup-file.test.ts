/** What is remembered of the kept backup file. Handles are the browser's: here a name stands for one. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { FileHandle } from "../../../src/storage/backup/file-handle.ts";
import { backupDatabase, hasBackupFile } from "../../../src/storage/backup/database.ts";
import { eraseBackupFile, indexedBackupFile, type KeptBackup } from "../../../src/storage/backup/store.ts";
import { openDB } from "idb";
import { newProfile, refuseOpen } from "../../support/tabs.ts";

beforeEach(newProfile);

const NAME = backupDatabase(undefined);
const isHandle = (value: unknown): value is FileHandle =>
  typeof value === "object" && value !== null && "name" in value && value.name === "bonds.json";
const store = () => indexedBackupFile(NAME, isHandle);

function kept(change: Partial<Record<keyof KeptBackup, unknown>> = {}): KeptBackup {
  const row: unknown = {
    v: 1,
    handle: { name: "bonds.json" },
    salt: "ab".repeat(32),
    rounds: 600_000,
    key: { vault: "v1", iv: "01".repeat(12), data: "02".repeat(48) },
    written: {
      at: "2026-01-02T03:04:05.000Z",
      digest: "cd".repeat(32),
      octets: 900,
      modified: 1,
      bonds: 2,
      state: "ef".repeat(32),
    },
    ...change,
  };
  // What the platform has as a handle, a plain value stands for.
  return Object.assign(Object.create(null), row);
}

test("nothing is stored, and no database made, until a file is kept; then it is there for the next page load", async () => {
  assert.equal(await store().get(), undefined);
  assert.equal(await store().put(kept(), "kept"), false);
  assert.equal(await hasBackupFile(NAME), false);
  assert.equal(await store().put(kept(), "new"), true);
  assert.equal(await hasBackupFile(NAME), true);
  assert.deepEqual({ ...(await store().get()) }, { ...kept() });
  assert.equal(await store().put(kept({ rounds: 700_000 }), "kept"), true);
  assert.equal((await store().get())?.rounds, 700_000);
});

test("erased, the file is forgotten although another tab is at it; a write of that tab does not bring it back", async () => {
  await store().put(kept(), "new");
  await eraseBackupFile(NAME);
  assert.equal(await hasBackupFile(NAME), false);
  assert.equal(await store().put(kept(), "kept"), false);
  assert.equal(await store().get(), undefined);
});

test("each world has a file of its own", async () => {
  await indexedBackupFile(backupDatabase("bondkeeper-simulator"), isHandle).put(kept(), "new");
  assert.equal(await store().get(), undefined);
});

test("a damaged row is an error, never no file; what does not fit is not stored", async () => {
  await store().put(kept(), "new");
  const damages = [
    { handle: { name: "else" } },
    { salt: "ab" },
    { rounds: 0 },
    { key: { vault: "v1", iv: "01".repeat(12), data: "02".repeat(47) } },
    { written: { at: "yesterday" } },
    { v: 2 },
  ];
  for (const damage of damages) {
    await assert.rejects(store().put(kept(damage), "new"), TypeError, JSON.stringify(damage));
    const raw = await openDB(NAME);
    await raw.put("file", { ...kept(damage) }, "kept");
    raw.close();
    await assert.rejects(store().get(), { name: "StorageError" }, JSON.stringify(damage));
  }
});

test("a storage that refuses is said with its name", async () => {
  await store().put(kept(), "new");
  const heal = refuseOpen("QuotaExceededError");
  try {
    await assert.rejects(store().get(), { name: "StorageError", failure: { kind: "quota" } });
  } finally {
    heal();
  }
});
