import assert from "node:assert/strict";
import { test } from "node:test";
import { type UpdateEvents, type UpdatePort, Updates } from "../../../src/state/updates.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function rig() {
  const clock = new ManualClock();
  const world = { busy: false, reloads: 0, switches: 0, look: async (): Promise<boolean> => false };
  let events: UpdateEvents | undefined;
  const port: UpdatePort = {
    async start(given) {
      events = given;
    },
    look: () => world.look(),
    switchOver: () => void world.switches++,
    busy: async () => world.busy,
  };
  const page = {
    after: (ms: number, run: () => void) => clock.after(ms, run),
    reload: () => void world.reloads++,
  };
  const updates = new Updates(port, page);
  void updates.start();
  assert.ok(events);
  return { clock, world, updates, events };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a newer version waits for a yes, then takes over and the page reloads", async () => {
  const { world, updates, events } = rig();
  events.onWaiting("2.0.0");
  await settled();
  assert.deepEqual(updates.view.value, { kind: "ready", version: "2.0.0" });
  assert.equal(world.switches, 0);
  await updates.accept();
  assert.equal(world.switches, 1);
  assert.equal(world.reloads, 0);
  events.onSwitched();
  await settled();
  assert.equal(world.reloads, 1);
});

test("nothing appears while a procedure runs", async () => {
  const { clock, world, updates, events } = rig();
  world.busy = true;
  events.onWaiting("2.0.0");
  await settled();
  await clock.advance(10_000);
  await settled();
  assert.deepEqual(updates.view.value, { kind: "none" });
  world.busy = false;
  await clock.advance(1_000);
  await settled();
  assert.equal(updates.view.value.kind, "ready");
});

test("a yes during a procedure is carried out when it has ended", async () => {
  const { clock, world, updates, events } = rig();
  events.onWaiting(null);
  await settled();
  world.busy = true;
  await updates.accept();
  assert.equal(updates.view.value.kind, "held");
  await clock.advance(5_000);
  await settled();
  assert.equal(world.switches, 0);
  world.busy = false;
  await clock.advance(1_000);
  await settled();
  assert.equal(world.switches, 1);
});

test("a held yes can be taken back", async () => {
  const { clock, world, updates, events } = rig();
  events.onWaiting("2.0.0");
  await settled();
  world.busy = true;
  await updates.accept();
  updates.later();
  world.busy = false;
  await clock.advance(5_000);
  await settled();
  assert.equal(world.switches, 0);
});

test("a procedure that began after the yes is not cut off by the reload", async () => {
  const { world, updates, events } = rig();
  events.onWaiting("2.0.0");
  await settled();
  await updates.accept();
  world.busy = true;
  events.onSwitched();
  await settled();
  assert.equal(world.reloads, 0);
  assert.deepEqual(updates.view.value, { kind: "elsewhere" });
});

test("a page whose person was not asked is never reloaded", async () => {
  const { world, updates, events } = rig();
  events.onSwitched();
  await settled();
  assert.equal(world.reloads, 0);
  assert.deepEqual(updates.view.value, { kind: "elsewhere" });
});

test("looking by hand tells what was found", async () => {
  const { world, updates } = rig();
  await updates.look();
  assert.equal(updates.looked.value, "newest");
  world.look = async () => true;
  await updates.look();
  assert.equal(updates.looked.value, "found");
  world.look = async () => {
    throw new TypeError("Failed to fetch");
  };
  await updates.look();
  assert.equal(updates.looked.value, "no-network");
});
