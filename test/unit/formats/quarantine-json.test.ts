import assert from "node:assert/strict";
import { test } from "node:test";
import { printQuarantine } from "../../../src/formats/quarantine-json.ts";
import type { Quarantined } from "../../../src/storage/records.ts";
import { at } from "../../support/records.ts";

const FACTS = { exportedAt: at(0), appVersion: "0.1.0" };

function rawOf(raw: unknown): unknown {
  const entry: Quarantined = { id: "q", store: "bonds", key: "a", reason: "name: missing", at: at(0), raw };
  return Object(JSON.parse(printQuarantine([entry], FACTS))).entries[0].raw;
}

test("the file says what it is and why each row is in it", () => {
  const entry: Quarantined = {
    id: "q",
    store: "bonds",
    key: "a",
    reason: "name: missing",
    at: at(0),
    raw: { id: "a" },
  };
  assert.deepEqual(JSON.parse(printQuarantine([entry], FACTS)), {
    kind: "bondkeeper.quarantine",
    v: 1,
    ...FACTS,
    entries: [entry],
  });
});

test("what JSON has no form for is written down all the same", () => {
  assert.deepEqual(
    rawOf({
      nothing: undefined,
      nan: Number.NaN,
      big: 12n,
      date: new Date(at(0)),
      noDate: new Date(Number.NaN),
      octets: new Uint8Array([0, 15, 255]).subarray(1),
      buffer: new Uint8Array([1]).buffer,
      map: new Map([["a", new Date(at(0))]]),
      set: new Set([1]),
      error: new RangeError("no"),
      pattern: /x/u,
    }),
    {
      nothing: { $undefined: true },
      nan: { $number: "NaN" },
      big: { $bigint: "12" },
      date: { $date: at(0) },
      noDate: { $date: null },
      octets: { $octets: "0fff" },
      buffer: { $octets: "01" },
      map: { $map: [["a", { $date: at(0) }]] },
      set: { $set: [1] },
      error: { $other: "[object Error]", text: "RangeError: no" },
      pattern: { $other: "[object RegExp]", text: "/x/u" },
    },
  );
});

test("a row that contains itself comes to an end", () => {
  const row: Record<string, unknown> = { id: "a" };
  row["self"] = row;
  assert.deepEqual(rawOf(row), { id: "a", self: { $cycle: true } });
});

test("a row of absurd depth comes to an end", () => {
  let row: unknown = 1;
  for (let i = 0; i < 10_000; i++) row = [row];
  assert.match(JSON.stringify(rawOf(row)), /"\$deeper":true/u);
});

test("a field called __proto__ stays a field", () => {
  const row: unknown = JSON.parse('{"__proto__": {"x": 1}}');
  assert.deepEqual(Object.entries(Object(rawOf(row))), [["__proto__", { x: 1 }]]);
});
