/**
 * Whole hosts over the same strict controllers in memory: ours, and npm `ble-host`. Everything runs in one thread; the
 * controllers and the radio cost both the same.
 */
import assert from "node:assert/strict";
import type { GattClient } from "../../hci/gatt/client.ts";
import type { Characteristic } from "../../hci/gatt/table.ts";
import { Boundary, newAclPacket } from "../../hci/host/acl.ts";
import { NumberOfCompletedPackets } from "../../hci/host/events.ts";
import type { Connection, Gatt, RemoteCharacteristic } from "../support/ble-host.ts";
import type { Section } from "./findings.ts";
import { measuredBy } from "./findings.ts";
import type { Contest, Rival } from "./harness.ts";
import type { PairOptions, TheirLink } from "./pairs.ts";
import { CHARACTERISTICS, clocked, CONTROLLER, once, OurPair, PUSHED, SERVICES, TheirPair } from "./pairs.ts";

const VALUES = 500;
const LINKS = 8;
/** The goal of all contests with the other host. */
const TWICE = 0.5;

function contest(
  name: string,
  pairs: { readonly ours: OurPair; readonly theirs: TheirPair },
  sample: { readonly ours: () => Promise<number>; readonly theirs: () => Promise<number> },
  more: Partial<Contest> = {},
): Contest {
  return {
    name,
    rivals: [
      { name: "Bondkeeper", sample: sample.ours },
      { name: "ble-host", sample: sample.theirs, goal: TWICE },
    ],
    close: () => pairs.theirs.close(),
    ...more,
  };
}

function both(options: PairOptions = {}): { readonly ours: OurPair; readonly theirs: TheirPair } {
  return { ours: new OurPair(options), theirs: new TheirPair(options) };
}

const exchangeMtu = ({ gatt }: { readonly gatt: Gatt }): Promise<void> =>
  new Promise((resolve) => gatt.exchangeMtu(() => resolve()));

/** Services, characteristics and descriptors of everything, as one discovers with this library. */
function discoverAll({ gatt }: Connection): Promise<number> {
  return new Promise((resolve) => {
    gatt.discoverAllPrimaryServices((services) => {
      let open = services.length;
      let found = 0;
      for (const service of services) {
        service.discoverCharacteristics((characteristics) => {
          open += characteristics.length - 1;
          found += characteristics.length;
          for (const characteristic of characteristics) {
            characteristic.discoverDescriptors(() => {
              if (--open === 0) resolve(found);
            });
          }
        });
      }
    });
  });
}

/** The characteristic that is read, written and pushed. */
function theirPushed({ gatt }: Connection): Promise<RemoteCharacteristic> {
  return new Promise((resolve) =>
    gatt.discoverAllPrimaryServices((services) =>
      services
        .find(({ uuid }) => uuid.toLowerCase().startsWith("0000b000"))
        ?.discoverCharacteristics(([first]) => first && resolve(first)),
    ),
  );
}

function ourPushed(client: GattClient): Characteristic {
  const found = client.table?.services.flatMap(({ characteristics }) => characteristics);
  const pushed = found?.find(({ uuid }) => uuid === PUSHED);
  assert(pushed !== undefined);
  return pushed;
}

function discovery(mtu: number): Contest {
  const pairs = both({ mtu });
  const { ours, theirs } = pairs;
  const ourSample = async (): Promise<number> => {
    const { central } = await ours.link();
    const client = await ours.rig.until(central.explore());
    assert.equal(central.mtu, mtu);
    let count = 0;
    const ns = await clocked(ours.rig, async () => {
      const { services } = await client.discover();
      count = services.flatMap(({ characteristics }) => characteristics).length;
    });
    assert.ok(count >= SERVICES * CHARACTERISTICS);
    await ours.rig.end(central);
    return ns;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    if (mtu > 23) await theirs.rig.until(exchangeMtu(link.central));
    let count = 0;
    const ns = await clocked(theirs.rig, async () => {
      count = await discoverAll(link.central);
    });
    assert.ok(count >= SERVICES * CHARACTERISTICS);
    await theirs.end(link);
    return ns;
  };
  const note = `${SERVICES} services, ${SERVICES * CHARACTERISTICS} characteristics and their descriptors; ours with the Database Hash before and after`;
  return contest(`discovery at MTU ${mtu}`, pairs, { ours: ourSample, theirs: theirSample }, { note });
}

