import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateSigningKey } from "../../../src/sdk/signed-result.ts";
import { EMPTY_KIOSK, Kiosk } from "../../../src/state/kiosk/kiosk.ts";
import { pauseAfter } from "../../../src/state/kiosk/lines.ts";
import { hashPin, isPin, waitAfter } from "../../../src/state/kiosk/pin.ts";
import { STUCK_MS } from "../../../src/state/kiosk/round.ts";
import { IndexedApps } from "../../../src/storage/apps/store.ts";
import type { KioskRow } from "../../../src/storage/apps/rows.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { readKioskForm } from "../../../src/state/kiosk/form.ts";
import { reportText } from "../../../src/ui/kiosk/words.ts";
import { PROBE, PROVEN, RECORD, START } from "../../support/bond-rig.ts";
import { ScriptedPeer } from "../../support/scripted-backend.ts";
import { newProfile } from "../../support/tabs.ts";
import { until } from "../../support/until.ts";
import { record, settle, world } from "../state/world.ts";

beforeEach(newProfile);

const SECOND: BondRecord = { ...PROVEN, id: "bond-2", platformId: "peer-2", name: "Lock-2" };
const ROW: KioskRow = { ...EMPTY_KIOSK, bonds: ["bond-1"], retries: 1, againMinutes: 0 };
const UNREACHABLE = { kind: "unreachable", detail: "unknown" } as const;

async function bench(bonds: readonly BondRecord[], row: KioskRow | null = ROW) {
  const w = await world(bonds);
  const second = new ScriptedPeer("peer-2", "Lock-2");
  w.backend.peers = [w.peer, second];
  let jump = 0;
  const surroundings = {
    ...w.app.ports.surroundings,
    now: () => START + w.page.clock.now() + jump,
    random: () => 0,
  };
  const app = { ...w.app, ports: { ...w.app.ports, surroundings } };
  const apps = new IndexedApps({ hostname: "bonds.example", newKey: generateSigningKey });
  if (row !== null) await apps.setKiosk(row);
  const left: string[] = [];
  const page = { online: true, back: () => {}, awake: false };
  const kiosk = new Kiosk(app, apps, {
    leave: (href) => void left.push(href),
    print: () => {},
    online: () => page.online,
    keepAwake(signal) {
      page.awake = true;
      signal.addEventListener("abort", () => (page.awake = false));
    },
    onBack: (listener) => (page.back = listener),
  });
  const states = (): string[] => kiosk.lines.value.map(({ state }) => state.kind);
  const phase = (): string => {
    const view = kiosk.view.value;
    return view.kind === "running" ? view.phase : view.kind;
  };
  const sleepFor = (ms: number): void => void (jump += ms);
  return { ...w, app, apps, kiosk, left, window: page, second, states, phase, sleepFor };
}

test("every bond is verified in its order, and green is only what was proven now", async () => {
  const { kiosk, states, phase, peer, second } = await bench([PROVEN, SECOND], {
    ...ROW,
    bonds: ["bond-2", "bond-1"],
  });
  const seen: string[] = [];
  kiosk.lines.watch(() => seen.push(states().join(" ")));
  await kiosk.open();
  assert.equal(phase(), "proven");
  assert.deepEqual(
    seen.filter((line, at) => line !== seen[at - 1]),
    ["waiting waiting", "verifying waiting", "proven waiting", "proven verifying", "proven proven"],
  );
  assert.deepEqual([peer.open, second.open], [0, 0]);
});

test("what would pair waits for a person, and the others are verified all the same", async () => {
  const never: BondRecord = { ...RECORD, id: "bond-2", platformId: "peer-2", probe: PROBE };
  const { kiosk, states, phase, second } = await bench([PROVEN, never], {
    ...ROW,
    bonds: ["bond-2", "bond-1"],
  });
  await kiosk.open();
  assert.deepEqual(states(), ["needs-person", "proven"]);
  assert.equal(phase(), "attention");
  assert(!second.calls.some((call) => call.startsWith("read")));
});

test("a bond that the device refuses is kept, marked, and waits for a person", async () => {
  const { kiosk, states, peer, stores } = await bench([PROVEN]);
  peer.plan("read", { kind: "access-refused", why: "not-permitted", ambiguous: false });
  await kiosk.open();
  assert.deepEqual(states(), ["needs-person"]);
  const [kept] = await stores.bonds.all();
  assert.deepEqual([kept?.suspect?.reason, kept?.archived], ["access-refused", null]);
});

test("out of reach is tried again after a pause that grows, then told, then tried again", async () => {
  const { kiosk, states, page, peer } = await bench([PROVEN]);
  const failing = Array.from({ length: 6 }, () => UNREACHABLE);
  peer.plan("connect", ...failing);
  const opened = kiosk.open();
  await until(() => states()[0] === "pausing");
  await page.clock.advance(pauseAfter(1, 0));
  await opened;
  assert.deepEqual(states(), ["failed"]);
  await page.clock.advance(60_000);
  await until(() => states()[0] === "proven");
});

