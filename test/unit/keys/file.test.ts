import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import { KeysInUseError, lockDirectory } from "../../../src/cli/file-key-store-lock.ts";
import { PassphraseError, readPassphrase } from "../../../src/cli/file-key-store-passphrase.ts";
import { StorageError } from "../../../src/storage/ports.ts";
import { inDirectory, openFile } from "./file-rig.ts";
import { admitted, bondWith, peerOf, repaired, SENSOR, SENSOR_BOND, US } from "./keys-rig.ts";
import { failure } from "./world.ts";

const next = repaired(SENSOR_BOND, 41);
const PASSPHRASE = "correct horse";
const unreadable = (error: unknown): boolean =>
  error instanceof StorageError && error.failure.kind === "unreadable";

/** A proven bond, and with `candidate` another beside it. */
async function store(directory: string, candidate = false): Promise<void> {
  await using opened = await openFile(directory);
  const keys = opened.keys.forAdapter(await admitted(opened.keys));
  await keys.put(SENSOR_BOND);
  await keys.promote(SENSOR_BOND);
  if (candidate) await keys.put(next);
}

async function found(directory: string): Promise<readonly Bond[]> {
  await using opened = await openFile(directory);
  return await opened.keys.bonds.alternatives((await admitted(opened.keys)).id, US, SENSOR);
}

describe("the file of keys", () => {
  test("is for its owner only, in a directory for its owner only, and nothing else is left there", async () => {
    await inDirectory(async (parent) => {
      const directory = join(parent, "new", "keys");
      await store(directory);
      assert.equal((await stat(directory)).mode & 0o777, 0o700);
      assert.equal((await stat(join(directory, "keys.json"))).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(directory), ["keys.json"]);
    });
  });

  test("that others could read is closed to them, and that is said", async () => {
    await inDirectory(async (directory) => {
      await store(directory);
      await chmod(join(directory, "keys.json"), 0o644);
      await using opened = await openFile(directory);
      assert.deepEqual(opened.said, ["was-readable", "unprotected"]);
      assert.equal((await stat(join(directory, "keys.json"))).mode & 0o777, 0o600);
    });
  });

  test("without a passphrase is said to be unprotected; with one it opens by it alone", async () => {
    await inDirectory(async (directory) => {
      await store(directory);
      {
        await using opened = await openFile(directory, { passphrase: PASSPHRASE });
        assert.deepEqual(opened.said, [], "the bonds that were there are protected from now on");
        const keys = opened.keys.forAdapter(await admitted(opened.keys));
        assert.deepEqual(await keys.get(US, SENSOR), SENSOR_BOND);
      }
      await assert.rejects(openFile(directory, { passphrase: "wrong horse" }), failure("wrong-passphrase"));
      {
        await using locked = await openFile(directory);
        assert.deepEqual(locked.said, []);
        const keys = locked.keys.forAdapter(await admitted(locked.keys));
        await assert.rejects(keys.get(US, SENSOR), failure("locked"));
      }
      const text = await readFile(join(directory, "keys.json"), "utf8");
      assert.doesNotMatch(text, /dataKey|fb4c6b6c|correct horse/);
      await using opened = await openFile(directory, { passphrase: PASSPHRASE });
      assert.deepEqual(await opened.keys.forAdapter(await admitted(opened.keys)).all(US), [SENSOR_BOND]);
    });
  });

  const damages: readonly (readonly [string, (text: string) => string])[] = [
    ["empty", () => ""],
    ["cut short", (text) => text.slice(0, -40)],
    ["with one character changed", (text) => text.replace(/"order":(\d)/u, '"order":9$1')],
    ["of zeros", (text) => "\0".repeat(text.length)],
    ["of another program", () => '{"hci0": []}\n{}\n'],
    ["of a later version", (text) => text.replace('"v":1', '"v":2')],
    ["with something behind it", (text) => `${text}{}`],
  ];
  for (const [what, damage] of damages) {
    test(`${what} is an error, never an empty store, and is left as it is`, async () => {
      await inDirectory(async (directory) => {
        await store(directory);
        const path = join(directory, "keys.json");
        const bad = damage(await readFile(path, "utf8"));
        await writeFile(path, bad);
        await assert.rejects(openFile(directory), unreadable);
        await assert.rejects(openFile(directory, { passphrase: PASSPHRASE }), unreadable);
        assert.equal(await readFile(path, "utf8"), bad);
        assert.deepEqual(await readdir(directory), ["keys.json"], "and the directory is free");
      });
    });
  }

  test("keeps many writers of one process apart", async () => {
    await inDirectory(async (directory) => {
      {
        await using opened = await openFile(directory);
        const keys = opened.keys.forAdapter(await admitted(opened.keys));
        await Promise.all(Array.from({ length: 20 }, (_, n) => keys.put(bondWith(n))));
      }
      await using opened = await openFile(directory);
      const keys = opened.keys.forAdapter(await admitted(opened.keys));
      for (let n = 0; n < 20; n++) assert.deepEqual(await keys.get(US, peerOf(n)), bondWith(n));
    });
  });

  test("that cannot be written rejects, and the old one is intact and used", async () => {
    await inDirectory(async (directory) => {
      await store(directory);
      const before = await readFile(join(directory, "keys.json"), "utf8");
      // Any name the store thinks of is taken: by a directory, which cannot be written.
      const name = crypto.randomUUID();
      await using opened = await openFile(directory, { newId: () => name });
      await mkdir(join(directory, `keys.json.${name}.tmp`));
      const keys = opened.keys.forAdapter({
        id: (await opened.keys.adapters.all())[0]?.id ?? "",
        admitted: true,
      });
      await assert.rejects(keys.put(next), StorageError);
      assert.deepEqual(await keys.get(US, SENSOR), SENSOR_BOND);
      assert.equal(await readFile(join(directory, "keys.json"), "utf8"), before);
    });
  });

  test("is not written through a link that somebody laid", async () => {
    await inDirectory(async (directory) => {
      const victim = join(directory, "victim");
      await writeFile(victim, "untouched");
      await store(directory);
      const name = crypto.randomUUID();
      await using opened = await openFile(directory, { newId: () => name });
      await symlink(victim, join(directory, `keys.json.${name}.tmp`));
      const adapter = (await opened.keys.adapters.all())[0]?.id ?? "";
      await assert.rejects(opened.keys.forAdapter({ id: adapter, admitted: true }).put(next), StorageError);
      assert.equal(await readFile(victim, "utf8"), "untouched");
    });
  });
});

