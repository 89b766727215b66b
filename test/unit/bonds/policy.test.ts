/** What a person decides about one device: kept through runs, and changed by nobody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setAutoConnect, setLegacyAllowed } from "../../../src/state/device-edit.ts";
import { bondRig, outline, PROVEN, RECORD } from "../../support/bond-rig.ts";

test("Reconnecting by itself is set with the first proof; once taken away, no later proof brings it back", async () => {
  const first = bondRig([{ ...RECORD, probe: PROVEN.probe }]);
  await first.ensure();
  assert.equal((await first.record())?.autoConnect, true);

  const rig = bondRig([PROVEN]);
  assert.equal(await setAutoConnect(rig.ports, "bond-1", false), null);
  const result = await rig.ensure();
  assert.equal(result.code, 0);
  assert.ok(outline(rig.reports).includes("trust skipped"));
  assert.equal((await rig.record())?.autoConnect, false);
});

test("Legacy pairing is off until a person allows it for this device, and a run keeps that", async () => {
  const rig = bondRig([PROVEN]);
  assert.equal((await rig.record())?.legacyAllowed, undefined);
  assert.equal(await setLegacyAllowed(rig.ports, "bond-1", true), null);
  await rig.ensure();
  assert.equal((await rig.record())?.legacyAllowed, true);
  await setLegacyAllowed(rig.ports, "bond-1", false);
  assert.equal((await rig.record())?.legacyAllowed, false);
});

test("A choice made in another tab while a run is under way is not undone by its end", async () => {
  const rig = bondRig([PROVEN]);
  let edited: Promise<unknown> | undefined;
  await rig.ensure({
    onStep: ({ step, status }) => {
      if (step === "verify" && status === "started") edited = setLegacyAllowed(rig.ports, "bond-1", true);
    },
  });
  await edited;
  assert.equal((await rig.record())?.legacyAllowed, true);
});
