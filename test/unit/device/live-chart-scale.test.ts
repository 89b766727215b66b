import assert from "node:assert/strict";
import { test } from "node:test";
import { linePath, numberWord, scaleOf, spanWord } from "../../../src/ui/live-chart-scale.ts";

const FRAME = { left: 10, top: 20, width: 100, height: 50 };

test("a scale has round ends around all values", () => {
  const { least, most, ticks, decimals } = scaleOf(58, 87);
  assert.deepEqual([least, most, decimals], [50, 90, 0]);
  assert.deepEqual(ticks, [50, 60, 70, 80, 90]);
});

test("small differences get the digits that tell them apart", () => {
  const { ticks, decimals } = scaleOf(36.51, 36.58);
  assert.equal(new Set(ticks.map((tick) => tick.toFixed(decimals))).size, ticks.length);
});

test("a constant series has room above and below, also at zero and for huge numbers", () => {
  for (const value of [0, 5, -3, 1e-12, 4e9, 1.7976931348623157e308 / 1e6]) {
    const { least, most, ticks } = scaleOf(value, value);
    assert.equal(least < value && value < most, true, String(value));
    assert.equal(ticks.length > 1 && ticks.length <= 21, true, String(value));
    assert.equal(ticks.every(Number.isFinite), true, String(value));
  }
});

test("the line runs from the oldest sample at the left to the newest at the right", () => {
  const scale = scaleOf(0, 10);
  const path = linePath(
    [
      { at: 1000, value: 0 },
      { at: 1500, value: 10 },
      { at: 3000, value: 0 },
    ],
    scale,
    FRAME,
  );
  assert.equal(path, "M10.0 70.0L35.0 20.0L110.0 70.0");
});

test("one sample is a dot, none is nothing", () => {
  assert.equal(linePath([{ at: 5, value: 1 }], scaleOf(0, 2), FRAME), "M110.0 45.0h0.01");
  assert.equal(linePath([], scaleOf(0, 2), FRAME), "");
});

test("spans and numbers are said as people say them", () => {
  assert.deepEqual([820, 4_250, 42_000, 300_000].map(spanWord), ["820 ms", "4.3 s", "42 s", "5 min"]);
  assert.deepEqual([72, 36.456789, 1e-7].map(numberWord), ["72", "36.4568", "1e-7"]);
});
