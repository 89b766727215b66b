import assert from "node:assert/strict";
import { test } from "node:test";
import { Lazy } from "../../../src/state/lazy.ts";

test("what is wanted by many at once is fetched once", async () => {
  let fetched = 0;
  const lazy = new Lazy(async () => ++fetched);
  assert.throws(() => lazy.loaded, /not loaded yet/);
  assert.deepEqual(await Promise.all([lazy.load(), lazy.load()]), [1, 1]);
  assert.equal(lazy.loaded, 1);
  assert.equal(await lazy.load(), 1);
});

test("a fetch that failed is tried again by the next who asks", async () => {
  let answers = 0;
  const lazy = new Lazy(async () => {
    if (++answers === 1) throw new Error("Cannot fetch: no network");
    return "here";
  });
  await assert.rejects(lazy.load(), /no network/);
  assert.throws(() => lazy.loaded, /not loaded yet/);
  assert.equal(await lazy.load(), "here");
});
