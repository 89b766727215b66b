/** Waiting times after failed pairings: a reload of the page makes them no shorter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Waits, type WaitRow } from "../../../src/storage/keys/waits.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";

const START = Date.UTC(2026, 0, 2);

test("after a wrong code a page that is loaded anew waits too, then pairs with the right one", async () => {
  await using rig = new OwnKeysRig();
  const { clock } = rig.world.rig;
  let stored: readonly WaitRow[] = [];
  const open = () => {
    const rows = {
      read: async () => structuredClone(stored),
      write: async (next: readonly WaitRow[]) => void (stored = structuredClone(next)),
    };
    return { waits: rig.world.watched(new Waits(rows, () => START + clock.now(), assert.ifError)) };
  };
  await rig.start(open());
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "DisplayOnly", mitm: "required" },
  });
  const first = await rig.ensure(rig.chosen(device), { pin: "000000" });
  assert.deepEqual([first.code, first.reason], [2, "passkey-wrong"]);

  await rig.reload(open());
  const offered = device.person.proposals.length;
  const early = await rig.ensure(rig.chosen(device), { pin: "000000" });
  const { failure } = early;
  assert.deepEqual([early.code, early.reason], [2, "repeated-attempts"]);
  assert(failure?.kind === "pairing-failed" && failure.by === "local", "it is we who wait");
  assert(failure.retryAfterMs !== undefined && failure.retryAfterMs <= 1_000);
  assert.equal(device.person.proposals.length, offered, "the device was asked for nothing");

  await rig.world.rig.clock.advance(1_000);
  await rig.reload(open());
  let shown = "";
  device.person.onDisplay = (digits) => (shown = digits);
  const typed = { enter: async () => shown };
  const prompts = { pairing: agreeable(typed) };
  assert.equal((await rig.ensure(rig.chosen(device), { prompts })).code, 0);
});
