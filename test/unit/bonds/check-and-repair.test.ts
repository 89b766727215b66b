import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRemoved, purgeBond, removeBond, restoreBond } from "../../../src/bonds/remove.ts";
import { bondRig, outline, PROVEN, RECORD } from "../../support/bond-rig.ts";
import { ScriptedPeer } from "../../support/scripted-backend.ts";

const REFUSED = { kind: "access-refused", why: "not-authorized", ambiguous: false } as const;
const signal = new AbortController().signal;

test("check on a working bond is code 0 and writes nothing at all", async () => {
  const rig = bondRig([PROVEN]);
  const result = await rig.ensure({ mode: "check" });
  assert.equal(result.code, 0);
  assert.deepEqual(rig.stores.writes, []);
  assert.deepEqual(outline(rig.reports).slice(-2), ["trust skipped", "persist skipped"]);
});

test("check on a missing bond is code 1 and writes nothing", async () => {
  const rig = bondRig();
  assert.deepEqual(
    [(await rig.ensure({ mode: "check" })).reason, (await rig.ensureChosen({ mode: "check" })).reason],
    ["no-record", "no-record"],
  );
  assert.deepEqual(rig.stores.writes, []);
  assert.deepEqual(rig.peer.calls, []);
});

test("check never reads a probe that has not worked before, since that could start a pairing", async () => {
  const rig = bondRig([{ ...RECORD, probe: PROVEN.probe }]);
  const result = await rig.ensure({ mode: "check" });
  assert.equal(result.code, 1);
  assert.equal(result.reason, "never-proven");
  assert.ok(!rig.peer.calls.some((call) => call.startsWith("read")));
});

test("check on a refused probe is code 1 and does not even mark the bond", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", REFUSED);
  const result = await rig.ensure({ mode: "check" });
  assert.equal(result.code, 1);
  assert.equal(result.reason, "access-refused");
  assert.deepEqual(rig.stores.writes, []);
});

test("check with a failed pairing by the system is code 1, never 2", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", { kind: "pairing-failed", reason: "authentication-failed" });
  assert.equal((await rig.ensure({ mode: "check" })).code, 1);
});

test("repair without consent changes nothing", async () => {
  const rig = bondRig([PROVEN]);
  for (const prompts of [{}, { confirmRepair: async () => false }]) {
    const result = await rig.ensure({ mode: "repair", prompts });
    assert.equal(result.code, 6);
  }
  assert.deepEqual(await rig.record(), PROVEN);
  assert.deepEqual(rig.peer.calls, []);
});

test("a code for a repair where the system pairs is refused before anything is set aside, and zeroed", async () => {
  const rig = bondRig([PROVEN]);
  const octets = { confirm: new Uint8Array(16).fill(1), random: new Uint8Array(16).fill(2) };
  const outOfBand = { kind: "secure-connections", ...octets } as const;
  const result = await rig.ensure({
    mode: "repair",
    prompts: { confirmRepair: async () => ({ outOfBand }) },
  });
  assert.deepEqual([result.code, result.reason], [64, "bad-parameters"]);
  assert.ok([...octets.confirm, ...octets.random].every((octet) => octet === 0));
  assert.deepEqual(await rig.record(), PROVEN);
  assert.deepEqual(rig.peer.calls, []);
});

test("a repair whose device was removed in the system's settings asks for it to be chosen again", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("connect", { kind: "unreachable", detail: "out-of-range" });
  let chosen = 0;
  const choosePeer = async () => {
    chosen++;
    return rig.peer;
  };
  const result = await rig.ensure({
    mode: "repair",
    prompts: { confirmRepair: async () => true, choosePeer },
  });
  assert.equal(result.code, 0);
  assert.equal(chosen, 1);
});

test("a verification of a proven bond never asks for a choice: the device is out of reach, nothing more", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("connect", { kind: "unreachable", detail: "out-of-range" });
  const choosePeer = () => Promise.reject(new Error("Nobody asked"));
  const result = await rig.ensure({ mode: "ensure", prompts: { choosePeer } });
  assert.equal(result.code, 5);
  assert.deepEqual(await rig.record(), PROVEN);
});

test("repair keeps the old record archived until the new bond is proven, then replaces it", async () => {
  const rig = bondRig([PROVEN]);
  const seen: unknown[] = [];
  const result = await rig.ensure({
    mode: "repair",
    prompts: { confirmRepair: async () => true },
    onStep: ({ step, status }) => {
      if (step === "prove" && status === "started")
        void rig.record().then((record) => seen.push(record?.archived?.why));
    },
  });
  assert.equal(result.code, 0);
  assert.equal(result.bondChanged, "replaced");
  assert.deepEqual(seen, ["repair"]);
  const record = await rig.record();
  assert.equal(record?.archived, null);
  assert.equal(record?.id, PROVEN.id);
  assert.equal(record?.proofs.length, 1);
  assert.notEqual(record?.proofs[0]?.at, PROVEN.proofs[0]?.at);
});

