/** Timeline, packets and the report: what is in them, in which words, and how much of it is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepReport } from "../../../src/bonds/result.ts";
import type { TraceLine, TraceSource } from "../../../src/link/trace.ts";
import { ActivityLog, MAX_OCTETS } from "../../../src/state/activity/log.ts";
import { PseudonymsOf } from "../../../src/state/activity/pseudonyms.ts";
import { ActivityScreen } from "../../../src/state/activity/screen.ts";
import { activityWords } from "../../../src/ui/activity/words.ts";
import { PROVEN, START } from "../../support/bond-rig.ts";
import { record, world } from "../state/world.ts";

const words = activityWords("linux");

class FakeTrace implements TraceSource {
  readonly dropped = 3;
  full = false;
  readonly made: TraceLine[] = [];

  add(at: number, layer: TraceLine["layer"], text: string): void {
    this.made.push({ number: this.made.length, at, direction: "sent", layer, octets: 9, text: () => text });
  }

  lines = (): readonly TraceLine[] => this.made;
  file = () => ({ name: "bondkeeper.btsnoop", bytes: new Uint8Array(3) });
  clear(): void {
    this.made.length = 0;
  }
  beginFull(): void {
    this.full = true;
  }
  endFull = () => ({ name: "bondkeeper-WITH-KEYS.btsnoop", bytes: new Uint8Array(4) });
}

test("A run is told with the step names of the command line, and its result at the end", async () => {
  const all = await world([{ ...PROVEN, id: "one", name: "Lock" }]);
  let now = START;
  const log = new ActivityLog(() => now++);
  const { Procedure } = await import("../../../src/state/procedure.ts");
  const procedure = new Procedure({
    bond: all.app.ports,
    chooser: all.app.chooser,
    live: all.app.live,
    dongles: all.app.dongles,
    activity: log,
  });
  const result = await procedure.start({ bondId: "one" }, { mode: "check", device: "Lock" });
  assert.ok(result);
  const text = words.timeline(log.entries.value.map((entry) => ({ kind: "entry", entry })));
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} run {10}checking Lock$/m);
  for (const name of ["adapter", "bond", "connect", "discover", "verify", "autoConnect", "stored", "result"])
    assert.match(text, new RegExp(`^\\S+ ${name} `, "m"), name);
  assert.match(text.split("\n").at(-1) ?? "", /result {7}0 ok$/);
});

test("A repair says that the old bond is kept aside, when it goes on to connect and not before", () => {
  const log = new ActivityLog(() => START);
  const step = (name: StepReport["step"], status: StepReport["status"]): void =>
    log.add({ kind: "step", report: { step: name, status, attempt: 1, ms: 0, note: null } });
  log.add({ kind: "run", mode: "repair", device: "" });
  step("known", "done");
  step("connect", "started");
  step("connect", "done");
  step("connect", "started");
  const names = words
    .timeline(log.entries.value.map((entry) => ({ kind: "entry", entry })))
    .split("\n")
    .map((line) => line.split(/ +/)[1]);
  assert.deepEqual(names, ["run", "bond", "archive", "connect", "connect"]);
});

test("The ring is bounded in octets: the oldest go first, numbers go on", () => {
  const log = new ActivityLog(() => START);
  const device = "x".repeat(1000);
  for (let i = 0; i < 1000; i++) log.add({ kind: "run", mode: "check", device });
  const { value } = log.entries;
  assert.ok(JSON.stringify(value).length <= MAX_OCTETS * 1.01);
  assert.ok(value.length > 200);
  assert.equal(value.at(-1)?.number, 999);
  log.clear();
  log.add({ kind: "run", mode: "check", device });
  assert.equal(log.entries.value[0]?.number, 1000);
});

test("What passed on the air stands between the steps, in the order of time", async () => {
  const { app } = await world();
  let now = START;
  const log = new ActivityLog(() => now);
  const trace = new FakeTrace();
  log.add({ kind: "run", mode: "ensure", device: "Lock" });
  trace.add(START + 5, "SMP", "> 0x040 SMP Pairing Request maxKeySize=16");
  trace.add(START + 6, "event", "< Number of Completed Packets");
  now = START + 9;
  log.add({ kind: "step", report: { step: "pair", status: "done", attempt: 1, ms: 9, note: null } });
  const screen = new ActivityScreen(app, log, trace);
  const lines = screen.text(words).split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? "", /air {10}we: Pairing Request maxKeySize=16$/);
});

test("Packets are narrowed by layer and by word", async () => {
  const { app } = await world();
  const trace = new FakeTrace();
  trace.add(START, "SMP", "> SMP Pairing Request");
  trace.add(START, "ATT", "> ATT Read Request handle=3");
  trace.add(START, "advertising", "< LE Advertising Report");
  const screen = new ActivityScreen(app, new ActivityLog(() => START), trace);
  const shown = (): readonly string[] => screen.view.value.packets?.lines.map((line) => line.text()) ?? [];
  assert.equal(shown().length, 2, "advertising is left out until it is asked for");
  screen.toggle("advertising");
  assert.equal(shown().length, 3);
  screen.narrow({ text: " READ " });
  assert.deepEqual(shown(), ["> ATT Read Request handle=3"]);
  screen.toggle("ATT");
  assert.deepEqual(shown(), []);
  assert.deepEqual([screen.view.value.packets?.all, screen.view.value.packets?.dropped], [3, 3]);
});

test("The report has where, what and which packets, without who else is in the air", async () => {
  const { app, page } = await world();
  const trace = new FakeTrace();
  trace.add(START, "advertising", "< LE Advertising Report somebody else");
  for (let i = 0; i < 6000; i++) trace.add(START + i, "ATT", `> ATT packet ${i}`);
  const log = new ActivityLog(() => START);
  log.add({ kind: "run", mode: "check", device: "Lock" });
  const screen = new ActivityScreen(app, log, trace);
  screen.saveReport(words);
  const [file] = page.saved;
  assert.match(file?.name ?? "", /^bondkeeper-report-\d{4}-\d\d-\d\d\.json$/);
  const report: unknown = JSON.parse(file?.text ?? "");
  assert(typeof report === "object" && report !== null && "packets" in report && "environment" in report);
  assert.deepEqual(Object.keys(report), ["format", "v", "at", "app", "environment", "timeline", "packets"]);
  assert.ok(!JSON.stringify(report).includes("somebody else"));
  assert.match(JSON.stringify(report.packets), /"dropped":1003/);
  assert.match(JSON.stringify(report.packets), /packet 5999"/);
});

test("Over Web Bluetooth there are no packets, and the report says so", async () => {
  const { app } = await world();
  const screen = new ActivityScreen(app, new ActivityLog(() => START), null);
  assert.equal(screen.view.value.packets, null);
  const report: unknown = JSON.parse(screen.report(words));
  assert(typeof report === "object" && report !== null && "packets" in report);
  assert.equal(report.packets, null);
  screen.saveTrace();
  screen.beginFull();
  screen.endFull();
});

test("Names and addresses become numbers, the same ones everywhere, unless a person wants them in", async () => {
  const { app } = await world([record("one", { name: 'My "own" lock', label: "Front" })]);
  const log = new ActivityLog(() => START);
  log.add({ kind: "run", mode: "check", device: "Front" });
  log.add({ kind: "run", mode: "check", device: 'My "own" lock' });
  const trace = new FakeTrace();
  trace.add(
    START,
    "event",
    "< Connection Complete peerAddress=c01122334455 C0:11:22:33:44:55 id random-c01122334455",
  );
  const screen = new ActivityScreen(app, log, trace);
  for (const text of [screen.report(words), screen.text(words)]) {
    assert.ok(!/Front|own|c01122|C0:11/.test(text), text);
    assert.match(text, /device \d/);
  }
  assert.equal(screen.report(words).match(/address-1/g)?.length, 3);
  screen.setAnonymous(false);
  assert.match(screen.report(words), /Front/);
  assert.match(screen.report(words), /C0:11:22:33:44:55/);
});

test("A name that is the beginning of another, or a word of two letters, does no harm", () => {
  const hide = new PseudonymsOf(["Lock", "Lock two", "on"]);
  assert.equal(hide.hide("Lock two on Lock"), "device 1 on device 2");
});

test("It follows what happens while it is looked at, and no longer", async () => {
  const { app, page } = await world();
  const log = new ActivityLog(() => START);
  const trace = new FakeTrace();
  const screen = new ActivityScreen(app, log, trace);
  screen.watch();
  screen.watch();
  log.add({ kind: "run", mode: "check", device: "" });
  assert.equal(screen.view.value.timeline.length, 1);
  trace.add(START, "SMP", "> SMP Pairing Request");
  await page.clock.advance(500);
  await page.frame();
  assert.equal(screen.view.value.timeline.length, 2);
  screen.pause();
  assert.equal(page.clock.pending, 0);
  log.add({ kind: "run", mode: "check", device: "" });
  assert.equal(screen.view.value.timeline.length, 2);
});
