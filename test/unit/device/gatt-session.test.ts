import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnsurePrompts } from "../../../src/bonds/prompts.ts";
import { MAX_KEPT } from "../../../src/state/gatt-activity.ts";
import { GattSession } from "../../../src/state/gatt-session.ts";
import { settle } from "../../support/manual-clock.ts";
import { BATTERY, bondRecord, ManualFrames, PROBED, ScriptedLink, SECRET, uuid } from "./scripted-link.ts";

function session(link: ScriptedLink, prompts: EnsurePrompts = {}) {
  const frames = new ManualFrames();
  const gatt = new GattSession("bond-1", { bonds: link.ports, prompts, onFrame: frames.onFrame });
  return { gatt, frames };
}

const REFUSED = { kind: "access-refused", why: "not-paired", ambiguous: true } as const;

test("connecting shows the table and says that the device was seen", async () => {
  const link = new ScriptedLink();
  const { gatt } = session(link);
  await gatt.connect();
  const view = gatt.view.value;
  assert(view.step === "open");
  assert.equal(view.table.now.table, link.table);
  assert.equal(view.table.before, null);
  assert.equal((await link.stores.bonds.get("bond-1"))?.lastSeenAt, "2026-03-01T12:00:00.000Z");
});

test("a device out of range leaves its record untouched", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  const before = await link.stores.bonds.get("bond-1");
  link.connectFailure = { kind: "unreachable", detail: "out-of-range" };
  const { gatt } = session(link);
  await gatt.connect();
  assert.deepEqual(gatt.view.value, {
    step: "off",
    ended: { kind: "failed", failure: { kind: "unreachable", detail: "out-of-range" } },
  });
  assert.deepEqual(await link.stores.bonds.get("bond-1"), before);
  assert.deepEqual(link.stores.writes, []);
});

test("a table that differs from the stored one is kept, with the old one beside it", async () => {
  const link = new ScriptedLink();
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.disconnect();
  link.table = { services: link.table.services.slice(0, 1) };
  await gatt.connect();
  const view = gatt.view.value;
  assert(view.step === "open");
  assert.equal(view.table.before?.table.services.length, 2);
  assert.equal(view.table.now.table.services.length, 1);
  assert.deepEqual(
    link.stores.entries.map(({ kind }) => kind),
    ["table-changed"],
  );
});

test("a read shows the value, then the time it came", async () => {
  const link = new ScriptedLink();
  link.answer(BATTERY, Uint8Array.of(87));
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(BATTERY);
  assert.deepEqual(gatt.activity(BATTERY).last, { at: link.now, bytes: Uint8Array.of(87), by: "read" });
  assert.equal(gatt.activity(BATTERY).busy, null);
});

test("a refused read that succeeds later becomes the probe", async () => {
  const link = new ScriptedLink();
  link.answer(SECRET, REFUSED, Uint8Array.of(1));
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(SECRET);
  assert.deepEqual((await link.stores.bonds.get("bond-1"))?.refused, [SECRET]);
  assert.equal(gatt.activity(SECRET).outcome?.kind, "failed");
  await gatt.read(SECRET);
  const record = await link.stores.bonds.get("bond-1");
  assert.deepEqual(record?.refused, []);
  assert.equal(record?.probe?.source, "learned");
  assert.deepEqual(record?.proofs, [], "a fresh pairing is proven on a new link only");
  assert.deepEqual(
    link.stores.entries.map(({ kind }) => kind),
    ["probe-learned"],
  );
});

test("reading the probe of a proven bond proves it again, once per link", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, Uint8Array.of(1));
  const { gatt } = session(link);
  await gatt.connect();
  link.now += 1000;
  await gatt.read(SECRET);
  await gatt.read(SECRET);
  const record = await link.stores.bonds.get("bond-1");
  assert.equal(record?.proofs.length, 2);
  assert.equal(record?.proofs[0]?.at, "2026-03-01T12:00:01.000Z");
});

test("reading the probe of a bond that was never proven makes no proof", async () => {
  const link = new ScriptedLink(bondRecord({ ...PROBED, proofs: [] }));
  link.answer(SECRET, Uint8Array.of(1));
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(SECRET);
  assert.deepEqual((await link.stores.bonds.get("bond-1"))?.proofs, []);
});

test("the probe of a proven bond is refused: suspect, nothing deleted", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, REFUSED);
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(SECRET);
  const record = await link.stores.bonds.get("bond-1");
  assert.equal(record?.suspect?.reason, "access-refused");
  assert.equal(record?.proofs.length, 1);
  assert.deepEqual(record?.probe?.ref, SECRET);
});

