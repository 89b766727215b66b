/** How the key store and the history grow, in the page. */
import type { HistoryEntry } from "../../../src/storage/records.ts";
import { createStores } from "../../../src/storage/stores.ts";
import type { Curve } from "../findings.ts";
import { median, stopwatch } from "../harness.ts";
import { LOCAL, NOW, peerOf } from "../records.ts";
import { newName, open, records } from "./storage-world.ts";

const CHUNK = 10_000;

/** Milliseconds: the median of some. */
async function several(work: (i: number) => Promise<unknown>, times = 7): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const elapsed = stopwatch();
    await work(i);
    samples.push(elapsed() / 1e6);
  }
  return Math.max(0.005, median(samples));
}

/** One entry written and the newest 50 read, by how many were written before: a bond keeps its newest thousand. */
export async function history(counts: readonly number[]): Promise<Curve> {
  const written: [number, number][] = [];
  const read: [number, number][] = [];
  const entry = (n: number): HistoryEntry => ({
    bondId: "b1",
    at: new Date(NOW + n).toISOString(),
    kind: "verified",
    detail: "",
  });
  for (const count of counts) {
    const stores = createStores({
      name: newName("history"),
      events: { onSuperseded: () => {}, onBlocked: () => {}, onTerminated: () => {} },
      location: { hostname: location.hostname, origin: location.origin },
      channel: null,
      now: () => NOW,
      newId: () => crypto.randomUUID(),
      onListenerError: () => {},
    });
    for (let from = 0; from < count; from += 100)
      await stores.history.append(
        Array.from({ length: Math.min(100, count - from) }, (_, i) => entry(from + i)),
      );
    written.push([count, await several((i) => stores.history.append([entry(count + i)]))]);
    read.push([count, await several(() => stores.history.of("b1", 50))]);
    await stores.close();
  }
  return {
    kind: "curve",
    name: "The history of one bond",
    file: "history",
    across: "entries written; the newest 1 000 are kept",
    up: "milliseconds",
    series: [
      { name: "append one", points: written },
      { name: "read the newest 50", points: read },
    ],
  };
}

/** Bonds opened, searched, listed and written, as there are more of them. */
export async function bonds(counts: readonly number[]): Promise<Curve> {
  const series = ["open", "look up", "list", "write one", "import, each"].map((name) => ({
    name,
    points: [] as [number, number][],
  }));
  const [opening, looking, listing, writing, importing] = series;
  for (const count of counts) {
    const name = newName(`bonds-${count}`);
    const { opened, adapter } = await open(name);
    let spent = 0;
    for (let from = 0; from < count; from += CHUNK) {
      const some = records(adapter, Math.min(CHUNK, count - from), from);
      const elapsed = stopwatch();
      await opened.keys.restore(some);
      spent += elapsed() / 1e6;
    }
    importing?.points.push([count, spent / count]);
    const store = opened.keys.forAdapter(adapter);
    const middle = peerOf(Math.floor(count / 2));
    const bond = await store.get(LOCAL, middle);
    if (bond === undefined) throw new Error("Cannot measure: the bond is not there");
    looking?.points.push([count, await several(() => store.get(LOCAL, middle))]);
    listing?.points.push([count, await several(() => opened.keys.list(), count > 20_000 ? 1 : 3)]);
    writing?.points.push([count, await several((i) => store.put({ ...bond, peer: peerOf(2 ** 24 + i) }))]);
    await opened.close();
    opening?.points.push([
      count,
      await several(async () => {
        const again = await open(name);
        await again.opened.keys.forAdapter(again.adapter).get(LOCAL, middle);
        await again.opened.close();
      }, 3),
    ]);
  }
  return {
    kind: "curve",
    name: "Bonds in the key store of the page",
    file: "bonds",
    across: "bonds in the store",
    up: "milliseconds",
    series,
  };
}
