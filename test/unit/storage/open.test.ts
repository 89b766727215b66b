import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDB, unwrap } from "idb";
import { DATABASE_NAME, upgrades, type Upgrade } from "../../../src/storage/schema.ts";
import { bond, entry } from "../../support/records.ts";
import { newProfile, openTab, putRaw, refuseOpen, watchConnections, type Tab } from "../../support/tabs.ts";

beforeEach(newProfile);

/** An upgrade that some later program might bring. */
const addStore: Upgrade = (db) => {
  const raw: unknown = unwrap(db);
  assert.ok(raw instanceof IDBDatabase);
  raw.createObjectStore("later");
};

/** One call of every kind: none of them may answer "there is nothing" for a database that cannot be used. */
const CALLS: readonly (readonly [string, (tab: Tab) => Promise<unknown>])[] = [
  ["bonds.all", (tab) => tab.bonds.all()],
  ["bonds.get", (tab) => tab.bonds.get("a")],
  ["bonds.byPlatformId", (tab) => tab.bonds.byPlatformId("p")],
  ["bonds.put", (tab) => tab.bonds.put([bond("a")])],
  ["bonds.delete", (tab) => tab.bonds.delete("a")],
  ["bonds.quarantined", (tab) => tab.bonds.quarantined()],
  ["gatt.get", (tab) => tab.gatt.get("a")],
  ["gatt.clearAll", (tab) => tab.gatt.clearAll()],
  ["history.of", (tab) => tab.history.of("a", 10)],
  ["history.append", (tab) => tab.history.append([entry("a", 0)])],
  ["settings.get", (tab) => tab.settings.get()],
];

describe("a database that does not open", () => {
  const refusals = [
    ["a private window", "InvalidStateError", "A mutation operation was attempted", "refused"],
    ["a site whose storage is blocked", "SecurityError", "Access denied", "refused"],
    [
      "a damaged backing store",
      "UnknownError",
      "Internal error opening backing store for indexedDB.open.",
      "unreadable",
    ],
    ["a full disk", "QuotaExceededError", "Encountered full disk while opening backing store", "quota"],
    [
      "a full disk by its text only",
      "UnknownError",
      "Encountered full disk while opening backing store",
      "quota",
    ],
    ["a database of a newer program", "VersionError", "", "superseded"],
    ["an error nobody has seen", "FrobnicationError", "what?", "refused"],
  ] as const;
  for (const [what, name, message, kind] of refusals) {
    test(`${what} is "${kind}" for every call, never empty`, async () => {
      await using tab = openTab();
      const heal = refuseOpen(name, message);
      for (const [call, run] of CALLS) {
        await assert.rejects(run(tab), (error: unknown) => {
          assert.equal(Object(error).name, "StorageError", call);
          assert.equal(Object(error).failure.kind, kind, call);
          assert.equal(Object(error).cause.name, name, call);
          return true;
        });
      }
      heal();
      assert.deepEqual(await tab.bonds.all(), [], "and when the trouble is over it opens without a reload");
    });
  }

  test("keeps the browser's own words where we do not know the error", async () => {
    await using tab = openTab();
    const heal = refuseOpen("FrobnicationError", "what?");
    const failure = { kind: "refused", why: "unknown", detail: "FrobnicationError: what?" };
    await assert.rejects(tab.bonds.all(), { failure });
    heal();
  });

  test("a browser without IndexedDB is refused by name", async () => {
    await using tab = openTab();
    const real = globalThis.indexedDB;
    Reflect.set(globalThis, "indexedDB", undefined);
    const failure = { kind: "refused", why: "no-api", detail: "this browser has no IndexedDB" };
    await assert.rejects(tab.bonds.all(), { failure });
    globalThis.indexedDB = real;
  });

  test("an origin whose getter throws is refused by name", async (t) => {
    await using tab = openTab();
    const real = globalThis.indexedDB;
    t.after(() =>
      Object.defineProperty(globalThis, "indexedDB", { value: real, writable: true, configurable: true }),
    );
    Object.defineProperty(globalThis, "indexedDB", {
      configurable: true,
      get() {
        throw new DOMException("The document is sandboxed", "SecurityError");
      },
    });
    const failure = { kind: "refused", why: "denied", detail: "SecurityError: The document is sandboxed" };
    await assert.rejects(tab.bonds.all(), { failure });
  });

  test("on a host that strangers share nothing is stored, and the host is named", async () => {
    const location = { hostname: "somebody.github.io", origin: "https://somebody.github.io" };
    await using tab = openTab({ location });
    const failure = { kind: "refused", why: "shared-host", detail: "github.io" };
    for (const [, run] of CALLS) await assert.rejects(run(tab), { name: "StorageError", failure });
    assert.deepEqual(await indexedDB.databases(), []);
  });

  test("a failed upgrade changes nothing and can be tried again", async () => {
    {
      await using old = openTab();
      await old.bonds.put([bond("a")]);
    }
    const broken: Upgrade = async (_db, tx) => {
      await tx.objectStore("bonds").clear();
      throw new Error("Cannot convert");
    };
    await using tab = openTab({ upgrades: [...upgrades, broken] });
    await assert.rejects(tab.bonds.all(), {
      failure: { kind: "unreadable", detail: "Error: Cannot convert" },
    });
    await using again = openTab();
    assert.deepEqual(await again.bonds.all(), [bond("a")]);
  });
});