test("any other failure of a read says nothing about the bond", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, { kind: "att-error" });
  const { gatt } = session(link);
  await gatt.connect();
  const before = await link.stores.bonds.get("bond-1");
  await gatt.read(SECRET);
  assert.deepEqual(await link.stores.bonds.get("bond-1"), before);
});

test("ten thousand notifications between two frames are one change, and none is forgotten in the count", async () => {
  const link = new ScriptedLink();
  const { gatt, frames } = session(link);
  await gatt.connect();
  await gatt.subscribe(BATTERY);
  let changes = 0;
  gatt.activities.watch(() => changes++);
  for (let i = 0; i < 10_000; i++) link.notify(BATTERY, i % 256);
  assert.equal(changes, 0);
  assert.equal(frames.waiting, 1);
  frames.draw();
  assert.equal(changes, 1);
  const { count, notifications, last } = gatt.activity(BATTERY);
  assert.equal(count, 10_000);
  assert.equal(notifications.length, MAX_KEPT);
  assert.deepEqual(last?.bytes, Uint8Array.of(9_999 % 256));
});

test("ending a subscription delivers what was waiting", async () => {
  const link = new ScriptedLink();
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.subscribe(BATTERY);
  link.notify(BATTERY, 5);
  await gatt.unsubscribe(BATTERY);
  assert.equal(gatt.activity(BATTERY).subscribed, false);
  assert.equal(gatt.activity(BATTERY).count, 1);
});

test("a write says how it was made", async () => {
  const link = new ScriptedLink();
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.write(SECRET, Uint8Array.of(1, 2), false);
  assert.deepEqual(gatt.activity(SECRET).outcome, {
    kind: "written",
    octets: 2,
    response: false,
    at: link.now,
  });
});

test("a lost link ends subscriptions and keeps the values", async () => {
  const link = new ScriptedLink();
  link.answer(BATTERY, Uint8Array.of(50));
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(BATTERY);
  await gatt.subscribe(BATTERY);
  link.lose();
  await settle();
  assert.deepEqual(gatt.view.value, { step: "off", ended: { kind: "lost" } });
  assert.equal(gatt.activity(BATTERY).subscribed, false);
  assert.deepEqual(gatt.activity(BATTERY).last?.bytes, Uint8Array.of(50));
});

test("cancel stops waiting for an operation that hangs", async () => {
  const link = new ScriptedLink();
  link.answer(BATTERY, new Promise<Uint8Array>(() => {}));
  const { gatt } = session(link);
  await gatt.connect();
  const reading = gatt.read(BATTERY);
  assert.equal(gatt.activity(BATTERY).busy, "read");
  gatt.cancel(BATTERY);
  await reading;
  assert.equal(gatt.activity(BATTERY).busy, null);
});

test("disconnecting in the middle of a read leaves nothing busy", async () => {
  const link = new ScriptedLink();
  link.answer(BATTERY, new Promise<Uint8Array>(() => {}));
  const { gatt } = session(link);
  await gatt.connect();
  const reading = gatt.read(BATTERY);
  await gatt.disconnect();
  await reading;
  assert.equal(gatt.activity(BATTERY).busy, null);
  assert.deepEqual(gatt.view.value, { step: "off", ended: null });
  assert.equal(link.log.at(-1), "disconnect");
});

test("a forgotten device is chosen again, and its record follows only when the person says it is the same", async () => {
  const link = new ScriptedLink(bondRecord({ platformId: "old" }));
  link.remembered = false;
  const asked: string[] = [];
  const prompts = (same: boolean): EnsurePrompts => ({
    choosePeer: async () => link.peer,
    confirmIdentity: async (record) => {
      asked.push(record.name);
      return same;
    },
  });
  const no = session(link, prompts(false)).gatt;
  await no.connect();
  assert.equal(no.view.value.step, "off");
  assert.equal((await link.stores.bonds.get("bond-1"))?.platformId, "old");
  const yes = session(link, prompts(true)).gatt;
  await yes.connect();
  assert.equal(yes.view.value.step, "open");
  assert.equal((await link.stores.bonds.get("bond-1"))?.platformId, "peer-1");
  assert.deepEqual(asked, ["Lamp", "Lamp"]);
});

test("nobody to ask: the session says that the permission is gone", async () => {
  const link = new ScriptedLink();
  link.remembered = false;
  const { gatt } = session(link);
  await gatt.connect();
  assert.deepEqual(gatt.view.value, {
    step: "off",
    ended: { kind: "failed", failure: { kind: "permission-lost" } },
  });
});

