import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceList, type Filter, type ListView } from "../../../src/state/device-list.ts";
import { iso, PROOF, PROVEN, START } from "../../support/bond-rig.ts";
import { headline } from "../../../src/ui/list-words.ts";
import { record, settle, world } from "./world.ts";

function ready(list: DeviceList): Extract<ListView, { kind: "ready" }> {
  const view = list.view.value;
  assert(view.kind === "ready", `is ${view.kind}`);
  return view;
}

const ids = (list: DeviceList): string[] => ready(list).rows.map(({ id }) => id);

const MANY = [
  record("plain"),
  record("proven", { proofs: [PROOF] }),
  record("suspect", { proofs: [PROOF], suspect: { reason: "key-missing", at: iso(START) } }),
  record("gone", { archived: { at: iso(START), why: "removed" } }),
];

test("what needs a look stands first, archived ones apart, each filter with its count", async () => {
  const { app } = await world(MANY);
  const list = new DeviceList(app);
  assert.deepEqual(ids(list), ["suspect", "plain", "proven"]);
  assert.deepEqual(ready(list).counts, {
    all: 3,
    suspect: 1,
    "proven-now": 0,
    proven: 1,
    recorded: 1,
    archived: 1,
  });
  list.show("archived");
  assert.deepEqual(ids(list), ["gone"]);
});

test("a device is green only while a link is up that its proof is newer than", async () => {
  const { app, page } = await world([{ ...PROVEN }, record("old", { proofs: [PROOF] })]);
  const list = new DeviceList(app);
  const stateOf = (id: string) => ready(list).rows.find((row) => row.id === id)?.state.kind;
  app.live.up("bond-1", iso(START - 2 * 86_400_000));
  app.live.up("old", iso(START));
  await page.frame();
  assert.equal(stateOf("bond-1"), "proven-now");
  assert.equal(stateOf("old"), "proven");
  app.live.down("bond-1");
  await page.frame();
  assert.equal(stateOf("bond-1"), "proven");
});

test("a search looks into names, notes and services, whatever the accents", async () => {
  const { app } = await world([
    record("a", { name: "Küchen-Gerät", services: [] }),
    record("b", { name: "x", notes: "beside the kitchen door" }),
    record("c", { services: ["0000180d-0000-1000-8000-00805f9b34fb"] }),
  ]);
  const list = new DeviceList(app);
  list.search("kuchen gerat");
  assert.deepEqual(ids(list), ["a"]);
  list.search("DOOR");
  assert.deepEqual(ids(list), ["b"]);
  list.search("heart");
  assert.deepEqual(ids(list), ["c"]);
  list.search("nothing like it");
  assert.deepEqual(ids(list), []);
  list.search("x".repeat(10_000));
  assert.equal(ready(list).query.length, 200);
});

test("the orders: by name, by last proof, newest first", async () => {
  const { app } = await world([
    record("1", { name: "b", createdAt: iso(1) }),
    record("2", { name: "A", createdAt: iso(2), proofs: [{ ...PROOF, at: iso(5) }] }),
    record("3", { name: "c", createdAt: iso(3), proofs: [{ ...PROOF, at: iso(9) }] }),
  ]);
  const list = new DeviceList(app);
  list.sortBy("name");
  assert.deepEqual(ids(list), ["2", "1", "3"]);
  list.sortBy("proof");
  assert.deepEqual(ids(list), ["3", "2", "1"]);
  list.sortBy("added");
  assert.deepEqual(ids(list), ["3", "2", "1"]);
});

test("a change in another tab reaches the list with the next frame, and only its own row is made anew", async () => {
  const { app, page, stores } = await world([record("a"), record("b")]);
  const list = new DeviceList(app);
  const before = ready(list).rows.find(({ id }) => id === "b");
  stores.remotePut(record("a", { label: "Renamed" }));
  stores.remotePut(record("c"));
  await page.frame();
  assert.deepEqual(new Set(ids(list)), new Set(["a", "b", "c"]));
  assert.equal(ready(list).rows.find(({ id }) => id === "a")?.name, "Renamed");
  assert.equal(
    ready(list).rows.find(({ id }) => id === "b"),
    before,
  );
  stores.remoteDelete("b");
  await page.frame();
  assert.deepEqual(new Set(ids(list)), new Set(["a", "c"]));
});

