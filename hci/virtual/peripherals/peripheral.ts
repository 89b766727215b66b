import type { Uuid } from "../../codec/uuid.ts";
import { MemoryClients } from "../../device/clients.ts";
import type { DeviceLink } from "../../device/device-link.ts";
import type { StackEvent } from "../../device/events.ts";
import { Stack } from "../../device/stack.ts";
import type { AdvertisingEnd } from "../../gap/advertiser.ts";
import { buildAdvertisingData } from "../../gap/advertising-data.ts";
import type { Gap } from "../../gap/gap.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";
import { GattServer } from "../../gatt/server.ts";
import type { Address, Bytes, Crypto, TextPort } from "../../ports.ts";
import { asError } from "../../smp/errors.ts";
import { aesCmac } from "../../smp/crypto.ts";
import type { LocalIdentity } from "../../smp/keys.ts";
import { OobData } from "../../smp/oob.ts";
import type { LinkSecurity, SecurityEvent } from "../../smp/settings.ts";
import { VirtualController } from "../controller.ts";
import { MemoryKeys } from "../memory-keys.ts";
import { seededRandom } from "../random.ts";
import { automaton, withFixedPasskey } from "./automaton.ts";
import type { PeripheralDefinition, Surroundings } from "./definition.ts";
import { oobLabel } from "./oob-label.ts";

const ADVERTISING_INTERVAL_MS = 100;
const ZERO_KEY = new Uint8Array(16);

/** What a device tells whoever watches it. */
export type PeripheralEvent =
  | { readonly kind: "connected"; readonly peer: Address }
  | { readonly kind: "disconnected"; readonly reason: number | undefined }
  /** Its tag has another code. */
  | { readonly kind: "code" }
  /** The six digits on its display. */
  | { readonly kind: "passkey"; readonly digits: string }
  | { readonly kind: "security"; readonly event: SecurityEvent }
  | { readonly kind: "failed"; readonly error: Error };

/** A device of our own making: a virtual controller, and our own host in the peripheral role on it. One link at a time. */
export class Peripheral {
  readonly definition: PeripheralDefinition;
  readonly controller: VirtualController;
  readonly keys: MemoryKeys;
  readonly server: GattServer;
  onEvent: (event: PeripheralEvent) => void = () => {};
  readonly #crypto: Crypto;
  readonly #text: TextPort;
  readonly #clients = new MemoryClients();
  readonly #advertisement: { readonly data: Bytes; readonly scanResponse: Bytes };
  #stack: Stack | undefined;
  #link: DeviceLink | undefined;
  #oob: OobData | undefined;
  #stopRunning: () => void = () => {};
  #stopped = false;

  private constructor(definition: PeripheralDefinition, { controller, ...surroundings }: Surroundings) {
    const { crypto, text, radio, seed = 1, keys = new MemoryKeys() } = surroundings;
    this.keys = keys;
    this.#crypto = crypto;
    this.#text = text;
    const { name, appearance, services } = definition;
    this.definition = definition;
    this.controller = new VirtualController({ ...controller, radio, crypto, seed, name });
    this.server = new GattServer({
      deviceName: text.encode(name),
      ...(appearance === undefined ? {} : { appearance }),
      services,
      cmac: (message) => aesCmac(crypto, ZERO_KEY, message),
      clock: radio.clock,
    });
    this.#advertisement = advertisementOf(definition, text);
  }

  /** Switches the device on: it advertises when this resolves. */
  static async start(definition: PeripheralDefinition, surroundings: Surroundings): Promise<Peripheral> {
    const device = new Peripheral(definition, surroundings);
    await device.#start(surroundings);
    await device.#advertise();
    device.#stopRunning = definition.run?.(device) ?? (() => {});
    return device;
  }

  get identity(): LocalIdentity {
    return this.#running.identity;
  }