function pairing(name: string, options: PairOptions): Contest {
  const pairs = both(options);
  const { ours, theirs } = pairs;
  const ourSample = async (): Promise<number> => {
    const { central, host } = await ours.link();
    const ns = await clocked(ours.rig, () => central.pair());
    const [bond] = host.keys.bonds;
    assert.equal(bond?.secureConnections, options.legacy !== true);
    assert.equal(bond?.authenticated, options.passkey === true);
    await ours.rig.end(central);
    return ns;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    const ns = await clocked(theirs.rig, () => theirs.pair(link));
    assert.ok(link.central.smp.isEncrypted);
    assert.equal(link.central.smp.currentEncryptionLevel?.mitm, options.passkey === true);
    await theirs.end(link);
    return ns;
  };
  const note =
    "both hosts, to the end of the central; we make a key pair for each pairing and keep the bond in memory, they have one key pair and write a file";
  return contest(name, pairs, { ours: ourSample, theirs: theirSample }, { note });
}

function reconnection(): Contest {
  const pairs = both();
  const { ours, theirs } = pairs;
  const ourSample = async (): Promise<number> => {
    const [host, server] = await ours.hosts();
    assert(server !== undefined);
    if (host.keys.bonds.length === 0) {
      const { central } = await ours.link();
      await ours.rig.until(central.pair());
      await ours.rig.end(central);
    }
    const link = await ours.reach(server);
    const ns = await clocked(ours.rig, async () => {
      const client = await link.secure();
      assert.deepEqual([...(await client.read(ourPushed(client).handle))], [0, 0]);
    });
    await ours.rig.end(link);
    return ns;
  };
  let bonded = false;
  const theirSample = async (): Promise<number> => {
    if (!bonded) {
      const link = await theirs.link();
      await theirs.rig.until(exchangeMtu(link.central));
      await theirs.rig.until(discoverAll(link.central));
      await theirs.rig.until(theirs.pair(link));
      await theirs.end(link, true);
      bonded = true;
    }
    const link = await theirs.link();
    const ns = await clocked(theirs.rig, async () => {
      const encrypted = once(link.central.smp, "encrypt");
      assert.ok(link.central.smp.hasLtk);
      if (!link.central.smp.isEncrypted) {
        link.central.smp.startEncryption();
        await encrypted;
      }
      await exchangeMtu(link.central);
      const pushed = await theirPushed(link.central);
      const value = await new Promise<Buffer>((resolve) => pushed.read((_error, read) => resolve(read)));
      assert.deepEqual([...value], [0, 0]);
    });
    await theirs.end(link, true);
    return ns;
  };
  const note = "from the link to the first value: encryption, MTU, and what each remembers of the attributes";
  return contest(
    "bonded reconnection to the first read",
    pairs,
    { ours: ourSample, theirs: theirSample },
    { note },
  );
}

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

/** Resolves at the call of `hear` that makes `count` of them. */
function tally(count: number): { readonly all: Promise<void>; readonly hear: () => void } {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  return { all, hear: () => void (++heard === count && resolve()) };
}

function notifications(octets: number): Contest {
  const pairs = both();
  const { ours, theirs } = pairs;
  const value = new Uint8Array(octets).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const { central, server } = await ours.link();
    const { all, hear } = tally(VALUES);
    await ourListener(ours, central, hear);
    const ns = await clocked(ours.rig, () => {
      for (let i = 0; i < VALUES; i++) void server.server.notify(PUSHED, value);
      return all;
    });
    await ours.rig.end(central);
    return ns / VALUES;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    const { all, hear } = tally(VALUES);
    await theirListener(theirs, link, hear);
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () => {
      for (let i = 0; i < VALUES; i++) link.pushed.notify?.(link.peripheral, buffer);
      return all;
    });
    await theirs.end(link);
    return ns / VALUES;
  };
  const floor = new OurPair();
  const alone: Rival = { name: "controllers alone, no host", sample: () => bare(floor, octets) };
  const made = contest(`notifications of ${octets} octets`, pairs, { ours: ourSample, theirs: theirSample });
  return { ...made, rivals: [...made.rivals, alone], note: `time of one of ${VALUES}` };
}

