import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/state/app.ts";
import { Bonds } from "../../../src/state/bonds.ts";
import { Dongles } from "../../../src/state/dongles.ts";
import { Chooser } from "../../../src/state/chooser.ts";
import { Environment } from "../../../src/state/environment.ts";
import { DeviceScreen, type ShownDevice } from "../../../src/state/device.ts";
import { chooseProbe, rename, setMinimumLevel, setNotes } from "../../../src/state/device-edit.ts";
import { LiveLinks } from "../../../src/state/live.ts";
import { Notices } from "../../../src/state/notices.ts";
import type { Page } from "../../../src/state/page.ts";
import { platformOf } from "../../../src/state/platform.ts";
import { Procedures } from "../../../src/state/procedure.ts";
import { Router } from "../../../src/state/router.ts";
import { Store } from "../../../src/state/store.ts";
import { settle } from "../../support/manual-clock.ts";
import { BATTERY, bondRecord, PROBED, ScriptedLink, SECRET } from "./scripted-link.ts";

const saved: { readonly name: string; readonly text: string }[] = [];

const page: Page = {
  schedule: (run) => queueMicrotask(run),
  after: () => () => {},
  copy: async () => true,
  save: (name, _type, text) => void saved.push({ name, text: String(text) }),
  reload: () => {},
  useDemo: () => {},
  useAdapter: () => {},
};

async function opened(link: ScriptedLink, id = "bond-1"): Promise<{ app: App; screen: DeviceScreen }> {
  const ports = link.ports;
  const live = new LiveLinks();
  const chooser = new Chooser(ports.backend, page);
  const bonds = new Bonds(ports.stores.bonds, page);
  const dongles = new Dongles(bonds.view, async () => new Map());
  const app: App = {
    ports,
    page,
    live,
    chooser,
    environment: new Environment(ports.backend, { platform: platformOf({ userAgent: "" }), address: "" }),
    router: new Router({
      read: () => ({ search: "", hash: "" }),
      push: () => {},
      replace: () => {},
      scrub: () => {},
      onChange: () => {},
    }),
    bonds,
    dongles,
    procedures: new Procedures({ bond: ports, chooser, live, dongles }),
    notices: new Notices(page),
    now: new Store(link.now),
  };
  const screen = new DeviceScreen(app, id, "linux");
  screen.start();
  await app.bonds.start(new AbortController().signal);
  await settle();
  return { app, screen };
}

function shown(screen: DeviceScreen): ShownDevice {
  const view = screen.view.value;
  assert(view.step === "shown", `shows ${view.step}`);
  return view;
}

test("a record is shown with its state, its last proof and its history", async () => {
  const { screen } = await opened(new ScriptedLink(bondRecord(PROBED)));
  const view = shown(screen);
  assert.equal(view.state.kind, "proven");
  assert.equal(view.proof?.at, "2026-02-01T00:00:00.000Z");
  assert.deepEqual(view.history, []);
  assert.equal(view.key, "unknown", "the system has the keys");
});

test("why a device is handled with more patience is shown, and nothing of the kind for others", async () => {
  const plain = await opened(new ScriptedLink(bondRecord(PROBED)));
  assert.equal(shown(plain.screen).quirk, null);
  const { screen } = await opened(new ScriptedLink(bondRecord({ ...PROBED, name: "MeshCore-Hill" })));
  assert.equal(shown(screen).quirk?.id, "meshcore");
});

test("an id nobody knows is missing, and a damaged row is unreadable: never the one for the other", async () => {
  const link = new ScriptedLink();
  const { screen } = await opened(link, "bond-7");
  assert.deepEqual(screen.view.value, { step: "missing" });
  const damaged = new ScriptedLink();
  damaged.stores.damage("bond-1", "name: not a text");
  const view = (await opened(damaged)).screen.view.value;
  assert(view.step === "unreadable");
  assert.equal(view.damaged, true);
});

test("a store that cannot be opened is unreadable as a whole", async () => {
  const link = new ScriptedLink();
  link.stores.failAll({ kind: "terminated" });
  const view = (await opened(link)).screen.view.value;
  assert.deepEqual(view, { step: "unreadable", failure: { kind: "terminated" }, damaged: false });
});

test("a proof made on the link that is up is proven now, and proven before when the link ends", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, Uint8Array.of(1));
  const { screen } = await opened(link);
  await screen.session.connect();
  await settle();
  assert.equal(shown(screen).state.kind, "proven", "a link alone proves nothing");
  await screen.session.read(SECRET);
  await settle();
  assert.equal(shown(screen).state.kind, "proven-now");
  await screen.session.disconnect();
  await settle();
  assert.equal(shown(screen).state.kind, "proven");
});

test("forgetting archives, undo brings back, and only purging deletes", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  const { screen } = await opened(link);
  assert.equal(await screen.forget(), null);
  await settle();
  assert.deepEqual(shown(screen).record.archived?.why, "removed");
  await screen.restore();
  await settle();
  assert.equal(shown(screen).record.archived, null);
  await screen.forget();
  await screen.purge();
  await settle();
  assert.deepEqual(screen.view.value, { step: "purged", name: "Lamp" });
  assert.deepEqual(await link.stores.bonds.all(), []);
  assert.equal(link.log.includes("forget"), true);
});

