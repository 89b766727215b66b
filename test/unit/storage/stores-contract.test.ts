/** The stores in memory behave as the real ones do, so that what is tested on them holds. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { openFileStores, RECORDS_FILE } from "../../../src/cli/file-stores.ts";
import { TableFile } from "../../../src/cli/table-file.ts";
import { isFields } from "../../../src/storage/check.ts";
import type { BondChange, Stores } from "../../../src/storage/ports.ts";
import { bond, brief, entry, NOW, tableOf } from "../../support/records.ts";
import { memoryStores } from "../../support/memory-stores.ts";
import { newProfile, openTab, putRaw } from "../../support/tabs.ts";

beforeEach(newProfile);

interface Made {
  readonly stores: Stores;
  readonly damage: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Kind {
  readonly name: string;
  readonly make: () => Made;
}

const unlocked = { assertOurs: async () => {} };

function fileStores(directory: string): Stores {
  return openFileStores({
    directory,
    lock: unlocked,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    onListenerError: (error) => assert.ifError(error),
  });
}

async function damageInFile(directory: string, id: string): Promise<void> {
  const tables = ["bonds", "gatt", "gattPrevious", "history", "settings", "quarantine"] as const;
  const path = join(directory, RECORDS_FILE);
  const options = { path, kind: "bondkeeper.records", tables, maxOctets: 1e6, newId: () => "damage" };
  const file = new TableFile({ ...options, ...unlocked });
  const rows = await file.read();
  const bonds = rows("bonds").map((row) => (isFields(row) && row["id"] === id ? { ...row, name: 5 } : row));
  await file.write((table) => (table === "bonds" ? bonds : rows(table)));
}

const kinds: readonly Kind[] = [
  {
    name: "IndexedDB",
    make: () => {
      const tab = openTab();
      return {
        stores: tab,
        async damage(id) {
          await putRaw("bonds", { ...(await tab.bonds.get(id)), name: 5 });
          await tab.bonds.all();
        },
        close: () => tab.close(),
      };
    },
  },
  {
    name: "a file",
    make: () => {
      const directory = mkdtempSync(join(tmpdir(), "records-"));
      let now = fileStores(directory);
      return {
        stores: {
          get bonds() {
            return now.bonds;
          },
          get gatt() {
            return now.gatt;
          },
          get history() {
            return now.history;
          },
          get settings() {
            return now.settings;
          },
        },
        async damage(id) {
          await damageInFile(directory, id);
          now = fileStores(directory);
        },
        close: async () => rmSync(directory, { recursive: true }),
      };
    },
  },
  {
    name: "memory",
    make: () => {
      const stores = memoryStores();
      return { stores, damage: async (id) => stores.damage(id), close: async () => {} };
    },
  },
];

for (const { name, make } of kinds) {
  describe(`stores over ${name}`, () => {
    const run = (work: (made: Made) => Promise<void>) => async () => {
      const made = make();
      try {
        await work(made);
      } finally {
        await made.close();
      }
    };

    test(
      "keep copies, not the caller's objects",
      run(async ({ stores }) => {
        const services = [...bond("a").services];
        await stores.bonds.put([bond("a", { services })]);
        services.length = 0;
        assert.deepEqual(await stores.bonds.get("a"), bond("a"));
      }),
    );

    test(
      "write records with their history, and tell about real changes only",
      run(async ({ stores }) => {
        const heard: BondChange[] = [];
        stores.bonds.onChange((change) => heard.push(change), new AbortController().signal);
        await stores.bonds.put([bond("a")], [entry("a", 0)]);
        await stores.bonds.put([bond("a")], [entry("a", 1)]);
        assert.equal(await stores.bonds.delete("a"), true);
        assert.equal(await stores.bonds.delete("a"), false);
        assert.deepEqual(heard, [
          { id: "a", what: "put", remote: false },
          { id: "a", what: "deleted", remote: false },
        ]);
        assert.deepEqual(await stores.history.of("a", 10), []);
      }),
    );

    test(
      "refuse to answer for a damaged record, report it, and let a person give it up",
      run(async ({ stores, damage }) => {
        await stores.bonds.put([bond("good"), bond("bad")]);
        await damage("bad");
        assert.deepEqual(await stores.bonds.all(), [bond("good")]);
        for (const asked of [stores.bonds.get("bad"), stores.bonds.byPlatformId("platform-bad")]) {
          await assert.rejects(asked, {
            name: "StorageError",
            failure: { kind: "unreadable", detail: "bonds bad: name: not a text" },
          });
        }
        const [found] = await stores.bonds.quarantined();
        assert.equal(found !== undefined && brief(found), "bonds bad: name: not a text");
        assert.equal(await stores.bonds.discardQuarantined(found?.id ?? ""), true);
        assert.equal(await stores.bonds.get("bad"), undefined);
        assert.equal(await stores.bonds.discardQuarantined("nothing"), false);
      }),
    );

    test(
      "let a damaged record be replaced and keep its remains",
      run(async ({ stores, damage }) => {
        await stores.bonds.put([bond("bad")]);
        await damage("bad");
        await stores.bonds.put([bond("bad", { label: "new" })]);
        assert.equal((await stores.bonds.get("bad"))?.label, "new");
        assert.equal((await stores.bonds.quarantined()).length, 1);
      }),
    );

    test(
      "refuse a record that could not be read again",
      run(async ({ stores }) => {
        await assert.rejects(stores.bonds.put([{ ...bond("a"), createdAt: "today" }]), TypeError);
        await assert.rejects(stores.gatt.put(tableOf("a", { structureHash: "short" })), TypeError);
        await assert.rejects(stores.history.append([entry("a b", 0)]), TypeError);
        await assert.rejects(stores.settings.update({ cacheDays: 0.5 }), TypeError);
        assert.deepEqual(await stores.bonds.all(), []);
      }),
    );

    test(
      "keep the table before the last change, and clear both",
      run(async ({ stores }) => {
        await stores.gatt.put(tableOf("a"));
        await stores.gatt.put(tableOf("a", { structureHash: "22".repeat(32) }));
        assert.deepEqual(await stores.gatt.previous("a"), tableOf("a"));
        assert.equal(await stores.gatt.clearAll(), 1);
        assert.equal(await stores.gatt.clear("a"), "not-found");
        assert.equal(await stores.gatt.previous("a"), undefined);
      }),
    );

    test(
      "answer history newest first",
      run(async ({ stores }) => {
        await stores.history.append([entry("a", 1), entry("a", 3), entry("a", 2)]);
        assert.deepEqual(await stores.history.of("a", 2), [entry("a", 3), entry("a", 2)]);
      }),
    );

    test(
      "keep settings",
      run(async ({ stores }) => {
        const { profileId } = await stores.settings.get();
        assert.equal((await stores.settings.update({ theme: "light" })).theme, "light");
        assert.deepEqual(await stores.settings.get(), { v: 1, profileId, theme: "light", cacheDays: 30 });
      }),
    );
  });
}
