import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepReport } from "../../../src/bonds/result.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import type { Procedure, ProcedureView } from "../../../src/state/procedure.ts";
import { applyRemedy } from "../../../src/state/remedy.ts";
import { fold, progress, WAITING } from "../../../src/state/steps.ts";
import { PROVEN } from "../../support/bond-rig.ts";
import { ScriptedPeer } from "../../support/scripted-backend.ts";
import { settle, world } from "./world.ts";

const report = (change: Partial<StepReport>): StepReport => ({
  step: "connect",
  status: "started",
  attempt: 1,
  ms: 0,
  note: null,
  ...change,
});

const line = (lines: typeof WAITING) => lines.find(({ step }) => step === "connect");

test("a step runs, is tried again with its reason, and ends with the time of all its tries", () => {
  const failure = { kind: "unreachable", detail: "unknown" } as const;
  let lines = fold(WAITING, report({}), 100);
  assert.deepEqual([line(lines)?.status, line(lines)?.since], ["running", 100]);
  lines = fold(lines, report({ attempt: 2, note: { kind: "retrying", inMs: 500, failure } }), 1000);
  assert.deepEqual(
    [line(lines)?.status, line(lines)?.note?.kind, line(lines)?.since],
    ["running", "retrying", 100],
  );
  lines = fold(lines, report({ attempt: 2, status: "done", ms: 300 }), 1300);
  assert.deepEqual([line(lines)?.status, line(lines)?.attempt, line(lines)?.ms], ["done", 2, 1200]);
  assert.equal(progress(lines), 0.1);
});

function running(view: ProcedureView): Extract<ProcedureView, { step: "running" }> {
  assert(view.step === "running", `is ${view.step}`);
  return view;
}

function done(procedure: Procedure): Extract<ProcedureView, { step: "done" }> {
  const view = procedure.view.value;
  assert(view.step === "done", `is ${view.step}`);
  return view;
}

const TARGET = { bondId: "bond-1" };
const ENSURE = { mode: "ensure", device: "Lock-1" } as const;

test("a run that begins without an adapter, and so without an identity of ours, ends with a code", async () => {
  const { app, backend } = await world([PROVEN]);
  backend.answer = { state: "adapter-missing" };
  Object.defineProperty(backend, "bonds", {
    value: {
      get localIdentity(): string {
        throw new DeviceError({ kind: "adapter", state: "lost" });
      },
    },
  });
  const procedure = app.procedures.of("bond-1");
  await procedure.start(TARGET, ENSURE);
  assert.deepEqual([done(procedure).result.code, done(procedure).result.reason], [3, "adapter-missing"]);
});

test("a code that was handed over is good for one run: zeroed at its end, and not there when it runs again", async () => {
  const { app } = await world([PROVEN]);
  const procedure = app.procedures.of("bond-1");
  const octets = { confirm: new Uint8Array(16).fill(1), random: new Uint8Array(16).fill(2) };
  await procedure.start(TARGET, { ...ENSURE, outOfBand: { kind: "secure-connections", ...octets } });
  // The system pairs on this way: nobody can hand it a code.
  assert.deepEqual([done(procedure).result.name, procedure.hadCode], ["usage", true]);
  assert.ok([...octets.confirm, ...octets.random].every((octet) => octet === 0));
  await procedure.again();
  assert.deepEqual([done(procedure).result.name, procedure.hadCode], ["ok", false]);
});

test("a known bond is verified; every step that was taken is shown", async () => {
  const { app } = await world([PROVEN]);
  const procedure = app.procedures.of("bond-1");
  await procedure.start(TARGET, ENSURE);
  const { result, lines } = done(procedure);
  assert.equal(result.code, 0);
  assert.deepEqual(
    lines.filter(({ status }) => status === "skipped").map(({ step }) => step),
    ["known", "pair", "prove", "trust"],
  );
  assert.equal(
    lines.some(({ status }) => status === "waiting" || status === "running"),
    false,
  );
});

test("while the procedure holds the link the device is live, and no longer", async () => {
  const { app, peer } = await world([PROVEN]);
  const seen = new Set<boolean>();
  app.live.links.watch(() => seen.add(app.live.links.value.has("bond-1")));
  await app.procedures.of("bond-1").start(TARGET, ENSURE);
  assert.deepEqual([...seen], [true, false]);
  assert.equal(peer.open, 0);
});

