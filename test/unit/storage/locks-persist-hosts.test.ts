import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { browserLocks, tabLocks, type LockPort } from "../../../src/storage/locks.ts";
import { askPersistence, storageHealth, type StoragePort } from "../../../src/storage/persist.ts";
import { sharedHost } from "../../../src/storage/shared-hosts.ts";
import { memoryLocks } from "../../support/memory-stores.ts";

/** Web Locks as far as `ifAvailable` goes, with a hand to steal. */
class FakeLockManager implements LockPort {
  readonly asked: string[] = [];
  readonly #held = new Map<string, (error: Error) => void>();

  async request(
    name: string,
    _options: object,
    callback: (lock: object | null) => Promise<void>,
  ): Promise<unknown> {
    this.asked.push(name);
    if (this.#held.has(name)) return callback(null);
    const stolen = Promise.withResolvers<never>();
    this.#held.set(name, stolen.reject);
    try {
      return await Promise.race([callback({ name }), stolen.promise]);
    } finally {
      this.#held.delete(name);
    }
  }

  steal(name: string): void {
    this.#held.get(name)?.(new DOMException("Lock broken by another request", "AbortError"));
  }
}

const kinds = [
  ["Web Locks", () => browserLocks(new FakeLockManager())],
  ["locks within one tab", () => tabLocks()],
  ["locks of tests", () => memoryLocks()],
] as const;

for (const [what, make] of kinds) {
  describe(what, () => {
    test("the second procedure for a device is refused without running, the next one runs", async () => {
      const locks = make();
      const gate = Promise.withResolvers<string>();
      const first = locks.exclusive("a", () => gate.promise);
      await Promise.resolve();
      let ran = false;
      const second = await locks.exclusive("a", async () => {
        ran = true;
      });
      assert.deepEqual([second, ran], [{ kind: "held-elsewhere" }, false]);
      gate.resolve("proven");
      assert.deepEqual(await first, { kind: "done", value: "proven" });
      assert.deepEqual(await locks.exclusive("a", async () => 2), { kind: "done", value: 2 });
    });

    test("two devices do not wait for each other", async () => {
      const locks = make();
      const result = await locks.exclusive("a", () => locks.exclusive("b", async () => 1));
      assert.deepEqual(result, { kind: "done", value: { kind: "done", value: 1 } });
    });

    test("work that fails hands its error on and lets go", async () => {
      const locks = make();
      await assert.rejects(
        locks.exclusive("a", async () => {
          throw new RangeError("Cannot");
        }),
        RangeError,
      );
      await assert.rejects(
        locks.exclusive("a", () => {
          throw new TypeError("Cannot even start");
        }),
        TypeError,
      );
      assert.equal((await locks.exclusive("a", async () => 1)).kind, "done");
    });
  });
}

describe("Web Locks in particular", () => {
  test("names are our own", async () => {
    const manager = new FakeLockManager();
    await browserLocks(manager).exclusive("a", async () => 1);
    assert.deepEqual(manager.asked, ["bondkeeper:a"]);
  });

  test("a stolen lock does not cut off the work that runs", async () => {
    const manager = new FakeLockManager();
    const gate = Promise.withResolvers<number>();
    const result = browserLocks(manager).exclusive("a", () => gate.promise);
    await Promise.resolve();
    manager.steal("bondkeeper:a");
    await Promise.resolve();
    gate.resolve(1);
    assert.deepEqual(await result, { kind: "done", value: 1 });
  });

  test("a refused request is an error, not a lock", async () => {
    const manager: LockPort = { request: () => Promise.reject(new DOMException("No", "SecurityError")) };
    let ran = false;
    const work = async (): Promise<void> => {
      ran = true;
    };
    await assert.rejects(browserLocks(manager).exclusive("a", work), { name: "SecurityError" });
    assert.equal(ran, false);
  });

  test("where there are none, the scope says so", () => {
    assert.equal(browserLocks(undefined).scope, "this-tab");
    assert.equal(browserLocks(new FakeLockManager()).scope, "all-tabs");
  });
});

describe("persistent storage", () => {
  const manager = (granted: boolean, answer: boolean, calls: string[] = []): StoragePort => ({
    async persisted() {
      calls.push("persisted");
      return granted;
    },
    async persist() {
      calls.push("persist");
      return answer;
    },
    estimate: async () => ({ usage: 10, quota: 1_000 }),
  });

  test("is asked for, and the answer is what is shown", async () => {
    assert.deepEqual(await askPersistence(manager(false, true)), {
      persistence: "persistent",
      usage: 10,
      quota: 1_000,
    });
    assert.equal((await askPersistence(manager(false, false))).persistence, "best-effort");
  });

  test("is not asked for again once it is granted, nor when only looking", async () => {
    const calls: string[] = [];
    assert.equal((await askPersistence(manager(true, false, calls))).persistence, "persistent");
    assert.equal((await storageHealth(manager(false, true, calls))).persistence, "best-effort");
    assert.deepEqual(calls, ["persisted", "persisted"]);
  });

  test("is unknown where the browser has no such call or the call fails", async () => {
    const unknown = { persistence: "unknown", usage: null, quota: null };
    const failing: StoragePort = {
      persisted: () => Promise.reject(new TypeError("No")),
      persist: () => Promise.reject(new TypeError("No")),
      estimate: () => Promise.reject(new TypeError("No")),
    };
    for (const port of [undefined, {}, failing]) {
      assert.deepEqual(await askPersistence(port), unknown);
      assert.deepEqual(await storageHealth(port), unknown);
    }
  });
});

describe("hosts that strangers share", () => {
  test("are known, below and beside their name", () => {
    for (const host of [
      "somebody.github.io",
      "SOMEBODY.GitHub.io.",
      "group.gitlab.io",
      "raw.githack.com",
      "cdn.jsdelivr.net",
      "storage.googleapis.com",
      "s3.amazonaws.com",
      "s3.eu-central-1.amazonaws.com",
      "s3-us-west-2.amazonaws.com",
      "web.archive.org",
    ]) {
      assert.notEqual(sharedHost(host), null, host);
    }
  });

  test("a host of its own is not taken for one", () => {
    for (const host of [
      "bondkeeper.example",
      "localhost",
      "127.0.0.1",
      "",
      "github.io.example.com",
      "notgithub.io",
      "bucket.storage.googleapis.com",
      "bucket.s3.amazonaws.com",
      "bondkeeper.pages.dev",
    ]) {
      assert.equal(sharedHost(host), null, host);
    }
  });
});
