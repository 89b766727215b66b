import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../src/state/store.ts";

test("a watcher hears of every change until it stops", () => {
  const store = new Store(1);
  const seen: number[] = [];
  const stop = store.watch(() => seen.push(store.value));
  store.set(2);
  store.update((value) => value + 1);
  stop();
  store.set(4);
  assert.deepEqual(seen, [2, 3]);
});

test("the same value tells nobody", () => {
  const value = { a: 1 };
  const store = new Store(value);
  let calls = 0;
  store.watch(() => calls++);
  store.set(value);
  assert.equal(calls, 0);
});

test("a watcher may stop itself, and one function may watch twice", () => {
  const store = new Store(0);
  let calls = 0;
  const stops: (() => void)[] = [];
  const listener = () => {
    calls++;
    stops[0]?.();
  };
  stops.push(store.watch(listener), store.watch(listener));
  store.set(1);
  store.set(2);
  assert.equal(calls, 3);
});