test("a store that cannot be read is an error, never an empty list, and trying again heals it", async () => {
  const { app, stores } = await world([record("a")]);
  stores.failAll({ kind: "unreadable", detail: "disk" });
  await app.bonds.load();
  const list = new DeviceList(app);
  assert.deepEqual(list.view.value, { kind: "unreadable", failure: { kind: "unreadable", detail: "disk" } });
  stores.failAll(null);
  await app.bonds.load();
  assert.deepEqual(ids(list), ["a"]);
});

test("a damaged row is set aside and shown beside the others; saving keeps a copy, discarding takes it away", async () => {
  const { app, stores, page } = await world([record("a"), record("b")]);
  stores.damage("b");
  await app.bonds.load();
  const list = new DeviceList(app);
  assert.deepEqual(ids(list), ["a"]);
  const { quarantined } = ready(list);
  assert.equal(quarantined.length, 1);
  await list.saveQuarantined(quarantined);
  assert.match(page.saved[0]?.text ?? "", /Device b/);
  assert.match(page.saved[0]?.name ?? "", /^bondkeeper-damaged-2026-01-02\.json$/);
  await list.discard("bonds:b");
  assert.deepEqual(ready(list).quarantined, []);
});

test("a row damaged meanwhile leaves the list and joins the damaged ones", async () => {
  const { app, stores, page } = await world([record("a"), record("b")]);
  const list = new DeviceList(app);
  stores.damage("b");
  stores.remotePut(record("a", { notes: "x" }));
  stores.failNext("bonds.get", { kind: "unreadable", detail: "name" });
  await page.frame();
  assert.equal(ready(list).quarantined.length, 1);
});

test("an archived record is restored, and deleted for good only when asked to", async () => {
  const { app, stores, page } = await world(MANY);
  const list = new DeviceList(app);
  await list.restore("gone");
  await page.frame();
  assert(ids(list).includes("gone"));
  assert.match(app.notices.notice.value?.text ?? "", /Device gone is back/);
  await list.purge("gone", new AbortController().signal);
  await page.frame();
  assert.equal(await stores.bonds.get("gone"), undefined);
  assert(!ids(list).includes("gone"));
});

test("a refusal of the store is said and changes nothing on the screen", async () => {
  const { app, stores } = await world(MANY);
  const list = new DeviceList(app);
  stores.failNext("bonds.put", { kind: "quota" });
  await list.restore("gone");
  assert.match(app.notices.notice.value?.text ?? "", /quota/);
  assert.equal(ready(list).counts.archived, 1);
});

test("ten thousand records: one change costs one row, and a burst of links one look", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => record(String(i), { name: `Sensor ${i}` }));
  const { app, page } = await world(rows);
  const list = new DeviceList(app);
  let shows = 0;
  list.view.watch(() => shows++);
  for (let i = 0; i < 1000; i++) app.live.up(String(i), iso(START));
  await page.frame();
  await settle();
  assert.equal(shows, 1);
  assert.equal(ready(list).rows.length, 10_000);
});

