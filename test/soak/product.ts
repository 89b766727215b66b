/**
 * An hour of the product, in the room's own time: bonds verified again and again, scans, subscriptions, links that are
 * lost, devices that were reset and repaired, wrong codes, bonds that are removed and made anew, Resets and replugs.
 */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { queryObjects } from "node:v8";
import { DeviceLink } from "../../hci/device/device-link.ts";
import { GattClient } from "../../hci/gatt/client.ts";
import { peerIdOf } from "../../src/link/hci/addresses.ts";
import { HciConnection } from "../../src/link/hci/connection.ts";
import { HciPeer } from "../../src/link/hci/peer.ts";
import { HISTORY_KEPT, type HistoryEntry } from "../../src/storage/records.ts";
import { ENCRYPTED, SERVICE } from "../support/att-rig.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { collector, forgetLog, type SoakResult } from "./cycles.ts";
import { ProductRoom } from "./product-room.ts";

export const HOUR_MS = 3_600_000;
const PARTS = 10;
/** Between two rounds. */
const PAUSE_MS = 5_000;
const never = new AbortController().signal;
const REF = { service: SERVICE, characteristic: ENCRYPTED, instance: 0 };

type Counts = Readonly<Record<string, number>>;

export interface ProductSoakResult extends SoakResult {
  /** What there is between two rounds, by name: after the first tenth and at the end. */
  readonly first: Counts;
  readonly last: Counts;
  /** How often each thing was done. */
  readonly done: ReadonlyMap<string, number>;
}

/** What is done in one round, the rarer things with a period. */
export const ACTS: readonly (readonly [
  every: number,
  name: string,
  act: (room: ProductRoom) => Promise<void>,
])[] = [
  [1, "verify the belt", (room) => verify(room, "belt")],
  [2, "verify the tag behind its private address", (room) => verify(room, "tag")],
  [3, "scan", scan],
  [5, "subscribe, and lose the link", subscribeAndLose],
  [7, "verify the lock", (room) => verify(room, "lock")],
  [11, "repair the lock after its reset", repair],
  [13, "replug", replug],
  [17, "Reset", (room) => room.until(room.parts.backend.session.reset(never))],
  [19, "a wrong code", wrongCode],
  [23, "remove the belt's bond, and make it anew", removeAndPair],
  [29, "look at the trace, and empty it", lookAtTrace],
];

async function verify(room: ProductRoom, name: "belt" | "tag" | "lock"): Promise<void> {
  const record = await room.recordOf(room.parts.devices[name]);
  assert.ok(record, `there is a record of the ${name}`);
  const { code, evidence, reason } = await room.ensure({ bondId: record.id });
  assert.deepEqual([code, evidence, reason], [0, "encrypted", null], name);
}

/** As after long use: what is bounded is full from the beginning, so that all that grows is a leak. */
async function fillHistory(room: ProductRoom, host: RigHost): Promise<void> {
  const record = await room.recordOf(host);
  assert.ok(record);
  const { stores, ports } = room.parts;
  const at = new Date(ports.surroundings.now()).toISOString();
  const entry: HistoryEntry = { bondId: record.id, at, kind: "renamed", detail: "a name" };
  await room.until(stores.history.append(Array.from({ length: HISTORY_KEPT }, () => entry)));
}

async function pair(room: ProductRoom, host: RigHost): Promise<void> {
  const peer = room.parts.backend.reach(peerIdOf(host.stack.identity.address));
  assert.ok(peer);
  const stop = room.answer();
  const { code, reason } = await room.ensure({ peer, services: [], profile: null, probe: null });
  stop();
  assert.deepEqual([code, reason], [0, null], host.name);
  await fillHistory(room, host);
}

/** A device that hides its identity is paired under the address that it shows. */
async function pairTag(room: ProductRoom): Promise<void> {
  const stop = new AbortController();
  const seen = Promise.withResolvers<string>();
  const { belt, lock } = room.parts.devices;
  const others = new Set([belt, lock].map(({ stack }) => peerIdOf(stack.identity.address)));
  await room.until(
    room.scanner.scan((report) => {
      const { id } = report.address();
      if (!others.has(id)) seen.resolve(id);
    }, stop.signal),
  );
  const peer = room.parts.backend.chosen(await room.until(seen.promise), "tag");
  stop.abort();
  const answering = room.answer();
  const { code, reason } = await room.ensure({ peer, services: [], profile: null, probe: null });
  answering();
  assert.deepEqual([code, reason], [0, null], "tag");
  await fillHistory(room, room.parts.devices.tag);
}

async function scan(room: ProductRoom): Promise<void> {
  const stop = new AbortController();
  const heard = new Set<string>();
  await room.until(
    room.scanner.scan((report) => {
      const address = report.address();
      heard.add(address.id);
      void room.scanner.identify(address);
    }, stop.signal),
  );
  await room.pass(2_000);
  stop.abort();
  assert.ok(heard.size >= 3, `only ${heard.size} devices were heard`);
}

