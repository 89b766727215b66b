/** What one run of the command line leaves for the next, beside the bonds: tables, waiting times, orders of keys. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { flip } from "../../../src/formats/keys/values.ts";
import { openStore, type OpenStore } from "../../../src/cli/open-store.ts";
import { inDirectory } from "../keys/file-rig.ts";
import { bonded, pinFile, place, type Place } from "./place.ts";
import { bondkeeper, Controller } from "./processes.ts";
import { Tap } from "./tap.ts";

const BATTERY_LEVEL = "2a19";
/** MTU, Database Hash by its UUID, whether the services fit it, and the value that was asked for. */
const CACHED = ["encrypt", "att 02", "att 08", "att 10", "att 10", "att 0a"];

function storeOf(directory: string): Promise<OpenStore> {
  const stdin = { async *[Symbol.asyncIterator]() {} };
  const secrets = { stdin, credentials: undefined };
  return openStore({ store: join(directory, "store"), passphrase: { kind: "ask" } }, secrets, () => {});
}

const fails = async (at: Place): Promise<void> => {
  const { code, result, err } = await at.run(at.address, ...pinFile(at, "wrong-pin"));
  assert.deepEqual([code, result["reason"]], [2, "passkey-wrong"], err);
};

test("a second run encrypts, asks for the hash, and discovers nothing anew", () =>
  inDirectory(async (directory) => {
    await using controller = await Controller.start(["heart-rate"]);
    const [address = ""] = controller.devices.values();
    const read = async (): Promise<Tap["sent"]> => {
      await using tap = await Tap.before(controller.port);
      const args = ["read", address, BATTERY_LEVEL, "--json", "--transport", tap.transport];
      const { code, out, err } = await bondkeeper([...args, "--store", join(directory, "store")]);
      assert.equal(code, 0, `${out}${err}`);
      return tap.sent;
    };
    const paired = await bondkeeper([
      address,
      "--transport",
      controller.transport,
      "--store",
      join(directory, "store"),
    ]);
    assert.equal(paired.code, 0, paired.err);
    assert.deepEqual(await read(), CACHED);
    const file = join(directory, "store", "cache.json");
    const whole = await readFile(file, "utf8");
    await writeFile(file, whole.slice(0, -3), { mode: 0o600 });
    const anew = await read();
    assert.ok(anew.length > CACHED.length + 4, anew.join());
    assert.deepEqual(await read(), CACHED, "and kept again");
  }));

test(
  "after a wrong code the next run has to wait, whoever starts it, and asks the device for nothing",
  place(async (at) => {
    await fails(at);
    {
      await using store = await storeOf(at.directory);
      const [everybody, device, ...more] = await store.waits.load();
      assert.deepEqual([everybody?.peer, everybody?.nextMs, device?.nextMs, more], [null, 2_000, 2_000, []]);
      await store.waits.save([{ peer: null, remainingMs: 32_000, nextMs: 32_000 }]);
    }
    await using tap = await Tap.before(at.controller.port);
    const args = [at.address, ...pinFile(at), "--transport", tap.transport, "--json"];
    const { code, result, err } = await bondkeeper([...args, "--store", join(at.directory, "store")]);
    assert.deepEqual([code, result["reason"]], [2, "repeated-attempts"], err);
    const wait = Number(result["retryAfterMs"]);
    assert.ok(wait > 0 && wait <= 32_000, String(wait));
    assert.ok(!tap.sent.includes("pair"), tap.sent.join());
  }),
);

test(
  "a bond is verified while others have to wait",
  place(async (at) => {
    await bonded(at);
    {
      await using store = await storeOf(at.directory);
      await store.waits.save([{ peer: null, remainingMs: 32_000, nextMs: 32_000 }]);
    }
    const { code, err } = await at.run(at.address);
    assert.equal(code, 0, err);
  }),
);

/** Found by the address that it shows now, which may be another one by the time it is used. */
async function pairedInHiding(common: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const scan = await bondkeeper(["scan", ...common, "--timeout", "4"]);
    const { code } = await bondkeeper([String(scan.result["address"]), ...common, "--timeout", "20"]);
    if (code === 0) return;
  }
  assert.fail("the device was never met under the address that it had shown");
}

for (const record of ["with a record", "without one"])
  test(`an imported identity key that is the wrong way round is settled by what is heard, ${record}`, () =>
    inDirectory(async (directory) => {
      await using controller = await Controller.start(["private"]);
      const [address = ""] = controller.devices.values();
      const common = ["--transport", controller.transport, "--store", join(directory, "store"), "--json"];
      await pairedInHiding(common);
      {
        // As if the bond had come from a file with the other order.
        await using store = await storeOf(directory);
        const [made] = await store.keys.export();
        assert(typeof made?.irk === "string");
        for (const { id } of await store.keys.list()) await store.keys.bonds.deletePlace(id);
        for (const { id } of record === "without one" ? await store.stores.bonds.all() : [])
          await store.stores.bonds.delete(id);
        const imported = { from: "file", at: "2026-01-02T03:04:05.000Z", accepted: false };
        const { refused } = await store.keys.restore([{ ...made, irk: flip(made.irk), imported }]);
        assert.deepEqual(refused, []);
      }
      const lost = await bondkeeper([address, ...common, "--check-only", "--timeout", "3"]);
      assert.ok([1, 5].includes(lost.code ?? 0), `a check settles nothing: ${lost.out}`);
      const found = await bondkeeper([address, ...common]);
      assert.equal(found.code, 0, `${found.out}${found.err}`);
      assert.match(found.err, /wrong way round/u);
      const again = await bondkeeper([address, ...common, "--check-only"]);
      assert.equal(again.code, 0, `${again.out}${again.err}`);
      assert.equal(again.err.includes("wrong way round"), false);
    }));
