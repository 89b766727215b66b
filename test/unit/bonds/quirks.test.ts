/** Devices that need more patience: a table within bounds, and what the procedure makes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOUNDS, mannerOf, type Quirk, QUIRKS, quirkOf, STANDARD } from "../../../src/bonds/quirks.ts";
import { bondRig, PROVEN, RECORD } from "../../support/bond-rig.ts";
import { quirkWords } from "../../../src/ui/quirk-words.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import { LOCK_SERVICE } from "../../support/scripted-backend.ts";

const FAR = { kind: "unreachable", detail: "attempt-failed" } as const;
const REFUSED = { kind: "access-refused", why: "not-authorized", ambiguous: false } as const;
const NAME = "MeshCore-Hill";
const named = (record = RECORD) => ({ ...record, name: NAME });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("every quirk of the table stays within the bounds, changes something, and gives its reason", () => {
  const known = new Set(Object.keys(BOUNDS));
  for (const { id, what, because, manner, mark } of QUIRKS) {
    assert.ok(Object.keys(manner).length > 0, id);
    for (const [field, value] of Object.entries(manner)) {
      assert.ok(known.has(field), `${id}: timing, order and attempts only, not ${field}`);
      const [, bounds] = Object.entries(BOUNDS).find(([name]) => name === field) ?? [];
      assert.ok(value !== null && bounds !== undefined && value >= bounds[0] && value <= bounds[1], id);
    }
    assert.match(what, /^an? /u, id);
    assert.match(because, /^\p{Ll}.{20,}[^.\s]$/u, id);
    assert.notEqual((mark.namePrefix ?? "") + (mark.service ?? ""), "", `${id} fits not everything`);
  }
  assert.equal(new Set(QUIRKS.map(({ id }) => id)).size, QUIRKS.length);
});

test("a person reads how such a device is handled, and why", () => {
  const quirk = quirkOf({ name: NAME, services: [] });
  assert.ok(quirk);
  const words = quirkWords(quirk);
  assert.match(words, /as a MeshCore radio does/);
  assert.match(words, /up to 6 times, pauses 1 s between attempts, and waits 2 s before pairing, because /);
});

test("what is nobody's quirk has the standard manner, whatever it calls itself", () => {
  for (const name of ["", "Lock-1", "meshcore-hill", "My MeshCore-Hill", "__proto__"])
    assert.deepEqual(mannerOf({ name, services: [LOCK_SERVICE] }), STANDARD, name);
});

test("all that a mark names must fit", () => {
  const quirk: Quirk = {
    id: "lock",
    what: "a lock",
    mark: { namePrefix: "Lock-", service: LOCK_SERVICE },
    manner: { settleMs: 100 },
    because: "it says so",
  };
  const found = (name: string, services: string[]) => quirkOf({ name, services }, [quirk])?.id;
  assert.equal(found("Lock-1", [LOCK_SERVICE]), "lock");
  assert.equal(found("Lock-1", []), undefined);
  assert.equal(found("Door", [LOCK_SERVICE]), undefined);
});

test("a quirk that goes too far is held at the bounds", () => {
  const manner = (given: Quirk["manner"]) =>
    mannerOf({ name: "Lock-1", services: [] }, [
      { id: "far", what: "a lock", mark: { namePrefix: "Lock" }, manner: given, because: "it goes too far" },
    ]);
  const far = { connectAttempts: 1e9, connectPauseMs: 1e9, settleMs: Infinity };
  assert.deepEqual(manner(far), { connectAttempts: 6, connectPauseMs: 5_000, settleMs: 0 });
  const short = { connectAttempts: -1, connectPauseMs: 0, settleMs: NaN };
  assert.deepEqual(manner(short), { connectAttempts: 1, connectPauseMs: 250, settleMs: 0 });
});

test("a link to such a device is tried six times, a second apart, and then the bond is untouched", async () => {
  const rig = bondRig([named(PROVEN)]);
  rig.peer.plan("connect", ...times(5, FAR));
  assert.equal((await rig.ensure()).code, 0);
  assert.deepEqual(rig.pauses, times(5, 1_000));

  const away = bondRig([named(PROVEN)]);
  away.peer.plan("connect", ...times(9, FAR));
  const result = await away.ensure();
  assert.deepEqual([result.code, result.reason], [5, "connect-failed"]);
  assert.deepEqual(away.peer.calls, times(6, "connect"));
  assert.deepEqual(await away.record(), named(PROVEN));
});

test("it is left alone before a pairing, said as the step starts; a bond that is verified does not wait", async () => {
  const rig = bondRig();
  rig.peer.name = NAME;
  assert.equal((await rig.ensureChosen()).code, 0);
  assert.deepEqual(rig.pauses, [2_000]);
  const pairing = rig.reports.find(({ step }) => step === "pair");
  assert.deepEqual([pairing?.status, pairing?.note], ["started", { kind: "settling", ms: 2_000 }]);
  rig.pauses.length = 0;
  assert.equal((await rig.ensureChosen()).code, 0);
  assert.equal((await rig.ensureChosen({ mode: "check" })).code, 0);
  assert.deepEqual(rig.pauses, []);
});

test("a new bond is proven in as many attempts as with any device, at its own pace", async () => {
  const rig = bondRig();
  rig.peer.name = NAME;
  rig.peer.plan("connect", "ok", FAR, FAR, FAR, "ok");
  const result = await rig.ensureChosen();
  assert.equal(result.code, 5);
  assert.deepEqual(rig.pauses, [2_000, 1_000, 1_000]);
});

test("a pairing that was refused is not repeated", async () => {
  const rig = bondRig();
  rig.peer.name = NAME;
  rig.peer.plan("read", REFUSED);
  assert.equal((await rig.ensureChosen()).code, 2);
  assert.equal(rig.peer.calls.filter((call) => call.startsWith("read")).length, 1);
});

test("a link that ends while it is left alone is a link that was lost: nothing is paired, nothing suspected", async () => {
  const rig = bondRig();
  rig.peer.name = NAME;
  const sleep: typeof rig.ports.surroundings.sleep = (_ms, signal) => {
    rig.peer.drop();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("Aborted"))));
  };
  const ports = { ...rig.ports, surroundings: { ...rig.ports.surroundings, sleep } };
  const { ensureBond } = await import("../../../src/bonds/ensure.ts");
  const target = { peer: rig.peer, services: [LOCK_SERVICE], profile: null, probe: PROVEN.probe };
  const result = await ensureBond(target, { mode: "ensure", signal: new AbortController().signal }, ports);
  assert.deepEqual([result.code, result.reason, result.halfBondSuspected], [5, "link-lost", false]);
  assert.deepEqual(rig.peer.calls, ["connect", "discover"]);
});

test("stopping while it is left alone is cancelling", async () => {
  const rig = bondRig();
  rig.peer.name = NAME;
  const stop = new AbortController();
  const running = rig.ensureChosen({
    signal: stop.signal,
    onStep: ({ note }) => {
      if (note?.kind === "settling") stop.abort();
    },
  });
  assert.equal((await running).code, 6);
});

async function meshCore(rig: OwnKeysRig) {
  await rig.start();
  const device = await rig.world.device("radio", {
    policy: { ioCapability: "DisplayOnly", mitm: "required" },
  });
  const peer = rig.backend.chosen(rig.idOf(device), NAME);
  return { device, target: { peer, services: [], profile: null, probe: null } };
}

test("over our own host, the pairing begins two seconds after the link, and the bond is proven", async () => {
  await using rig = new OwnKeysRig();
  const { device, target } = await meshCore(rig);
  const { clock } = rig.world.rig;
  const at = { link: NaN, pairing: NaN };
  const pairing = agreeable({ enter: async () => device.person.shown ?? null });
  const result = await rig.ensure(target, {
    prompts: {
      pairing: {
        ...pairing,
        agree: (...asked) => {
          at.pairing = clock.now();
          return pairing.agree(...asked);
        },
      },
    },
    onStep: ({ step, status }) => {
      if (step === "connect" && status === "done") at.link = clock.now();
    },
  });
  assert.deepEqual([result.code, result.evidence], [0, "encrypted"]);
  assert.ok(at.pairing - at.link >= 2_000, "on the clock of the room");
  rig.world.rig.assertClean();
});

test("a wrong code is sent once, and the pause after it stands", async () => {
  await using rig = new OwnKeysRig();
  const { device, target } = await meshCore(rig);
  const first = await rig.ensure(target, { pin: "000000" });
  assert.deepEqual([first.code, first.reason], [2, "passkey-wrong"]);
  const { proposals } = device.person;
  assert.equal(proposals.length, 1);
  const pause = rig.backend.session.pairingWait(rig.idOf(device));
  assert.ok(pause > 0 && pause <= 1_000, "the waiting time after a failed pairing");
});
