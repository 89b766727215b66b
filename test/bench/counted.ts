/** What is counted instead of timed: the same on every machine, so a suite can hold it. */
import assert from "node:assert/strict";
import { uuidOf } from "../../hci/codec/uuid.ts";
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import type { AttributeTable } from "../../hci/gatt/table.ts";
import { StackRig, together } from "../support/stack-rig.ts";
import type { Count } from "./findings.ts";
import { OurPair } from "./pairs.ts";

const PER_CHARACTERISTIC = 10;

export function servicesWith(characteristics: number): readonly ServiceDefinition[] {
  return Array.from({ length: Math.ceil(characteristics / PER_CHARACTERISTIC) }, (_, s) => ({
    uuid: uuidOf(0xb000 + s),
    characteristics: Array.from(
      { length: Math.min(PER_CHARACTERISTIC, characteristics - s * PER_CHARACTERISTIC) },
      (_entry, c) => ({
        uuid: uuidOf(0xc000 + s * PER_CHARACTERISTIC + c),
        properties: ["read", "notify"] as const,
        value: Uint8Array.of(c),
      }),
    ),
  }));
}

/** Requests that the sub-procedures need one after the other (Vol 3 Part G 4.4.1, 4.5.1, 4.6.1 and 4.7.1). */
function bySubProcedures({ services }: AttributeTable, mtu: number): number {
  const answers = (entries: number, octets: number): number =>
    Math.ceil(entries / Math.floor((mtu - 2) / octets));
  const inServices = services.map(({ characteristics, end }) => {
    const open = characteristics.filter((one) => one.handle < one.end).length;
    const complete = characteristics.at(-1)?.handle === end ? 0 : 1;
    return 1 + answers(characteristics.length, 7) + complete + open;
  });
  return answers(services.length, 6) + 1 + inServices.reduce((sum, requests) => sum + requests, 0);
}

async function roundTrips(mtu: number): Promise<Count> {
  const pair = new OurPair({ mtu });
  const { central } = await pair.link();
  const client = await pair.rig.until(central.explore());
  const before = central.requests;
  const table = await pair.rig.until(client.discover());
  const ours = central.requests - before;
  await pair.rig.end(central);
  return {
    kind: "count",
    name: `round trips of discovery at MTU ${mtu}`,
    ours,
    unit: "requests",
    against: "the specification's sub-procedures one after the other",
    limit: bySubProcedures(table, mtu),
    note: "ours with the Database Hash read before and after",
  };
}

/** On a link that keeps its connection interval, in the time of the air. */
async function reconnection(): Promise<Count> {
  const rig = new StackRig({ pace: "interval" });
  const central = await rig.host("central", { services: null });
  const peripheral = await rig.host("peripheral", { services: servicesWith(60) });
  const first = await rig.connect(central, peripheral);
  const start = rig.clock.now();
  await rig.until(first.central.explore());
  const discovered = rig.clock.now() - start;
  await rig.until(first.central.pair());
  await rig.end(first.central);
  for (let i = 0; i < 2; i++) {
    const { central: link } = await rig.connect(central, peripheral);
    const again = rig.clock.now();
    await rig.until(link.secure());
    const ready = rig.clock.now() - again;
    const requests = link.requests;
    await rig.end(link);
    if (i === 1)
      return {
        kind: "count",
        name: `bonded reconnection to ready on a paced link, ${requests} requests`,
        ours: Math.round(ready),
        unit: "ms on the air",
        against: `a fifth of discovery in clear (${Math.round(discovered)} ms)`,
        limit: Math.round(discovered / 5),
      };
  }
  throw new Error("Cannot measure: the link was not made again");
}

/** Frames of the Security Manager's channel, as a host's log has them. */
const SMP_FRAME = /^06 /;
/** Requests, public keys, random numbers and checks of both sides, and who they are (Vol 3 Part H, figures of 2.3.5.6). */
const FRAMES = { justWorks: 9, passkey: 6 + 4 * 20, identities: 4 } as const;

async function pairing(passkey: boolean): Promise<Count> {
  const rig = new StackRig();
  const central = await rig.host("central", { services: null, ...(passkey && KEYBOARD) });
  const peripheral = await rig.host("peripheral", passkey ? DISPLAY : NEITHER);
  if (passkey) together(rig, central, peripheral);
  const links = await rig.connect(central, peripheral);
  const { bond } = await rig.until(links.central.pair());
  assert.equal(bond?.authenticated, passkey);
  await rig.end(links.central);
  const frames = [central, peripheral].flatMap(({ sent }) => sent.filter((each) => SMP_FRAME.test(each)));
  return {
    kind: "count",
    name: `frames of a pairing: Secure Connections, ${passkey ? "passkey" : "Just Works"}`,
    ours: frames.length,
    unit: "frames of both sides",
    against: "the figure of the specification, and both identities",
    limit: (passkey ? FRAMES.passkey : FRAMES.justWorks) + FRAMES.identities,
  };
}

const KEYBOARD = { policy: { ioCapability: "KeyboardOnly" } } as const;
const DISPLAY = { policy: { ioCapability: "DisplayOnly" } } as const;
const NEITHER = { policy: { ioCapability: "NoInputNoOutput" } } as const;

interface Counted {
  readonly name: string;
  readonly count: () => Promise<Count>;
}

export const COUNTED: readonly Counted[] = [
  { name: "round trips of discovery at MTU 23", count: () => roundTrips(23) },
  { name: "round trips of discovery at MTU 517", count: () => roundTrips(517) },
  { name: "frames of a pairing, Just Works", count: () => pairing(false) },
  { name: "frames of a pairing, passkey", count: () => pairing(true) },
  { name: "bonded reconnection on a paced link", count: reconnection },
];
