/** What the page weighs, built as it is deployed, beside its budget in `support/bundle-budget.json`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import budget from "./support/bundle-budget.json" with { type: "json" };
import { measureBundle } from "./support/bundle.ts";

const { entries, first, firstFiles, parts } = await measureBundle();
const limits = new Map<string, number>(Object.entries(budget.parts));

test("the first load keeps to its budget", () => {
  assert.ok(first.gzip <= budget.first, `${first.gzip} octets after gzip, ${budget.first} allowed`);
});

test("the first load is no more files than its budget says", () => {
  assert.ok(firstFiles <= budget.firstFiles, `${firstFiles} files, ${budget.firstFiles} allowed`);
});

test("the page of ensure links and the worker keep to their budgets", () => {
  assert.deepEqual(entries.map(({ name }) => name).toSorted(), Object.keys(budget.entries).toSorted());
  const entryLimits = new Map<string, number>(Object.entries(budget.entries));
  const over = entries.filter(({ name, size }) => size.gzip > (entryLimits.get(name) ?? 0));
  assert.deepEqual(
    over.map(({ name, size }) => `${name}: ${size.gzip} octets`),
    [],
  );
});

test("every part that is loaded when it is wanted keeps to its budget", () => {
  assert.ok(parts.length > 0, "something is loaded lazily");
  const over = parts.filter(({ name, size }) => size.gzip > (limits.get(name) ?? budget.part));
  assert.deepEqual(
    over.map(({ name, size }) => `${name}: ${size.gzip} octets`),
    [],
  );
});

test("the budget names nothing that is gone", () => {
  const names = new Set(parts.map(({ name }) => name));
  assert.deepEqual(
    [...limits.keys()].filter((name) => !names.has(name)),
    [],
  );
});
