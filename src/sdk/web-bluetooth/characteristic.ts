import type { Characteristic as Discovered } from "../../../hci/gatt/table.ts";
import { isBlocked, isBlockedForReads, isBlockedForWrites } from "./blocklist.ts";
import { octetsIn, viewOf } from "./buffer-source.ts";
import type { GattConnection } from "./connection.ts";
import { Descriptor } from "./descriptor.ts";
import {
  blocklistedCall,
  blocklistedUse,
  noLongerExists,
  noLongerValid,
  notConnected,
  nothingFound,
  notSupported,
  PERFORM,
  tooLong,
} from "./exceptions.ts";
import type { Service } from "./service.ts";
import { defineHandlers, TreeEvent, TreeTarget } from "./tree.ts";
import { resolveUuid } from "./uuid.ts";

type Handler<E extends Event> = (this: unknown, event: E) => unknown;

/** What the Extended Properties descriptor adds (Vol 3 Part G 3.3.3.1). */
export interface ExtendedProperties {
  readonly reliableWrite: boolean;
  readonly writableAuxiliaries: boolean;
}

/** BluetoothRemoteGATTCharacteristic */
export class Characteristic extends TreeTarget implements BluetoothRemoteGATTCharacteristic {
  readonly service: Service;
  readonly uuid: string;
  readonly properties: BluetoothCharacteristicProperties;
  /** Null before the first value, as on the platform; the type package says undefined. */
  declare readonly value?: DataView;
  declare oncharacteristicvaluechanged: Handler<Event>;
  /** The peer took it out of its database. */
  removed = false;
  readonly #connection: GattConnection;
  readonly #descriptors = new Map<number, Descriptor>();
  #found: Discovered;
  #value: DataView | null = null;
  /** Ends the subscription; undefined while there is none. */
  #unsubscribe: (() => Promise<void>) | undefined;
  #listening = false;

  static {
    defineHandlers(this.prototype, ["characteristicvaluechanged"]);
    Object.defineProperty(this.prototype, "value", {
      configurable: true,
      enumerable: true,
      get(this: Characteristic) {
        return this.#value;
      },
    });
  }

  constructor(service: Service, found: Discovered, extended: ExtendedProperties, connection: GattConnection) {
    super();
    this.service = service;
    this.uuid = found.uuid;
    this.#found = found;
    this.#connection = connection;
    const { extended: _, ...properties } = found.properties;
    this.properties = Object.freeze({ ...properties, ...extended });
  }

  get [Symbol.toStringTag](): string {
    return "BluetoothRemoteGATTCharacteristic";
  }

  protected override get parent(): TreeTarget {
    return this.service;
  }

  async getDescriptor(descriptor: BluetoothDescriptorUUID): Promise<Descriptor> {
    const [first] = await this.#descriptorsFor("getDescriptor", resolveUuid("Descriptor", descriptor));
    return first;
  }

  async getDescriptors(descriptor?: BluetoothDescriptorUUID): Promise<Descriptor[]> {
    const uuid = descriptor === undefined ? undefined : resolveUuid("Descriptor", descriptor);
    return this.#descriptorsFor("getDescriptor", uuid);
  }

  async readValue(): Promise<DataView> {
    await this.#assertUsable(PERFORM);
    if (isBlockedForReads(this.uuid)) throw blocklistedUse("readValue", "exclude-reads");
    if (!this.properties.read) throw notSupported();
    const octets = await this.#connection.run((gatt) => gatt.read(this.#found.handle));
    return this.#changed(octets);
  }

  /** Deprecated by the specification in favour of the two that say how. */
  async writeValue(value: BufferSource): Promise<void> {
    return this.#write("writeValue", value, this.properties.write || !this.properties.writeWithoutResponse);
  }

  async writeValueWithResponse(value: BufferSource): Promise<void> {
    return this.#write("writeValueWithResponse", value, true);
  }

  async writeValueWithoutResponse(value: BufferSource): Promise<void> {
    return this.#write("writeValueWithoutResponse", value, false);
  }

  async startNotifications(): Promise<this> {
    await this.#assertUsable(PERFORM);
    if (isBlockedForReads(this.uuid)) throw blocklistedUse("startNotifications", "exclude-reads");
    if (!this.properties.notify && !this.properties.indicate) throw notSupported();
    await this.#connection.run(async (gatt) => {
      this.#listening = true; // a value may come before the peer's answer
      this.#unsubscribe ??= await gatt.subscribe(this.#found, (octets) => this.#pushed(octets));
    });
    return this;
  }

  async stopNotifications(): Promise<this> {
    await this.#assertUsable(PERFORM);
    await this.#connection.run(async () => {
      const unsubscribe = this.#unsubscribe;
      this.#unsubscribe = undefined;
      this.#listening = false;
      await unsubscribe?.();
    });
    return this;
  }

  /** For the service: what a new discovery says of this characteristic. */
  rediscovered(found: Discovered): void {
    this.#found = found;
  }

  /** Whether a descriptor is still where it was. */
  has(handle: number, uuid: string): boolean {
    return this.#found.descriptors.some((found) => found.handle === handle && found.uuid === uuid);
  }

  async #descriptorsFor(method: string, uuid: string | undefined): Promise<[Descriptor, ...Descriptor[]]> {
    await this.#assertUsable("retrieve descriptors");
    if (uuid !== undefined && isBlocked(uuid)) throw blocklistedCall(method);
    const [first, ...others] = this.#found.descriptors
      .filter((found) => (uuid === undefined || found.uuid === uuid) && !isBlocked(found.uuid))
      .map((found) => {
        const descriptor =
          this.#descriptors.get(found.handle) ?? new Descriptor(this, found, this.#connection);
        this.#descriptors.set(found.handle, descriptor);
        return descriptor;
      });
    const where = uuid === undefined ? "characteristic" : `Characteristic with UUID ${this.uuid}`;
    if (first === undefined) throw nothingFound("Descriptor", uuid, where);
    return [first, ...others];
  }

  async #write(method: string, value: BufferSource, response: boolean): Promise<void> {
    const octets = octetsIn(value);
    await this.#assertUsable(PERFORM);
    if (octets.length > 512) throw tooLong();
    if (isBlockedForWrites(this.uuid)) throw blocklistedUse(method, "exclude-writes");
    if (response ? !this.properties.write : !this.properties.writeWithoutResponse) throw notSupported();
    await this.#connection.run((gatt) =>
      response
        ? gatt.write(this.#found.handle, octets)
        : gatt.writeWithoutResponse(this.#found.handle, octets),
    );
    this.#value = viewOf(octets);
  }

  #pushed(octets: Uint8Array): void {
    // Between a stop and the peer's hearing of it, and after the end, nobody wants to know.
    if (this.#listening && this.#connection.alive && !this.removed && !this.service.removed)
      this.#changed(octets);
  }

  #changed(octets: Uint8Array): DataView {
    const value = viewOf(octets);
    this.#value = value;
    this.dispatchEvent(new TreeEvent("characteristicvaluechanged"));
    return value;
  }

  async #assertUsable(doing: string): Promise<void> {
    const { service } = this;
    const { gatt } = service.device;
    await gatt.settled;
    if (!gatt.connected) throw notConnected(doing);
    if (!this.#connection.alive) throw noLongerValid("Characteristic", this.uuid);
    if (service.removed) throw noLongerExists("Service");
    if (this.removed) throw noLongerExists("Characteristic");
  }
}
