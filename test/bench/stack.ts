/**
 * Whole hosts over the same strict controllers in memory: ours, and npm `ble-host`. Everything runs in one thread; the
 * controllers and the radio cost both the same.
 */
import assert from "node:assert/strict";
import type { Connection } from "../support/ble-host.ts";
import type { Section } from "./findings.ts";
import { measuredBy } from "./findings.ts";
import type { Contest } from "./harness.ts";
import { both, contest, exchangeMtu, ourPushed, theirPushed } from "./hosts.ts";
import { besideNoble } from "./noble.ts";
import type { PairOptions } from "./pairs.ts";
import { CHARACTERISTICS, clocked, once, SERVICES } from "./pairs.ts";
import { manyLinks, notifications, writes } from "./traffic.ts";

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
  notifications(244, { longPackets: false }),
  writes(),
  manyLinks(),
];

export const stack = (): Section => ({
  name: "stack",
  title: "Whole hosts over controllers in memory",
  measurements: besideNoble(stackContests()).map(measuredBy),
});
