/**
 * npm `@stoprocent/noble` as a further rival of the contests of whole hosts. It is a central only: the peripherals before it
 * are ours, so a row beside it compares two centrals and the price of the same peripheral is in both.
 */
import assert from "node:assert/strict";
import { formatAddress } from "../../hci/gap/address.ts";
import { settle } from "../support/manual-clock.ts";
import type { Noble, NobleCharacteristic, NoblePeripheral } from "../support/noble.ts";
import { nobleIsInstalled, startNoble } from "../support/noble.ts";
import type { Contest, Rival } from "./harness.ts";
import type { PairOptions } from "./pairs.ts";
import { CHARACTERISTICS, clocked, CONTROLLER, FLAGS, once, OurPair, PUSHED, SERVICES } from "./pairs.ts";
import { BATCHES, Batches, LINKS, VALUES } from "./traffic.ts";

const START_MS = 10_000;
/** Its names of the service and of the characteristic that is pushed and written. */
const ITS = { service: "b000", pushed: "a000" } as const;

class NobleCentral {
  readonly servers: OurPair;
  #noble: Noble | undefined;

  readonly #mtu: number;
  readonly #known: NoblePeripheral[] = [];

  /** The MTU is what it asks for; it takes what the peripheral could do for the one agreed upon. */
  constructor({ peripherals = 1, mtu = 517 }: PairOptions = {}) {
    this.#mtu = mtu;
    this.servers = new OurPair({ peripherals });
  }

  /** Up to where the MTU is exchanged, as it does at once. */
  async link(index = 0): Promise<NoblePeripheral> {
    const { rig } = this.servers;
    const server = (await this.servers.hosts())[1 + index];
    assert(server !== undefined);
    this.#noble ??= await this.#start();
    await rig.until(server.stack.advertise({ data: FLAGS, connectable: true, intervalMs: 20 }));
    const address = formatAddress(server.stack.identity.address);
    const known = this.#known[index];
    const again = known && once(known, "mtu");
    const connecting = this.#noble.connectAsync(address, { addressType: "random", mtu: this.#mtu });
    const peripheral = (this.#known[index] = await rig.until(connecting));
    if (again !== undefined) await rig.until(again);
    else if (peripheral.mtu === null) await rig.until(once(peripheral, "mtu"));
    return peripheral;
  }

  async pushed(peripheral: NoblePeripheral): Promise<NobleCharacteristic> {
    const [service] = await this.servers.rig.until(peripheral.discoverServicesAsync([ITS.service]));
    assert(service !== undefined);
    const [pushed] = await this.servers.rig.until(service.discoverCharacteristicsAsync([ITS.pushed]));
    assert(pushed !== undefined);
    return pushed;
  }

  async listen(peripheral: NoblePeripheral, heard: () => void): Promise<void> {
    const characteristic = await this.pushed(peripheral);
    await this.servers.rig.until(characteristic.subscribeAsync());
    characteristic.on("data", heard);
  }

  async end(...peripherals: readonly NoblePeripheral[]): Promise<void> {
    for (const peripheral of peripherals) await this.servers.rig.until(peripheral.disconnectAsync());
    await settle();
  }

  stop(): void {
    this.#noble?.stop();
  }

  async #start(): Promise<Noble> {
    const noble = startNoble(this.servers.rig.controller("noble", CONTROLLER).plug());
    await this.servers.rig.until(noble.waitForPoweredOnAsync(START_MS));
    return noble;
  }
}

async function discoverAll(peripheral: NoblePeripheral): Promise<number> {
  let found = 0;
  for (const service of await peripheral.discoverServicesAsync([]))
    for (const characteristic of await service.discoverCharacteristicsAsync([])) {
      await characteristic.discoverDescriptorsAsync();
      found++;
    }
  return found;
}

async function discovery(central: NobleCentral): Promise<number> {
  const peripheral = await central.link();
  let found = 0;
  const ns = await clocked(central.servers.rig, async () => {
    found = await discoverAll(peripheral);
  });
  assert.ok(found >= SERVICES * CHARACTERISTICS);
  await central.end(peripheral);
  return ns;
}