test("pauses double from one second to a minute, with up to half of it at random", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 20].map((attempt) => pauseAfter(attempt, 0)),
    [1_000, 2_000, 4_000, 60_000, 60_000],
  );
  assert.equal(pauseAfter(1, 1), 1_500);
});

test("a try over its limit is stopped and counts as out of reach; the bond is untouched", async () => {
  const { kiosk, states, page, peer, stores } = await bench([PROVEN], { ...ROW, retries: 0 });
  peer.plan("connect", "hang");
  const opened = kiosk.open();
  await until(() => peer.calls.length > 0);
  await page.clock.advance(ROW.limitMs);
  await opened;
  assert.deepEqual(states(), ["failed"]);
  const [line] = kiosk.lines.value;
  assert(line?.state.kind === "failed");
  assert.deepEqual([line.state.result.code, line.state.result.reason], [5, "time-limit"]);
  assert.equal((await stores.bonds.all())[0]?.suspect, null);
});

test("a device with limits of its own has those, and the others those of all", async () => {
  const own = [{ bondId: "bond-1", limitMs: 5_000, retries: 0 }];
  const { kiosk, states, page, peer, second } = await bench([PROVEN, SECOND], {
    ...ROW,
    bonds: ["bond-1", "bond-2"],
    retries: 1,
    own,
  });
  peer.plan("connect", "hang");
  second.plan("connect", UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE);
  const opened = kiosk.open();
  await until(() => peer.calls.length > 0);
  await page.clock.advance(5_000);
  // One try and no more for the first; the second is tried once more after a pause.
  await until(() => states()[0] === "failed" && states()[1] === "pausing");
  await page.clock.advance(pauseAfter(1, 0));
  await opened;
  assert.deepEqual(states(), ["failed", "failed"]);
});

test("what does not even stop makes the page start anew", async () => {
  const { kiosk, app, page } = await bench([PROVEN]);
  let reloads = 0;
  Object.assign(page, { reload: () => void reloads++ });
  // A procedure that ignores its cancel: nothing of ours does, so this is the platform at its worst.
  app.procedures.of("kiosk").start = () => new Promise(() => {});
  void kiosk.open();
  await until(() => kiosk.lines.value.length > 0);
  for (let i = 0; i < 20; i++) await settle();
  await page.clock.advance(ROW.limitMs);
  assert.equal(reloads, 0);
  await page.clock.advance(STUCK_MS);
  assert.equal(reloads, 1);
});

test("when all are proven it goes on to the next page, with the code", async () => {
  const { kiosk, left, phase } = await bench([PROVEN], { ...ROW, next: "https://app.example/start" });
  await kiosk.open();
  assert.deepEqual(left, ["https://app.example/start#bond-code=0&bond-count=1"]);
  assert.equal(phase(), "leaving");
});

test("it does not go on while one is not proven, nor without a network", async () => {
  const next = "https://app.example/start";
  const first = await bench([{ ...RECORD, probe: PROBE }], { ...ROW, next });
  await first.kiosk.open();
  assert.deepEqual([first.left, first.phase()], [[], "attention"]);
  first.kiosk.close();
  newProfile();
  const { kiosk, left, phase, window } = await bench([PROVEN], { ...ROW, next });
  window.online = false;
  await kiosk.open();
  assert.deepEqual([left, phase()], [[], "waiting-for-network"]);
  window.online = true;
  window.back();
  assert.equal(left.length, 1);
});

test("after sleep everything is verified again: what was proven before says nothing now", async () => {
  const { kiosk, peer, page, sleepFor, phase } = await bench([PROVEN]);
  await kiosk.open();
  const connects = () => peer.calls.filter((call) => call.startsWith("connect")).length;
  assert.equal(connects(), 1);
  sleepFor(3_600_000);
  await page.clock.advance(5_000);
  await until(() => connects() === 2 && phase() === "proven");
});

test("a page that was hidden verifies again when it is back", async () => {
  const { kiosk, peer, window, phase } = await bench([PROVEN]);
  await kiosk.open();
  window.back();
  await until(
    () => peer.calls.filter((call) => call.startsWith("connect")).length === 2 && phase() === "proven",
  );
});

test("the adapter gone and back again is no reason to give up", async () => {
  const { kiosk, states, backend, page } = await bench([PROVEN]);
  backend.answer = { state: "adapter-missing" };
  const opened = kiosk.open();
  await until(() => states()[0] === "pausing");
  backend.answer = { state: "ready" };
  await page.clock.advance(pauseAfter(1, 0));
  await opened;
  assert.deepEqual(states(), ["proven"]);
});