test("a purge that fails leaves the device on the screen", async () => {
  const link = new ScriptedLink();
  const { screen } = await opened(link);
  link.stores.failNext("bonds.delete", { kind: "quota" });
  assert.deepEqual(await screen.purge(), { kind: "quota" });
  assert.equal(screen.view.value.step, "shown");
});

test("after removal in the system's settings a refusal of the probe says that the bond is gone", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, { kind: "access-refused", why: "not-paired", ambiguous: true }, Uint8Array.of(1));
  const { screen } = await opened(link);
  await screen.forget();
  await screen.checkGone();
  assert.deepEqual(screen.gone.value, { kind: "gone" });
  await screen.checkGone();
  assert.deepEqual(screen.gone.value, { kind: "still-answers" });
});

test("a table found anew is compared with the one before, and the difference survives leaving the page", async () => {
  const link = new ScriptedLink();
  const { screen } = await opened(link);
  await screen.session.connect();
  await settle();
  assert.equal(shown(screen).stored.change, null);
  await screen.session.disconnect();
  const first = await link.stores.gatt.get("bond-1");
  link.table = { services: link.table.services.slice(1) };
  link.now += 60_000;
  await screen.session.connect();
  await settle();
  assert.equal(shown(screen).stored.change?.diff.services[0]?.change, "removed");
  await screen.close();

  const again = (await opened(link)).screen;
  const { change } = shown(again).stored;
  assert.deepEqual(
    change?.diff.services.map(({ uuid, change: what }) => [uuid, what]),
    [[BATTERY.service, "removed"]],
  );
  assert.deepEqual([change?.before.at, change?.now.at], [first?.at, "2026-03-01T12:01:00.000Z"]);
  assert.equal(await again.clearTable(), null);
  assert.deepEqual([shown(again).stored.table, shown(again).stored.change], [null, null]);
});

test("verifying ends the link of the attribute browser first and shows the new proof", async () => {
  const link = new ScriptedLink(bondRecord(PROBED));
  link.answer(SECRET, Uint8Array.of(1));
  const { screen } = await opened(link);
  await screen.session.connect();
  await screen.run("ensure");
  await settle();
  assert.equal(screen.session.view.value.step, "off");
  const view = screen.procedure.view.value;
  assert(view.step === "done");
  assert.equal(view.result.code, 0);
  assert.equal(shown(screen).proof?.at, "2026-03-01T12:00:00.000Z");
  assert.equal(shown(screen).connectedSince, null);
});

test("leaving the page ends its link", async () => {
  const link = new ScriptedLink();
  const { app, screen } = await opened(link);
  await screen.session.connect();
  await screen.close();
  assert.equal(link.log.at(-1), "disconnect");
  assert.deepEqual(app.live.of("bond-1"), { connectedSince: null });
});

test("a label is cleaned, and an empty one gives the device its own name back", async () => {
  const link = new ScriptedLink();
  await rename(link.ports, "bond-1", "  Hall\u202E lamp ");
  assert.equal((await link.stores.bonds.get("bond-1"))?.label, "Hall lamp");
  await rename(link.ports, "bond-1", "   ");
  assert.equal((await link.stores.bonds.get("bond-1"))?.label, null);
  assert.deepEqual(
    link.stores.entries.map(({ kind }) => kind),
    ["renamed", "renamed"],
  );
});

test("saying the same again writes nothing", async () => {
  const link = new ScriptedLink();
  await rename(link.ports, "bond-1", "Lamp");
  await setNotes(link.ports, "bond-1", "");
  await setMinimumLevel(link.ports, "bond-1", null);
  assert.deepEqual(link.stores.writes, []);
});

test("an edit that cannot be stored says so", async () => {
  const link = new ScriptedLink();
  link.stores.failNext("bonds.put", { kind: "quota" });
  assert.deepEqual(await setNotes(link.ports, "bond-1", "in the hall"), { kind: "quota" });
});

test("a chosen probe is the person's, with the level they know of", async () => {
  const link = new ScriptedLink();
  await chooseProbe(link.ports, "bond-1", SECRET, "authenticated");
  assert.deepEqual((await link.stores.bonds.get("bond-1"))?.probe, {
    ref: SECRET,
    source: "user",
    level: "authenticated",
    since: "2026-03-01T12:00:00.000Z",
  });
});

test("an export holds the record, its history and its table, is noted, and can be read back", async () => {
  const link = new ScriptedLink(bondRecord({ ...PROBED, name: "../Lamp" }));
  const { screen } = await opened(link);
  await screen.session.connect();
  await screen.session.disconnect();
  assert.equal(await screen.save(), null);
  const file = saved.at(-1);
  assert.equal(file?.name, "bondkeeper-records-2026-03-01.json");
  const parsed: unknown = JSON.parse(file?.text ?? "");
  const stored = await link.stores.bonds.get("bond-1");
  const table = await link.stores.gatt.get("bond-1");
  assert.deepEqual(parsed, {
    kind: "bondkeeper.records",
    v: 1,
    exportedAt: "2026-03-01T12:00:00.000Z",
    appVersion: "test",
    records: [{ record: stored, history: [], table }],
  });
  assert.equal(shown(screen).history?.[0]?.kind, "exported");
});

test("an export that cannot read the history says so and saves nothing", async () => {
  const link = new ScriptedLink();
  const { screen } = await opened(link);
  link.stores.failNext("history.of", { kind: "terminated" });
  const before = saved.length;
  assert.deepEqual(await screen.save(), { kind: "terminated" });
  assert.equal(saved.length, before);
});