test("a record that was deleted meanwhile is not made anew", async () => {
  const link = new ScriptedLink(null);
  const { gatt } = session(link);
  await gatt.connect();
  assert.deepEqual(gatt.view.value, { step: "off", ended: { kind: "no-record" } });
  assert.deepEqual(await link.stores.bonds.all(), []);
});

const HASH = { service: uuid(0x1801), characteristic: uuid(0x2b2a), instance: 0 };
const CHANGED = { ...HASH, characteristic: uuid(0x2a05) };
const FIRMWARE = { service: uuid(0x180a), characteristic: uuid(0x2a26), instance: 0 };

/** A device that tells what its table is worth. */
function telling(): ScriptedLink {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.table = {
    services: [
      ...link.table.services,
      {
        uuid: HASH.service,
        characteristics: [
          { uuid: CHANGED.characteristic, properties: ["indicate"], descriptors: [] },
          { uuid: HASH.characteristic, properties: ["read"], descriptors: [] },
        ],
      },
      {
        uuid: FIRMWARE.service,
        characteristics: [{ uuid: FIRMWARE.characteristic, properties: ["read"], descriptors: [] }],
      },
    ],
  };
  link.answer(HASH, new Uint8Array(16).fill(0xab));
  link.answer(FIRMWARE, new TextEncoder().encode("1.0"));
  link.answer(SECRET, Uint8Array.of(1));
  return link;
}

/** The digest of a table takes a turn of its own. */
async function askedMore(link: ScriptedLink, gatt: GattSession): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = gatt.view.watch(() => resolve());
  await gatt.read(SECRET);
  await promise;
  stop();
  assert(link.log.some((line) => line.includes("2a26")));
}

test("connecting asks for the database hash, and for the firmware only once the probe was answered", async () => {
  const link = telling();
  const { gatt } = session(link);
  await gatt.connect();
  const stored = await link.stores.gatt.get("bond-1");
  assert.equal(stored?.databaseHash, "ab".repeat(16));
  assert.equal(stored?.firmwareRevision, null);
  await gatt.read(BATTERY);
  await settle();
  assert.equal(
    (await link.stores.gatt.get("bond-1"))?.firmwareRevision,
    null,
    "anybody may read the battery",
  );
  await askedMore(link, gatt);
  assert.equal((await link.stores.gatt.get("bond-1"))?.firmwareRevision, "1.0");
  await gatt.read(SECRET);
  await settle();
  assert.equal(link.log.filter((line) => line.includes("2a26")).length, 1, "once per link");
});

test("the stored table is judged by what the device tells on this link", async () => {
  const link = telling();
  const { gatt } = session(link);
  await gatt.connect();
  await askedMore(link, gatt);
  await gatt.disconnect();
  link.answer(HASH, { kind: "att-error" });
  link.answer(FIRMWARE, new TextEncoder().encode("2.0"));
  await gatt.connect();
  const judged = (): string => {
    const view = gatt.view.value;
    return view.step === "open" ? `${view.table.verdict.verdict} by ${view.table.verdict.by}` : view.step;
  };
  assert.equal(judged(), "valid by structure", "nothing better is known yet");
  await askedMore(link, gatt);
  assert.equal(judged(), "stale by firmware-revision");
});

test("a Service Changed indication marks the table as out of date until it is asked anew", async () => {
  const link = telling();
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.subscribe(CHANGED);
  link.notify(CHANGED, 1, 0, 0xff, 0xff);
  await settle();
  const view = gatt.view.value;
  assert(view.step === "open");
  assert.equal(view.table.now.serviceChanged, true);
  assert.equal((await link.stores.gatt.get("bond-1"))?.serviceChanged, true);
  await gatt.disconnect();
  link.answer(HASH, { kind: "att-error" });
  await gatt.connect();
  const after = gatt.view.value;
  assert(after.step === "open");
  assert.equal(after.table.verdict.by, "service-changed");
  assert.equal(after.table.now.serviceChanged, false);
});

test("attributes that the platform no longer knows say the same", async () => {
  const link = new ScriptedLink();
  link.answer(BATTERY, { kind: "stale-handle" });
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.read(BATTERY);
  await settle();
  assert.equal((await link.stores.gatt.get("bond-1"))?.serviceChanged, true);
});

test("notifications of anything else say nothing about the table", async () => {
  const link = telling();
  const { gatt } = session(link);
  await gatt.connect();
  await gatt.subscribe(BATTERY);
  link.notify(BATTERY, 5);
  await settle();
  assert.equal((await link.stores.gatt.get("bond-1"))?.serviceChanged, false);
});
