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
import { nodeCrypto } from "../../src/cli/node-crypto.ts";
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import type { Connection, LocalCharacteristic, Manager, PairingFeatures } from "../support/ble-host.ts";
import { inEmptyDirectory, loadBleHost, startBleHost } from "../support/ble-host.ts";
import { formatAddress } from "../../hci/gap/address.ts";
import { settle } from "../support/manual-clock.ts";
import { legacyOnly } from "../support/smp/legacy-only.ts";
import { MemoryKeyStore } from "../support/smp/memory-key-store.ts";
import { Person } from "../support/smp/person.ts";
import { identityOf, MemoryTables, StackRig, text } from "../support/stack-rig.ts";
import { stopwatch } from "./harness.ts";

export const SERVICES = 10;
export const CHARACTERISTICS = 6;
export const CONTROLLER = {
  profile: "4.2",
  aclLength: 251,
  aclPackets: 8,
  maxDataOctets: 251,
  maxLinks: 40,
} as const satisfies Partial<ControllerOptions>;
/** AD structure of the flags: general discoverable, no BR/EDR. */
export const FLAGS = Uint8Array.of(2, 1, 6);
export const PUSHED = uuidOf(0xa000);

const uuidAt = (service: number, characteristic: number): string =>
  uuidOf(0xa000 + service * 0x10 + characteristic);

const ourServices = (onWrite: () => void): readonly ServiceDefinition[] =>
  Array.from({ length: SERVICES }, (_, s) => ({
    uuid: uuidOf(0xb000 + s),
    characteristics: Array.from({ length: CHARACTERISTICS }, (_, c) => ({
      uuid: uuidAt(s, c),
      properties: ["read", "notify", "write", "writeWithoutResponse"] as const,
      value: { read: () => Uint8Array.of(s, c), write: onWrite },
    })),
  }));

