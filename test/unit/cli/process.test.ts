/** The command line as systemd and a shell run it: real processes, a real socket, files on a disk. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inDirectory } from "../keys/file-rig.ts";
import { afterReset, bonded, digestOf, PIN, pinFile, place, RADIO, sealedKeys } from "./place.ts";
import { bondkeeper, Controller, start } from "./processes.ts";

test(
  "not bonded, paired with the code of a file, 0; run again, verified, 0, and the keys are as they were",
  place(async (at) => {
    const first = await at.run(at.address, "--level", "authenticated", ...pinFile(at));
    assert.equal(first.code, 0, first.err);
    assert.equal(first.result["bondChanged"], "created");
    assert.equal(first.result["level"], "secure");
    const keys = await sealedKeys(at);
    const second = await at.run(at.address, "--level", "authenticated", ...pinFile(at));
    assert.equal(second.code, 0, second.err);
    assert.equal(second.result["bondChanged"], "none");
    assert.equal(second.result["evidence"], "encrypted");
    assert.equal(await sealedKeys(at), keys);
    assert.ok(String(second.result["provenAt"]) > String(first.result["provenAt"]), "a newer proof is dated");
  }),
);

test(
  "a check of a working bond is 0 and of none is 1, and changes no octet of the store",
  place(async (at) => {
    const none = await at.run(at.address, "--check-only");
    assert.equal(none.code, 1, none.err);
    await bonded(at);
    const before = await digestOf(at);
    const check = await at.run(at.address, "--check-only");
    assert.equal(check.code, 0, check.err);
    assert.equal(await digestOf(at), before);
  }),
);

test(
  "a device that lost its key: 1 in a check, 10 without consent, 0 after a forced repair",
  place(async (at) => {
    await bonded(at);
    await afterReset(at, async (now) => {
      const before = await digestOf(now);
      const check = await now.run(now.address, "--check-only");
      assert.equal(check.code, 1, check.err);
      assert.equal(check.result["reason"], "key-missing");
      assert.equal(await digestOf(now), before);
      const keys = await sealedKeys(now);
      const ensure = await now.run(now.address, ...pinFile(now));
      assert.equal(ensure.code, 10, ensure.err);
      assert.equal(ensure.result["reason"], "key-missing");
      assert.equal(await sealedKeys(now), keys);
      const repair = await now.run(now.address, "--force-repair", ...pinFile(now));
      assert.equal(repair.code, 0, repair.err);
      assert.equal(repair.result["bondChanged"], "replaced");
      assert.notEqual(await sealedKeys(now), keys);
    });
  }),
);

test(
  "a wrong code is 2 with its reason, and a repair that fails so leaves the old keys",
  place(async (at) => {
    const first = await at.run(at.address, ...pinFile(at, "wrong-pin"));
    assert.equal(first.code, 2, first.err);
    assert.equal(first.result["reason"], "passkey-wrong");
    await bonded(at);
    const keys = await sealedKeys(at);
    const repair = await at.run(at.address, "--force-repair", ...pinFile(at, "wrong-pin"));
    assert.equal(repair.code, 2, repair.err);
    assert.equal(repair.result["bondChanged"], "restored");
    assert.equal(await sealedKeys(at), keys);
  }),
);

test(
  "the code may come on standard input, and is in no output",
  place(async (at) => {
    const args = [at.address, "--pin-stdin", "--transport", at.controller.transport];
    const { code, out, err } = await bondkeeper(
      [...args, "--store", join(at.directory, "store"), "--verbose"],
      `${PIN}\n`,
    );
    assert.equal(code, 0, err);
    assert.ok(!`${out}${err}`.includes(PIN));
  }),
);

test(
  "a device that is not there is 5 within the time, and its bond is as it was",
  place(async (at) => {
    await bonded(at);
    await at.controller[Symbol.asyncDispose]();
    await using elsewhere = await Controller.start([], at.controller.port);
    const before = await sealedKeys(at);
    const { code, result, err } = await at.run(at.address, "--timeout", "3");
    assert.equal(code, 5, err);
    assert.equal(result["name"], "unreachable");
    assert.equal(await sealedKeys(at), before);
    assert.equal(elsewhere.devices.size, 0);
  }),
);

test(
  "no adapter is 3",
  place(async (at) => {
    await at.controller[Symbol.asyncDispose]();
    const { code, result } = await at.run(at.address);
    assert.equal(code, 3);
    assert.equal(result["reason"], "adapter-missing");
  }),
);

test(
  "a store that cannot be read, is locked, or is in use is 4, with a sentence, and stays as it is",
  place(async (at) => {
    await bonded(at);
    const path = join(at.directory, "store", "keys.json");
    const whole = await readFile(path, "utf8");
    await writeFile(path, whole.slice(0, -10), { mode: 0o600 });
    const damaged = await at.run(at.address);
    assert.equal(damaged.code, 4);
    assert.match(damaged.err, /cut short or changed|unreadable/);
    assert.equal(await readFile(path, "utf8"), whole.slice(0, -10));

    await writeFile(path, whole, { mode: 0o600 });
    await writeFile(join(at.directory, "passphrase"), "correct horse battery\n", { mode: 0o600 });
    await writeFile(join(at.directory, "other"), "wrong horse battery\n", { mode: 0o600 });
    const sealed = await at.run("list", "--passphrase-file", join(at.directory, "passphrase"));
    assert.equal(sealed.code, 0, sealed.err);
    const locked = await at.run(at.address);
    assert.equal(locked.code, 4);
    const wrong = await at.run(at.address, "--passphrase-file", join(at.directory, "other"));
    assert.equal(wrong.code, 4);
    assert.match(wrong.err, /passphrase/);
    const right = await at.run(at.address, "--passphrase-file", join(at.directory, "passphrase"));
    assert.equal(right.code, 0, right.err);
  }),
);

test(
  "Control-C is 6, and lets go of the store",
  place(async (at) => {
    const args = ["scan", "--transport", at.controller.transport, "--store", join(at.directory, "store")];
    const { child, ended } = start([...args, "--timeout", "600"]);
    // It has the store when it warns that nothing but permissions protects it.
    await new Promise((warned) => child.stderr?.once("data", warned));
    child.kill("SIGINT");
    assert.equal((await ended).code, 6);
    await bonded(at);
  }),
);

test("wrong use is 64 with a hint, and a code in an argument is never repeated", async () => {
  for (const args of [["--pin", "123456"], ["C0:FF:EE:00:00:01", "--pin=123456"], ["nonsense!"], []]) {
    const { code, out, err } = await bondkeeper(args);
    assert.equal(code, 64, args.join(" "));
    assert.match(err, /^Cannot .+\n\nbondkeeper --help/);
    assert.ok(!`${out}${err}`.includes("123456"));
  }
  assert.equal((await bondkeeper(["--help"])).code, 0);
});

test("what is in the store goes to another program and comes back, unproven", () =>
  inDirectory(async (directory) => {
    await using controller = await Controller.start([RADIO]);
    const [address = ""] = controller.devices.values();
    await writeFile(join(directory, "pin"), PIN, { mode: 0o600 });
    const store = join(directory, "store");
    const common = ["--transport", controller.transport, "--json"];
    const pin = ["--pin-file", join(directory, "pin")];
    assert.equal((await bondkeeper([address, ...pin, ...common, "--store", store])).code, 0);
    const file = join(directory, "bumble.json");
    const exported = await bondkeeper(["export", "--format", "bumble", "--to", file, "--store", store]);
    assert.equal(exported.code, 0, exported.err);
    assert.equal(
      (await bondkeeper(["export", "--format", "bumble", "--to", file, "--store", store])).code,
      64,
    );
    const other = join(directory, "other");
    const dry = await bondkeeper(["import", file, "--store", other, "--dry-run"]);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /1 of 1 would be new\. Nothing was stored/);
    const imported = await bondkeeper(["import", file, "--store", other]);
    assert.equal(imported.code, 0, imported.err);
    const list = await bondkeeper(["list", "--json", "--store", other]);
    assert.equal(list.result["address"], address);
    assert.equal(list.result["key"], "unproven");
    const forgotten = await bondkeeper(["forget", address, "--yes", "--store", store]);
    assert.equal(forgotten.code, 0, forgotten.err);
    assert.equal((await bondkeeper([address, "--check-only", ...common, "--store", store])).code, 1);
  }));

test("the simulator needs no hardware: a device is found, paired and read in one process each", () =>
  inDirectory(async (directory) => {
    const store = join(directory, "store");
    const scan = await bondkeeper([
      "scan",
      "--transport",
      "sim",
      "--store",
      store,
      "--json",
      "--timeout",
      "6",
    ]);
    assert.equal(scan.code, 0, scan.err);
    const belt = scan.out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
      .find((row) => JSON.stringify(row).includes("Pulse belt"));
    const address = JSON.stringify(belt).match(/"address":"([\dA-F:]{17})"/u)?.[1] ?? "";
    const paired = await bondkeeper([address, "--transport", "sim", "--store", store, "--json"]);
    assert.equal(paired.code, 0, paired.err);
    assert.equal(paired.result["transport"], "simulator");
  }));
