/** The key store over IndexedDB beside IndexedDB alone. */
import type { Contest, Rival } from "../harness.ts";
import { stopwatch } from "../harness.ts";
import { LOCAL, peerOf } from "../records.ts";
import { open, put, raw, records, request } from "./storage-world.ts";

const IMPORTED = 200;

const plainRows = (count = IMPORTED): readonly object[] =>
  records({ id: "raw" }, count).map((record, id) => ({ ...record, id }));

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

/** Bonds that are there while one is searched, written, or all are listed. */
const THERE = 1000;
const MIDDLE = THERE / 2;

type Work = () => Promise<unknown>;

/** `repeats` times on a store that is opened and filled once, in the first sample. */
function filled(
  name: string,
  repeats: number,
  fill: () => Promise<{ readonly work: Work; readonly close: Work }>,
) {
  let filling: ReturnType<typeof fill> | undefined;
  const rival: Rival = {
    name,
    async sample() {
      const { work } = await (filling ??= fill());
      const elapsed = stopwatch();
      for (let i = 0; i < repeats; i++) await work();
      return elapsed() / repeats;
    },
  };
  return { rival, close: async (): Promise<void> => void (await (await filling)?.close()) };
}

type Operation = "look up" | "write" | "list";

async function ours(operation: Operation): Promise<{ readonly work: Work; readonly close: Work }> {
  const { opened, adapter } = await open();
  await opened.keys.restore(records(adapter, THERE));
  const store = opened.keys.forAdapter(adapter);
  const bond = await store.get(LOCAL, peerOf(MIDDLE));
  if (bond === undefined) throw new Error("Cannot measure: the bond is not there");
  const work: Record<Operation, Work> = {
    "look up": () => store.get(LOCAL, peerOf(MIDDLE)),
    write: () => store.put(bond),
    list: () => opened.keys.list(),
  };
  return { work: work[operation], close: () => opened.close() };
}

async function alone(operation: Operation): Promise<{ readonly work: Work; readonly close: Work }> {
  const database = await raw();
  const rows = plainRows(THERE);
  await put(database, rows);
  const store = () => database.transaction("bonds").objectStore("bonds");
  const work: Record<Operation, Work> = {
    "look up": () => request(store().get(MIDDLE)),
    write: () => put(database, rows.slice(MIDDLE, MIDDLE + 1)),
    list: () => request(store().getAll()),
  };
  return { work: work[operation], close: async () => database.close() };
}

/** One bond searched or written, or all listed, where there are a thousand. */
export function one(operation: Operation): Contest {
  const repeats = operation === "list" ? 1 : 20;
  const [mine, theirs] = [
    filled("key store", repeats, () => ours(operation)),
    filled("IndexedDB alone", repeats, () => alone(operation)),
  ];
  const what = { "look up": "one bond looked up", write: "one bond written", list: "all bonds listed" };
  return {
    name: `${what[operation]}, of ${THERE}`,
    note: "ours opens the seal of its keys, checks every row, and writes with strict durability as IndexedDB alone does here",
    rivals: [mine.rival, theirs.rival],
    rounds: 9,
    bestOf: 2,
    async close() {
      await mine.close();
      await theirs.close();
    },
  };
}
