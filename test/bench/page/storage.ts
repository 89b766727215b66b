/** The key store over IndexedDB, beside IndexedDB alone, which seals nothing and checks nothing. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Address } from "../../../hci/ports.ts";
import { newIdentity } from "../../../hci/gap/own-address.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { openIndexedKeys, type IndexedKeys } from "../../../src/storage/keys/open.ts";
import type { VaultRecord } from "../../../src/storage/keys/record.ts";
import type { AdmittedAdapter } from "../../../src/storage/keys/adapters.ts";
import { webVaultCrypto } from "../../../src/storage/vault/web-crypto.ts";
import type { Curve } from "../findings.ts";
import type { Contest } from "../harness.ts";
import { median, stopwatch } from "../harness.ts";

const NOW = Date.parse("2026-06-01T10:00:00.000Z");
const IMPORTED = 200;
const LOCAL: Address = { type: "random", octets: Uint8Array.of(0xc0, 0x5a, 0x10, 0, 0, 1) };
const stack = webCrypto();

let databases = 0;

const peerOf = (n: number): Address => ({
  type: "random",
  octets: Uint8Array.of(0xc6, 0x3b, n >> 24, n >> 16, n >> 8, n),
});

function written({ octets }: Address): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

function recordOf(adapter: string, n: number): VaultRecord {
  return {
    v: 1,
    adapter,
    local: { address: written(LOCAL), type: "static" },
    ownIrk: null,
    peer: { address: written(peerOf(n)), type: "static" },
    keys: { sc: { ltk: toHex(stack.random(16)), keySize: 16 }, central: null, peripheral: null, others: [] },
    irk: toHex(stack.random(16)),
    csrkLocal: null,
    csrkRemote: null,
    keySize: 16,
    authenticated: true,
    debug: false,
    oob: false,
    method: null,
    role: null,
    name: `Device ${n}`,
    createdAt: new Date(NOW).toISOString(),
    provenAt: null,
    imported: { from: "bluez", at: new Date(NOW).toISOString(), accepted: false },
    state: "unproven",
    extra: {},
  };
}

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
  const claim = {
    address: "02:5A:10:00:00:01",
    hciVersion: 12,
    hciSubversion: 1,
    lmpVersion: 12,
    lmpSubversion: 7,
    manufacturer: 0x05f1,
    features: "ff01000000000000",
    usb: null,
  };
  const { kind } = await opened.keys.adapters.recognise(claim);
  const adapter =
    kind === "known"
      ? await opened.keys.adapters.admit(claim)
      : await opened.keys.adapters.add(claim, "stick");
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
