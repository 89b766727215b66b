/** The key store over IndexedDB, beside IndexedDB alone, which seals nothing and checks nothing. */
import { newIdentity } from "../../../hci/gap/own-address.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { openIndexedKeys, type IndexedKeys } from "../../../src/storage/keys/open.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import type { HistoryEntry } from "../../../src/storage/records.ts";
import { createStores } from "../../../src/storage/stores.ts";
import { webVaultCrypto } from "../../../src/storage/vault/web-crypto.ts";
import type { Curve } from "../findings.ts";
import { CLAIM, LOCAL, NOW, peerOf, recordOf } from "../records.ts";
import type { Contest } from "../harness.ts";
import { median, stopwatch } from "../harness.ts";

const IMPORTED = 200;
const stack = webCrypto();

let databases = 0;

interface Opened {
  readonly opened: IndexedKeys;
  readonly adapter: AdmittedAdapter;
}

function openNamed(name: string): IndexedKeys {
  return openIndexedKeys({
    name,
    events: { onSuperseded: () => {}, onBlocked: () => {}, onTerminated: () => {} },
    location: { hostname: location.hostname, origin: location.origin },
    channel: null,
    crypto: webVaultCrypto(),
    clock: { now: () => performance.now(), after: () => () => {} },
    prf: null,
    idleMs: null,
    now: () => NOW,
    newId: () => crypto.randomUUID(),
    newIdentity: () => newIdentity(stack),
    onListenerError: () => {},
  });
}

async function open(name = `bench-${databases++}`): Promise<Opened> {
  const opened = openNamed(name);
  const { kind } = await opened.keys.adapters.recognise(CLAIM);
  const adapter =
    kind === "known"
      ? await opened.keys.adapters.admit(CLAIM)
      : await opened.keys.adapters.add(CLAIM, "stick");
  return { opened, adapter };
}

const records = (adapter: Pick<AdmittedAdapter, "id">, count: number, from = 0): readonly VaultRecord[] =>
  Array.from({ length: count }, (_, n) => recordOf(adapter.id, from + n));

function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () =>
      reject(new Error("Cannot use the database", { cause: asked.error })),
    );
  });
}

async function raw(): Promise<IDBDatabase> {
  const opening = indexedDB.open(`raw-${databases++}`, 1);
  opening.addEventListener("upgradeneeded", () => {
    opening.result.createObjectStore("bonds", { keyPath: "id" });
  });
  return request(opening);
}

function put(database: IDBDatabase, rows: readonly object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = database.transaction("bonds", "readwrite", { durability: "strict" });
    for (const row of rows) tx.objectStore("bonds").put(row);
    tx.addEventListener("complete", () => resolve());
    tx.addEventListener("error", () => reject(new Error("Cannot write")));
  });
}

const plainRows = (): readonly object[] =>
  records({ id: "raw" }, IMPORTED).map((record, id) => ({ ...record, id }));

/** One strict transaction for all, beside one for each. */
export const bulk = (): Contest => ({
  name: `import of ${IMPORTED} bonds`,
  note: "strict durability; IndexedDB alone neither seals keys nor looks at what is there",
  rivals: [
    {
      name: "all in one transaction",
      async sample() {
        const { opened, adapter } = await open();
        const all = records(adapter, IMPORTED);
        const elapsed = stopwatch();
        await opened.keys.restore(all);
        const ns = elapsed();
        await opened.close();
        return ns;
      },
    },
    {
      name: "one transaction for each",
      async sample() {
        const { opened, adapter } = await open();
        const all = records(adapter, IMPORTED);
        const elapsed = stopwatch();
        for (const one of all) await opened.keys.restore([one]);
        const ns = elapsed();
        await opened.close();
        return ns;
      },
      goal: 0.1,
    },
    {
      name: "IndexedDB alone, one transaction",
      async sample() {
        const database = await raw();
        const rows = plainRows();
        const elapsed = stopwatch();
        await put(database, rows);
        const ns = elapsed();
        database.close();
        return ns;
      },
    },
    {
      name: "IndexedDB alone, one for each",
      async sample() {
        const database = await raw();
        const rows = plainRows();
        const elapsed = stopwatch();
        for (const row of rows) await put(database, [row]);
        const ns = elapsed();
        database.close();
        return ns;
      },
    },
  ],
  rounds: 3,
  bestOf: 1,
});

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
      name: `history-${databases++}`,
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
    const name = `bonds-${count}-${databases++}`;
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
