/** Connect, pair, encrypt anew, use, disconnect: again and again between two whole hosts, with an eye on the memory. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { RigHost } from "../support/stack-rig.ts";
import { StackRig } from "../support/stack-rig.ts";

export interface SoakResult {
  readonly cycles: number;
  /** Octets of live heap after garbage collection, at equal distances from the first tenth to the end. */
  readonly heap: readonly number[];
  /** Alarms that still waited between two cycles, at the same moments. */
  readonly alarms: readonly number[];
  readonly ms: number;
}

/** Into how many parts a run is divided, with a look at the memory after each. */
const PARTS = 10;

/** The collector, which Node hides unless it is asked on its command line. */
export function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  assert.ok(typeof gc === "function");
  return () => void Reflect.apply(gc, undefined, []);
}

async function cycle(rig: StackRig, phone: RigHost, sensor: RigHost): Promise<void> {
  const first = await rig.connect(phone, sensor);
  const { bond } = await rig.until(first.central.pair());
  assert.ok(bond);
  await rig.end(first.central);

  const second = await rig.connect(phone, sensor);
  const gatt = await rig.until(second.central.secure());
  assert.equal(second.peripheral.security?.level, "encrypted");
  assert.ok(gatt.table);
  await rig.end(second.central);

  // A device that was reset: the next cycle pairs anew, at a person's wish.
  for (const host of [phone, sensor]) {
    host.keys.clear();
    host.tables.entries.clear();
    forgetLog(host);
  }
}

/** What a test keeps to look at later is not what is being measured. */
export function forgetLog({ events, connections, person, sent }: RigHost): void {
  events.length = 0;
  connections.length = 0;
  sent.length = 0;
  for (const list of [
    person.asked,
    person.proposals,
    person.heard,
    person.aborts,
    person.terms,
    person.abouts,
  ])
    list.length = 0;
}

export async function soak(
  cycles: number,
  onPart: (done: number, heap: number) => void = () => {},
): Promise<SoakResult> {
  const collect = collector();
  const started = performance.now();
  const rig = new StackRig();
  const phone = await rig.host("phone", { privacy: true });
  const sensor = await rig.host("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const heap: number[] = [];
  const alarms: number[] = [];
  for (let done = 1; done <= cycles; done++) {
    await cycle(rig, phone, sensor);
    if (done % Math.ceil(cycles / PARTS) !== 0 && done !== cycles) continue;
    collect();
    const { heapUsed } = process.memoryUsage();
    heap.push(heapUsed);
    alarms.push(rig.clock.pending);
    onPart(done, heapUsed);
  }
  rig.assertClean();
  assert.equal(phone.stack.links.length + sensor.stack.links.length, 0, "no link is left");
  return { cycles, heap, alarms, ms: performance.now() - started };
}

/** Compiled code comes and goes by about a megabyte; what one forgotten link keeps alive is more than ten thousand octets. */
const ALLOWED = 2 * 1024 * 1024;

/**
 * Memory is flat when the second half of a run does not end higher than it began, beyond what compiled code moves
 * by itself.
 */
export function assertFlat({ heap, alarms, cycles }: SoakResult): void {
  const half = heap.slice(Math.floor(heap.length / 2));
  const [first = 0] = half;
  const last = half.at(-1) ?? 0;
  assert.ok(last - first <= ALLOWED, `the heap grew from ${first} to ${last} octets in ${cycles} cycles`);
  assert.ok(
    alarms.every((waiting) => waiting === alarms[0]),
    `alarms are left behind: ${alarms.join()}`,
  );
}
