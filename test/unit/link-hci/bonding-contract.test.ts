/** Explicit pairing over our own host, whatever leads to the adapter. */
import { test } from "node:test";
import { bondingContract } from "../../contract/bonding.ts";
import type { BondingBench, BondingDevice } from "../../contract/bonding-bench.ts";
import { ENCRYPTED, SERVICE } from "../../support/att-rig.ts";
import { HciWorld } from "../../support/hci-world.ts";
import { OWN_ADAPTERS, type OwnAdapter } from "../../support/own-adapters.ts";
import { PATIENCE_MS } from "../../support/pumped.ts";
import type { RigHost } from "../../support/stack-rig.ts";
import { newProfile } from "../../support/tabs.ts";
import { openKeysTab } from "../keys/keys-rig.ts";
import { peerIdOf } from "../../../src/link/hci/addresses.ts";

for (const [way, adapterIn] of Object.entries(OWN_ADAPTERS))
  bondingContract(
    `Own keys ${way}`,
    { start: () => bench(adapterIn) },
    (sentence, run) => void test(sentence, run),
  );

async function bench(adapterIn: (world: HciWorld) => OwnAdapter): Promise<BondingBench> {
  newProfile();
  const world = new HciWorld();
  const tab = openKeysTab();
  const { port } = adapterIn(world);
  const plain = deviceOf(world, await world.device("plain", { policy: { ioCapability: "NoInputNoOutput" } }));
  const display = deviceOf(
    world,
    await world.device("display", { policy: { ioCapability: "DisplayOnly", mitm: "required" } }),
  );
  const tables = world.watched(tab.tables);
  return {
    backend: await world.open(tab.keys, { adapter: port, tables }),
    plain,
    display,
    guarded: { service: SERVICE, characteristic: ENCRYPTED, instance: 0 },
    until: (work) => world.until(work),
    pass: (ms) => world.rig.clock.advance(ms),
    soon: () => world.moment(PATIENCE_MS),
    async [Symbol.asyncDispose]() {
      await world.close();
      await tab.close();
      world.rig.assertClean();
    },
  };
}

function deviceOf(world: HciWorld, host: RigHost): BondingDevice {
  return {
    peerId: peerIdOf(host.stack.identity.address),
    get shown() {
      return host.person.shown ?? "";
    },
    get asked() {
      return host.person.proposals.length;
    },
    async reset() {
      host.keys.clear();
      await world.until(host.stack.refreshBonds());
    },
    async drop() {
      await world.until(Promise.all(host.stack.links.map((link) => link.disconnect())));
    },
  };
}
