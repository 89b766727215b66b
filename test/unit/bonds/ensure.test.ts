import assert from "node:assert/strict";
import { test } from "node:test";
import { bondRig, iso, outline, PROVEN, RECORD, START } from "../../support/bond-rig.ts";

const REFUSED = { kind: "access-refused", why: "not-authorized", ambiguous: false } as const;
const FAR = { kind: "unreachable", detail: "attempt-failed" } as const;

test("a chosen device is recorded, paired by its probe, proven on a new link and stored", async () => {
  const rig = bondRig();
  const result = await rig.ensureChosen();
  assert.equal(result.code, 0);
  assert.equal(result.evidence, "access-verified");
  assert.equal(result.bondChanged, "created");
  assert.equal(result.persisted, true);
  assert.deepEqual(outline(rig.reports), [
    "adapter done",
    "permission skipped",
    "known done",
    "connect done",
    "discover done",
    "verify skipped",
    "pair done",
    "prove done",
    "trust done",
    "persist done",
  ]);
  assert.deepEqual(rig.peer.calls, ["connect", "discover", "read fd01", "connect", "discover", "read fd01"]);
  const record = await rig.record();
  assert.equal(record?.proofs.length, 1);
  assert.equal(record?.proofs[0]?.how, "gated-read");
  assert.equal(rig.peer.open, 0, "the link is released");
});

test("the second run proves again without pairing and changes nothing but its dated proof", async () => {
  const rig = bondRig();
  await rig.ensureChosen();
  const before = await rig.record();
  rig.peer.calls.length = 0;
  rig.reports.length = 0;
  const result = await rig.ensureChosen();
  const after = await rig.record();
  assert.equal(result.code, 0);
  assert.equal(result.bondChanged, "none");
  assert.ok(outline(rig.reports).includes("pair skipped"));
  assert.deepEqual(rig.peer.calls, ["connect", "discover", "read fd01"]);
  assert.equal(after?.proofs.length, 2);
  assert.deepEqual({ ...after, proofs: [], lastSeenAt: null }, { ...before, proofs: [], lastSeenAt: null });
});

test("a device without a probe is connected, never code 0, and asked for one", async () => {
  const rig = bondRig();
  const result = await rig.ensureChosen({}, null);
  assert.equal(result.code, 7);
  assert.equal(result.reason, "no-probe");
  assert.equal(result.remedy, "choose-probe");
  assert.equal(result.evidence, "reachable");
  assert.equal(result.provenAt, null);
  const table = await rig.stores.gatt.get("new-1");
  assert.equal(table?.table.services.length, 2, "its table is kept, to choose a probe from");
});

test("a characteristic that was refused once and succeeds now becomes the probe", async () => {
  const { probe: _, ...rest } = PROVEN;
  const refused = [
    {
      service: RECORD.services[0] ?? "",
      characteristic: "0000fd01-0000-1000-8000-00805f9b34fb",
      instance: 0,
    },
  ];
  const rig = bondRig([{ ...rest, probe: null, proofs: [], refused }]);
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  const record = await rig.record();
  assert.equal(record?.probe?.source, "learned");
  assert.deepEqual(record?.refused, []);
});

test("a device out of range is code 5 after three attempts with growing pauses, and its bond is untouched", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("connect", FAR, FAR, FAR);
  const result = await rig.ensure();
  assert.equal(result.code, 5);
  assert.equal(result.reason, "connect-failed");
  assert.deepEqual(rig.pauses, [500, 1000]);
  assert.deepEqual(await rig.record(), PROVEN);
  assert.equal(result.provenAt, PROVEN.proofs[0]?.at);
});

test("a suspect device that cannot be reached may have been removed in the system: a repair is offered", async () => {
  const rig = bondRig([{ ...PROVEN, suspect: { reason: "access-refused", at: iso(START) } }]);
  rig.peer.plan("connect", { kind: "unreachable", detail: "out-of-range" });
  const result = await rig.ensure();
  assert.equal(result.code, 5);
  assert.equal(result.remedy, "repair");
});

