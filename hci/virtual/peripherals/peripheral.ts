import { AttBearer } from "../../att/bearer.ts";
import type { LinkSecurity } from "../../att/attribute.ts";
import type { Uuid } from "../../codec/uuid.ts";
import type { AdvertisingEnd } from "../../gap/advertiser.ts";
import { buildAdvertisingData } from "../../gap/advertising-data.ts";
import { Gap } from "../../gap/gap.ts";
import { resolvesWith } from "../../gap/rpa.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";
import type { ServedLink } from "../../gatt/served-link.ts";
import type { RememberedClient } from "../../gatt/server.ts";
import { GattServer } from "../../gatt/server.ts";
import { Host } from "../../host/host.ts";
import type { Link } from "../../host/link.ts";
import { L2cap } from "../../l2cap/l2cap.ts";
import type { Address, Bond, Bytes, Crypto } from "../../ports.ts";
import { Backoff } from "../../smp/backoff.ts";
import { aesCmac } from "../../smp/crypto.ts";
import type { LocalIdentity } from "../../smp/keys.ts";
import { SecurityManager } from "../../smp/security-manager.ts";
import type { SecurityEvent } from "../../smp/settings.ts";
import { addressKey, sameAddress } from "../address.ts";
import { VirtualController } from "../controller.ts";
import { MemoryKeys } from "../memory-keys.ts";
import { seededRandom } from "../random.ts";
import { automaton, withFixedPasskey } from "./automaton.ts";
import type { PeripheralDefinition, Surroundings } from "./definition.ts";

const ADVERTISING_INTERVAL_MS = 100;
const ZERO_KEY = new Uint8Array(16);
/** Remote User Terminated Connection. */
const GOODBYE = 0x13;

interface Connection {
  readonly link: Link;
  readonly security: SecurityManager;
  readonly served: ServedLink;
  /** Of the bonded central, once its key has protected this link. */
  bond: Bond | null;
}

/** What a device tells whoever watches it. */
export type PeripheralEvent =
  | { readonly kind: "connected"; readonly peer: Address }
  | { readonly kind: "disconnected"; readonly reason: number | undefined }
  /** The six digits on its display. */
  | { readonly kind: "passkey"; readonly digits: string }
  | { readonly kind: "security"; readonly event: SecurityEvent }
  | { readonly kind: "failed"; readonly error: Error };

/** A device of our own making: a virtual controller, and our own host in the peripheral role on it. One link at a time. */
export class Peripheral {
  readonly definition: PeripheralDefinition;
  readonly controller: VirtualController;
  readonly keys = new MemoryKeys();
  readonly identity: LocalIdentity;
  readonly gap: Gap;
  readonly server: GattServer;
  onEvent: (event: PeripheralEvent) => void = () => {};
  readonly #host: Host;
  readonly #crypto: Crypto;
  readonly #backoff: Backoff;
  readonly #advertisement: { readonly data: Bytes; readonly scanResponse: Bytes };
  readonly #remembered = new Map<string, RememberedClient>();
  #connection: Connection | undefined;
  #stopRunning: () => void = () => {};
  #stopped = false;