async function notifications(central: NobleCentral, octets: number): Promise<number> {
  const value = new Uint8Array(octets).fill(0x41);
  const [, server] = await central.servers.hosts();
  const peripheral = await central.link();
  const batches = new Batches(BATCHES);
  await central.listen(peripheral, batches.hear);
  const ns = await clocked(central.servers.rig, () =>
    batches.run(VALUES, () => {
      for (let i = 0; i < VALUES; i++) void server?.server.notify(PUSHED, value);
    }),
  );
  await central.end(peripheral);
  return ns / VALUES / BATCHES;
}

async function writes(central: NobleCentral): Promise<number> {
  const value = Buffer.alloc(20, 0x41);
  const peripheral = await central.link();
  const pushed = await central.pushed(peripheral);
  const batches = new Batches(BATCHES);
  central.servers.onWrite = batches.hear;
  const ns = await clocked(central.servers.rig, () =>
    batches.run(VALUES, () => {
      for (let i = 0; i < VALUES; i++) pushed.write(value, true);
    }),
  );
  await central.end(peripheral);
  return ns / VALUES / BATCHES;
}

async function manyLinks(central: NobleCentral): Promise<number> {
  const each = VALUES / 5;
  const value = new Uint8Array(20).fill(0x41);
  const [, ...servers] = await central.servers.hosts();
  const batches = new Batches(BATCHES);
  const peripherals: NoblePeripheral[] = [];
  for (const [i] of servers.entries()) {
    const peripheral = await central.link(i);
    peripherals.push(peripheral);
    await central.listen(peripheral, batches.hear);
  }
  const ns = await clocked(central.servers.rig, () =>
    batches.run(each * LINKS, () => {
      for (let i = 0; i < each; i++) for (const { server } of servers) void server.notify(PUSHED, value);
    }),
  );
  await central.end(...peripherals);
  return ns / each / LINKS / BATCHES;
}

interface Part {
  readonly pair?: PairOptions;
  readonly sample: (central: NobleCentral) => Promise<number>;
}

const PARTS: Readonly<Record<string, Part>> = {
  "discovery at MTU 23": { pair: { mtu: 23 }, sample: discovery },
  "discovery at MTU 517": { sample: discovery },
  "notifications of 20 octets": { sample: (central) => notifications(central, 20) },
  "notifications of 244 octets": { sample: (central) => notifications(central, 244) },
  "write without response, 20 octets": { sample: writes },
  [`${LINKS} links at once`]: { pair: { peripherals: LINKS }, sample: manyLinks },
};

/** Why it takes no part in the others, read in its source. */
const LACKS: Readonly<Record<string, string>> = {
  "pairing: Secure Connections, Just Works": "noble has no Secure Connections",
  "pairing: Secure Connections, passkey": "noble has no Secure Connections and no passkeys",
  "pairing: legacy, Just Works":
    "noble pairs only where a request was refused, and lets go of the key that it is sent",
  "pairing: legacy, passkey": "noble says that it can neither show nor type",
  "bonded reconnection to the first read": "noble keeps no bond",
  "notifications of 244 octets in short packets": "noble has no others: the row before is the same for it",
};

function withNote(contest: Contest, more: string): Contest {
  return { ...contest, note: contest.note === undefined ? more : `${contest.note}; ${more}` };
}

function besides(contest: Contest, { pair, sample }: Part): Contest {
  const central = new NobleCentral(pair);
  const rival: Rival = { name: "noble, before our peripheral", sample: () => sample(central) };
  return {
    ...contest,
    rivals: [...contest.rivals, rival],
    async close() {
      central.stop();
      await contest.close?.();
    },
  };
}

/** The contests with noble in those that it can take part in; the others say why not. */
export function besideNoble(contests: readonly Contest[]): readonly Contest[] {
  return contests.map((contest) => {
    const lack = LACKS[contest.name];
    if (lack !== undefined) return withNote(contest, lack);
    const part = PARTS[contest.name];
    if (part === undefined) return contest;
    return nobleIsInstalled() ? besides(contest, part) : withNote(contest, "noble is not installed here");
  });
}
