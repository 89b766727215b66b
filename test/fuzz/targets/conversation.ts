import { toHex } from "../../../hci/codec/bytes.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import type { ServiceDefinition } from "../../../hci/gatt/database.ts";
import { CommandTimeoutError } from "../../../hci/host/command-queue.ts";
import type { Bond } from "../../../hci/ports.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import { TransportError } from "../../../hci/transport/transport.ts";
import { intercept } from "../../../hci/virtual/intercept.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { longTermKey } from "../../support/smp/bonds.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import type { HostOptions, RigHost } from "../../support/stack-rig.ts";
import { identityOf, StackRig } from "../../support/stack-rig.ts";
import { hostileFrame } from "../frames.ts";
import { mutate } from "../mutate.ts";
import { SeededCrypto } from "../seeded-crypto.ts";
import { storeGuard } from "../smp-world.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

/** Stands in values that only the bonded peer may see. */
const SECRET = Uint8Array.of(0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7);
const VALUE = uuidOf(0xfff2);
const SERVICES: readonly ServiceDefinition[] = [
  {
    uuid: uuidOf(0xfff0),
    characteristics: [
      {
        uuid: VALUE,
        properties: ["read", "write", "notify"],
        security: { read: "authenticated", write: "authenticated" },
        value: { read: () => SECRET, write: () => {} },
      },
    ],
  },
];
/** ATT requests and the write command: nothing of it may be said in clear to a bonded peer. */
const ASKING = new Set(["02", "04", "06", "08", "0a", "0c", "0e", "10", "12", "16", "18", "20", "52"]);

type Knows = "the key" | "another key" | "no key";

/** What a name knows of its bond with another: the LTK made of one octet, or nothing. */
function storeOf(name: string, peer: string, fill: number | undefined): MemoryKeyStore {
  if (fill === undefined) return new MemoryKeyStore();
  const key = longTermKey(16, fill);
  const bond: Bond = {
    local: identityOf(name).address,
    peer: identityOf(peer).address,
    asCentral: key,
    asPeripheral: key,
    irk: identityOf(peer).irk,
    secureConnections: true,
    authenticated: true,
    method: "passkey",
  };
  return new MemoryKeyStore([bond]);
}

interface World {
  readonly rig: StackRig;
  readonly victim: RigHost;
  readonly attacker: RigHost;
  /** From now on the victim's adapter lies now and then. */
  readonly corrupt: () => void;
}

async function worldOf(random: Random, knows: Knows): Promise<World> {
  const rig = new StackRig({ seed: random.below(2 ** 31) });
  let lies = 0;
  const incoming = (packet: Packet) => {
    const harmed = lies > 0 && random.below(lies) === 0;
    return [{ packet: harmed ? { ...packet, bytes: mutate(random, packet.bytes) } : packet, delayMs: 0 }];
  };
  const made = (name: string, peer: string, fill: number | undefined, more: HostOptions = {}) =>
    rig.host(name, {
      ...more,
      services: SERVICES,
      keys: storeOf(name, peer, fill),
      crypto: new SeededCrypto(random),
      controller: { crypto: new SeededCrypto(random) },
    });
  const victim = await made("victim", "attacker", 0x5a, {
    cable: (inner, clock) => intercept(inner, { clock, incoming }),
  });
  const attacker = await made(
    "attacker",
    "victim",
    knows === "the key" ? 0x5a : knows === "no key" ? undefined : 0x17,
  );
  for (const { person } of [victim, attacker]) {
    person.onAccept = ({ replaces }) => person === attacker.person || replaces === undefined;
  }
  return { rig, victim, attacker, corrupt: () => void (lies = random.pick([3, 10, 30])) };
}

/** Everything that must hold at every moment. */
function check(knows: Knows, { victim }: World, link: DeviceLink): void {
  if (knows === "the key") return;
  must(link.security === null, "a link without the key counts as secure");
  for (const line of victim.sent.splice(0)) {
    const [channel, octets = ""] = line.split(" ");
    must(!octets.includes(toHex(SECRET)), "a protected value left in clear");
    must(channel !== "04" || !ASKING.has(octets.slice(0, 2)), `0x${octets.slice(0, 2)} was sent in clear`);
  }
}

/** Reads and listens once the link is ready; the list gets what must not happen. */
async function use(link: DeviceLink, leaks: string[]): Promise<void> {
  const client = await link.secure();
  const table = client.table ?? { services: [] };
  const found = table.services
    .flatMap(({ characteristics }) => characteristics)
    .find(({ uuid }) => uuid === VALUE);
  if (found === undefined) return;
  const stop = await client.subscribe(found, () => {
    if (link.security === null) leaks.push("a value was delivered in clear");
  });
  await client.read(found.handle);
  if (link.security === null) leaks.push("a read ended in clear");
  await stop();
}

/** Whether the stack ended for a reason of its adapter. */
function endedWell({ events }: RigHost): boolean {
  const closed = events.find(({ kind }) => kind === "closed");
  if (closed?.kind !== "closed" || closed.error === undefined) return true;
  const { cause } = closed.error;
  return cause instanceof CommandTimeoutError || cause instanceof TransportError;
}

/**
 * Our whole host, bonded, on a strict controller, and a peer that may or may not know the key and says anything: what
 * the bond protects stays protected, the bond stays as it is, and everything that was begun ends.
 */
export const conversation: Target = {
  name: "conversation",
  share: 50,
  async run(random) {
    const knows = random.pick<Knows>(["the key", "another key", "no key"]);
    const world = await worldOf(random, knows);
    const { rig, victim, attacker } = world;
    const unchanged = storeGuard(victim.keys);
    const central = random.below(2) === 0;
    const links = central ? await rig.connect(victim, attacker) : await rig.connect(attacker, victim);
    const [link, enemy] = central ? [links.central, links.peripheral] : [links.peripheral, links.central];
    victim.sent.length = 0;
    if (random.below(4) === 0) world.corrupt();
    const leaks: string[] = [];
    const began: Promise<unknown>[] = [];
    const begin = (work: Promise<unknown>): void => void began.push(work.catch(() => {}));
    if (central) begin(use(link, leaks));
    else if (random.below(2) === 0) begin(link.requestSecurity());
    const count = 4 + random.below(24);
    for (let i = 0; i < count && link.link.end === undefined; i++) {
      const { channel, payload } = hostileFrame(random);
      begin(enemy.link.send(channel, payload));
      if (random.below(12) === 0) begin(central ? enemy.requestSecurity() : enemy.pair());
      if (random.below(12) === 0 && !central) begin(enemy.secure());
      if (random.below(12) === 0 && central) begin(attacker.server?.notify(VALUE, SECRET) ?? settle());
      if (random.below(3) > 0) await settle();
      if (random.below(3) === 0) await rig.clock.advance(random.pick([0, 1, 50, 2000]));
      check(knows, world, link);
    }
    await rig.clock.advance(31_000);
    check(knows, world, link);
    for (const host of [victim, attacker]) await rig.until(host.stack.close());
    await rig.until(Promise.all(began), 200_000);
    must(leaks.length === 0, leaks[0] ?? "");
    must(endedWell(victim), "the host ended by a mistake of its own");
    unchanged();
    return count;
  },
};
