import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsOf, pick, seriesOf, summarise } from "../../../src/state/values-series.ts";
import { readings } from "../../../src/state/values.ts";

const HEART_RATE = "00002a37-0000-1000-8000-00805f9b34fb";
const OWN = "6e400003-b5a3-f393-e0a9-e50e24dcca9e";

test("a known characteristic offers its quantities with their units", () => {
  assert.deepEqual(channelsOf(readings(HEART_RATE, Uint8Array.of(0x08, 72, 100, 0))), [
    { kind: "field", name: "Heart rate", unit: "bpm" },
    { kind: "field", name: "Energy used", unit: "kJ" },
  ]);
});

test("a number in writing comes before the octets read as a number", () => {
  const value = readings(OWN, new TextEncoder().encode("23.5"));
  assert.deepEqual(channelsOf(value)[0], { kind: "text" });
  assert.equal(pick(value, { kind: "text" }), 23.5);
});

test("an unknown value offers every number it can be, and a long one offers none", () => {
  const formats = channelsOf(readings(OWN, Uint8Array.of(1, 0x80))).map((channel) =>
    channel.kind === "number" ? channel.format : channel.kind,
  );
  assert.deepEqual(formats, ["u16", "i16", "sfloat"]);
  assert.deepEqual(channelsOf(readings(OWN, new Uint8Array(20))), []);
});

test("values without a number on the channel leave a gap instead of a zero", () => {
  const values = [
    { at: 0, bytes: Uint8Array.of(0, 70) },
    { at: 1000, bytes: Uint8Array.of(0) },
    { at: 2000, bytes: Uint8Array.of(0, 74) },
  ];
  const series = seriesOf(HEART_RATE, values, { kind: "field", name: "Heart rate", unit: "bpm" });
  assert.deepEqual(series, [
    { at: 0, value: 70 },
    { at: 2000, value: 74 },
  ]);
  assert.deepEqual(summarise(series), { count: 2, last: 74, least: 70, most: 74, mean: 72, span: 2000 });
});

test("no samples have no summary", () => {
  assert.equal(summarise([]), null);
});

test("the special values of medical floats are no samples", () => {
  const values = [{ at: 0, bytes: Uint8Array.of(0xff, 0x07) }];
  assert.deepEqual(seriesOf(OWN, values, { kind: "number", format: "sfloat" }), []);
});
