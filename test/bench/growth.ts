/** How costs grow with what there is, and what is counted instead of timed. */
import assert from "node:assert/strict";
import { type HashSearch, plainSearch } from "../../hci/gap/resolver.ts";
import { btsnoop } from "../../hci/trace/btsnoop.ts";
import { Trace } from "../../hci/trace/trace.ts";
import { newAclPacket } from "../../hci/host/acl.ts";
import { aes128 } from "../../src/crypto/aes128.ts";
import { simdSearch } from "../../src/crypto/simd/search.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { StackRig } from "../support/stack-rig.ts";
import { kept, someKeys } from "./crypto-work.ts";
import type { Curve, Section } from "./findings.ts";
import { along, several } from "./growth-points.ts";
import { reports } from "./growth-reports.ts";
import { stopwatch } from "./harness.ts";
import { COUNTED, servicesWith } from "./counted.ts";
import { clocked, CONTROLLER, OurPair, PUSHED } from "./pairs.ts";

/** Milliseconds of one discovery. */
async function discoveryOf(characteristics: number, mtu: number): Promise<number> {
  const rig = new StackRig();
  const central = await rig.host("central", { services: null, mtu, controller: CONTROLLER });
  const services = servicesWith(characteristics);
  const peripheral = await rig.host("peripheral", { services, mtu, controller: CONTROLLER });
  const { central: link } = await rig.connect(central, peripheral);
  const client = await rig.until(link.explore());
  return several(async () => (await clocked(rig, () => client.discover())) / 1e6);
}

async function attributes(): Promise<Curve> {
  const counts = [10, 30, 100, 300, 1000, 2000];
  return {
    kind: "curve",
    name: "Discovery",
    file: "attributes",
    across: "characteristics, each with a descriptor",
    up: "milliseconds",
    series: [
      { name: "MTU 23", points: await along(counts, (count) => discoveryOf(count, 23)) },
      { name: "MTU 517", points: await along(counts, (count) => discoveryOf(count, 517)) },
    ],
  };
}

/** Microseconds of one notification, where all peripherals push at once. */
async function pushedOver(links: number): Promise<number> {
  const pair = new OurPair({ peripherals: links });
  const each = Math.ceil(400 / links);
  const [, ...servers] = await pair.hosts();
  const opened = [];
  let heard = 0;
  let all = Promise.withResolvers<void>();
  for (const server of servers) {
    const link = await pair.reach(server);
    const client = await pair.rig.until(link.explore());
    const found = client.table?.services.flatMap(({ characteristics }) => characteristics);
    const pushed = found?.find(({ uuid }) => uuid === PUSHED);
    assert(pushed !== undefined);
    await pair.rig.until(client.subscribe(pushed, () => void (++heard === each * links && all.resolve())));
    opened.push(link);
  }
  const value = new Uint8Array(20);
  const cost = await several(async () => {
    heard = 0;
    all = Promise.withResolvers<void>();
    const ns = await clocked(pair.rig, () => {
      for (let i = 0; i < each; i++) for (const { server } of servers) void server.notify(PUSHED, value);
      return all.promise;
    });
    return ns / 1000 / each / links;
  });
  for (const link of opened) await pair.rig.end(link);
  return cost;
}

async function links(): Promise<Curve> {
  return {
    kind: "curve",
    name: "A notification of 20 octets, all links pushing at once",
    file: "links",
    across: "links of one central",
    up: "microseconds",
    series: [{ name: "from server to listener", points: await along([1, 2, 4, 8, 16, 32], pushedOver) }],
    note: "Time of one notification, both hosts and both controllers in one thread",
  };
}

async function resolving(): Promise<Curve> {
  const plain = plainSearch(aes128);
  const simd = await simdSearch(plain);
  assert(simd !== plain);
  const counts = [10, 100, 1000, 10_000, 100_000];
  const with_ = (search: HashSearch) => (count: number) => {
    const keyed = search.over(someKeys(count));
    const times = Math.max(1, Math.ceil(2000 / count));
    let prand = 0x40_0000;
    return several(() => {
      const elapsed = stopwatch();
      for (let i = 0; i < times; i++) kept.sum += keyed.find(0, count, ++prand, 1).length;
      return elapsed() / 1000 / times;
    });
  };
  return {
    kind: "curve",
    name: "Resolving one private address",
    file: "resolving",
    across: "bonds with an identity resolving key",
    up: "microseconds",
    series: [
      { name: "WebAssembly SIMD", points: await along(counts, with_(simd)) },
      { name: "key by key", points: await along(counts, with_(plain)) },
    ],
  };
}

async function trace(): Promise<Curve> {
  const packet = { type: "acl", bytes: newAclPacket(0x40, 0b10, 27) } as const;
  const filled = (count: number): Trace => {
    const made = new Trace({ clock: new ManualClock(), unixMs: 0 });
    for (let i = 0; i < count; i++) made.record(packet, "received");
    return made;
  };
  const counts = [100, 1000, 10_000, 50_000, 200_000];
  const record = (count: number): Promise<number> =>
    several(() => {
      const elapsed = stopwatch();
      kept.sum += filled(count).records.length;
      return elapsed() / 1e6;
    });
  const save = (count: number): Promise<number> => {
    const made = filled(count);
    return several(() => {
      const elapsed = stopwatch();
      kept.sum += btsnoop(made).length;
      return elapsed() / 1e6;
    });
  };
  return {
    kind: "curve",
    name: "The trace",
    file: "trace",
    across: "packets; the newest 50 000 are kept",
    up: "milliseconds for all",
    series: [
      { name: "recorded", points: await along(counts, record) },
      { name: "saved as btsnoop", points: await along(counts, save) },
    ],
  };
}

export const growth = (): Section => ({
  name: "growth",
  title: "How cost grows",
  measurements: [
    ...COUNTED.map(({ name, count }) => ({ name, run: count })),
    { name: "growth with attributes", run: attributes },
    { name: "growth with links", run: links },
    { name: "growth with advertising reports", run: reports },
    { name: "growth of resolving with bonds", run: resolving },
    { name: "growth with the length of a trace", run: trace },
  ],
});
