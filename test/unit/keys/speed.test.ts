/** Coarse limits, ten times what a slow machine needs: they catch work per record, not a slow afternoon. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab, peerOf, bondWith, record, US } from "./keys-rig.ts";

beforeEach(newProfile);
const COUNT = 2_000;

async function timed(what: string, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  console.log(`# ${what}: ${ms.toFixed(0)} ms`);
  return ms;
}

// Cursors of the IndexedDB in memory walk one by one, which a real one does not.
test(`${COUNT} bonds are restored, listed, opened one by one and all at once`, async () => {
  await using tab = openKeysTab();
  const adapter = await tab.adapter();
  const records = Array.from({ length: COUNT }, (_, n) => {
    const { keys } = record(adapter.id);
    const ltk = Buffer.from(bondWith(n).asCentral?.value ?? []).toString("hex");
    const address = Buffer.from(peerOf(n).octets).toString("hex").toUpperCase().match(/../g)?.join(":") ?? "";
    return record(adapter.id, {
      peer: { address, type: "static" },
      keys: { ...keys, sc: { ltk, keySize: 16 } },
      irk: null,
    });
  });
  const store = tab.keys.forAdapter(adapter);
  assert.ok((await timed(`restore of ${COUNT}`, () => tab.keys.restore(records))) < 120_000);
  assert.ok((await timed(`list of ${COUNT}`, () => tab.keys.list())) < 10_000);
  assert.ok((await timed(`all of ${COUNT}`, () => store.all(US))) < 20_000);
  assert.ok(
    (await timed("get of 100", () =>
      Promise.all(Array.from({ length: 100 }, (_, n) => store.get(US, peerOf(n)))),
    )) < 5_000,
  );
  assert.ok((await timed("put of one more", () => store.put(bondWith(COUNT + 1)))) < 1_000);
  assert.ok((await timed("the 1500th key by type", () => tab.keys.nthOfType("sc", 1_500))) < 20_000);
});
