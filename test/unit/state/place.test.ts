/** Where the adapter of a bond is, and the way to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Transport } from "../../../src/link/backend.ts";
import { Dongles } from "../../../src/state/dongles.ts";
import type { DongleDesk, OpenDongle } from "../../../src/state/place.ts";
import { PlaceWatch } from "../../../src/state/place-watch.ts";
import { Places } from "../../../src/state/places.ts";
import { placeStep } from "../../../src/ui/place-words.ts";
import { record, settle, world } from "./world.ts";

const HERE = "dongle:random-c00000000001";
const THERE = "dongle:random-c00000000002";
const BOND = record("1", { transport: "dongle", localIdentity: THERE });

interface Facts {
  readonly transport?: Transport;
  readonly open?: OpenDongle | "starting" | null;
  readonly owners?: Readonly<Record<string, string>>;
  readonly lead?: { readonly wanted: boolean; readonly there: boolean } | null;
}

async function donglesWith(facts: Facts) {
  const { app } = await world();
  const log: string[] = [];
  const known: { -readonly [K in "open" | "owners" | "lead"]: Facts[K] } = {
    open: { adapter: "a", identity: HERE },
    owners: { [HERE]: "a", [THERE]: "b" },
    lead: { wanted: false, there: true },
    ...facts,
  };
  const listeners = new Set<() => void>();
  const desk: DongleDesk = {
    open: () => known.open ?? null,
    adapterOf: async (identity) => known.owners?.[identity] ?? null,
    leadTo: async () => known.lead ?? null,
    follow: (adapter) => void log.push(`follow ${adapter}`),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const dongles = new Dongles(
    app.bonds.view,
    async (ids) => new Map(ids.map((id) => [id, `words of ${id}`])),
    {
      transport: facts.transport ?? "dongle",
      async desk() {
        log.push("desk");
        return desk;
      },
      own: () => HERE,
      useSystem: () => void log.push("system"),
    },
  );
  return { places: new Places(dongles), log, known, listeners, desk };
}

const placeWith = async (facts: Facts, bond = BOND) => (await donglesWith(facts)).places.of(bond);
const named = `words of ${THERE}`;

test("the bond of another dongle says of which, and whether that one is there", async () => {
  const other = { kind: "other-dongle", name: named } as const;
  assert.deepEqual(await placeWith({}), { ...other, reach: "there" });
  assert.deepEqual(await placeWith({ lead: { wanted: false, there: false } }), {
    ...other,
    reach: "not-plugged-in",
  });
  assert.deepEqual(await placeWith({ lead: null }), { ...other, reach: "unknown" });
  assert.deepEqual(await placeWith({ owners: {} }), { ...other, reach: "unknown" }, "a dongle nobody stored");
  assert.deepEqual(await placeWith({ transport: "web-bluetooth", open: null }), { ...other, reach: "there" });
});

test("where its own dongle is in use, or comes up, or is the one that is missing, nothing is said", async () => {
  const inUse = { kind: "in-use" };
  assert.deepEqual(await placeWith({}, { ...BOND, localIdentity: HERE }), inUse);
  assert.deepEqual(await placeWith({ open: "starting" }), inUse);
  assert.deepEqual(await placeWith({ open: null, lead: { wanted: true, there: false } }), inUse);
  assert.deepEqual(await placeWith({ open: null, lead: null }), inUse, "it may be that one");
  const removed = { ...BOND, archived: { at: BOND.createdAt, why: "removed" } } as const;
  assert.deepEqual(await placeWith({}, removed), inUse);
});

test("with no dongle open, another than the missing one is named where it can be used", async () => {
  const place = await placeWith({ open: null, lead: { wanted: false, there: true } });
  assert.deepEqual(place, { kind: "other-dongle", name: named, reach: "there" });
});

test("another identity of ours on the same dongle is no other dongle", async () => {
  const place = await placeWith({ owners: { [HERE]: "a", [THERE]: "a" } });
  assert.deepEqual(place, { kind: "other-identity" });
  assert.equal(placeStep(place), null);
});

test("a bond of the computer's own Bluetooth leads back to it; over that, nobody looks at dongles for it", async () => {
  const ofSystem = record("1");
  const { places, log } = await donglesWith({});
  assert.deepEqual(await places.of(ofSystem), { kind: "system" });
  await places.use(ofSystem);
  assert.deepEqual(log, ["system"]);
  const there = await donglesWith({ transport: "web-bluetooth" });
  assert.deepEqual(await there.places.of(ofSystem), { kind: "in-use" });
  await there.places.watch(ofSystem, () => {});
  assert.deepEqual(there.log, []);
});

test("going there goes to the dongle of the bond, and to none where it is not known", async () => {
  const { places, log } = await donglesWith({});
  await places.use(BOND);
  assert.deepEqual(log, ["desk", "follow b"]);
  const unknown = await donglesWith({ owners: {} });
  await unknown.places.use(BOND);
  assert.deepEqual(unknown.log, ["desk"]);
});

test("without the rows of the adapters nothing is said of them", async () => {
  const { places, desk } = await donglesWith({});
  desk.adapterOf = () => Promise.reject(new Error("Cannot read the adapters"));
  assert.deepEqual(await places.of(BOND), { kind: "in-use" });
});

test("only what is there has the button", () => {
  const other = { kind: "other-dongle", name: "Desk" } as const;
  assert.equal(placeStep({ ...other, reach: "there" }), "Use Desk");
  assert.equal(placeStep({ ...other, name: "", reach: "there" }), "Use the dongle it was made with");
  assert.equal(placeStep({ ...other, reach: "not-plugged-in" }), null);
  assert.equal(placeStep({ ...other, reach: "unknown" }), null);
  assert.equal(placeStep({ kind: "in-use" }), null);
});

test("while a bond is looked at, what is plugged in changes what is said; afterwards nobody listens", async () => {
  const { places, known, listeners } = await donglesWith({ lead: { wanted: false, there: false } });
  const open = new AbortController();
  const watch = new PlaceWatch(places, open.signal);
  watch.show(BOND);
  await settle();
  const reach = () => (watch.place.value.kind === "other-dongle" ? watch.place.value.reach : "nothing");
  assert.equal(reach(), "not-plugged-in");
  known.lead = { wanted: false, there: true };
  for (const listener of listeners) listener();
  await settle();
  assert.equal(reach(), "there");
  assert.equal(listeners.size, 1);
  watch.show({ ...BOND, localIdentity: HERE });
  await settle();
  assert.deepEqual(watch.place.value, { kind: "in-use" }, "its identity moved here");
  open.abort();
  assert.equal(listeners.size, 0);
});