interface Child {
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly done: Promise<unknown>;
  stop(): void;
}

function startWriter(directory: string, step: string, operation: string): Child {
  const script = join(import.meta.dirname, "file-writer.ts");
  const child = spawn(process.execPath, [script, directory, step, operation], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(() => child.signalCode);
  return { ended, done: once(child.stdout, "data"), stop: () => void child.stdin.write("x") };
}

describe("a process killed by SIGKILL", () => {
  const STEPS = ["temp-opened", "temp-written", "temp-synced", "renamed", "directory-synced"] as const;
  for (const [i, step] of STEPS.entries()) {
    const committed = i >= 3;
    test(`at ${step} leaves the ${committed ? "new" : "old"} file: stored beside the old bond, then in its place`, async () => {
      await inDirectory(async (directory) => {
        await store(directory);
        assert.equal(await startWriter(directory, step, "put").ended, "SIGKILL");
        assert.deepEqual(await found(directory), committed ? [next, SENSOR_BOND] : [SENSOR_BOND]);
        await using opened = await openFile(directory);
        await opened.keys.forAdapter(await admitted(opened.keys)).put(next);
        await opened.close();
        assert.equal(await startWriter(directory, step, "promote").ended, "SIGKILL");
        assert.deepEqual(await found(directory), committed ? [next] : [next, SENSOR_BOND]);
        assert.deepEqual(await readdir(directory), ["keys.json"], "and nothing lies about");
      });
    });
  }
});

describe("the directory", () => {
  test("is for one process: another is refused while it lives, and takes over when it died", async () => {
    await inDirectory(async (directory) => {
      await store(directory);
      const writer = startWriter(directory, "never", "put");
      await writer.done;
      await assert.rejects(openFile(directory), KeysInUseError);
      writer.stop();
      await writer.ended;
      // It ended without giving the directory free.
      await using opened = await openFile(directory);
      assert.deepEqual(opened.said, ["taken-over", "unprotected"]);
      await assert.rejects(openFile(directory), KeysInUseError, "nor is it for two stores of one process");
    });
  });

  const dead = { token: "t", pid: 2 ** 22 + 1, host: hostname(), started: "" };
  const holders: readonly (readonly [string, string, boolean])[] = [
    ["a process that is gone", JSON.stringify(dead), true],
    ["this number in another boot", JSON.stringify({ ...dead, pid: process.pid, started: "boot 1" }), true],
    ["nobody: the file is damaged", "{", true],
    ["an empty file", "", true],
    ["a living process of unknown age", JSON.stringify({ ...dead, pid: process.pid }), false],
    ["a process of another machine", JSON.stringify({ ...dead, host: "elsewhere" }), false],
  ];
  for (const [what, contents, free] of holders) {
    test(`locked by ${what} is ${free ? "taken over" : "left alone"}`, async () => {
      await inDirectory(async (directory) => {
        await writeFile(join(directory, "lock"), contents);
        await utimes(join(directory, "lock"), 0, 0);
        if (!free) {
          await assert.rejects(lockDirectory(directory, "mine"), KeysInUseError);
          return;
        }
        const lock = await lockDirectory(directory, "mine");
        assert.equal(lock.takenOver, true);
        await lock.assertOurs();
        await lock.release();
        assert.deepEqual(await readdir(directory), []);
      });
    });
  }

  test("is given to one of many that find the same dead process", async () => {
    await inDirectory(async (directory) => {
      await writeFile(join(directory, "lock"), JSON.stringify(dead));
      const tries = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => lockDirectory(directory, `mine-${n}`)),
      );
      const locks = tries.filter((each) => each.status === "fulfilled").map(({ value }) => value);
      const ours = await Promise.allSettled(locks.map((lock) => lock.assertOurs()));
      assert.ok(ours.filter(({ status }) => status === "fulfilled").length <= 1, "at most one may write");
    });
  });

  test("that another took is not written any more", async () => {
    await inDirectory(async (directory) => {
      await using opened = await openFile(directory);
      const adapter = await admitted(opened.keys);
      await writeFile(join(directory, "lock"), JSON.stringify({ ...dead, pid: process.pid }));
      await assert.rejects(opened.keys.forAdapter(adapter).put(SENSOR_BOND), KeysInUseError);
    });
  });
});

describe("a passphrase is read", () => {
  async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield new TextEncoder().encode(text);
  }

  test("from a file that only its owner may read, from a stream, and from a credential", async () => {
    await inDirectory(async (directory) => {
      const path = join(directory, "secret");
      await writeFile(path, "correct horse \r\n", { mode: 0o600 });
      assert.equal(await readPassphrase({ kind: "file", path }), "correct horse ");
      assert.equal(await readPassphrase({ kind: "credential", name: "secret", directory }), "correct horse ");
      await chmod(path, 0o644);
      await assert.rejects(readPassphrase({ kind: "file", path }), PassphraseError);
    });
    assert.equal(await readPassphrase({ kind: "stream", stream: parts("corr", "ect\n") }), "correct");
  });

  test("from nowhere else, and never too much", async () => {
    for (const source of [
      { kind: "credential", name: "a", directory: undefined },
      { kind: "credential", name: "../a", directory: "/" },
      { kind: "credential", name: "..", directory: "/" },
      { kind: "file", path: "/nowhere/at/all" },
      { kind: "stream", stream: parts() },
      { kind: "stream", stream: parts("x".repeat(5_000)) },
    ] as const) {
      await assert.rejects(readPassphrase(source), PassphraseError);
    }
  });
});
