/** Our host as central with a `PairingManager` in front of it, and another host to pair with. */
import assert from "node:assert/strict";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { formatAddress } from "../../../hci/gap/address.ts";
import type { Address } from "../../../hci/ports.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import type { PairingResult } from "../../../hci/smp/bonding.ts";
import { promptingDelegate } from "../../../src/link/hci/prompting.ts";
import type { PairingPeer } from "../../../src/link/pairing.ts";
import { PairingManager } from "../../../src/state/pairing-manager.ts";
import type { PairingEvent, PairingRequest } from "../../../src/state/pairing-requests.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { bondRig, START, type Rig } from "../../support/bond-rig.ts";
import { settle } from "../../support/manual-clock.ts";
import type { HostOptions, RigHost } from "../../support/stack-rig.ts";
import { identityOf, StackRig } from "../../support/stack-rig.ts";

export const peerOf = (address: Address): PairingPeer => ({
  id: formatAddress(address),
  name: "Lock\u202e one",
});

export interface PairingWorld {
  readonly rig: StackRig;
  readonly manager: PairingManager;
  readonly bonds: Rig;
  readonly events: PairingEvent[];
  readonly faults: unknown[];
  readonly phone: RigHost;
  readonly device: RigHost;
  /** The one question that is open. */
  question(): PairingRequest;
  /** Time passes until a question is open. */
  asked(): Promise<PairingRequest>;
  connect(): Promise<DeviceLink>;
  /** Starts a pairing; nothing is left unobserved. */
  pair(link: DeviceLink, oob?: OobMaterial): Promise<PairingResult>;
}

export interface WorldOptions {
  readonly phone?: HostOptions;
  readonly device?: HostOptions;
  readonly records?: readonly BondRecord[];
  readonly started?: boolean;
}

export async function pairingWorld(options: WorldOptions = {}): Promise<PairingWorld> {
  const rig = new StackRig();
  const bonds = bondRig(options.records);
  const events: PairingEvent[] = [];
  const faults: unknown[] = [];
  const manager = new PairingManager({
    bond: {
      ...bonds.ports,
      surroundings: { ...bonds.ports.surroundings, now: () => START + rig.clock.now() },
    },
    after: (ms, run) => rig.clock.after(ms, run),
    onListenerError: (error) => faults.push(error),
    waitMs: () => rig.hosts[0]?.stack.pairingWait(identityOf("device").address) ?? 0,
  });
  manager.listen((event) => events.push(event));
  if (options.started !== false) await manager.start(new AbortController().signal);
  const phone = await rig.host("phone", {
    delegate: promptingDelegate(manager, peerOf),
    ...options.phone,
  });
  const device = await rig.host("device", options.device);
  const question = (): PairingRequest => {
    const [only, ...more] = manager.view.value.requests;
    assert(only !== undefined && more.length === 0, "one question is open");
    return only;
  };
  return {
    rig,
    manager,
    bonds,
    events,
    faults,
    phone,
    device,
    question,
    asked: async () => {
      for (let i = 0; i < 400 && manager.view.value.requests.length === 0; i++) {
        await settle();
        if (i % 4 === 3) await rig.clock.advance(1);
      }
      return question();
    },
    connect: async () => (await rig.connect(phone, device)).central,
    pair: (link, oob) => {
      const paired = link.pair(oob === undefined ? {} : { oob });
      paired.catch(() => {});
      return paired;
    },
  };
}
