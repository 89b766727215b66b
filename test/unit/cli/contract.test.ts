/** The rest of the command line's contract: every exit status that a process can be brought to, and who is asked what. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../../../src/cli/run.ts";
import { inDirectory } from "../keys/file-rig.ts";
import { bonded, PIN, pinFile, place, type Place, sealedKeys } from "./place.ts";
import { bondkeeper, Controller, start } from "./processes.ts";

const storeOf = ({ directory }: Pick<Place, "directory">): readonly string[] => [
  "--store",
  join(directory, "store"),
  "--json",
];

/** By its name, and its address: the other one has the same name. */
const NAMED = /The bond is with another adapter: 127\.0\.0\.1, port \d+ \((?:[\dA-F]{2}:){5}[\dA-F]{2}\)/u;

/** What a second run may change of a record: when the device was seen, and the dated proof. */
async function recordsOf({ directory }: Place): Promise<{ readonly rest: string; readonly proofs: number }> {
  const [, body = ""] = (await readFile(join(directory, "store", "records.json"), "utf8")).split("\n");
  const { bonds }: { readonly bonds: readonly Readonly<Record<string, unknown>>[] } = JSON.parse(body);
  const rest = bonds.map((bond) => ({ ...bond, proofs: null, lastSeenAt: null }));
  const proofs = bonds.flatMap((bond) => (Array.isArray(bond["proofs"]) ? bond["proofs"] : [])).length;
  return { rest: JSON.stringify(rest), proofs };
}

test(
  "0: a run with a valid bond adds its dated proof to the record, and changes nothing else of it",
  place(async (at) => {
    await bonded(at);
    const [before, keys] = [await recordsOf(at), await sealedKeys(at)];
    const again = await at.run(at.address);
    assert.equal(again.code, 0, again.err);
    const after = await recordsOf(at);
    assert.equal(after.rest, before.rest);
    assert.equal(after.proofs, before.proofs + 1);
    assert.equal(await sealedKeys(at), keys);
  }),
);

