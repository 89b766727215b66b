/**
 * Whole hosts over the same strict controllers in memory: two of ours, and two of npm `ble-host`. Everything runs in one
 * thread; the controllers and the radio cost both the same.
 */
import assert from "node:assert/strict";
import { Boundary, newAclPacket } from "../../hci/host/acl.ts";
import { NumberOfCompletedPackets } from "../../hci/host/events.ts";
import type { Connection, RemoteCharacteristic } from "../support/ble-host.ts";
import type { Contest, Rival } from "./harness.ts";

import { CHARACTERISTICS, clocked, CONTROLLER, once, OurPair, PUSHED, SERVICES, TheirPair } from "./pairs.ts";

const NOTIFICATIONS = 500;

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

function discovery(mtu: number): Contest {
  const [ours, theirs] = [new OurPair(mtu), new TheirPair()];
  const our: Rival = {
    name: "ours",
    async sample() {
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
    },
  };
  const other: Rival = {
    name: "ble-host",
    async sample() {
      const link = await theirs.link();
      if (mtu > 23) {
        await theirs.rig.until(
          new Promise<void>((resolve) => link.central.gatt.exchangeMtu(() => resolve())),
        );
      }
      let count = 0;
      const ns = await clocked(theirs.rig, async () => {
        count = await discoverAll(link.central);
      });
      assert.ok(count >= SERVICES * CHARACTERISTICS);
      await theirs.end(link);
      return ns;
    },
  };
  const note = `${SERVICES} services, ${SERVICES * CHARACTERISTICS} characteristics and their descriptors; ours with the Database Hash before and after`;
  return {
    name: `stack: discovery at MTU ${mtu}`,
    note,
    rivals: [our, other],
    goal: 0.5,
    close: () => theirs.close(),
  };
}

function pairing(): Contest {
  const [ours, theirs] = [new OurPair(517), new TheirPair()];
  const our: Rival = {
    name: "ours",
    async sample() {
      const { central, host } = await ours.link();
      const ns = await clocked(ours.rig, () => central.pair());
      assert.equal(host.keys.bonds.length, 1);
      await ours.rig.end(central);
      return ns;
    },
  };
  const other: Rival = {
    name: "ble-host",
    async sample() {
      const link = await theirs.link();
      const ns = await clocked(theirs.rig, () => {
        const paired = once(link.central.smp, "pairingComplete");
        link.central.smp.sendPairingRequest({ ioCap: 3, bondingFlags: 1, mitm: false, sc: true });
        return paired;
      });
      assert.ok(link.central.smp.isEncrypted);
      await theirs.end(link);
      return ns;
    },
  };
  const note =
    "Secure Connections, Just Works, to the end of the central; we make a key pair for each and keep the bond in memory, they have one key pair and write a file";
  return { name: "stack: pairing", note, rivals: [our, other], goal: 0.5, close: () => theirs.close() };
}

function notifications(octets: number): Contest {
  const [ours, theirs] = [new OurPair(517), new TheirPair()];
  const value = new Uint8Array(octets).fill(0x41);
  const our: Rival = {
    name: "ours",
    async sample() {
      const { central, server } = await ours.link();
      const client = await ours.rig.until(central.explore());
      const found = client.table?.services.flatMap(({ characteristics }) => characteristics);
      const pushed = found?.find(({ uuid }) => uuid === PUSHED);
      assert(pushed !== undefined);
      const { server: gatt } = server;
      const all = Promise.withResolvers<void>();
      let heard = 0;
      await ours.rig.until(client.subscribe(pushed, () => void (++heard === NOTIFICATIONS && all.resolve())));
      const ns = await clocked(ours.rig, () => {
        for (let i = 0; i < NOTIFICATIONS; i++) void gatt.notify(PUSHED, value);
        return all.promise;
      });
      await ours.rig.end(central);
      return ns / NOTIFICATIONS;
    },
  };
  const other: Rival = {
    name: "ble-host",
    async sample() {
      const link = await theirs.link();
      const { gatt } = link.central;
      await theirs.rig.until(new Promise<void>((resolve) => gatt.exchangeMtu(() => resolve())));
      const characteristic = await theirs.rig.until(
        new Promise<RemoteCharacteristic>((resolve) =>
          gatt.discoverAllPrimaryServices((services) =>
            services
              .find(({ uuid }) => uuid.toLowerCase().startsWith("0000b000"))
              ?.discoverCharacteristics(([first]) => first && resolve(first)),
          ),
        ),
      );
      await theirs.rig.until(
        new Promise<void>((resolve) => characteristic.writeCCCD(true, false, () => resolve())),
      );
      const all = Promise.withResolvers<void>();
      let heard = 0;
      characteristic.on("change", () => void (++heard === NOTIFICATIONS && all.resolve()));
      const buffer = Buffer.from(value);
      const ns = await clocked(theirs.rig, () => {
        for (let i = 0; i < NOTIFICATIONS; i++) theirs.pushed?.notify?.(link.peripheral, buffer);
        return all.promise;
      });
      await theirs.end(link);
      return ns / NOTIFICATIONS;
    },
  };
  const note = `time of one of ${NOTIFICATIONS}`;
  return {
    name: `stack: notifications of ${octets} octets`,
    note,
    rivals: [our, other],
    goal: 0.5,
    close: () => theirs.close(),
  };
}

/** What the controllers and the radio cost by themselves: the same packets without any host. */
async function bareNotifications(pair: OurPair, octets: number): Promise<number> {
  const { central, host, server } = await pair.link();
  const [receiver, sender] = [host.cable, server.cable];
  const handle = server.stack.host.links.all[0]?.handle ?? 0;
  const length = octets + 7;
  const packet = newAclPacket(handle, Boundary.startFromHost, length);
  packet.set([octets + 3, 0, 4, 0, 0x1b, 3, 0], 4);
  const before = [receiver.onPacket, sender.onPacket] as const;
  const all = Promise.withResolvers<void>();
  let left = NOTIFICATIONS;
  let credits: number = CONTROLLER.aclPackets;
  let heard = 0;
  receiver.onPacket = ({ type, bytes }) => {
    if (type === "acl") heard += bytes.length - 4;
    if (heard === NOTIFICATIONS * length) all.resolve();
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
  return ns / NOTIFICATIONS;
}

function floor(octets: number): Contest {
  const full = notifications(octets).rivals[0];
  const pair = new OurPair(517);
  const note = "how much of it is the controllers'";
  const bare: Rival = { name: "controllers alone", sample: () => bareNotifications(pair, octets) };
  return { name: `stack: notifications of ${octets} octets, floor`, note, rivals: [full, bare] };
}

export const stack = (): readonly Contest[] => [
  discovery(23),
  discovery(517),
  pairing(),
  notifications(20),
  floor(20),
  notifications(244),
  floor(244),
];