test("cancel works while the platform never answers", async () => {
  const { app, peer } = await world([PROVEN]);
  peer.plan("connect", "hang");
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, ENSURE);
  await settle();
  procedure.cancel();
  assert.equal(running(procedure.view.value).cancelling, true);
  assert.equal((await run)?.name, "cancelled");
  assert.equal(done(procedure).result.code, 6);
});

test("a second start while one runs is refused", async () => {
  const { app, peer } = await world([PROVEN]);
  peer.plan("connect", "hang");
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, ENSURE);
  assert.equal(await procedure.start(TARGET, ENSURE), undefined);
  procedure.cancel();
  await run;
});

test("without a remembered device it asks for a click, and the chooser opens within it", async () => {
  const { app, backend, peer } = await world([PROVEN]);
  backend.peers = [];
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, ENSURE);
  await settle();
  const { ask } = running(procedure.view.value);
  assert(ask?.kind === "choose");
  assert.equal(backend.requests.length, 0);
  ask.choose();
  assert.equal(backend.requests.length, 1);
  assert.equal(backend.requests[0]?.namePrefix, "Lock-1");
  await settle();
  assert.equal(running(procedure.view.value).ask, null);
  backend.pick(peer);
  assert.equal((await run)?.code, 0);
});

test("a device under a new id with the same name is asked about; no means nothing was changed", async () => {
  const { app, backend, stores } = await world([PROVEN]);
  backend.peers = [new ScriptedPeer("peer-2", "Lock-1")];
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, ENSURE);
  await settle();
  const { ask } = running(procedure.view.value);
  assert(ask?.kind === "identity" && ask.peerName === "Lock-1");
  ask.answer(false);
  await settle();
  const next = running(procedure.view.value).ask;
  assert(next?.kind === "choose");
  procedure.cancel();
  await run;
  assert.equal((await stores.bonds.get("bond-1"))?.platformId, "peer-1");
});

test("a repair asks before anything is discarded; keeping leaves the record as it was", async () => {
  const { app, stores } = await world([PROVEN]);
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, { ...ENSURE, mode: "repair" });
  await settle();
  const { ask } = running(procedure.view.value);
  assert(ask?.kind === "repair");
  ask.answer(false);
  assert.equal((await run)?.code, 6);
  assert.deepEqual(await stores.bonds.get("bond-1"), PROVEN);
});

test("a cancel takes an open question with it", async () => {
  const { app } = await world([PROVEN]);
  const procedure = app.procedures.of("bond-1");
  const run = procedure.start(TARGET, { ...ENSURE, mode: "repair" });
  await settle();
  procedure.cancel();
  assert.equal(running(procedure.view.value).ask, null);
  assert.equal((await run)?.name, "cancelled");
});

test("an unreachable device keeps its bond, and the button tries again", async () => {
  const { app, peer, stores } = await world([PROVEN]);
  const far = { kind: "unreachable", detail: "attempt-failed" } as const;
  peer.plan("connect", ...Array.from({ length: 10 }, () => far));
  const procedure = app.procedures.of("bond-1");
  await procedure.start(TARGET, ENSURE);
  assert.equal(done(procedure).result.code, 5);
  assert.deepEqual(await stores.bonds.get("bond-1"), PROVEN);
  const before = peer.calls.length;
  await applyRemedy(app, procedure);
  assert(peer.calls.length > before);
});

test("the button of a device that refuses its bond starts a repair, which asks first", async () => {
  const { app, peer } = await world([PROVEN]);
  const refused = { kind: "access-refused", why: "not-authorized", ambiguous: false } as const;
  peer.plan("read", refused, refused, refused);
  const procedure = app.procedures.of("bond-1");
  await procedure.start(TARGET, ENSURE);
  assert.deepEqual([done(procedure).result.code, done(procedure).result.remedy], [10, "repair"]);
  const repair = applyRemedy(app, procedure);
  await settle();
  assert.equal(running(procedure.view.value).mode, "repair");
  assert.equal(running(procedure.view.value).ask?.kind, "repair");
  procedure.cancel();
  await repair;
});

test("done leads to the device", async () => {
  const { app } = await world([PROVEN]);
  const procedure = app.procedures.of("bond-1");
  await procedure.start(TARGET, ENSURE);
  await applyRemedy(app, procedure);
  assert.deepEqual(app.router.route.value, { screen: "device", id: "bond-1", view: "overview" });
  assert.deepEqual(procedure.view.value, { step: "idle" });
});