test("a failure that passes is repeated and the attempts are reported", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("connect", FAR, "ok");
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  const connects = rig.reports.filter(({ step }) => step === "connect");
  assert.deepEqual(
    connects.map(({ status, attempt }) => `${status} ${attempt}`),
    ["started 1", "started 2", "done 2"],
  );
  assert.deepEqual(connects[1]?.note, { kind: "retrying", inMs: 500, failure: FAR });
});

test("a probe that worked before and is refused now marks the bond suspect and deletes nothing", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", REFUSED);
  const result = await rig.ensure();
  assert.equal(result.code, 10);
  assert.equal(result.reason, "access-refused");
  assert.equal(result.bondChanged, "marked-suspect");
  assert.equal(result.remedy, "repair");
  const record = await rig.record();
  assert.equal(record?.suspect?.reason, "access-refused");
  assert.deepEqual(record?.proofs, PROVEN.proofs);
});

test("a successful probe lifts the suspicion", async () => {
  const rig = bondRig([{ ...PROVEN, suspect: { reason: "access-refused", at: iso(START) } }]);
  assert.equal((await rig.ensure()).code, 0);
  assert.equal((await rig.record())?.suspect, null);
});

for (const reason of ["authentication-failed", "declined-by-peer", "os-timeout", "os-canceled"] as const) {
  test(`a first pairing that ends with ${reason} is code 2 with that reason`, async () => {
    const rig = bondRig();
    rig.peer.plan("read", { kind: "pairing-failed", reason });
    const result = await rig.ensureChosen();
    assert.equal(result.code, 2);
    assert.equal(result.reason, reason);
    assert.equal(result.evidence, "reachable");
    assert.equal((await rig.record())?.suspect, null);
    assert.equal(rig.peer.calls.filter((call) => call.startsWith("read")).length, 1, "never repeated");
  });
}

test("a pairing that succeeds but cannot be proven on a new link is not code 0", async () => {
  const rig = bondRig();
  rig.peer.plan("read", "ok", { kind: "access-refused", why: "not-permitted", ambiguous: true });
  const result = await rig.ensureChosen();
  assert.equal(result.code, 2);
  assert.equal(result.provenAt, null);
});

test("a link that drops while pairing suspects half a bond", async () => {
  const rig = bondRig();
  rig.peer.plan("read", { kind: "link-lost", during: "read" });
  const result = await rig.ensureChosen();
  assert.equal(result.code, 5);
  assert.equal(result.halfBondSuspected, true);
});

test("a proven bond whose link drops during the probe is verified on a new link", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", { kind: "link-lost", during: "read" });
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  assert.deepEqual(rig.peer.calls, ["connect", "discover", "read fd01", "connect", "discover", "read fd01"]);
});

test("a hanging discovery ends with our limit and is healed by a new link", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("discover", { kind: "timeout", during: "discover", afterMs: 15_000 });
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  assert.deepEqual(rig.peer.calls.slice(0, 4), ["connect", "discover", "connect", "discover"]);
});

test("no adapter is code 3 and nothing is tried", async () => {
  const rig = bondRig([PROVEN]);
  rig.backend.answer = { state: "adapter-missing" };
  const result = await rig.ensure();
  assert.equal(result.code, 3);
  assert.equal(result.reason, "adapter-missing");
  assert.deepEqual(rig.peer.calls, []);
  assert.deepEqual(await rig.record(), PROVEN);
});

test("a browser without Web Bluetooth is code 7, a blocked site code 4", async () => {
  const rig = bondRig([PROVEN]);
  rig.backend.answer = { state: "api-missing", why: "browser" };
  assert.equal((await rig.ensure()).code, 7);
  rig.backend.answer = { state: "blocked", by: "site-setting" };
  assert.equal((await rig.ensure()).code, 4);
});

