import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { GattTable } from "../../../src/link/gatt.ts";
import {
  canonicalTable,
  structureHash,
  validity,
  type CacheFacts,
  type CacheRule,
} from "../../../src/storage/cache.ts";
import type { GattTableRecord } from "../../../src/storage/records.ts";
import {
  BATTERY,
  CCCD,
  CONTROL_POINT,
  HEART_RATE,
  LEVEL,
  MEASUREMENT,
  NOW,
  TABLE,
  tableOf,
} from "../../support/records.ts";

const [heartRate, battery] = TABLE.services;
assert.ok(heartRate && battery);
const [measurement, controlPoint] = heartRate.characteristics;
assert.ok(measurement && controlPoint);

describe("structure hash", () => {
  test("is the SHA-256 of a canonical form that is written down", async () => {
    const canonical = JSON.stringify([
      "bondkeeper.table",
      1,
      [
        [
          HEART_RATE,
          0,
          [
            [MEASUREMENT, 0, ["notify"], [CCCD]],
            [CONTROL_POINT, 0, ["write"], []],
          ],
        ],
        [BATTERY, 0, [[LEVEL, 0, ["notify", "read"], [CCCD]]]],
      ],
    ]);
    assert.equal(canonicalTable(TABLE), canonical);
    assert.equal(await structureHash(TABLE), createHash("sha256").update(canonical).digest("hex"));
  });

  test("is taken from the digest that is passed in", async () => {
    const seen: string[] = [];
    const digest = async (_: string, data: Uint8Array): Promise<ArrayBuffer> => {
      seen.push(new TextDecoder().decode(data));
      return new Uint8Array([0, 15, 255]).buffer;
    };
    assert.equal(await structureHash(TABLE, { digest }), "000fff");
    assert.deepEqual(seen, [canonicalTable(TABLE)]);
  });

  test("does not depend on the order in which a platform lists things", () => {
    const shuffled: GattTable = {
      services: [
        {
          ...battery,
          characteristics: battery.characteristics.map((c) => ({ ...c, properties: ["notify", "read"] })),
        },
        { ...heartRate, characteristics: [controlPoint, measurement] },
      ],
    };
    assert.equal(canonicalTable(shuffled), canonicalTable(TABLE));
  });

  const other: readonly (readonly [string, GattTable])[] = [
    ["a service is gone", { services: [heartRate] }],
    ["a service is there twice", { services: [...TABLE.services, battery] }],
    ["a characteristic is gone", { services: [{ ...heartRate, characteristics: [measurement] }, battery] }],
    [
      "a property changed",
      {
        services: [
          { ...heartRate, characteristics: [{ ...measurement, properties: ["indicate"] }, controlPoint] },
          battery,
        ],
      },
    ],
    [
      "a descriptor is gone",
      {
        services: [
          { ...heartRate, characteristics: [{ ...measurement, descriptors: [] }, controlPoint] },
          battery,
        ],
      },
    ],
    [
      "a value handle moved",
      {
        services: [{ ...heartRate, characteristics: [{ ...measurement, handle: 9 }, controlPoint] }, battery],
      },
    ],
    [
      "a characteristic moved to another service",
      {
        services: [
          { ...heartRate, characteristics: [controlPoint] },
          { ...battery, characteristics: [measurement, ...battery.characteristics] },
        ],
      },
    ],
    ["there is nothing", { services: [] }],
  ];
  for (const [what, table] of other) {
    test(`is another one when ${what}`, async () => {
      assert.notEqual(await structureHash(table), await structureHash(TABLE));
    });
  }

  test("two characteristics of one UUID keep their order, since their instance number depends on it", () => {
    const twins = (
      first: GattTable["services"][0]["characteristics"][0]["properties"][0],
      second: typeof first,
    ): GattTable => ({
      services: [
        {
          ...battery,
          characteristics: [first, second].map((p) => ({ uuid: LEVEL, properties: [p], descriptors: [] })),
        },
      ],
    });
    assert.notEqual(canonicalTable(twins("read", "notify")), canonicalTable(twins("notify", "read")));
  });
});

const H1 = "aa".repeat(16);
const H2 = "bb".repeat(16);
const S1 = "11".repeat(32);
const S2 = "22".repeat(32);

