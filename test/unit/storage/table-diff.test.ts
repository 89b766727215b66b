import assert from "node:assert/strict";
import { test } from "node:test";
import type { GattCharacteristic, GattTable } from "../../../src/link/gatt.ts";
import { diffTables, type CharacteristicDiff } from "../../../src/storage/table-diff.ts";
import {
  BATTERY,
  CCCD,
  CONTROL_POINT,
  HEART_RATE,
  LEVEL,
  MEASUREMENT,
  TABLE,
} from "../../support/records.ts";

const EMPTY: GattTable = { services: [] };

const battery = (...characteristics: readonly GattCharacteristic[]): GattTable => ({
  services: [{ uuid: BATTERY, characteristics }],
});
const level = (change: Partial<GattCharacteristic> = {}): GattCharacteristic => ({
  uuid: LEVEL,
  properties: ["read"],
  descriptors: [],
  ...change,
});

const only = (before: GattTable, after: GattTable): CharacteristicDiff => {
  const [service, ...more] = diffTables(before, after).services;
  assert.deepEqual(more, []);
  assert.equal(service?.change, "changed");
  const [characteristic, ...others] = service?.characteristics ?? [];
  assert.deepEqual(others, []);
  return characteristic ?? assert.fail("nothing changed");
};

test("a table does not differ from itself, nor from itself in another order", () => {
  const same = { same: true, services: [] };
  assert.deepEqual(diffTables(TABLE, structuredClone(TABLE)), same);
  const reversed: GattTable = {
    services: TABLE.services.toReversed().map((service) => ({
      ...service,
      characteristics: service.characteristics.toReversed(),
    })),
  };
  assert.deepEqual(diffTables(TABLE, reversed), same);
  assert.deepEqual(diffTables(EMPTY, EMPTY), same);
});

test("a new service is added with everything in it", () => {
  const { same, services } = diffTables({ services: TABLE.services.slice(1) }, TABLE);
  assert.equal(same, false);
  assert.deepEqual(
    services.map(({ uuid, change, characteristics }) => [
      uuid,
      change,
      characteristics.map((c) => [c.uuid, c.change]),
    ]),
    [
      [
        HEART_RATE,
        "added",
        [
          [MEASUREMENT, "added"],
          [CONTROL_POINT, "added"],
        ],
      ],
    ],
  );
});

test("a service that is gone is removed with everything that was in it", () => {
  const { services } = diffTables(TABLE, { services: TABLE.services.slice(0, 1) });
  assert.deepEqual(
    services.map(({ uuid, change, characteristics }) => [
      uuid,
      change,
      characteristics.map((c) => c.propertiesRemoved),
    ]),
    [[BATTERY, "removed", [["read", "notify"]]]],
  );
});

test("from nothing to a table everything is added, back everything is removed", () => {
  assert.deepEqual(
    diffTables(EMPTY, TABLE).services.map(({ change }) => change),
    ["added", "added"],
  );
  assert.deepEqual(
    diffTables(TABLE, EMPTY).services.map(({ change }) => change),
    ["removed", "removed"],
  );
});

test("properties that came and went are named, the others are not", () => {
  const diff = only(
    battery(level({ properties: ["read", "notify"] })),
    battery(level({ properties: ["indicate", "read"] })),
  );
  assert.deepEqual(
    [diff.change, diff.propertiesAdded, diff.propertiesRemoved],
    ["changed", ["indicate"], ["notify"]],
  );
});

test("descriptors that came and went are named, repeated ones counted", () => {
  const diff = only(
    battery(level({ descriptors: [{ uuid: CCCD }] })),
    battery(level({ descriptors: [{ uuid: CCCD }, { uuid: CCCD }] })),
  );
  assert.deepEqual([diff.descriptorsAdded, diff.descriptorsRemoved], [[CCCD], []]);
});

test("the second of two characteristics with one UUID is compared with the second", () => {
  const diff = only(
    battery(level(), level({ properties: ["notify"] })),
    battery(level(), level({ properties: ["write"] })),
  );
  assert.deepEqual([diff.instance, diff.propertiesAdded], [1, ["write"]]);
});

test("one more of the same UUID is the last one, added; one less is the last one, removed", () => {
  const added = only(battery(level()), battery(level(), level()));
  assert.deepEqual([added.instance, added.change], [1, "added"]);
  const removed = only(battery(level(), level()), battery(level()));
  assert.deepEqual([removed.instance, removed.change], [1, "removed"]);
});

test("a moved handle is a change; without handles on both sides it is none", () => {
  const diff = only(battery(level({ handle: 3 })), battery(level({ handle: 5 })));
  assert.deepEqual([diff.change, diff.moved], ["changed", { from: 3, to: 5 }]);
  assert.equal(diffTables(battery(level({ handle: 3 })), battery(level())).same, true);
});

test("two services with one UUID are told apart", () => {
  const twice = (second: GattTable): GattTable => ({
    services: [...battery(level()).services, ...second.services],
  });
  const { services } = diffTables(twice(battery(level())), twice(battery()));
  assert.deepEqual(
    services.map(({ instance, change, characteristics }) => [instance, change, characteristics[0]?.change]),
    [[1, "changed", "removed"]],
  );
});