const theirServices = (
  onWrite: () => void,
): readonly { uuid: string; characteristics: LocalCharacteristic[] }[] =>
  Array.from({ length: SERVICES }, (_, s) => ({
    uuid: uuidOf(0xb000 + s),
    characteristics: Array.from({ length: CHARACTERISTICS }, (_, c) => ({
      uuid: uuidAt(s, c),
      properties: ["read", "notify", "write", "write-without-response"],
      onRead: (_connection, answer) => answer(0, Buffer.of(s, c)),
      onWrite: (_connection, wanted, _value, answer) => {
        onWrite();
        if (wanted) answer(0);
      },
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

export interface PairOptions {
  readonly mtu?: number;
  /** A passkey, shown by the peripheral and typed at the central. Just Works otherwise. */
  readonly passkey?: boolean;
  readonly legacy?: boolean;
  /** Adapters that carry 251 octets in a packet; true by default. Only we ask for it. */
  readonly longPackets?: boolean;
  /** How many peripherals; 1 by default. */
  readonly peripherals?: number;
}

/** A person who types what the other screen shows, at once. */
const PASSKEY_IO = { central: "KeyboardOnly", peripheral: "DisplayOnly" } as const;
const IO_NUMBER = { KeyboardOnly: 2, DisplayOnly: 0, NoInputNoOutput: 3 } as const;

function ioOf(role: "central" | "peripheral", passkey: boolean): keyof typeof IO_NUMBER {
  return passkey ? PASSKEY_IO[role] : "NoInputNoOutput";
}

function controllerOf({ longPackets = true }: PairOptions): Partial<ControllerOptions> {
  return longPackets ? CONTROLLER : { ...CONTROLLER, maxDataOctets: 27 };
}

/** Hosts of ours: one central and its peripherals. Every sample begins with a new link. */
export class OurPair {
  readonly rig = new StackRig();
  readonly #options: PairOptions;
  #hosts: readonly [OurHost, ...OurHost[]] | undefined;
  #shown = "";
  /** Hears of every value that is written to a peripheral. */
  onWrite: () => void = () => {};

  constructor(options: PairOptions = {}) {
    this.#options = options;
  }

  async hosts(): Promise<readonly [OurHost, ...OurHost[]]> {
    if (this.#hosts !== undefined) return this.#hosts;
    const peripherals: OurHost[] = [];
    const central = await this.#start("central", []);
    for (let i = 0; i < (this.#options.peripherals ?? 1); i++)
      peripherals.push(
        await this.#start(
          `peripheral ${i}`,
          ourServices(() => this.onWrite()),
        ),
      );
    this.#hosts = [central, ...peripherals];
    return this.#hosts;
  }

  /** Without a bond unless it is kept. */
  async link(
    keep = false,
  ): Promise<{ readonly central: DeviceLink; readonly host: OurHost; readonly server: OurHost }> {
    const [host, server] = await this.hosts();
    assert(server !== undefined);
    if (!keep) await this.#forget();
    return { central: await this.reach(server), host, server };
  }

  async reach(server: OurHost): Promise<DeviceLink> {
    const [host] = await this.hosts();
    await this.rig.until(server.stack.advertise({ data: FLAGS, connectable: true, intervalMs: 20 }));
    const central = await this.rig.until(host.stack.connect(server.stack.identity.address));
    await settle();
    return central;
  }

  async #forget(): Promise<void> {
    for (const { keys } of await this.hosts())
      for (const { local, peer } of keys.bonds) await keys.delete(local, peer);
  }

  async #start(name: string, services: readonly ServiceDefinition[]): Promise<OurHost> {
    const { rig } = this;
    const { legacy = false, passkey = false, mtu = 517 } = this.#options;
    const keys = new MemoryKeyStore();
    const server = rig.server(name, services);
    const cable = rig.controller(name, controllerOf(this.#options)).plug();
    const person = new Person();
    person.onDisplay = (digits) => void (this.#shown = digits);
    person.onEnter = () => this.#shown;
    const central = services.length === 0;
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
        mtu,
        tables: new MemoryTables(),
        policy: {
          ...DEFAULT_POLICY,
          legacy,
          ioCapability: ioOf(central ? "central" : "peripheral", passkey),
        },
        delegate: person,
        ...(legacy && central && { features: legacyOnly }),
      }),
    );
    const host: OurHost = { stack, keys, server, cable };
    stack.onConnection = () => {}; // the link is wanted
    return host;
  }
}

/** One link of theirs: both ends of it. */
export interface TheirLink {
  readonly central: Connection;
  readonly peripheral: Connection;
  readonly pushed: LocalCharacteristic;
}

/** A peripheral of theirs. */
interface TheirPeripheral {
  readonly manager: Manager;
  readonly address: string;
  readonly pushed: LocalCharacteristic;
}

/** The others; each host a copy of its own, as their key pair and caches are one per copy. */
export class TheirPair {
  readonly rig = new StackRig();
  readonly #options: PairOptions;
  #leave: () => void = () => {};
  #central: { readonly manager: Manager; readonly address: string } | undefined;
  #peripherals: readonly TheirPeripheral[] = [];
  #shown = "";
  /** Hears of every value that is written to a peripheral. */
  onWrite: () => void = () => {};

  constructor(options: PairOptions = {}) {
    this.#options = options;
  }

  /** To the peripheral of that number. */
  async link(index = 0): Promise<TheirLink> {
    this.#central ??= await this.#start();
    const { manager } = this.#central;
    const peripheral = this.#peripherals[index];
    assert(peripheral !== undefined);
    const accepted = Promise.withResolvers<Connection>();
    peripheral.manager.startAdvertising({ intervalMin: 32, intervalMax: 32 }, (status, connection) => {
      assert.equal(status, 0);
      accepted.resolve(connection);
    });
    await settle();
    const central = await this.rig.until(
      new Promise<Connection>((resolve) => manager.connect("public", peripheral.address, {}, resolve)),
    );
    const other = await this.rig.until(accepted.promise);
    for (const end of [central, other]) this.#listen(end);
    return { central, peripheral: other, pushed: peripheral.pushed };
  }

  pair({ central }: TheirLink): Promise<unknown> {
    const { legacy = false, passkey = false } = this.#options;
    const paired = once(central.smp, "pairingComplete");
    const ioCap = IO_NUMBER[ioOf("central", passkey)];
    central.smp.sendPairingRequest({ ioCap, bondingFlags: 1, mitm: passkey, sc: !legacy });
    return paired;
  }

  /** Ends the link; the bond goes too unless it is kept. */
  async end({ central, peripheral }: TheirLink, keep = false): Promise<void> {
    const gone = Promise.all([central, peripheral].map((one) => once(one, "disconnect")));
    central.disconnect();
    await this.rig.until(gone);
    if (keep) return;
    const own = this.#central;
    for (const { manager, address } of this.#peripherals) {
      own?.manager.removeBond("public", address);
      if (own !== undefined) manager.removeBond("public", own.address);
    }
  }

  close(): void {
    this.#leave();
  }

  #listen({ smp }: Connection): void {
    const { passkey = false } = this.#options;
    const ioCap = IO_NUMBER[ioOf("peripheral", passkey)];
    smp.on("pairingRequest", (_request: unknown, answer: (features: PairingFeatures) => void) =>
      answer({ ioCap, bondingFlags: 1, mitm: passkey, sc: true }),
    );
    smp.on("passkeyExchange", (_model: number, shown: string | null, answer: (typed?: string) => void) => {
      if (shown === null) answer(this.#shown);
      else this.#shown = shown;
    });
  }

  async #start(): Promise<{ readonly manager: Manager; readonly address: string }> {
    this.#leave = inEmptyDirectory();
    const peripherals: TheirPeripheral[] = [];
    const central = await this.#manager("one");
    for (let i = 0; i < (this.#options.peripherals ?? 1); i++) {
      const { manager, address } = await this.#manager(`other ${i}`);
      const services = theirServices(() => this.onWrite());
      manager.gattDb.addServices(services);
      const pushed = services[0]?.characteristics[0];
      assert(pushed !== undefined);
      peripherals.push({ manager, address, pushed });
    }
    this.#peripherals = peripherals;
    return central;
  }

  async #manager(name: string): Promise<{ readonly manager: Manager; readonly address: string }> {
    const controller = this.rig.controller(name, controllerOf(this.#options));
    const manager = await this.rig.until(startBleHost(loadBleHost(), controller.plug()));
    return { manager, address: formatAddress(controller.publicAddress) };
  }
}

export function once(emitter: EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve) => {
    emitter.once(event, resolve);
  });
}