async function subscribeAndLose(room: ProductRoom): Promise<void> {
  const { belt } = room.parts.devices;
  const peer = room.parts.backend.peer(peerIdOf(belt.stack.identity.address));
  const connection = await room.until(peer.connect(never));
  const values: Uint8Array[] = [];
  await room.until(connection.subscribe(REF, (value) => values.push(value), { signal: never }));
  await room.until(belt.server?.notify(ENCRYPTED, Uint8Array.of(5)) ?? Promise.resolve());
  await room.pass(200);
  assert.equal(values.length, 1);
  await room.until(Promise.all(belt.stack.links.map((link) => link.disconnect())));
  assert.equal((await room.until(connection.closed)).by, "peer");
}

async function repair(room: ProductRoom): Promise<void> {
  const { lock } = room.parts.devices;
  lock.keys.clear();
  await room.until(lock.stack.refreshBonds());
  const record = await room.recordOf(lock);
  assert.ok(record);
  const lost = await room.ensure({ bondId: record.id });
  assert.deepEqual([lost.code, lost.reason], [10, "key-missing"]);
  const stop = room.answer();
  const repaired = await room.ensure({ bondId: record.id }, { mode: "repair" });
  stop();
  assert.deepEqual([repaired.code, repaired.bondChanged], [0, "replaced"]);
}

async function wrongCode(room: ProductRoom): Promise<void> {
  const record = await room.recordOf(room.parts.devices.lock);
  assert.ok(record);
  const stop = room.answer({ wrong: true });
  const { code, reason, bondChanged } = await room.ensure({ bondId: record.id }, { mode: "repair" });
  stop();
  assert.deepEqual([code, reason, bondChanged], [2, "passkey-wrong", "restored"]);
  await room.pass(33_000); // until anybody may try again
}

async function removeAndPair(room: ProductRoom): Promise<void> {
  const { devices, pairing, stores, backend } = room.parts;
  const record = await room.recordOf(devices.belt);
  assert.ok(record?.platformId);
  assert.equal(await room.until(pairing.remove(record.id)), "removed");
  assert.equal(await room.until(backend.bonds.remove(record.platformId, never)), "removed");
  assert.equal(await room.until(stores.bonds.delete(record.id)), true);
  devices.belt.keys.clear();
  await room.until(devices.belt.stack.refreshBonds());
  await pair(room, devices.belt);
}

async function replug(room: ProductRoom): Promise<void> {
  const { dongle, backend } = room.parts;
  await room.until(dongle.adapter.unplug());
  assert.equal((await room.until(backend.availability(never))).state, "adapter-missing");
  dongle.adapter.plugIn();
  assert.equal((await room.until(backend.availability(never))).state, "ready");
}

async function lookAtTrace(room: ProductRoom): Promise<void> {
  const { trace } = room.parts;
  assert.ok(trace.lines().length > 0);
  assert.ok(trace.file().bytes.length > 0);
  trace.clear();
}

/** Takes seconds: the whole heap is walked for each class. */
function countsOf({ parts }: ProductRoom): Counts {
  const { page } = parts;
  const instances = { DeviceLink, GattClient, HciConnection, HciPeer };
  return {
    ...Object.fromEntries(Object.entries(instances).map(([name, one]) => [name, queryObjects(one)])),
    "listeners of the page": getEventListeners(page.signal, "abort").length,
    "listeners of a signal that is never aborted": getEventListeners(never, "abort").length,
  };
}

export interface ProductSoakOptions {
  readonly onPart?: (minutes: number, heap: number) => void;
  /** Done in each round, too. */
  readonly also?: (room: ProductRoom) => void;
}

/** `ms` of the room's time; ten looks at the memory. */
export async function soakProduct(
  ms: number,
  { onPart = () => {}, also = () => {} }: ProductSoakOptions = {},
): Promise<ProductSoakResult> {
  const collect = collector();
  const started = performance.now();
  await using room = await ProductRoom.open();
  const { world, devices, trace } = room.parts;
  const heap: number[] = [];
  const alarms: number[] = [];
  let first: Counts = {};
  const done = new Map<string, number>();
  await pair(room, devices.belt);
  await pair(room, devices.lock);
  await pairTag(room);
  let round = 0;
  for (let part = 1; part <= PARTS; part++) {
    while (room.now < (ms * part) / PARTS) {
      round++;
      for (const [every, name, act] of ACTS) {
        if (round % every !== 0) continue;
        await act(room);
        done.set(name, (done.get(name) ?? 0) + 1);
      }
      also(room);
      await room.pass(PAUSE_MS);
      for (const host of world.rig.hosts) forgetLog(host);
    }
    await verify(room, "belt"); // the same state at every look, whatever was done last
    trace.clear(); // it is bounded, and fuller at one look than at another
    collect();
    const { heapUsed } = process.memoryUsage();
    heap.push(heapUsed);
    alarms.push(world.rig.clock.pending);
    if (part === 1) first = countsOf(room);
    onPart(room.now / 60_000, heapUsed);
  }
  world.rig.assertClean();
  const last = countsOf(room);
  return { cycles: round, heap, alarms, first, last, done, ms: performance.now() - started };
}

/** The collector may not have reached one or two that nothing holds any more. */
const SLACK = 2;

/** At the end there is no more than after the first tenth. What one act forgets is there many times. */
export function assertCounted({ first, last }: Pick<ProductSoakResult, "first" | "last">): void {
  for (const [name, count] of Object.entries(last))
    assert.ok(count <= (first[name] ?? 0) + SLACK, `${name}: ${first[name]}, and ${count} at the end`);
}
