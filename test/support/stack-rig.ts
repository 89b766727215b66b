/** Whole hosts, each on a strict virtual controller, in one room: one radio, one clock, and persons who can be asked. */
import assert from "node:assert/strict";
import type { CachedTable, TableCache } from "../../hci/device/table-cache.ts";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import type { StackEvent } from "../../hci/device/events.ts";
import type { StackOptions } from "../../hci/device/stack.ts";
import { Stack } from "../../hci/device/stack.ts";
import { buildAdvertisingData } from "../../hci/gap/advertising-data.ts";
import { addressKey } from "../../hci/gap/address.ts";
import type { LocalIdentity } from "../../hci/gap/own-address.ts";
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import { GattServer } from "../../hci/gatt/server.ts";
import type { Address, TextPort } from "../../hci/ports.ts";
import { aesCmac } from "../../hci/smp/crypto.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { PairingResult } from "../../hci/smp/bonding.ts";
import { toHex } from "../../hci/codec/bytes.ts";
import type { Packet } from "../../hci/transport/packet.ts";
import { intercept } from "../../hci/virtual/intercept.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../hci/virtual/options.ts";
import type { RadioOptions } from "../../hci/virtual/radio.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import { nodeCrypto } from "./crypto.ts";
import { ManualClock, settle } from "./manual-clock.ts";
import { MemoryKeyStore } from "./smp/memory-key-store.ts";
import { Person } from "./smp/person.ts";
import { SERVICES } from "./att-rig.ts";

export const text: TextPort = {
  decode: (utf8) => new TextDecoder().decode(utf8),
  encode: (plain) => new TextEncoder().encode(plain),
};

export class MemoryTables implements TableCache {
  readonly entries = new Map<number, CachedTable>();
  failing = false;

  async get(_local: Address, peer: Address): Promise<CachedTable | undefined> {
    if (this.failing) throw new Error("Cannot read the tables: asked to fail");
    return this.entries.get(addressKey(peer));
  }

  async put(_local: Address, peer: Address, entry: CachedTable): Promise<void> {
    if (this.failing) throw new Error("Cannot write the tables: asked to fail");
    this.entries.set(addressKey(peer), entry);
  }

  async delete(_local: Address, peer: Address): Promise<void> {
    this.entries.delete(addressKey(peer));
  }
}

export interface HostOptions extends Partial<Omit<StackOptions, "policy" | "transport" | "keys">> {
  readonly keys?: MemoryKeyStore;
  readonly policy?: Partial<PairingPolicy>;
  /** In its place, asked each time. */
  readonly policyFor?: () => PairingPolicy;
  readonly controller?: Partial<ControllerOptions>;
  /** Something between host and controller. */
  readonly cable?: (inner: Transport, clock: ManualClock) => Transport;
  /** Served beside GAP and GATT; a set with every kind of permission by default, null for no server. */
  readonly services?: readonly ServiceDefinition[] | null;
}

/** Real milliseconds without an alarm after which a test is stuck, not slow. */
const STUCK_MS = 60_000;

/** One host with everything round it in the hands of a test. */
export interface RigHost {
  readonly name: string;
  readonly controller: VirtualController;
  readonly stack: Stack;
  /** What this host sent, in order: `command 2019`, `04 0a0300` for a frame that starts on channel 4. */
  readonly sent: string[];
  readonly person: Person;
  readonly keys: MemoryKeyStore;
  readonly tables: MemoryTables;
  readonly server: GattServer | undefined;
  readonly events: StackEvent[];
  /** Links that centrals made to us. */
  readonly connections: DeviceLink[];
}

/** A static random address and an IRK, the same ones for the same name. */
export function identityOf(name: string): LocalIdentity {
  const seed = text.encode(name).reduce((sum, octet) => (sum * 31 + octet) >>> 0, 7);
  const at = (i: number): number => (seed >>> (8 * (i % 4))) ^ (i * 29);
  return {
    address: {
      type: "random",
      octets: Uint8Array.from({ length: 6 }, (_, i) => (i === 0 ? at(0) | 0xc0 : at(i))),
    },
    irk: Uint8Array.from({ length: 16 }, (_, i) => at(i + 6) | 1),
  };
}

export class StackRig {
  readonly clock = new ManualClock();
  readonly radio: Radio;
  readonly hosts: RigHost[] = [];

  constructor(options: Partial<RadioOptions> = {}) {
    this.radio = new Radio({ clock: this.clock, pace: "immediate", ...options });
  }

  controller(name: string, options: Partial<ControllerOptions> = {}): VirtualController {
    return new VirtualController({ radio: this.radio, crypto: nodeCrypto, name, ...options });
  }