test(
  "0: over a WebSocket as over TCP; the first line names versions, adapter and device",
  place(async (at) => {
    const over = (transport: string) =>
      bondkeeper([at.address, ...pinFile(at), "--transport", transport, ...storeOf(at)]);
    const first = await over(at.controller.webSocket);
    assert.deepEqual([first.code, first.result["bondChanged"]], [0, "created"], first.err);
    const second = await over(at.controller.transport);
    assert.deepEqual([second.code, second.result["bondChanged"]], [0, "none"], second.err);
    const [line = ""] = second.out.split("\n");
    const header: unknown = JSON.parse(line);
    assert.partialDeepStrictEqual(header, { type: "header", device: at.address, mode: "ensure" });
    assert.match(line, /"bondkeeper":"\d+\.\d+\.\d+, Node \d+/u);
    assert.match(line, /"adapter":"127\.0\.0\.1, port \d+, (?:[\dA-F]{2}:){5}[\dA-F]{2}, HCI \d+"/u);
  }),
);

test(
  "started as systemd starts it, the service finds its store and its secrets, and no terminal",
  place(async (at) => {
    const env = {
      PATH: process.env["PATH"],
      STATE_DIRECTORY: join(at.directory, "state"),
      CREDENTIALS_DIRECTORY: at.directory,
    };
    await writeFile(join(at.directory, "keys"), "correct horse battery\n", { mode: 0o600 });
    const args = [at.address, ...pinFile(at), "--passphrase-credential", "keys", "--json"];
    const run = () =>
      bondkeeper([...args, "--transport", at.controller.transport], "", { env, cwd: at.directory });
    const first = await run();
    assert.deepEqual([first.code, first.result["bondChanged"]], [0, "created"], first.err);
    const second = await run();
    assert.deepEqual([second.code, second.result["bondChanged"]], [0, "none"], second.err);
    const file = await readFile(join(at.directory, "state", "keys.json"), "utf8");
    assert.match(file, /passphrase/u);
  }),
);

test(
  "6: a device that wants its code, where nobody is there to type it, gets none",
  place(async (at) => {
    const { code, err } = await at.run(at.address);
    assert.equal(code, 6, err);
    assert.equal((await at.run("list")).out, "");
    assert.match(err, /use --pin-file or --pin-stdin/u);
  }),
);

test(
  "4: a store that another process has is said to be in use, and by which",
  place(async (at) => {
    await bonded(at);
    const { child, ended } = start(["scan", "--transport", at.controller.transport, ...storeOf(at)]);
    assert.ok(child.stderr);
    await once(child.stderr, "data"); // it has the store when it warns of its protection
    const before = await sealedKeys(at);
    const { code, result, err } = await at.run(at.address);
    assert.deepEqual([code, result["reason"]], [4, "held-elsewhere"]);
    assert.match(err, new RegExp(`\\b${child.pid}\\b`, "u"));
    assert.equal(await sealedKeys(at), before);
    child.kill("SIGTERM");
    assert.equal((await ended).code, 6, "the end of a service is code 6, too");
  }),
);

test(
  "6: interrupted while the device is looked for, the bond is as it was and the store is free",
  place(async (at) => {
    await bonded(at);
    await at.controller[Symbol.asyncDispose]();
    await using nobody = await Controller.start([], at.controller.port);
    const keys = await sealedKeys(at);
    const args = [at.address, "--transport", nobody.transport, ...storeOf(at), "--timeout", "600"];
    const { child, ended } = start(args);
    assert.ok(child.stdout);
    let out = "";
    for await (const chunk of child.stdout) {
      out += String(chunk);
      if (out.includes('"connect","status":"started"')) child.kill("SIGINT");
    }
    const { code } = await ended;
    const last: unknown = JSON.parse(out.trim().split("\n").at(-1) ?? "");
    assert.partialDeepStrictEqual(last, { code: 6, name: "cancelled", bondChanged: "none" });
    assert.equal(code, 6);
    assert.equal(await sealedKeys(at), keys);
    assert.equal((await bondkeeper(["list", ...storeOf(at)])).code, 0);
  }),
);

test(
  "7: a bond that another adapter has is not made anew on this one",
  place(async (at) => {
    await bonded(at);
    await at.controller[Symbol.asyncDispose]();
    await using other = await Controller.start(["mesh-radio"], at.controller.port, 2);
    const keys = await sealedKeys(at);
    const args = [at.address, ...pinFile(at), "--transport", other.transport, ...storeOf(at)];
    const { code, result, err } = await bondkeeper(args);
    assert.deepEqual([code, result["reason"]], [7, "other-adapter"], err);
    assert.match(err, NAMED, "which adapter has it");
    const after = new Set((await sealedKeys(at)).split("\n"));
    assert.ok(
      keys.split("\n").every((key) => after.has(key)),
      "every key is as it was",
    );
  }),
);

test("8: a bond that is weaker than asked for works, and is kept", () =>
  inDirectory(async (directory) => {
    await using controller = await Controller.start(["heart-rate"]);
    const [address = ""] = controller.devices.values();
    const common = ["--transport", controller.transport, ...storeOf({ directory })];
    const paired = await bondkeeper([address, ...common]);
    assert.equal(paired.code, 0, paired.err);
    assert.match(paired.err, /Just Works: nothing shows that nobody is in the middle/u);
    const { code, result } = await bondkeeper([address, "--level", "authenticated", ...common]);
    assert.deepEqual([code, result["bondChanged"]], [8, "none"]);
    assert.equal((await bondkeeper([address, "--check-only", ...common])).code, 0);
  }));

test("8: the old kind of pairing is refused where it was not allowed, and warned of where it was, also with a code", () =>
  inDirectory(async (directory) => {
    const run = async (name: string, ...more: readonly string[]) => {
      await using controller = await Controller.start(["legacy"]);
      const args = [...controller.devices.values(), "--pin-stdin", "--json", ...more];
      const place = ["--transport", controller.transport, "--store", join(directory, name)];
      return await bondkeeper([...args, ...place], PIN);
    };
    const refused = await run("refused");
    assert.deepEqual([refused.code, refused.result["reason"]], [8, "legacy-not-allowed"], refused.err);
    const allowed = await run("allowed", "--allow-legacy");
    assert.match(allowed.err, /Legacy pairing: whoever listens now can find the keys/u);
    // It shows other digits each time: nobody can have put them into a file before.
    assert.deepEqual([allowed.code, allowed.result["reason"]], [2, "passkey-wrong"], allowed.err);
    for (const name of ["refused", "allowed"])
      assert.equal((await bondkeeper(["list", "--json", "--store", join(directory, name)])).out, "");
  }));

test(
  "what a bonded device offers is listed, and a trace holds packets and no key",
  place(async (at) => {
    await bonded(at);
    const gatt = await at.run("gatt", at.address);
    assert.equal(gatt.code, 0, gatt.err);
    const rows = gatt.out.trim().split("\n");
    assert.ok(rows.length > 3);
    for (const line of rows) assert.match(line, /"type":"characteristic","service":"[\da-f-]{36}"/u);
    const file = join(at.directory, "trace.btsnoop");
    const trace = await at.run("trace", "--to", file, "--timeout", "4");
    assert.equal(trace.code, 0, trace.err);
    const first = await readFile(file);
    assert.equal(first.subarray(0, 8).toString("latin1"), "btsnoop\0");
    const again = await at.run("trace", "--to", file, "--timeout", "4");
    assert.equal(again.code, 64, again.err);
    assert.deepEqual(await readFile(file), first, "a trace that is there is not overwritten");
    const none = join(at.directory, "none.btsnoop");
    const nowhere = ["--transport", "tcp://127.0.0.1:1", "--store", join(at.directory, "other")];
    assert.equal((await bondkeeper(["trace", "--to", none, ...nowhere])).code, 3);
    await assert.rejects(readFile(none), { code: "ENOENT" }, "what failed leaves no empty file");
  }),
);

test("70: a fault of the program is never taken for a result, and its message is not repeated", async () => {
  const said: string[] = [];
  const code = await runCommand(["--version"], {
    version: "0",
    system: "linux",
    terminal: {
      input: process.stdin,
      output: Object.assign(Object.create(process.stderr), { write: (text: string) => said.push(text) }),
    },
    out: {
      write() {
        throw new Error("secret");
      },
    },
    secrets: { stdin: process.stdin, credentials: undefined },
    interrupted: new AbortController().signal,
    interrupt: () => {},
  });
  assert.equal(code, 70);
  assert.match(said.join(""), /inside this program: Error at/u);
  assert.ok(!said.join("").includes("secret"));
});
