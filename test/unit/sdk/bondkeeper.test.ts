import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createBondkeeper } from "../../../src/sdk/bondkeeper.ts";
import { SDK_VERSION } from "../../../src/sdk/version.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { bondRig, PROBE, PROVEN, RECORD } from "../../support/bond-rig.ts";
import { LOCK_SERVICE } from "../../support/scripted-backend.ts";

const refused = { kind: "access-refused", why: "not-paired", ambiguous: false } as const;
const away = { kind: "unreachable", detail: "attempt-failed" } as const;

async function keeperWith(bonds: readonly BondRecord[] = []) {
  const rig = bondRig(bonds);
  const errors: unknown[] = [];
  const keeper = await createBondkeeper({
    ...rig.ports,
    onListenerError: (error) => errors.push(error),
  });
  return { rig, keeper, errors };
}

test("the version is the package's", () => {
  const manifest: { readonly version: string } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(SDK_VERSION, manifest.version);
});

test("ensureBond proves a bond and says so with code 0", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  const result = await keeper.ensureBond("bond-1");
  assert.equal(result.code, 0);
  assert.equal(result.evidence, "access-verified");
  assert.equal(rig.peer.open, 0, "the link is let go");
});

test("a device that was just chosen becomes a bond", async () => {
  const { rig, keeper } = await keeperWith();
  const result = await keeper.ensure({ peer: rig.peer, services: [LOCK_SERVICE], probe: PROBE });
  assert.equal(result.code, 0);
  assert.equal(result.bondChanged, "created");
  assert.deepEqual(
    (await keeper.bonds()).map(({ id }) => id),
    [result.bondId],
  );
});

test("check says 1 without a record and changes nothing", async () => {
  const { rig, keeper } = await keeperWith();
  const before = JSON.stringify(await rig.stores.bonds.all());
  assert.equal((await keeper.check("nobody")).code, 1);
  assert.equal(JSON.stringify(await rig.stores.bonds.all()), before);
});

test("repair without anybody to ask replaces nothing", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  const result = await keeper.repair("bond-1");
  assert.notEqual(result.code, 0);
  assert.deepEqual(await rig.record(), PROVEN);
});

test("a call that is cancelled ends with 6", async () => {
  const { keeper } = await keeperWith([PROVEN]);
  assert.equal((await keeper.ensure("bond-1", {}, AbortSignal.abort())).code, 6);
});

test("a passkey where the system asks for it is wrong use: 64", async () => {
  const { keeper } = await keeperWith([PROVEN]);
  assert.equal((await keeper.ensure("bond-1", { passkey: "123456" })).code, 64);
});

test("bondsChanged and step are told; a listener that throws harms neither the others nor the procedure", async () => {
  const { keeper, errors } = await keeperWith([PROVEN]);
  const changes: string[] = [];
  const steps: string[] = [];
  const fault = new Error("a listener's own fault");
  keeper.on("step", () => {
    throw fault;
  });
  keeper.on("bondsChanged", () => {
    throw fault;
  });
  keeper.on("step", ({ step, status }) => steps.push(`${step} ${status}`));
  keeper.on("bondsChanged", ({ id, what }) => changes.push(`${what} ${id}`));
  const ended = new AbortController();
  keeper.on("step", () => assert.fail("it has ended"), ended.signal);
  ended.abort();
  assert.equal((await keeper.ensure("bond-1")).code, 0);
  assert.deepEqual(changes, ["put bond-1"]);
  assert.ok(steps.includes("verify done"));
  assert.ok(errors.length > 1 && errors.every((error) => error === fault));
});

test("after close no change is told any more", async () => {
  const { keeper } = await keeperWith([PROVEN]);
  let changes = 0;
  keeper.on("bondsChanged", () => changes++);
  keeper.close();
  await keeper.ensure("bond-1");
  assert.equal(changes, 0);
});

test("remove takes the record out of the list, restore brings it back", async () => {
  const { keeper } = await keeperWith([PROVEN]);
  assert.equal((await keeper.remove("bond-1")).kind, "os-owned");
  assert.deepEqual(await keeper.bonds(), []);
  assert.equal(await keeper.restore("bond-1"), true);
  assert.equal((await keeper.bonds()).length, 1);
});

test("choose hands on what the backend rejects with", async () => {
  const { keeper } = await keeperWith();
  await assert.rejects(keeper.choose({ services: [LOCK_SERVICE] }), { name: "DeviceError" });
});

test("connect proves the bond, then gives the link", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  const { connection, result, proven } = await keeper.connect("bond-1");
  assert.equal(proven, true);
  assert.equal(result.code, 0);
  assert.equal(rig.peer.open, 1);
  await connection[Symbol.asyncDispose]();
  assert.equal(rig.peer.open, 0);
});

test("connect looks again for a device that is away, with pauses that grow up to 30 s, and ends with its code", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  rig.peer.plan("connect", ...Array.from({ length: 200 }, () => away));
  await assert.rejects(keeper.connect("bond-1", { attempts: 8 }), (error: Error) => {
    assert.equal(error.name, "BondError");
    assert.match(error.message, /unreachable/u);
    return true;
  });
  // The procedure has shorter pauses of its own. Half of 30 s, chance being 0, came in the last two of seven rounds.
  assert.equal(rig.pauses.filter((ms) => ms === 15_000).length, 2);
  assert.equal(Math.max(...rig.pauses), 15_000);
  assert.equal((await rig.record())?.suspect, null, "nothing that was heard made the bond worse");
});

test("connect gives no link where the device refuses the key, whatever is allowed", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  rig.peer.plan("read", ...Array.from({ length: 20 }, () => refused));
  let asked = 0;
  const allowPlain = () => {
    asked++;
    return true;
  };
  await assert.rejects(keeper.connect("bond-1", { allowPlain }), { name: "BondError" });
  assert.equal(asked, 0);
  assert.equal(rig.peer.open, 0);
});

test("without a probe a link is given only where the application lets a warning pass", async () => {
  for (const allow of [false, true]) {
    const { rig, keeper } = await keeperWith([RECORD]);
    const warnings: string[] = [];
    const connecting = keeper.connect("bond-1", {
      allowPlain: ({ reason }) => {
        warnings.push(String(reason));
        return allow;
      },
    });
    if (allow) {
      const { proven, connection } = await connecting;
      assert.equal(proven, false);
      assert.equal(rig.peer.open, 1);
      await connection[Symbol.asyncDispose]();
    } else await assert.rejects(connecting, { name: "BondError" });
    assert.deepEqual(warnings, ["no-probe"]);
  }
});

test("a link that fails after the proof is tried again", async () => {
  const { rig, keeper } = await keeperWith([PROVEN]);
  rig.peer.plan("connect", "ok", away);
  const { proven } = await keeper.connect("bond-1");
  assert.equal(proven, true);
  assert.equal(rig.peer.calls.filter((call) => call === "connect").length, 4);
});
