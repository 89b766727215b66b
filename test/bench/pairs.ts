/**
 * Two hosts of ours, and two of npm `ble-host`, over the same strict controllers in memory. Everything runs in one
 * thread; the controllers and the radio cost both the same.
 */
import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import { uuidOf } from "../../hci/codec/uuid.ts";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import { Stack } from "../../hci/device/stack.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { GattServer } from "../../hci/gatt/server.ts";
import { nodeCrypto } from "../support/crypto.ts";
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import type { BleHost, Connection, LocalCharacteristic, Manager } from "../support/ble-host.ts";
import { inEmptyDirectory, loadBleHost, startBleHost } from "../support/ble-host.ts";
import { formatAddress } from "../../hci/gap/address.ts";
import { settle } from "../support/manual-clock.ts";
import { MemoryKeyStore } from "../support/smp/memory-key-store.ts";
import { Person } from "../support/smp/person.ts";
import { identityOf, StackRig, text } from "../support/stack-rig.ts";
import { stopwatch } from "./harness.ts";

export const SERVICES = 10;
export const CHARACTERISTICS = 6;
export const CONTROLLER = {
  profile: "4.2",
  aclLength: 251,
  aclPackets: 8,
  maxDataOctets: 251,
} as const satisfies Partial<ControllerOptions>;
/** AD structure of the flags: general discoverable, no BR/EDR. */
const FLAGS = Uint8Array.of(2, 1, 6);
export const PUSHED = uuidOf(0xa000);

const uuidAt = (service: number, characteristic: number): string =>
  uuidOf(0xa000 + service * 0x10 + characteristic);

const ourServices = (): readonly ServiceDefinition[] =>
  Array.from({ length: SERVICES }, (_, s) => ({
    uuid: uuidOf(0xb000 + s),
    characteristics: Array.from({ length: CHARACTERISTICS }, (_, c) => ({
      uuid: uuidAt(s, c),
      properties: ["read", "notify"] as const,
      value: Uint8Array.of(s, c),
    })),
  }));

const theirServices = (): readonly { uuid: string; characteristics: LocalCharacteristic[] }[] =>
  Array.from({ length: SERVICES }, (_, s) => ({
    uuid: uuidOf(0xb000 + s),
    characteristics: Array.from({ length: CHARACTERISTICS }, (_, c) => ({
      uuid: uuidAt(s, c),
      properties: ["read", "notify"],
      value: Buffer.of(s, c),
    })),
  }));

/** Nanoseconds that `work` takes. */
export async function clocked(rig: StackRig, work: () => Promise<unknown>): Promise<number> {
  const elapsed = stopwatch();
  const running = work();
  let end = 0;
  const note = (): void => void (end = elapsed());
  running.then(note, note);
  await rig.until(running);
  return end;
}

/** One host of ours, without anything that only watches. */
export interface OurHost {
  readonly stack: Stack;
  readonly keys: MemoryKeyStore;
  readonly server: GattServer;
  /** The host's end of its cable. */
  readonly cable: Transport;
}

/** Two hosts of ours. Every sample begins with a new link. */
export class OurPair {
  readonly rig = new StackRig();
  readonly #mtu: number;
  #hosts: readonly [OurHost, OurHost] | undefined;

  constructor(mtu: number) {
    this.#mtu = mtu;
  }

  async link(): Promise<{ readonly central: DeviceLink; readonly host: OurHost; readonly server: OurHost }> {
    this.#hosts ??= [await this.#start("central", []), await this.#start("peripheral", ourServices())];
    const [host, server] = this.#hosts;
    for (const { keys } of this.#hosts) {
      for (const { local, peer } of keys.bonds) await keys.delete(local, peer);
    }
    await this.rig.until(server.stack.advertise({ data: FLAGS, connectable: true, intervalMs: 20 }));
    const central = await this.rig.until(host.stack.connect(server.stack.identity.address));
    await settle();
    return { central, host, server };
  }

  async #start(name: string, services: readonly ServiceDefinition[]): Promise<OurHost> {
    const { rig } = this;
    const keys = new MemoryKeyStore();
    const server = rig.server(name, services);
    const cable = rig.controller(name, CONTROLLER).plug();
    const stack = await rig.until(
      Stack.start({
        transport: cable,
        clock: rig.clock,
        crypto: nodeCrypto,
        text,
        keys,
        server,
        identity: identityOf(name),
        privacy: false,
        mtu: this.#mtu,
        policy: { ...DEFAULT_POLICY, ioCapability: "NoInputNoOutput" },
        delegate: new Person(),
      }),
    );
    const host: OurHost = { stack, keys, server, cable };
    stack.onConnection = () => {}; // the link is wanted
    return host;
  }
}

/** The other pair; each host a copy of its own, as their key pair and caches are one per copy. */
export class TheirPair {
  readonly rig = new StackRig();
  #leave: () => void = () => {};
  readonly #libraries: readonly [BleHost, BleHost] = [loadBleHost(), loadBleHost()];
  #managers: readonly [Manager, Manager] | undefined;
  #address = "";
  #own = "";
  pushed: LocalCharacteristic | undefined;

  async link(): Promise<{ readonly central: Connection; readonly peripheral: Connection }> {
    this.#managers ??= await this.#start();
    const [host, server] = this.#managers;
    const accepted = Promise.withResolvers<Connection>();
    server.startAdvertising({ intervalMin: 32, intervalMax: 32 }, (status, connection) => {
      assert.equal(status, 0);
      accepted.resolve(connection);
    });
    await settle();
    const central = await this.rig.until(
      new Promise<Connection>((resolve) => host.connect("public", this.#address, {}, resolve)),
    );
    return { central, peripheral: await this.rig.until(accepted.promise) };
  }

  async end({ central, peripheral }: { central: Connection; peripheral: Connection }): Promise<void> {
    const gone = Promise.all([central, peripheral].map((one) => once(one, "disconnect")));
    central.disconnect();
    await this.rig.until(gone);
    const [host, server] = this.#managers ?? [];
    host?.removeBond("public", this.#address);
    server?.removeBond("public", this.#own);
  }

  close(): void {
    this.#leave();
  }

  async #start(): Promise<readonly [Manager, Manager]> {
    this.#leave = inEmptyDirectory();
    const [one, two] = ["one", "two"].map((name) => this.rig.controller(name, CONTROLLER));
    assert(one !== undefined && two !== undefined);
    const host = await this.rig.until(startBleHost(this.#libraries[0], one.plug()));
    const server = await this.rig.until(startBleHost(this.#libraries[1], two.plug()));
    this.#address = formatAddress(two.publicAddress);
    this.#own = formatAddress(one.publicAddress);
    const services = theirServices();
    server.gattDb.addServices(services);
    this.pushed = services[0]?.characteristics[0];
    return [host, server];
  }
}

export function once(emitter: EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve) => {
    emitter.once(event, resolve);
  });
}