interface Row {
  readonly record: Partial<GattTableRecord>;
  readonly facts: Omit<CacheFacts, "now">;
  readonly verdict: "valid" | "stale";
  readonly by: CacheRule;
}

const rows: Readonly<Record<string, Row>> = {
  "an equal Database Hash outweighs a Service Changed, another firmware and any age": {
    record: { databaseHash: H1, serviceChanged: true, at: "2020-01-01T00:00:00.000Z" },
    facts: {
      databaseHash: H1,
      firmwareRevision: "9",
      structureHash: S2,
      serviceChanged: true,
      bonded: false,
    },
    verdict: "valid",
    by: "database-hash",
  },
  "another Database Hash outweighs all that is equal": {
    record: { databaseHash: H1 },
    facts: { databaseHash: H2, firmwareRevision: "1.4.2", structureHash: S1 },
    verdict: "stale",
    by: "database-hash",
  },
  "a Database Hash on one side only cannot tell": {
    record: { databaseHash: H1 },
    facts: { firmwareRevision: "1.4.2" },
    verdict: "valid",
    by: "firmware-revision",
  },
  "a Service Changed that came while we were connected last": {
    record: { serviceChanged: true },
    facts: { firmwareRevision: "1.4.2", structureHash: S1 },
    verdict: "stale",
    by: "service-changed",
  },
  "a Service Changed that came now": {
    record: {},
    facts: { serviceChanged: true, firmwareRevision: "1.4.2" },
    verdict: "stale",
    by: "service-changed",
  },
  "without a bond and without a hash the table lasted for its connection only": {
    record: {},
    facts: { bonded: false, firmwareRevision: "1.4.2" },
    verdict: "stale",
    by: "not-bonded",
  },
  "another firmware revision, even with the same structure": {
    record: {},
    facts: { firmwareRevision: "1.5.0", structureHash: S1 },
    verdict: "stale",
    by: "firmware-revision",
  },
  "an equal firmware revision outweighs age": {
    record: { at: "2020-01-01T00:00:00.000Z" },
    facts: { firmwareRevision: "1.4.2" },
    verdict: "valid",
    by: "firmware-revision",
  },
  "an equal firmware revision does not outweigh a structure that was seen to differ": {
    record: {},
    facts: { firmwareRevision: "1.4.2", structureHash: S2 },
    verdict: "stale",
    by: "structure",
  },
  "an equal structure outweighs age": {
    record: { at: "2020-01-01T00:00:00.000Z", firmwareRevision: null },
    facts: { structureHash: S1 },
    verdict: "valid",
    by: "structure",
  },
  "an empty firmware revision says nothing": {
    record: { firmwareRevision: "", at: "2020-01-01T00:00:00.000Z" },
    facts: { firmwareRevision: "" },
    verdict: "stale",
    by: "age",
  },
};

describe("validity of a stored table", () => {
  for (const [what, { record, facts, verdict, by }] of Object.entries(rows)) {
    test(`${what}: ${verdict} by ${by}`, () => {
      const decision = validity(tableOf("a", record), { ...facts, now: NOW });
      assert.deepEqual([decision.verdict, decision.by], [verdict, by]);
    });
  }

  const aged = (days: number, maxAgeDays?: number) => {
    const record = tableOf("a", { at: new Date(NOW - days * 86_400_000).toISOString() });
    return validity(record, maxAgeDays === undefined ? { now: NOW } : { now: NOW, maxAgeDays });
  };

  test("with nothing else known, thirty days decide", () => {
    assert.deepEqual(aged(29.999), { verdict: "valid", by: "age", ageDays: 29 });
    assert.deepEqual(aged(30), { verdict: "stale", by: "age", ageDays: 30 });
  });

  test("the person's own limit counts, also none at all", () => {
    assert.equal(aged(8, 7).verdict, "stale");
    assert.equal(aged(31, 60).verdict, "valid");
    assert.equal(aged(0, 0).verdict, "stale");
  });

  test("a table from the future is not fresh", () => {
    assert.deepEqual(aged(-1), { verdict: "stale", by: "age", ageDays: null });
  });

  test("no table is a reason of its own to discover", () => {
    assert.deepEqual(validity(undefined, { now: NOW, databaseHash: H1 }), {
      verdict: "stale",
      by: "absent",
      ageDays: null,
    });
  });
});
