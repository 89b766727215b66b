/** Hosts that send as fast as they can, over links that are there. */
import type { DeviceLink } from "../../hci/device/device-link.ts";
import { ACL_HEADER, Boundary, newAclPacket } from "../../hci/host/acl.ts";
import type { GattClient } from "../../hci/gatt/client.ts";
import { NumberOfCompletedPackets } from "../../hci/host/events.ts";
import type { Contest, Rival } from "./harness.ts";
import { both, contest, exchangeMtu, ourPushed, theirPushed } from "./hosts.ts";
import { settle } from "../support/manual-clock.ts";
import type { OurHost, PairOptions, TheirLink, TheirPair } from "./pairs.ts";
import { clocked, CONTROLLER, OurPair, PUSHED } from "./pairs.ts";

export const VALUES = 500;
export const LINKS = 8;
/** Of a contest; a profile takes more. */
export const BATCHES = 4;

async function ourListener(
  ours: OurPair,
  central: Awaited<ReturnType<OurPair["reach"]>>,
  heard: () => void,
): Promise<GattClient> {
  const client = await ours.rig.until(central.explore());
  await ours.rig.until(client.subscribe(ourPushed(client), heard));
  return client;
}

async function theirListener(theirs: TheirPair, link: TheirLink, heard: () => void): Promise<void> {
  await theirs.rig.until(exchangeMtu(link.central));
  const characteristic = await theirs.rig.until(theirPushed(link.central));
  await theirs.rig.until(
    new Promise<void>((resolve) => characteristic.writeCCCD(true, false, () => resolve())),
  );
  characteristic.on("change", heard);
}

/** Batches of values, one after the other: a queue without end would be refused, and is not how one sends. */
export class Batches {
  readonly #count: number;
  #left = 0;
  #resolve: () => void = () => {};

  constructor(count: number) {
    this.#count = count;
  }

  readonly hear = (): void => {
    if (--this.#left === 0) this.#resolve();
  };

  /** Each time `push` is called it sends `size` values that are heard. */
  async run(size: number, push: () => void): Promise<void> {
    for (let i = 0; i < this.#count; i++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#left = size;
      this.#resolve = resolve;
      push();
      await promise;
    }
  }
}

/** How many batches, and between which hosts. */
type Sending = PairOptions & { readonly count?: number };

export function notifications(octets: number, { count = BATCHES, ...how }: Sending = {}): Contest {
  const pairs = both(how);
  const { ours, theirs } = pairs;
  const value = new Uint8Array(octets).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const { central, server } = await ours.link();
    const batches = new Batches(count);
    await ourListener(ours, central, batches.hear);
    const ns = await clocked(ours.rig, () =>
      batches.run(VALUES, () => {
        for (let i = 0; i < VALUES; i++) void server.server.notify(PUSHED, value);
      }),
    );
    await ours.rig.end(central);
    return ns / VALUES / count;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    const batches = new Batches(count);
    await theirListener(theirs, link, batches.hear);
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () =>
      batches.run(VALUES, () => {
        for (let i = 0; i < VALUES; i++) link.pushed.notify?.(link.peripheral, buffer);
      }),
    );
    await theirs.end(link);
    return ns / VALUES / count;
  };
  const floor = new OurPair(how);
  const alone: Rival = { name: "controllers alone, no host", sample: () => bare(floor, octets) };
  const short = how.longPackets === false;
  const made = contest(`notifications of ${octets} octets${short ? " in short packets" : ""}`, pairs, {
    ours: ourSample,
    theirs: theirSample,
  });
  return {
    ...made,
    rivals: [...made.rivals, alone],
    note: `time of one of ${VALUES * count}, ${VALUES} waiting at once`,
  };
}

export function writes(count = BATCHES): Contest {
  const pairs = both();
  const { ours, theirs } = pairs;
  const value = new Uint8Array(20).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const { central } = await ours.link();
    const client = await ours.rig.until(central.explore());
    const { handle } = ourPushed(client);
    const batches = new Batches(count);
    ours.onWrite = batches.hear;
    const ns = await clocked(ours.rig, () =>
      batches.run(VALUES, () => {
        for (let i = 0; i < VALUES; i++) void client.writeWithoutResponse(handle, value);
      }),
    );
    await ours.rig.end(central);
    return ns / VALUES / count;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    await theirs.rig.until(exchangeMtu(link.central));
    const pushed = await theirs.rig.until(theirPushed(link.central));
    const batches = new Batches(count);
    theirs.onWrite = batches.hear;
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () =>
      batches.run(VALUES, () => {
        for (let i = 0; i < VALUES; i++) pushed.writeWithoutResponse(buffer);
      }),
    );
    await theirs.end(link);
    return ns / VALUES / count;
  };
  return contest(
    "write without response, 20 octets",
    pairs,
    { ours: ourSample, theirs: theirSample },
    {
      note: `time of one of ${VALUES * count}, ${VALUES} waiting at once`,
    },
  );
}