test("a repair that fails puts the old bond back as it was", async () => {
  for (const failure of [
    { kind: "pairing-failed", reason: "passkey-wrong" },
    { kind: "unreachable", detail: "attempt-failed" },
  ] as const) {
    const rig = bondRig([PROVEN]);
    if (failure.kind === "unreachable") rig.peer.plan("connect", failure, failure, failure);
    else rig.peer.plan("read", failure);
    const result = await rig.ensure({ mode: "repair", prompts: { confirmRepair: async () => true } });
    assert.equal(result.code, failure.kind === "unreachable" ? 5 : 2);
    assert.equal(result.bondChanged, "restored");
    const record = await rig.record();
    assert.deepEqual({ ...record, lastSeenAt: null }, { ...PROVEN, lastSeenAt: null });
  }
});

test("a repair the system's own old bond stands in the way of says so", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", REFUSED);
  const result = await rig.ensure({ mode: "repair", prompts: { confirmRepair: async () => true } });
  assert.equal(result.code, 2);
  assert.equal(result.reason, "system-bond-in-the-way");
  assert.equal(result.remedy, "remove-in-system-settings");
  assert.equal(result.bondChanged, "restored");
});

test("a repair that was cut short leaves a record that the next run takes up again", async () => {
  const rig = bondRig([{ ...PROVEN, archived: { at: RECORD.createdAt, why: "repair" } }]);
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  assert.equal((await rig.record())?.archived, null);
  assert.equal((await rig.record())?.proofs.length, 2);
});

test("a device with a new id is asked about, and is the old record only when the person says so", async () => {
  const rig = bondRig([PROVEN]);
  const renamed = new ScriptedPeer("peer-2", "Lock-1");
  rig.backend.peers = [];
  const choosePeer = async () => renamed;
  const declined = await rig.ensure({ prompts: { choosePeer, confirmIdentity: async () => false } });
  assert.equal(declined.code, 6);
  assert.equal((await rig.record())?.platformId, "peer-1");
  const confirmed = await rig.ensure({ prompts: { choosePeer, confirmIdentity: async () => true } });
  assert.equal(confirmed.code, 0);
  assert.equal((await rig.record())?.platformId, "peer-2");
});

test("a known device that needs the chooser is code 4 where nobody can choose", async () => {
  const rig = bondRig([PROVEN]);
  rig.backend.peers = [];
  const result = await rig.ensure();
  assert.equal(result.code, 4);
  assert.equal(result.reason, "needs-chooser");
});

test("removing archives the record, says that the system owns the keys, and can be undone", async () => {
  const rig = bondRig([PROVEN]);
  assert.equal((await removeBond("bond-1", rig.ports)).kind, "os-owned");
  assert.equal((await rig.record())?.archived?.why, "removed");
  assert.equal((await removeBond("bond-1", rig.ports)).kind, "not-found");
  assert.equal((await rig.ensure()).code, 64, "a removed bond is not used");
  assert.equal(await restoreBond("bond-1", rig.ports), true);
  assert.deepEqual(await rig.record(), PROVEN);
});

test("removing a bond that was never proven needs nothing from the system", async () => {
  const rig = bondRig([RECORD]);
  assert.equal((await removeBond("bond-1", rig.ports)).kind, "removed");
});

test("purging deletes the record and drops the permission", async () => {
  const rig = bondRig([PROVEN]);
  await removeBond("bond-1", rig.ports);
  assert.equal(await purgeBond("bond-1", rig.ports, signal), true);
  assert.equal(await rig.record(), undefined);
  assert.equal(rig.peer.forgotten, true);
  assert.equal(await purgeBond("bond-1", rig.ports, signal), false);
});

test("the check after a removal tells gone, still there and cannot tell apart", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", REFUSED, "ok");
  rig.peer.plan("connect", "ok", "ok", { kind: "unreachable", detail: "attempt-failed" });
  assert.deepEqual(await checkRemoved("bond-1", rig.ports, signal), { kind: "gone" });
  assert.deepEqual(await checkRemoved("bond-1", rig.ports, signal), { kind: "still-answers" });
  assert.deepEqual(await checkRemoved("bond-1", rig.ports, signal), {
    kind: "cannot-tell",
    why: "unreachable",
  });
  assert.deepEqual(await rig.record(), PROVEN);
});
