/** The scanner as a person sees it: shown a few times a second, paused, and a way from a row into the procedure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ScanScreen } from "../../../src/state/scan/scan-screen.ts";
import { PROOF } from "../../support/bond-rig.ts";
import { record, settle, world, type World } from "../state/world.ts";
import { addressNo, FedSource, idOf, reportOf } from "./scan-world.ts";

interface Scene extends World {
  readonly source: FedSource;
  readonly screen: ScanScreen;
  /** One picture more. */
  readonly show: () => Promise<void>;
}

async function scene(...bonds: Parameters<typeof world>[0] & object): Promise<Scene> {
  const all = await world(bonds);
  const source = new FedSource();
  const screen = new ScanScreen(all.app, source);
  const show = async (): Promise<void> => {
    await all.page.clock.advance(250);
    await all.page.frame();
  };
  return { ...all, source, screen, show };
}

test("A thousand reports make one picture, and only with the next frame", async () => {
  const { source, screen, show } = await scene();
  await screen.start();
  let pictures = 0;
  screen.view.watch(() => pictures++);
  for (let i = 0; i < 1000; i++) source.feed(reportOf(addressNo(i % 200)));
  assert.equal(pictures, 0);
  await show();
  assert.equal(pictures, 1);
  assert.equal(screen.view.value.heard, 200);
});

test("Pause silences the radio and keeps the list; listening again goes on with it", async () => {
  const { source, screen, show } = await scene();
  await screen.start();
  source.feed(reportOf(addressNo(1)));
  await show();
  screen.pause();
  assert.equal(source.listening, false);
  assert.deepEqual([screen.view.value.state.kind, screen.view.value.heard], ["stopped", 1]);
  await screen.start();
  await screen.start();
  assert.equal(source.scans, 2, "it listens once, however often it is asked");
  source.feed(reportOf(addressNo(2)));
  await show();
  assert.equal(screen.view.value.heard, 2);
});

test("A radio that does not listen says why, and can be asked again", async () => {
  const { source, screen } = await scene();
  source.failing = true;
  await screen.start();
  assert.deepEqual(screen.view.value.state, { kind: "failed", failure: { kind: "adapter", state: "lost" } });
  source.failing = false;
  await screen.start();
  assert.equal(screen.view.value.state.kind, "listening");
});

test("A bonded device is marked by its identity, behind a private address too", async () => {
  const identity = idOf(addressNo(9));
  const { source, screen, show } = await scene(
    record("mine", { platformId: identity, proofs: [PROOF] }),
    record("gone", {
      platformId: idOf(addressNo(8)),
      archived: { at: "2026-01-01T00:00:00.000Z", why: "removed" },
    }),
    record("other-way", { platformId: idOf(addressNo(7)), transport: "demo" }),
  );
  source.identities.set(idOf(addressNo(1, 0x40)), identity);
  await screen.start();
  source.feed(reportOf(addressNo(1, 0x40)), reportOf(addressNo(8)), reportOf(addressNo(7)));
  await settle();
  await show();
  assert.deepEqual(
    screen.view.value.rows.map((row) => screen.standingOf(row)),
    [
      { bonded: true, recordId: "mine" },
      { bonded: false, recordId: undefined },
      { bonded: false, recordId: undefined },
    ],
  );
  screen.narrow({ bonded: true });
  assert.equal(screen.view.value.rows.length, 1);
});

test("Pair leads into the one procedure, with the radio silent and the device chosen by a click", async () => {
  const { source, screen, show, app, bar } = await scene();
  await screen.start();
  source.feed(
    reportOf(addressNo(1), { fields: { name: "Lock", services: ["0000180f-0000-1000-8000-00805f9b34fb"] } }),
  );
  await show();
  const [row] = screen.view.value.rows;
  assert.ok(row);
  screen.pair(row);
  assert.equal(source.listening, false);
  assert.deepEqual(source.chosen, [idOf(addressNo(1))]);
  assert.deepEqual(bar.log, ["push #/add"]);
  const { value } = app.procedures.of("add").view;
  assert(value.step === "running");
  assert.deepEqual([value.mode, value.device], ["ensure", "Lock"]);
});

test("Pair on a bonded device opens its bond and pairs nothing", async () => {
  const { source, screen, show, bar } = await scene(
    record("mine", { platformId: idOf(addressNo(1)), proofs: [PROOF] }),
  );
  await screen.start();
  source.feed(reportOf(addressNo(1)));
  await settle();
  await show();
  const [row] = screen.view.value.rows;
  assert.ok(row);
  screen.pair(row);
  assert.deepEqual(source.chosen, []);
  assert.deepEqual(bar.log, ["push #/devices/mine"]);
});

test("Where the system pairs, no code from another channel is asked for", async () => {
  const { source, screen, show } = await scene();
  await screen.start();
  source.feed(reportOf(addressNo(1)));
  await show();
  const [row] = screen.view.value.rows;
  assert.ok(row?.connectable);
  assert.equal(screen.takesCode(row), false);
  assert.deepEqual(screen.pairWithCode(row, "no code"), { kind: "not-hex" });
  assert.deepEqual(source.chosen, [], "and what is no code begins nothing");
});

test("Clearing forgets who was heard and who was looked at", async () => {
  const { source, screen, show } = await scene();
  await screen.start();
  source.feed(reportOf(addressNo(1)));
  await show();
  screen.select(screen.view.value.rows[0]?.rowId ?? null);
  screen.clear();
  assert.deepEqual([screen.view.value.heard, screen.view.value.selected], [0, null]);
});
