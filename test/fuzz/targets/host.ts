import { AttBearer } from "../../../hci/att/bearer.ts";
import { concat, toHex } from "../../../hci/codec/bytes.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { GattClient } from "../../../hci/gatt/client.ts";
import { GattServer } from "../../../hci/gatt/server.ts";
import { ReadRssi } from "../../../hci/host/commands/basic.ts";
import { CommandTimeoutError } from "../../../hci/host/command-queue.ts";
import { events, HardwareError } from "../../../hci/host/events.ts";
import type { HostClosedError } from "../../../hci/host/host.ts";
import type { Link } from "../../../hci/host/link.ts";
import { L2cap } from "../../../hci/l2cap/l2cap.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { Backoff } from "../../../hci/smp/backoff.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import { SecurityManager } from "../../../hci/smp/security-manager.ts";
import { TransportError } from "../../../hci/transport/transport.ts";
import { cmacOfZeroKey } from "../../support/att-rig.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import type { StartedHost } from "../../support/scripted-controller.ts";
import { startHost } from "../../support/scripted-controller.ts";
import { longTermKey } from "../../support/smp/bonds.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { Person } from "../../support/smp/person.ts";
import { hostileFrame } from "../frames.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import { SeededCrypto } from "../seeded-crypto.ts";
import { somePerson, storeGuard } from "../smp-world.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const CENTRAL_LINK = 0x40;
const PERIPHERAL_LINK = 0x41;
const SECRET = Uint8Array.of(0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7);

/** One link with everything on it that a bonded peer meets, and a note of each clear value that got through. */
function furnish(random: Random, { host, clock }: StartedHost, link: Link, leaks: string[]): () => void {
  const l2cap = new L2cap(link, clock);
  const key = longTermKey();
  const store = new MemoryKeyStore([
    {
      local: link.localAddress,
      peer: link.peerAddress,
      asCentral: key,
      asPeripheral: key,
      irk: null,
      secureConnections: true,
      authenticated: true,
      method: "passkey",
    },
  ]);
  const person = new Person();
  somePerson(random, person);
  const manager = new SecurityManager(link, l2cap.securityManager, {
    crypto: new SeededCrypto(random),
    clock,
    keys: store,
    backoff: new Backoff(clock),
    local: { address: link.localAddress, irk: random.octets(16) },
    peer: link.peerAddress,
    policy: DEFAULT_POLICY,
    delegate: person,
  });
  const bearer = new AttBearer(l2cap.attribute, host.clock);
  if (link.role === "peripheral") {
    const security = { read: "authenticated", write: "authenticated" } as const;
    const services = [
      {
        uuid: uuidOf(0xfff0),
        characteristics: [
          { uuid: uuidOf(0xfff2), properties: ["read", "notify"] as const, security, value: SECRET },
        ],
      },
    ];
    const server = new GattServer({ deviceName: Uint8Array.of(0x42), services, cmac: cmacOfZeroKey, clock });
    const served = server.attach(bearer, {
      security: () => ({
        encrypted: manager.security !== null,
        keySize: manager.security?.keySize ?? 0,
        authenticated: manager.security?.authenticated ?? false,
        secureConnections: manager.security?.secureConnections ?? false,
        keyKnown: true,
      }),
    });
    void link.closed.then(({ error }) => server.detach(served, error));
  } else {
    const client = new GattClient(bearer, {});
    const value = {
      declaration: 2,
      handle: 3,
      end: 4,
      uuid: uuidOf(0xfff1),
      descriptors: [{ handle: 4, uuid: uuidOf(0x2902) }],
    };
    const properties = {
      broadcast: false,
      read: true,
      writeWithoutResponse: false,
      write: false,
      notify: true,
      indicate: false,
      authenticatedSignedWrites: false,
      extended: false,
    };
    client
      .subscribe({ ...value, properties }, () => void leaks.push("a value was delivered in clear"))
      .catch(() => {});
    client.read(3).catch(() => {});
    if (random.below(2) === 0) manager.encrypt().catch(() => {});
  }
  return storeGuard(store);
}

