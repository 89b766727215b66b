/** Who is heard: one row each, merged, bounded, in an order that does not jump. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, NO_FILTER } from "../../../src/state/scan/filter.ts";
import { MAX_DEVICES, Room } from "../../../src/state/scan/room.ts";
import { RssiHistory, SLOT_MS, SLOTS } from "../../../src/state/scan/rssi-history.ts";
import { pathOf } from "../../../src/ui/scan/rssi-chart.ts";
import { addressNo, parsed, reportOf } from "./scan-world.ts";

const HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb";
const names = (room: Room): string[] => room.order.map(({ name }) => name);

test("Advertisement and scan response become one row with the data of both", () => {
  const room = new Room();
  room.hear(reportOf(addressNo(1), { fields: { services: [HEART_RATE] } }), 1000);
  room.hear(
    reportOf(addressNo(1), {
      scanResponse: true,
      connectable: false,
      fields: { name: "Belt", manufacturerData: new Map([[0x59, Uint8Array.of(1)]]) },
    }),
    1010,
  );
  const [row, ...more] = room.order;
  assert.equal(more.length, 0);
  assert.equal(row?.name, "Belt");
  assert.deepEqual(row.services, [HEART_RATE]);
  assert.deepEqual(row.companies, [0x59]);
  assert.equal(row.connectable, true, "a scan response does not say whether it is connectable");
  assert.equal(row.reports, 2);
});

test("Octets that were parsed before are not parsed again", () => {
  const room = new Room();
  parsed.count = 0;
  for (let i = 0; i < 100; i++)
    room.hear(reportOf(addressNo(1), { fields: { name: "Same" }, rssi: -50 - (i % 20) }), 1000 + i);
  assert.equal(parsed.count, 1);
  room.hear(reportOf(addressNo(1), { fields: { name: "Other" } }), 2000);
  assert.equal(parsed.count, 2);
  assert.deepEqual(names(room), ["Other"]);
});

test("C11 a hostile name is cleaned, bounded, and takes no other row with it", () => {
  const room = new Room();
  const name = `\u202eevil\u0000\n${"x".repeat(200)}`;
  room.hear(reportOf(addressNo(1), { fields: { name } }), 1000);
  room.hear(reportOf(addressNo(2), { data: Uint8Array.of(200, 9, 0xff, 0xfe) }), 1000);
  room.hear(reportOf(addressNo(3), { data: Uint8Array.of(3, 9, 0xff, 0xfe) }), 1000);
  assert.match(names(room)[0] ?? "", /^evil ?x+$/u);
  assert.equal(room.order.length, 3);
});

test("No more rows than may be: who was not heard for long makes room, else the report is counted and dropped", () => {
  const room = new Room();
  for (let n = 0; n < MAX_DEVICES; n++) room.hear(reportOf(addressNo(n)), 1000);
  assert.equal(room.hear(reportOf(addressNo(MAX_DEVICES)), 2000), undefined);
  assert.deepEqual([room.order.length, room.dropped], [MAX_DEVICES, 1]);
  room.hear(reportOf(addressNo(7)), 60_000);
  assert.ok(room.hear(reportOf(addressNo(MAX_DEVICES)), 61_500));
  assert.equal(room.order.length, 2, "the one heard lately and the new one");
});

test("A flood of invented addresses leaves memory and known rows as they are", () => {
  const room = new Room();
  room.hear(reportOf(addressNo(0), { fields: { name: "Mine" } }), 1000);
  for (let n = 1; n < 50_000; n++) room.hear(reportOf(addressNo(n)), 1000 + n / 100);
  assert.ok(room.order.length <= MAX_DEVICES);
  assert.equal(names(room)[0], "Mine");
});

test("Two private addresses of one identity become one row, under its newest address", () => {
  const room = new Room();
  const first = room.hear(reportOf(addressNo(1, 0x40), { fields: { name: "Belt" } }), 1000);
  assert.ok(first);
  room.identified(first.heard, "random-c0");
  const second = room.hear(reportOf(addressNo(2, 0x40)), 2000);
  assert.ok(second);
  room.identified(second.heard, "random-c0");
  assert.equal(room.order.length, 1);
  assert.equal(room.order[0]?.address.text, "40:00:00:00:00:02");
  room.hear(reportOf(addressNo(2, 0x40), { rssi: -40 }), 3000);
  assert.equal(room.order[0].rssi, -40);
  assert.equal(room.order[0].name, "Belt");
});

test("An order by signal keeps rows that are near each other where they are", () => {
  const room = new Room();
  const levels: readonly (readonly [number, number])[] = [
    [1, -60],
    [2, -62],
    [3, -90],
    [4, -61],
  ];
  for (const [n, rssi] of levels)
    room.hear(reportOf(addressNo(n), { rssi, fields: { name: `d${n}` } }), 1000);
  room.sort("signal");
  assert.deepEqual(names(room), ["d1", "d2", "d4", "d3"]);
  room.hear(reportOf(addressNo(2), { rssi: -59, fields: { name: "d2" } }), 1001);
  room.sort("signal");
  assert.deepEqual(names(room), ["d1", "d2", "d4", "d3"]);
  room.sort("name");
  room.sort("heard");
  assert.deepEqual(names(room), ["d1", "d2", "d3", "d4"]);
});

test("Rows without a name come last in the order by name", () => {
  const room = new Room();
  for (const [n, name] of [
    [1, ""],
    [2, "beta"],
    [3, "Alpha"],
  ] as const)
    room.hear(reportOf(addressNo(n), { fields: name === "" ? {} : { name } }), 1000);
  room.sort("name");
  assert.deepEqual(names(room), ["Alpha", "beta", ""]);
});

test("The signal of a minute: the strongest of each second, gaps where nothing was heard", () => {
  const history = new RssiHistory();
  const start = 1_700_000_000_000;
  history.add(-70, start);
  history.add(-60, start + 10);
  history.add(-80, start + 20);
  history.add(-50, start + 3 * SLOT_MS);
  assert.deepEqual(history.values(start + 3 * SLOT_MS).slice(-4), [-60, null, null, -50]);
  assert.equal(history.values(start).length, SLOTS);
  assert.ok(
    history.values(start + 2 * SLOTS * SLOT_MS).every((value) => value === null),
    "all of it is old",
  );
  history.add(-40, start + 5 * SLOTS * SLOT_MS);
  assert.deepEqual(
    history.values(start + 5 * SLOTS * SLOT_MS).filter((value) => value !== null),
    [-40],
  );
});

test("A line has gaps, and a point by itself can be seen", () => {
  assert.equal(pathOf([null, null]), "");
  assert.equal(pathOf([-100, null, -30]), "M0 23.0L0.5 23.0M2 1.0L2.5 1.0");
  assert.doesNotMatch(pathOf([-127, 20]), /NaN|-/);
});

test("Filters narrow by name, address, maker, service, signal, connectable and bonded", () => {
  const room = new Room();
  const fields = {
    name: "Pulse Belt",
    services: [HEART_RATE],
    manufacturerData: new Map([[0x4c, Uint8Array.of(1)]]),
  };
  const heard = room.hear(
    reportOf(addressNo(0xabcdef), { fields, rssi: -70, connectable: false }),
    1000,
  )?.heard;
  assert.ok(heard);
  const passes = (change: Partial<typeof NO_FILTER>, bonded = false): boolean =>
    fits({ ...NO_FILTER, ...change }, heard, bonded);
  for (const text of ["", "pulse", "AB:CD:EF", "apple"]) assert.ok(passes({ text }), text);
  for (const service of ["", "180d", "0x180D", "heart", HEART_RATE]) assert.ok(passes({ service }), service);
  assert.ok(!passes({ text: "lock" }) && !passes({ service: "battery" }));
  assert.ok(passes({ least: -75 }) && !passes({ least: -65 }));
  assert.ok(!passes({ connectable: true }));
  assert.ok(!passes({ bonded: true }) && passes({ bonded: true }, true));
});

test("A device whose signal is not known passes no filter for it, and has no level", () => {
  const room = new Room();
  const heard = room.hear(reportOf(addressNo(1), { rssi: undefined }), 1000)?.heard;
  assert.ok(heard);
  assert.equal(heard.level, undefined);
  assert.ok(!fits({ ...NO_FILTER, least: -95 }, heard, false));
});