export function manyLinks(count = BATCHES): Contest {
  const pairs = both({ peripherals: LINKS });
  const { ours, theirs } = pairs;
  const each = VALUES / 5;
  const value = new Uint8Array(20).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const [, ...servers] = await ours.hosts();
    const batches = new Batches(count);
    const links = [];
    for (const server of servers) {
      const central = await ours.reach(server);
      links.push(central);
      await ourListener(ours, central, batches.hear);
    }
    const ns = await clocked(ours.rig, () =>
      batches.run(each * LINKS, () => {
        for (let i = 0; i < each; i++) for (const { server } of servers) void server.notify(PUSHED, value);
      }),
    );
    for (const central of links) await ours.rig.end(central);
    return ns / each / LINKS / count;
  };
  const theirSample = async (): Promise<number> => {
    const batches = new Batches(count);
    const links: TheirLink[] = [];
    for (let i = 0; i < LINKS; i++) {
      const link = await theirs.link(i);
      links.push(link);
      await theirListener(theirs, link, batches.hear);
    }
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () =>
      batches.run(each * LINKS, () => {
        for (let i = 0; i < each; i++)
          for (const { pushed, peripheral } of links) pushed.notify?.(peripheral, buffer);
      }),
    );
    for (const link of links) await theirs.end(link, true);
    return ns / each / LINKS / count;
  };
  const note = `time of one notification of 20 octets; ${each} wait on each at once`;
  return contest(
    `${LINKS} links at once`,
    pairs,
    { ours: ourSample, theirs: theirSample },
    { note, rounds: 9, bestOf: 2 },
  );
}

/**
 * What the controllers and the radio cost by themselves: the same packets without any host, from the peripherals to the
 * central or the other way.
 */
export async function bare(pair: OurPair, octets: number, way: "up" | "down" = "up"): Promise<number> {
  const [central, ...servers] = await pair.hosts();
  const links: DeviceLink[] = [];
  for (const server of servers) {
    const link = await pair.reach(server);
    await pair.rig.until(link.explore()); // with it come long packets
    links.push(link);
  }
  await settle();
  const senders = way === "up" ? servers : [central];
  const receivers = way === "up" ? [central] : servers;
  const length = octets + 7;
  const whole = VALUES * length;
  let heard = 0;
  const all = Promise.withResolvers<void>();
  const before = [...senders, ...receivers].map(({ cable }) => [cable, cable.onPacket] as const);
  for (const { cable } of receivers)
    cable.onPacket = ({ type, bytes }) => {
      if (type === "acl") heard += bytes.length - ACL_HEADER;
      if (heard === whole) all.resolve();
    };
  const pumps = senders.map((sender) => pumpOf(sender, length, VALUES / senders.length));
  const ns = await clocked(pair.rig, () => {
    for (const pump of pumps) pump();
    return all.promise;
  });
  for (const [cable, listener] of before) cable.onPacket = listener;
  for (const link of links) await pair.rig.end(link);
  return ns / VALUES;
}

/** Sends `count` frames of that length as the credits come. */
function pumpOf({ cable, stack }: OurHost, length: number, count: number): () => void {
  const packet = newAclPacket(stack.host.links.all[0]?.handle ?? 0, Boundary.startFromHost, length);
  packet.set([length - 4, 0, 4, 0, 0x1b, 3, 0], ACL_HEADER);
  let left = count;
  let credits: number = CONTROLLER.aclPackets;
  const pump = (): void => {
    for (; left > 0 && credits > 0; left--, credits--) cable.send({ type: "acl", bytes: packet.slice() });
  };
  cable.onPacket = ({ type, bytes }) => {
    if (type !== "event" || bytes[0] !== NumberOfCompletedPackets.code) return;
    credits += (bytes[5] ?? 0) | ((bytes[6] ?? 0) << 8);
    pump();
  };
  return pump;
}