  private constructor(
    definition: PeripheralDefinition,
    surroundings: Surroundings,
    parts: { controller: VirtualController; host: Host; gap: Gap; identity: LocalIdentity },
  ) {
    const { crypto, text, radio } = surroundings;
    const { name, appearance, advertises, fixedPasskey } = definition;
    this.definition = definition;
    this.controller = parts.controller;
    this.identity = parts.identity;
    this.gap = parts.gap;
    this.#host = parts.host;
    this.#crypto = fixedPasskey === undefined ? crypto : withFixedPasskey(crypto, fixedPasskey);
    this.#backoff = new Backoff(radio.clock);
    this.server = new GattServer({
      deviceName: text.encode(name),
      ...(appearance === undefined ? {} : { appearance }),
      services: definition.services,
      cmac: (message) => aesCmac(crypto, ZERO_KEY, message),
      clock: radio.clock,
    });
    const flags = { limitedDiscoverable: false, generalDiscoverable: true, brEdrNotSupported: true };
    this.#advertisement = {
      data: buildAdvertisingData({ flags, services: advertises }, text),
      scanResponse: buildAdvertisingData({ name }, text),
    };
  }

  /** Switches the device on: it advertises when this resolves. */
  static async start(definition: PeripheralDefinition, surroundings: Surroundings): Promise<Peripheral> {
    const { radio, crypto, text, seed = 1 } = surroundings;
    const { name, privacy = false, rotationMs } = definition;
    const controller = new VirtualController({
      ...surroundings.controller,
      radio,
      crypto,
      seed,
      name,
    });
    const identity = {
      address: controller.publicAddress,
      irk: seededRandom(seed, name).stream("irk").octets(16),
    };
    const host = await Host.start(controller.plug(), radio.clock);
    const rotation = rotationMs === undefined ? {} : { rotationMs };
    const gap = await Gap.start(host, { crypto, text, identity, privacy, ...rotation });
    const device = new Peripheral(definition, surroundings, { controller, host, gap, identity });
    await device.#advertise();
    device.#stopRunning = definition.run?.(device) ?? (() => {});
    return device;
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** What protects the present link. */
  get security(): SecurityManager["security"] {
    return this.#connection?.security.security ?? null;
  }

  /** To the connected central, if it asked for that and may hear it. */
  notify(uuid: Uuid, value: Bytes): void {
    // Fails only when the link ends: the value is not needed any more then.
    this.server.notify(uuid, value).catch(() => {});
  }

  replaceServices(services: readonly ServiceDefinition[]): void {
    this.server.replaceServices(services);
  }

  /** Asks the central to secure the link. */
  async requestSecurity(): Promise<void> {
    await this.#connection?.security.requestSecurity();
  }

  async disconnect(): Promise<void> {
    await this.#connection?.link.disconnect(GOODBYE);
  }

  /** Forgets every central, as a device does that was reset. */
  forgetBonds(): void {
    this.keys.clear();
    this.#remembered.clear();
  }

  /** Switches the device off and takes it away. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stopRunning();
    this.gap.close();
    await this.#host.close();
    await this.controller.dispose();
  }

  async #advertise(): Promise<void> {
    const bonds = await this.keys.all(this.identity.address);
    await this.gap.recognise(
      bonds.flatMap(({ irk, peer }) => (irk === null ? [] : [{ irk, identity: peer }])),
    );
    const options = { ...this.#advertisement, connectable: true, intervalMs: ADVERTISING_INTERVAL_MS };
    await this.gap.advertiser.start(options, (end) => this.#advertised(end));
  }

  #advertised(end: AdvertisingEnd): void {
    if ("link" in end) this.#connected(end.link);
    else this.#failed(new Error(`Cannot advertise: status 0x${end.status.toString(16)}`));
  }

  /** All at once: no frame may arrive before the channels are there. */
  #connected(link: Link): void {
    const { clock } = this.#host;
    const l2cap = new L2cap(link, clock);
    const bearer = new AttBearer(l2cap.attribute, clock);
    bearer.onDead = () => void link.disconnect(GOODBYE);
    const peer = link.peerIdentity ?? this.#resolved(link.peerAddress);
    const security = this.#secure(link, l2cap, peer);
    const bonded = this.keys.list.some((bond) => sameAddress(bond.peer, peer));
    const remembered = bonded ? this.#remembered.get(addressKey(peer)) : undefined;
    const served = this.server.attach(bearer, {
      security: () => securityOf(security, bonded),
      ...(remembered === undefined ? {} : { remembered }),
    });
    this.#connection = { link, security, served, bond: null };
    this.onEvent({ kind: "connected", peer });
    link.closed
      .then(({ error, reason }) => this.#disconnected(error, reason))
      .catch((error: unknown) => this.#failed(error));
  }

  #secure(link: Link, l2cap: L2cap, peer: Address): SecurityManager {
    const { policy, features } = this.definition;
    return new SecurityManager(link, l2cap.securityManager, {
      crypto: this.#crypto,
      clock: this.#host.clock,
      keys: this.keys,
      backoff: this.#backoff,
      local: this.identity,
      peer,
      policy,
      delegate: automaton(this.definition, (digits) => this.onEvent({ kind: "passkey", digits })),
      onEvent: (event) => this.#secured(event),
      ...(features === undefined ? {} : { features }),
    });
  }

  #secured(event: SecurityEvent): void {
    const connection = this.#connection;
    if (connection !== undefined && event.kind === "paired") connection.bond = event.result.bond;
    if (connection !== undefined && event.kind === "encrypted") connection.bond = event.bond;
    this.onEvent({ kind: "security", event });
  }

  /** The identity behind a private address, where one of the bonds resolves it. */
  #resolved(address: Address): Address {
    const bond = this.keys.list.find(({ irk }) => irk !== null && resolvesWith(this.#crypto, irk, address));
    return bond?.peer ?? address;
  }

  async #disconnected(error: Error, reason: number | undefined): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) {
      const { bond } = connection;
      if (bond !== null) this.#remembered.set(addressKey(bond.peer), connection.served.remember());
      this.server.detach(connection.served, error);
    }
    this.onEvent({ kind: "disconnected", reason });
    this.definition.onDisconnected?.(this);
    if (!this.#stopped) await this.#advertise();
  }

  #failed(error: unknown): void {
    if (this.#stopped) return;
    this.onEvent({
      kind: "failed",
      error: error instanceof Error ? error : new Error("Cannot go on", { cause: error }),
    });
  }
}

function securityOf(manager: SecurityManager, keyKnown: boolean): LinkSecurity {
  const { security } = manager;
  return {
    encrypted: security !== null,
    keySize: security?.keySize ?? 0,
    authenticated: security?.authenticated ?? false,
    secureConnections: security?.secureConnections ?? false,
    keyKnown,
  };
}