function writes(): Contest {
  const pairs = both();
  const { ours, theirs } = pairs;
  const value = new Uint8Array(20).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const { central } = await ours.link();
    const client = await ours.rig.until(central.explore());
    const { handle } = ourPushed(client);
    const { all, hear } = tally(VALUES);
    ours.onWrite = hear;
    const ns = await clocked(ours.rig, () => {
      for (let i = 0; i < VALUES; i++) void client.writeWithoutResponse(handle, value);
      return all;
    });
    await ours.rig.end(central);
    return ns / VALUES;
  };
  const theirSample = async (): Promise<number> => {
    const link = await theirs.link();
    await theirs.rig.until(exchangeMtu(link.central));
    const pushed = await theirs.rig.until(theirPushed(link.central));
    const { all, hear } = tally(VALUES);
    theirs.onWrite = hear;
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () => {
      for (let i = 0; i < VALUES; i++) pushed.writeWithoutResponse(buffer);
      return all;
    });
    await theirs.end(link);
    return ns / VALUES;
  };
  return contest(
    "write without response, 20 octets",
    pairs,
    { ours: ourSample, theirs: theirSample },
    {
      note: `time of one of ${VALUES}`,
    },
  );
}

function manyLinks(): Contest {
  const pairs = both({ peripherals: LINKS });
  const { ours, theirs } = pairs;
  const each = VALUES / 5;
  const value = new Uint8Array(20).fill(0x41);
  const ourSample = async (): Promise<number> => {
    const [, ...servers] = await ours.hosts();
    const { all, hear } = tally(each * LINKS);
    const links = [];
    for (const server of servers) {
      const central = await ours.reach(server);
      links.push(central);
      await ourListener(ours, central, hear);
    }
    const ns = await clocked(ours.rig, () => {
      for (let i = 0; i < each; i++) for (const { server } of servers) void server.notify(PUSHED, value);
      return all;
    });
    for (const central of links) await ours.rig.end(central);
    return ns / each / LINKS;
  };
  const theirSample = async (): Promise<number> => {
    const { all, hear } = tally(each * LINKS);
    const links: TheirLink[] = [];
    for (let i = 0; i < LINKS; i++) {
      const link = await theirs.link(i);
      links.push(link);
      await theirListener(theirs, link, hear);
    }
    const buffer = Buffer.from(value);
    const ns = await clocked(theirs.rig, () => {
      for (let i = 0; i < each; i++)
        for (const { pushed, peripheral } of links) pushed.notify?.(peripheral, buffer);
      return all;
    });
    for (const link of links) await theirs.end(link, true);
    return ns / each / LINKS;
  };
  const note = `time of one of ${each} notifications of 20 octets on each`;
  return contest(
    `${LINKS} links at once`,
    pairs,
    { ours: ourSample, theirs: theirSample },
    { note, rounds: 9, bestOf: 2 },
  );
}

/** What the controllers and the radio cost by themselves: the same packets without any host. */
async function bare(pair: OurPair, octets: number): Promise<number> {
  const { central, host, server } = await pair.link();
  const [receiver, sender] = [host.cable, server.cable];
  const handle = server.stack.host.links.all[0]?.handle ?? 0;
  const length = octets + 7;
  const packet = newAclPacket(handle, Boundary.startFromHost, length);
  packet.set([octets + 3, 0, 4, 0, 0x1b, 3, 0], 4);
  const before = [receiver.onPacket, sender.onPacket] as const;
  const all = Promise.withResolvers<void>();
  let left = VALUES;
  let credits: number = CONTROLLER.aclPackets;
  let heard = 0;
  receiver.onPacket = ({ type, bytes }) => {
    if (type === "acl") heard += bytes.length - 4;
    if (heard === VALUES * length) all.resolve();
  };
  const pump = (): void => {
    for (; left > 0 && credits > 0; left--, credits--) sender.send({ type: "acl", bytes: packet.slice() });
  };
  sender.onPacket = ({ type, bytes }) => {
    if (type !== "event" || bytes[0] !== NumberOfCompletedPackets.code) return;
    credits += (bytes[5] ?? 0) | ((bytes[6] ?? 0) << 8);
    pump();
  };
  const ns = await clocked(pair.rig, () => {
    pump();
    return all.promise;
  });
  [receiver.onPacket, sender.onPacket] = before;
  await pair.rig.end(central);
  return ns / VALUES;
}

export const stackContests = (): readonly Contest[] => [
  discovery(23),
  discovery(517),
  pairing("pairing: Secure Connections, Just Works", {}),
  pairing("pairing: Secure Connections, passkey", { passkey: true }),
  pairing("pairing: legacy, Just Works", { legacy: true }),
  pairing("pairing: legacy, passkey", { legacy: true, passkey: true }),
  reconnection(),
  notifications(20),
  notifications(244),
  writes(),
  manyLinks(),
];

export const stack = (): Section => ({
  name: "stack",
  title: "Whole hosts over controllers in memory",
  measurements: stackContests().map(measuredBy),
});