  async host(name: string, options: HostOptions = {}): Promise<RigHost> {
    const {
      controller: how,
      cable,
      services = SERVICES,
      policy,
      policyFor,
      keys = new MemoryKeyStore(),
      ...more
    } = options;
    const controller = this.controller(name, how);
    const person = new Person();
    const tables = new MemoryTables();
    const events: StackEvent[] = [];
    const server = services === null ? undefined : this.server(name, services);
    const sent: string[] = [];
    const plugged = listened(controller.plug(), this.clock, sent);
    const started = Stack.start({
      transport: cable === undefined ? plugged : cable(plugged, this.clock),
      clock: this.clock,
      crypto: nodeCrypto,
      text,
      keys,
      tables,
      identity: identityOf(name),
      privacy: false,
      policy: policyFor ?? { ...DEFAULT_POLICY, ...policy },
      delegate: person,
      onEvent: (event) => events.push(event),
      ...(server && { server }),
      ...more,
    });
    const stack = await this.until(started);
    const connections: DeviceLink[] = [];
    stack.onConnection = (link) => connections.push(link);
    const host = { name, controller, stack, sent, person, keys, tables, server, events, connections };
    this.hosts.push(host);
    return host;
  }

  server(name: string, services: readonly ServiceDefinition[] = []): GattServer {
    return new GattServer({
      deviceName: text.encode(name),
      services,
      cmac: (message) => aesCmac(nodeCrypto, new Uint8Array(16), message),
      clock: this.clock,
    });
  }

  /** Time passes until `work` settles; what it costs is what was really needed. */
  async until<T>(work: Promise<T>, limitMs = 120_000): Promise<T> {
    const progress = { over: false };
    const watched = work.finally(() => {
      progress.over = true;
    });
    watched.catch(() => {}); // whoever waits for `work` hears of it
    const end = this.clock.now() + limitMs;
    let idleSince = performance.now();
    for (await settle(); !progress.over; ) {
      assert.ok(this.clock.now() <= end, `Cannot wait longer than ${limitMs} ms`);
      if (await this.clock.step()) {
        idleSince = performance.now();
        continue;
      }
      // No alarm is left: only key agreement, which runs beside the clock, can still bring the answer.
      assert.ok(performance.now() - idleSince < STUCK_MS, "Cannot wait: nothing is left that could happen");
      await settle();
    }
    return work;
  }

  /** How `work` fails; it must. */
  async failure(work: Promise<unknown>): Promise<Error> {
    const outcome = await this.until(
      work.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    assert.ok(outcome instanceof Error, "it failed");
    return outcome;
  }

  async advertise(host: RigHost): Promise<void> {
    const data = buildAdvertisingData({ name: host.name.slice(0, 20) }, text);
    await this.until(host.stack.advertise({ data, connectable: true, intervalMs: 20 }));
  }

  /** A link between the two, not secured yet: the central's end and the peripheral's. */
  async connect(
    central: RigHost,
    peripheral: RigHost,
  ): Promise<{ readonly central: DeviceLink; readonly peripheral: DeviceLink }> {
    await this.advertise(peripheral);
    const link = await this.until(central.stack.connect(peripheral.stack.identity.address));
    await settle();
    const other = peripheral.connections.at(-1);
    assert.ok(other, "the peripheral knows of the link");
    return { central: link, peripheral: other };
  }

  /** A bond between the two, kept on both sides; the link is over. */
  async bond(central: RigHost, peripheral: RigHost): Promise<PairingResult> {
    const links = await this.connect(central, peripheral);
    const result = await this.until(links.central.pair());
    await this.end(links.central);
    return result;
  }

  async end(link: DeviceLink): Promise<void> {
    await this.until(link.disconnect());
    await settle();
  }

  /** No host did what no host may do. */
  assertClean(): void {
    for (const { name, controller } of this.hosts) assert.deepEqual(controller.violations, [], name);
  }
}

/** Notes what a host sends; beyond a while only the newest. */
function listened(inner: Transport, clock: ManualClock, sent: string[]): Transport {
  const outgoing = (packet: Packet) => {
    const { type, bytes } = packet;
    if (type === "command") sent.push(`command ${toHex(Uint8Array.of(bytes[1] ?? 0, bytes[0] ?? 0))}`);
    else if (((bytes[1] ?? 0) & 0x30) === 0)
      sent.push(`${toHex(bytes.subarray(6, 7))} ${toHex(bytes.subarray(8))}`);
    if (sent.length > 2000) sent.splice(0, 1000);
    return [{ packet, delayMs: 0 }];
  };
  return intercept(inner, { clock, outgoing });
}

/** How long a person looks at both screens before typing. */
const LOOK_MS = 200;

/** Both persons see both screens: whoever is asked for a passkey types what the other side shows. */
export function together(rig: StackRig, ...hosts: readonly RigHost[]): void {
  const shown = async (): Promise<string> => {
    await new Promise<void>((resolve) => {
      rig.clock.after(LOOK_MS, resolve);
    });
    return hosts.map(({ person }) => person.shown).findLast((digits) => digits !== undefined) ?? "123456";
  };
  for (const { person } of hosts) person.onEnter = shown;
}
