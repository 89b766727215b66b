/** How much of what a link can carry a host makes use of, in the time of the air. */
import assert from "node:assert/strict";
import { airtime, T_IFS } from "../../hci/virtual/link/airtime.ts";
import { StackRig } from "../support/stack-rig.ts";
import type { Finding, Measurement } from "./findings.ts";
import { ourPushed } from "./hosts.ts";
import { CONTROLLER, PUSHED } from "./pairs.ts";

const VALUES = 1000;
const OCTETS = 244;
/** Headers of L2CAP and ATT. */
const PDU = OCTETS + 7;
/** Of the most that the air carries. */
const GOAL = 0.9;

const AIR = {
  /** Buffers for more than one connection event, each returned at once; as much in an event as its time allows. */
  controller: { ...CONTROLLER, aclPackets: 32, lateCompletion: 0, packetsPerEvent: 1000 },
  phys: [
    { name: "LE 1M", profile: "4.2", phy: 1 },
    { name: "LE 2M", profile: "5.2", phy: 2 },
  ],
} as const;

type Way = "notifications" | "writes without response";

async function share(way: Way, { name, profile, phy }: (typeof AIR.phys)[number]): Promise<Finding> {
  const rig = new StackRig({ pace: "interval" });
  const all = Promise.withResolvers<void>();
  let heard = 0;
  const hear = (): void => void (++heard === VALUES && all.resolve());
  const properties = ["read", "notify", "writeWithoutResponse"] as const;
  const value = { read: () => Uint8Array.of(1), write: hear };
  const services = [
    { uuid: "0000b000-0000-1000-8000-00805f9b34fb", characteristics: [{ uuid: PUSHED, properties, value }] },
  ];
  const controller = { ...AIR.controller, profile };
  const central = await rig.host("central", { services: null, mtu: 247, controller });
  const peripheral = await rig.host("peripheral", { services, mtu: 247, controller });
  const { central: link } = await rig.connect(central, peripheral);
  const client = await rig.until(link.explore());
  const pushed = ourPushed(client);
  if (way === "notifications") await rig.until(client.subscribe(pushed, hear));
  await rig.clock.advance(1000);
  const [lower] = central.stack.host.links.all;
  assert.deepEqual(lower?.dataLength, { tx: 251, rx: 251 });
  const octets = new Uint8Array(OCTETS);
  const start = rig.clock.now();
  for (let i = 0; i < VALUES; i++)
    if (way === "notifications") void peripheral.server?.notify(PUSHED, octets);
    else void client.writeWithoutResponse(pushed.handle, octets);
  await rig.until(all.promise, 1_000_000);
  const ms = rig.clock.now() - start;
  const interval = lower.timing.interval * 1.25;
  await rig.end(link);
  const inEvent = Math.floor((1000 * interval) / (airtime(phy, PDU) + airtime(phy, 0) + 2 * T_IFS));
  const least = (Math.ceil(VALUES / inEvent) - 1) * interval; // none before the first event
  return {
    kind: "count",
    name: `${VALUES} ${way} of ${OCTETS} octets on a paced link, ${name}`,
    ours: Math.round(ms),
    unit: `ms on the air, ${Math.round((100 * least) / ms)} % of what it carries`,
    against: `nine tenths of ${inEvent} long packets in each connection event of ${interval} ms`,
    limit: Math.round(least / GOAL),
  };
}

export const capacity: readonly Measurement[] = AIR.phys.flatMap((phy) =>
  (["notifications", "writes without response"] as const).map((way) => ({
    name: `link capacity, ${way}, ${phy.name}`,
    run: () => share(way, phy),
  })),
);