describe("a connection that was cut", () => {
  test("is reported, and the next use opens another", async () => {
    const connections = watchConnections();
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    connections.cut();
    assert.deepEqual(tab.events, ["terminated"]);
    assert.deepEqual(await tab.bonds.all(), [bond("a")]);
    assert.equal(connections.count, 1);
  });

  test("is opened again once when nobody told us that it is gone", async (t) => {
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    const once = t.mock.method(IDBDatabase.prototype, "transaction", () => {
      once.mock.restore();
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    assert.deepEqual(await tab.bonds.all(), [bond("a")]);
  });

  test("is terminated, not tried for ever, when the new one is closed as well", async (t) => {
    await using tab = openTab();
    await tab.bonds.all();
    const transaction = t.mock.method(IDBDatabase.prototype, "transaction", () => {
      throw new DOMException("The database connection is closing.", "InvalidStateError");
    });
    await assert.rejects(tab.bonds.all(), { failure: { kind: "terminated" } });
    assert.equal(transaction.mock.callCount(), 2);
    transaction.mock.restore();
  });

  test("in the middle of a write rejects that write, and nothing of it stays", async (t) => {
    const connections = watchConnections();
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    const add = t.mock.method(IDBObjectStore.prototype, "add");
    add.mock.mockImplementationOnce(function (this: IDBObjectStore, value: unknown) {
      queueMicrotask(() => connections.cut());
      add.mock.restore();
      return this.add(value);
    });
    const writing = tab.bonds.put([bond("a", { label: "half" }), bond("b")], [entry("a", 0)]);
    await assert.rejects(writing, { name: "StorageError", failure: { kind: "terminated" } });
    assert.deepEqual(await tab.bonds.all(), [bond("a")]);
  });

  test("after closing for good every call is refused", async () => {
    const tab = openTab();
    await tab.bonds.put([bond("a")]);
    await tab.close();
    await assert.rejects(tab.bonds.all(), { failure: { kind: "terminated" } });
  });
});

describe("two versions of the page", () => {
  test("the older tab gives way at once, says so, and stores nothing more", async () => {
    await using older = openTab();
    await older.bonds.put([bond("a")]);
    await using newer = openTab({ upgrades: [...upgrades, addStore] });
    assert.deepEqual(await newer.bonds.all(), [bond("a")]);
    assert.deepEqual(older.events, ["superseded"]);
    for (const [, run] of CALLS) await assert.rejects(run(older), { failure: { kind: "superseded" } });
    assert.deepEqual(newer.events, []);
  });

  test("a write that runs when the newer tab comes is finished first", async () => {
    await using older = openTab();
    await older.bonds.all();
    const writing = older.bonds.put([bond("a")]);
    await using newer = openTab({ upgrades: [...upgrades, addStore] });
    const seen = await newer.bonds.all();
    await writing;
    assert.deepEqual(seen, [bond("a")]);
  });

  test("an old page that is opened after a newer one is superseded, not empty", async () => {
    {
      await using newer = openTab({ upgrades: [...upgrades, addStore] });
      await newer.bonds.put([bond("a")]);
    }
    await using older = openTab();
    await assert.rejects(older.bonds.all(), { failure: { kind: "superseded" } });
  });

  test("a tab that does not give way blocks the newer one, which says so and goes on when it is closed", async () => {
    {
      await using first = openTab();
      await first.bonds.put([bond("a")]);
    }
    const stubborn = await openDB(DATABASE_NAME, upgrades.length);
    const told = Promise.withResolvers<void>();
    await using newer = openTab({
      upgrades: [...upgrades, addStore],
      events: { onBlocked: () => told.resolve(), onSuperseded: () => {}, onTerminated: () => {} },
    });
    let done = false;
    const reading = newer.bonds.all().finally(() => {
      done = true;
    });
    await told.promise;
    assert.equal(done, false);
    stubborn.close();
    assert.deepEqual(await reading, [bond("a")]);
  });

  test("when a person clears the site's data in another tab, this one says so and starts afresh", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a")]);
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(DATABASE_NAME);
      request.addEventListener("success", () => resolve());
      request.addEventListener("error", () => reject(new Error("Cannot delete the database")));
    });
    assert.deepEqual(tab.events, ["terminated"]);
    assert.deepEqual(await tab.bonds.all(), []);
  });
});

test("a database whose store is missing is unreadable, not empty", async () => {
  const db = await openDB(DATABASE_NAME, upgrades.length, {
    upgrade: (made) => void made.createObjectStore("gatt", { keyPath: "bondId" }),
  });
  db.close();
  await using tab = openTab();
  await assert.rejects(tab.bonds.all(), (error: unknown) => {
    assert.equal(Object(error).failure.kind, "unreadable");
    assert.match(Object(error).failure.detail, /^NotFoundError/u);
    return true;
  });
});

test("rows put by hand are found by the stores", async () => {
  await using tab = openTab();
  await tab.bonds.all();
  await putRaw("bonds", bond("a"));
  assert.deepEqual(await tab.bonds.all(), [bond("a")]);
});
