import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openFileStores, RECORDS_FILE } from "../../../src/cli/file-stores.ts";
import { StorageError, type Stores } from "../../../src/storage/ports.ts";
import { bond, entry, NOW, tableOf } from "../../support/records.ts";
import { inDirectory } from "../keys/file-rig.ts";

function open(directory: string, assertOurs: () => Promise<void> = async () => {}): Stores {
  return openFileStores({
    directory,
    lock: { assertOurs },
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    onListenerError: (error) => assert.ifError(error),
  });
}

test("what one process stored, the next one finds", () =>
  inDirectory(async (directory) => {
    const first = open(directory);
    await first.bonds.put([bond("a"), bond("b")], [entry("a", 1)]);
    await first.gatt.put(tableOf("a"));
    const { profileId } = await first.settings.get();
    const second = open(directory);
    assert.deepEqual(await second.bonds.all(), [bond("a"), bond("b")]);
    assert.deepEqual(await second.gatt.get("a"), tableOf("a"));
    assert.deepEqual(await second.history.of("a", 5), [entry("a", 1)]);
    assert.equal((await second.settings.get()).profileId, profileId);
  }));

test("reading makes no file, and writing what is there already changes none", () =>
  inDirectory(async (directory) => {
    const stores = open(directory);
    assert.equal(await stores.bonds.get("a"), undefined);
    assert.deepEqual(await stores.bonds.all(), []);
    assert.deepEqual(await stores.bonds.quarantined(), []);
    assert.equal(await stores.bonds.delete("a"), false);
    assert.deepEqual(await readdir(directory), []);
    await stores.bonds.put([bond("a")]);
    const before = await stat(join(directory, RECORDS_FILE));
    await stores.bonds.put([bond("a")]);
    assert.equal((await stat(join(directory, RECORDS_FILE))).ino, before.ino);
    assert.equal(before.mode & 0o077, 0);
  }));

test("a file that was cut short is an error, and stays as it is", () =>
  inDirectory(async (directory) => {
    const path = join(directory, RECORDS_FILE);
    await open(directory).bonds.put([bond("a")]);
    const whole = await readFile(path, "utf8");
    for (const text of [whole.slice(0, -20), "", "{}", whole.replace('"v":1', '"v":2')]) {
      await writeFile(path, text);
      const stores = open(directory);
      for (const call of [stores.bonds.all(), stores.bonds.put([bond("b")]), stores.settings.get()])
        await assert.rejects(
          call,
          (error) => error instanceof StorageError && error.failure.kind === "unreadable",
        );
      assert.equal(await readFile(path, "utf8"), text);
    }
  }));

test("a process that lost the directory writes nothing, and says so", () =>
  inDirectory(async (directory) => {
    const stores = open(directory, async () => {
      throw new Error("Cannot write: another process has the directory");
    });
    await assert.rejects(stores.bonds.put([bond("a")]), /another process/);
    assert.deepEqual(await readdir(directory), []);
  }));

test("writes that are asked for at once all count", () =>
  inDirectory(async (directory) => {
    const stores = open(directory);
    await Promise.all(["a", "b", "c"].map((id) => stores.bonds.put([bond(id)], [entry(id, 1)])));
    const again = await open(directory).bonds.all();
    assert.deepEqual(
      again.map(({ id }) => id),
      ["a", "b", "c"],
    );
  }));