  get gap(): Gap {
    return this.#running.gap;
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  /** What protects the present link. */
  get security(): LinkSecurity | null {
    return this.#link?.security ?? null;
  }

  /** What its tag says, to be carried to a central over another way than the radio. Undefined where it has none. */
  get label(): Bytes | undefined {
    return this.#oob && oobLabel(this.identity.address, this.#oob, this.#text.encode(this.definition.name));
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
    await this.#link?.requestSecurity();
  }

  async disconnect(): Promise<void> {
    await this.#link?.disconnect();
  }

  /** Forgets every central, as a device does that was reset. */
  forgetBonds(): void {
    this.keys.clear();
    this.#clients.clear();
  }

  /** Switches the device off and takes it away. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stopRunning();
    await this.#running.close();
    await this.controller.dispose();
  }

  get #running(): Stack {
    if (this.#stack === undefined) throw new Error("Cannot use the device: it is not on");
    return this.#stack;
  }

  async #start({ radio, crypto, text, seed = 1 }: Surroundings): Promise<void> {
    const { name, policy, features, privacy = false, rotationMs, fixedPasskey } = this.definition;
    await this.#renewCode();
    const irk = seededRandom(seed, name).stream("irk").octets(16);
    const stack = await Stack.start({
      transport: this.controller.plug(),
      clock: radio.clock,
      crypto: fixedPasskey === undefined ? crypto : withFixedPasskey(crypto, fixedPasskey),
      text,
      keys: this.keys,
      clients: this.#clients,
      identity: { address: this.controller.publicAddress, irk },
      privacy,
      policy,
      delegate: automaton(this.definition, (digits) => this.onEvent({ kind: "passkey", digits })),
      server: this.server,
      onEvent: (event) => this.#heard(event),
      oob: () => (this.#oob === undefined ? {} : { own: this.#oob }),
      ...(rotationMs === undefined ? {} : { rotationMs }),
      ...(features === undefined ? {} : { features }),
    });
    stack.onConnection = (link) => this.#connected(link);
    this.#stack = stack;
  }

  async #renewCode(): Promise<void> {
    if (this.definition.handsOverCode !== true || this.#oob?.used === false) return;
    this.#oob = await OobData.create(this.#crypto);
    this.onEvent({ kind: "code" });
  }

  #advertise(): Promise<void> {
    const options = { ...this.#advertisement, connectable: true, intervalMs: ADVERTISING_INTERVAL_MS };
    return this.#running.advertise(options, (end) => this.#advertised(end));
  }

  #advertised(end: AdvertisingEnd): void {
    if ("link" in end) void end.link.closed.then(({ reason }) => this.#disconnected(reason));
    else this.#failed(new Error(`Cannot advertise: status 0x${end.status.toString(16)}`));
  }

  #connected(link: DeviceLink): void {
    this.#link = link;
    this.onEvent({ kind: "connected", peer: link.peer });
  }

  async #disconnected(reason: number | undefined): Promise<void> {
    this.#link = undefined;
    this.onEvent({ kind: "disconnected", reason });
    this.definition.onDisconnected?.(this);
    try {
      await this.#renewCode();
      if (!this.#stopped) await this.#advertise();
    } catch (error) {
      this.#failed(asError(error));
    }
  }

  #heard(event: StackEvent): void {
    if (event.kind === "security") this.onEvent({ kind: "security", event: event.event });
    else if (event.kind === "not-identified" || event.kind === "keeping-failed") this.#failed(event.error);
  }

  #failed(error: Error): void {
    if (!this.#stopped) this.onEvent({ kind: "failed", error });
  }
}

function advertisementOf({ name, advertises }: PeripheralDefinition, text: TextPort) {
  const flags = { limitedDiscoverable: false, generalDiscoverable: true, brEdrNotSupported: true };
  return {
    data: buildAdvertisingData({ flags, services: advertises }, text),
    scanResponse: buildAdvertisingData({ name }, text),
  };
}