test("leaving the screen stops everything, the wake lock with it", async () => {
  const { kiosk, window, peer } = await bench([PROVEN]);
  peer.plan("connect", "hang");
  const opened = kiosk.open();
  await until(() => peer.calls.length > 0);
  assert.equal(window.awake, true);
  kiosk.close();
  await opened;
  assert.deepEqual([window.awake, peer.open], [false, 0]);
});

test("without a set-up it asks for one, and a damaged one is said", async () => {
  const { kiosk, phase } = await bench([PROVEN], null);
  await kiosk.open();
  const view = kiosk.view.value;
  assert(view.kind === "setup" && view.isNew);
  await assert.rejects(kiosk.save({ ...ROW, next: "http://app.example/" }, null), TypeError);
  await kiosk.save(ROW, null);
  assert.equal(phase(), "proven");
});

test("the way out needs the PIN; wrong ones have to wait, also after a reload", async () => {
  const pin = await hashPin("4711", 100_000);
  assert.doesNotMatch(JSON.stringify(pin), /4711/);
  assert.deepEqual(
    [await isPin("4711", pin), await isPin("4712", pin), await isPin("", pin)],
    [true, false, false],
  );
  const { kiosk, apps, app, sleepFor } = await bench([PROVEN], { ...ROW, pin });
  await kiosk.open();
  assert.equal(await kiosk.enterSetup("1111"), "wrong");
  assert.equal(await kiosk.enterSetup("2222"), "wrong");
  assert.deepEqual(await kiosk.enterSetup("3333"), { waitMs: waitAfter(3) });
  // The right one, but too soon: nobody is told that it was right.
  assert.deepEqual(await kiosk.enterSetup("4711"), { waitMs: waitAfter(3) });
  const reloaded = new Kiosk(app, apps, {
    leave: () => {},
    print: () => {},
    online: () => true,
    keepAwake: () => {},
    onBack: () => {},
  });
  await reloaded.open();
  assert.deepEqual(await reloaded.enterSetup("4711"), { waitMs: waitAfter(3) });
  sleepFor(waitAfter(3));
  assert.equal(await reloaded.enterSetup("4711"), "open");
  assert.equal((await apps.kiosk())?.wrongPins, 0);
});

test("waits double from two seconds to a quarter of an hour", () => {
  assert.deepEqual([1, 2, 3, 4, 30].map(waitAfter), [0, 0, 2_000, 4_000, 900_000]);
});

test("what was typed in the set-up is checked, and the address is what a browser would print", () => {
  const typed = (change: Record<string, string>, on: readonly string[] = []) =>
    readKioskForm({
      valueOf: (id) =>
        ({ title: "Door", limit: "45", retries: "3", again: "15", next: "", pin: "", ...change })[id] ?? "",
      isOn: (id) => on.includes(id),
      bonds: ["bond-1"],
      before: ROW,
    });
  assert.deepEqual(typed({}).problems, []);
  assert.deepEqual(typed({}).row.own, []);
  assert.deepEqual(typed({ "limit-bond-1": "120" }).row.own, [
    { bondId: "bond-1", limitMs: 120_000, retries: 3 },
  ]);
  assert.deepEqual(typed({ "retries-bond-1": "0" }).row.own, [
    { bondId: "bond-1", limitMs: 45_000, retries: 0 },
  ]);
  assert.equal(typed({ next: "https://App.example" }).row.next, "https://app.example/");
  for (const [field, values] of Object.entries({
    limit: ["4", "601", "x", ""],
    retries: ["21", "-1", "1.5"],
    "limit-bond-1": ["4", "601", "x"],
    "retries-bond-1": ["21", "-1"],
    again: ["1441"],
    next: ["http://app.example/", "javascript:alert(1)", "https://a@b.example/", "https://b.example/#x"],
    pin: ["123", "abcd", "1".repeat(13)],
  }))
    for (const value of values) assert.deepEqual(typed({ [field]: value }).problems, [field], value);
  assert.deepEqual(
    [typed({}).pin, typed({ pin: "4711" }).pin, typed({}, ["no-pin"]).pin],
    [null, "4711", ""],
  );
});

test("the report names each bond with its code, and what has to be done", async () => {
  const { kiosk, app } = await bench([PROVEN, record("x", { probe: PROBE })], {
    ...ROW,
    bonds: ["bond-1", "x"],
  });
  await kiosk.open();
  const text = reportText("Front desk", kiosk.lines.value, app);
  assert.match(text, /Kiosk “Front desk”/);
  assert.match(text, /Lock-1: Proven at .*\(code 0\)/);
  assert.match(text, /Device x: Needs a person \(code/);
});