test("what is written about the device in another tab meanwhile is kept, after success and after failure", async () => {
  for (const refused of [false, true]) {
    const rig = bondRig([PROVEN]);
    if (refused) rig.peer.plan("read", REFUSED);
    await rig.ensure({
      onStep: ({ step, status }) => {
        if (step === "verify" && status === "started")
          rig.stores.remotePut({ ...PROVEN, label: "Front door", notes: "Key under the mat" });
      },
    });
    const record = await rig.record();
    assert.equal(record?.label, "Front door");
    assert.equal(record?.notes, "Key under the mat");
    assert.equal(record?.suspect === null, !refused);
  }
});

test("a device that another procedure holds is code 4 and is not touched", async () => {
  const rig = bondRig([PROVEN]);
  const release = rig.locks.occupy("bond:peer-1");
  const result = await rig.ensure();
  assert.equal(result.code, 4);
  assert.equal(result.reason, "held-elsewhere");
  assert.deepEqual(rig.peer.calls, []);
  release();
  assert.equal((await rig.ensure()).code, 0);
});

test("cancelling in the middle is code 6, ends the link and changes nothing", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", "hang");
  const controller = new AbortController();
  const running = rig.ensure({
    signal: controller.signal,
    onStep: ({ step, status }) => {
      if (step === "verify" && status === "started") setImmediate(() => controller.abort());
    },
  });
  const result = await running;
  assert.equal(result.code, 6);
  assert.equal(rig.peer.open, 0);
  const { lastSeenAt: _, ...after } = (await rig.record()) ?? PROVEN;
  const { lastSeenAt: __, ...before } = PROVEN;
  assert.deepEqual(after, before);
});

test("a proof that cannot be written is code 9, with the truth about persistence", async () => {
  const rig = bondRig([PROVEN]);
  rig.stores.failNext("bonds.put", { kind: "quota" });
  const result = await rig.ensure();
  assert.equal(result.code, 9);
  assert.equal(result.persisted, false);
  assert.equal(result.evidence, "access-verified");
});

test("a store that cannot be read is code 4, never an empty list", async () => {
  const rig = bondRig([PROVEN]);
  rig.stores.failAll({ kind: "unreadable", detail: "damaged" });
  const result = await rig.ensure();
  assert.equal(result.code, 4);
  assert.equal(result.reason, "store-unreadable");
  assert.deepEqual(rig.peer.calls, []);
});

test("a damaged record of the chosen device is code 4, and no second record is made beside it", async () => {
  const rig = bondRig([PROVEN]);
  rig.stores.damage("bond-1");
  const result = await rig.ensureChosen();
  assert.equal(result.code, 4);
  assert.equal(result.reason, "store-unreadable");
  assert.deepEqual(rig.stores.writes, []);
});

test("a required level the probe is known not to reach is code 8, one nobody knows is code 7", async () => {
  const weak = bondRig([{ ...PROVEN, probe: PROVEN.probe && { ...PROVEN.probe, level: "encrypted" } }]);
  assert.equal((await weak.ensure({ level: "authenticated" })).code, 8);
  const unknown = bondRig([PROVEN]);
  const result = await unknown.ensure({ level: "authenticated" });
  assert.equal(result.code, 7);
  assert.equal(result.reason, "level-not-shown-here");
  assert.equal((await unknown.ensure({ level: "encrypted" })).code, 0);
});

test("a passkey for a transport where the system asks for it is refused with 64", async () => {
  const rig = bondRig([PROVEN]);
  assert.equal((await rig.ensure({ pin: "123456" })).code, 64);
  assert.deepEqual(rig.stores.calls, []);
});

test("a device whose firmware no longer has the probe is code 7, not a broken bond", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.table = { services: [] };
  const result = await rig.ensure();
  assert.equal(result.code, 7);
  assert.equal(result.reason, "probe-not-found");
  assert.equal((await rig.record())?.suspect, null);
});
