import assert from "node:assert/strict";
import { test } from "node:test";
import { bondRig, outline, PROBE, PROVEN, RECORD } from "../../support/bond-rig.ts";

test("with nobody there a proven bond is verified, and its proof is kept", async () => {
  const rig = bondRig([PROVEN]);
  const result = await rig.ensure({ unattended: true });
  assert.deepEqual([result.code, result.bondChanged], [0, "none"]);
  assert.equal((await rig.record())?.proofs.length, 2);
});

test("with nobody there a pairing is never begun", async () => {
  const rig = bondRig([{ ...RECORD, probe: PROBE }]);
  const result = await rig.ensure({ unattended: true });
  assert.deepEqual([result.code, result.reason], [64, "no-gesture"]);
  assert(!outline(rig.reports).some((line) => line.startsWith("pair")));
  assert(!rig.peer.calls.some((call) => call.startsWith("read")));
});

test("with nobody there a refused bond is kept and marked, never replaced", async () => {
  const rig = bondRig([PROVEN]);
  rig.peer.plan("read", { kind: "access-refused", why: "not-permitted", ambiguous: false });
  const result = await rig.ensure({ unattended: true });
  assert.deepEqual([result.code, result.bondChanged], [10, "marked-suspect"]);
});