function someEvent(random: Random): Bytes {
  const event = events[random.below(events.length)];
  if (event === undefined) return new Uint8Array(0);
  const rare = event === HardwareError && random.below(50) > 0;
  const size = event.parameters.size ?? random.below(24);
  const parameters = rare ? new Uint8Array(0) : plausible(random, size);
  // Most events name a link in one of their first octets, after a status of success
  const offset = random.below(3);
  if (random.below(4) > 0 && size >= offset + 2) {
    parameters.fill(0, 0, offset);
    parameters[offset] = random.pick([CENTRAL_LINK, PERIPHERAL_LINK]);
    parameters[offset + 1] = 0;
  }
  const body = event.subevent === undefined ? parameters : concat([event.subevent], parameters);
  return concat([event.code, body.length], body);
}

function someData(random: Random): Bytes {
  const { channel, payload } = hostileFrame(random);
  const whole = concat([payload.length & 0xff, payload.length >> 8, channel, 0], payload);
  const frame = mostlyMutated(random, whole);
  const handle = random.below(12) === 0 ? random.below(0x1000) : random.pick([CENTRAL_LINK, PERIPHERAL_LINK]);
  const boundary = random.pick([0b10, 0b10, 0b10, 0b01, 0b00, 0b11]);
  return concat(
    [handle & 0xff, (handle >> 8) | (boundary << 4), frame.length & 0xff, frame.length >> 8],
    frame,
  );
}

/** What ends a host for a reason that is the adapter's own. */
function isAdapterFault({ cause }: HostClosedError): boolean {
  const reported = cause instanceof TransportError && cause.message.includes("hardware error");
  return reported || cause instanceof CommandTimeoutError;
}

/**
 * A whole host with two bonded peers on an adapter that sends anything: it goes on or ends by name, stores nothing,
 * shows nothing that is protected, and lets go of everybody.
 */
export const host: Target = {
  name: "host",
  share: 120,
  async run(random) {
    const started = await startHost();
    const { host: target, controller, clock } = started;
    const closed: HostClosedError[] = [];
    target.onClosed = (error) => void (error === undefined || closed.push(error));
    const guards: (() => void)[] = [];
    const leaks: string[] = [];
    target.links.onOutcome = (outcome) => {
      if (!("link" in outcome)) return true;
      if (guards.length < 6) guards.push(furnish(random, started, outcome.link, leaks));
      return true;
    };
    controller.connected(CENTRAL_LINK);
    controller.connected(PERIPHERAL_LINK, { role: "peripheral" });
    await settle();
    let open = 0;
    const ask = (): void => {
      open++;
      const settled = (): void => void open--;
      target.run(ReadRssi, { handle: CENTRAL_LINK }).then(settled, settled);
    };
    const count = 20 + random.below(60);
    for (let i = 0; i < count && closed.length === 0; i++) {
      if (random.below(3) === 0) controller.raw(mostlyMutated(random, someEvent(random)));
      else
        controller.rawData(
          random.below(6) === 0 ? mostlyMutated(random, someData(random)) : someData(random),
        );
      if (random.below(3) === 0) await settle();
      if (random.below(20) === 0) ask();
      if (random.below(40) === 0) await clock.advance(random.pick([100, 1000, 4000, 31_000]));
      for (const packet of controller.acl.splice(0)) {
        must(
          !toHex(packet).includes(toHex(SECRET)) || target.links.all.some(({ encrypted }) => encrypted),
          "a protected value left in clear",
        );
      }
      must(controller.commands.length <= 4 * (i + 1) + 16, "more commands than reasons");
    }
    await settle();
    const [ended] = closed;
    must(
      ended === undefined || isAdapterFault(ended),
      `the host ended: ${String(ended?.cause instanceof Error ? ended.cause.stack : ended)}`,
    );
    must(leaks.length === 0, leaks[0] ?? "");
    for (const unchanged of guards) unchanged();
    const closing = target.close();
    await clock.advance(35_000);
    await closing;
    await settle();
    must(open === 0, `${open} commands wait for ever`);
    must(target.links.all.length === 0, "a link is left");
    must(clock.pending === 0, `${clock.pending} timers were left behind`);
    return count;
  },
};