test("a row says which dongle it is with only where the device has bonds with several, and as it is called now", async () => {
  const names = new Map([
    ["dongle:random-c00000000001", "Desk"],
    ["dongle:random-c00000000002", "Hall"],
  ]);
  const told: (readonly string[])[] = [];
  const twice = { transport: "dongle", platformId: "random-c63b117e4d02" } as const;
  const removed = { at: iso(START), why: "removed" } as const;
  const [desk = "", hall = ""] = names.keys();
  const { app, page } = await world(
    [
      record("a", { ...twice, localIdentity: desk }),
      record("b", { ...twice, localIdentity: hall }),
      record("once", { transport: "dongle", localIdentity: desk }),
      record("gone", {
        transport: "dongle",
        platformId: "peer-once",
        localIdentity: hall,
        archived: removed,
      }),
      record("system", { platformId: twice.platformId, localIdentity: "web-bluetooth:x" }),
    ],
    {},
    async (identities) => {
      told.push(identities);
      return names;
    },
  );
  const list = new DeviceList(app);
  assert.deepEqual(
    [ready(list).counts.all, ready(list).devices],
    [4, 3],
    "one of three devices has two bonds",
  );
  assert.equal(headline(ready(list)), "3 devices, 4 bonds. None proven yet.");
  const dongles = () => Object.fromEntries(ready(list).rows.map(({ id, dongle }) => [id, dongle]));
  await settle();
  await page.frame();
  assert.deepEqual(dongles(), { a: "Desk", b: "Hall", once: "", system: "" });
  assert.deepEqual(told, [[desk, hall]], "asked for those two, once");
  names.set(hall, "Kiosk");
  await app.dongles.refresh();
  await page.frame();
  assert.deepEqual([dongles()["b"], dongles()["a"]], ["Kiosk", "Desk"]);
  list.search("kiosk");
  assert.deepEqual(ids(list), ["b"]);
});

test("the headline counts devices, and bonds where a device has several", () => {
  const none = { suspect: 0, "proven-now": 0, proven: 0, recorded: 0, archived: 0 };
  const of = (devices: number, all: number, counts: Partial<Record<Filter, number>> = {}) =>
    headline({ devices, counts: { ...none, all, ...counts } });
  assert.equal(of(0, 0, { archived: 2 }), "No device in use.");
  assert.equal(of(1, 1, { recorded: 1 }), "1 device. None proven yet.");
  assert.equal(of(3, 3, { proven: 3 }), "3 devices.");
  assert.equal(of(3, 3, { suspect: 1 }), "3 devices. 1 needs a look.");
  assert.equal(of(3, 3, { suspect: 2 }), "3 devices. 2 need a look.");
  assert.equal(of(1, 2, { proven: 2 }), "1 device, 2 bonds.");
  assert.equal(of(2, 3, { suspect: 1 }), "2 devices, 3 bonds. 1 bond needs a look.");
  assert.equal(of(2, 3, { suspect: 2 }), "2 devices, 3 bonds. 2 bonds need a look.");
});

test("records without an id of the device are devices of their own", async () => {
  const { app } = await world([record("a", { platformId: null }), record("b", { platformId: null })]);
  assert.equal(ready(new DeviceList(app)).devices, 2);
});

test("devices of one name are told apart by their addresses, as long as there are several", async () => {
  const over = { transport: "dongle", name: "Lamp" } as const;
  const { app, page, stores } = await world([
    record("a", { ...over, platformId: "random-c63b117e4d02" }),
    record("b", { ...over, platformId: "public-0a0b0c0d0e0f" }),
    record("again", { ...over, platformId: "public-0a0b0c0d0e0f", localIdentity: "dongle:other" }),
    record("opaque", { name: "Lamp", platformId: "public-<b>not an address" }),
    record("unknown", { ...over, platformId: null }),
    record("alone", { transport: "dongle", platformId: "random-c63b117e4d05" }),
    record("twice", { ...over, name: "Door", platformId: "random-c63b117e4d06" }),
    record("twice-2", { ...over, name: "Door", platformId: "random-c63b117e4d06" }),
  ]);
  const list = new DeviceList(app);
  const addresses = () => Object.fromEntries(ready(list).rows.map(({ id, address }) => [id, address]));
  assert.deepEqual(addresses(), {
    a: "C6:3B:11:7E:4D:02",
    b: "0A:0B:0C:0D:0E:0F",
    again: "0A:0B:0C:0D:0E:0F",
    opaque: "",
    unknown: "",
    alone: "",
    twice: "",
    "twice-2": "",
  });
  list.search("0a:0b");
  assert.deepEqual(new Set(ids(list)), new Set(["b", "again"]));
  list.search("");
  for (const id of ["a", "opaque", "unknown"]) stores.remoteDelete(id);
  await page.frame();
  assert.equal(addresses()["b"], "", "one device is left of that name");
});
