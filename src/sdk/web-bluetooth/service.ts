import type { Characteristic as Discovered, Service as DiscoveredService } from "../../../hci/gatt/table.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { isBlocked } from "./blocklist.ts";
import { Characteristic, type ExtendedProperties } from "./characteristic.ts";
import type { GattConnection } from "./connection.ts";
import type { Device } from "./device.ts";
import {
  blocklistedCall,
  noLongerExists,
  noLongerValid,
  notConnected,
  nothingFound,
  serviceNotAllowed,
} from "./exceptions.ts";
import { defineHandlers, TreeTarget } from "./tree.ts";
import { resolveUuid } from "./uuid.ts";

type Handler = (this: unknown, event: Event) => unknown;

const EXTENDED_PROPERTIES = uuidOf(0x2900);
const NONE: ExtendedProperties = { reliableWrite: false, writableAuxiliaries: false };

/** BluetoothRemoteGATTService */
export class Service extends TreeTarget implements BluetoothRemoteGATTService {
  readonly device: Device;
  readonly uuid: string;
  readonly isPrimary = true;
  declare oncharacteristicvaluechanged: Handler;
  declare onserviceadded: Handler;
  declare onservicechanged: Handler;
  declare onserviceremoved: Handler;
  /** The peer took it out of its database. */
  removed = false;
  readonly #connection: GattConnection;
  readonly #characteristics = new Map<number, Characteristic>();
  #found: DiscoveredService;

  static {
    defineHandlers(this.prototype, [
      "characteristicvaluechanged",
      "serviceadded",
      "servicechanged",
      "serviceremoved",
    ]);
  }

  constructor(device: Device, found: DiscoveredService, connection: GattConnection) {
    super();
    this.device = device;
    this.uuid = found.uuid;
    this.#found = found;
    this.#connection = connection;
  }

  get [Symbol.toStringTag](): string {
    return "BluetoothRemoteGATTService";
  }

  protected override get parent(): TreeTarget {
    return this.device;
  }

  async getCharacteristic(characteristic: BluetoothCharacteristicUUID): Promise<Characteristic> {
    const uuid = resolveUuid("Characteristic", characteristic);
    const [first] = await this.#characteristicsFor("getCharacteristic", uuid);
    return first;
  }

  async getCharacteristics(characteristic?: BluetoothCharacteristicUUID): Promise<Characteristic[]> {
    const uuid = characteristic === undefined ? undefined : resolveUuid("Characteristic", characteristic);
    return this.#characteristicsFor("getCharacteristic", uuid);
  }

  async getIncludedService(service: BluetoothServiceUUID): Promise<Service> {
    const [first] = await this.#includedFor("getIncludedService", resolveUuid("Service", service));
    return first;
  }

  async getIncludedServices(service?: BluetoothServiceUUID): Promise<Service[]> {
    const uuid = service === undefined ? undefined : resolveUuid("Service", service);
    return this.#includedFor("getIncludedService", uuid);
  }

  /** For the server: what a new discovery says of this service. True where that is something else than before. */
  rediscovered(found: DiscoveredService): boolean {
    const changed = JSON.stringify(found) !== JSON.stringify(this.#found);
    this.#found = found;
    if (changed) this.#compare();
    return changed;
  }

  #compare(): void {
    for (const [handle, characteristic] of this.#characteristics) {
      const found = this.#found.characteristics.find((one) => one.handle === handle);
      if (found?.uuid === characteristic.uuid) characteristic.rediscovered(found);
      else {
        characteristic.removed = true;
        this.#characteristics.delete(handle);
      }
    }
  }

  async #characteristicsFor(
    method: string,
    uuid: string | undefined,
  ): Promise<[Characteristic, ...Characteristic[]]> {
    await this.#assertUsable("retrieve characteristics");
    if (uuid !== undefined && isBlocked(uuid)) throw blocklistedCall(method);
    const found = this.#found.characteristics.filter(
      (candidate) => (uuid === undefined || candidate.uuid === uuid) && !isBlocked(candidate.uuid),
    );
    const [first, ...others] = await Promise.all(found.map((one) => this.#instanceOf(one)));
    const where = uuid === undefined ? "service" : `Service with UUID ${this.uuid}`;
    if (first === undefined) throw nothingFound("Characteristic", uuid, where);
    return [first, ...others];
  }

  async #instanceOf(found: Discovered): Promise<Characteristic> {
    const known = this.#characteristics.get(found.handle);
    if (known !== undefined) return known;
    const extended = found.properties.extended ? await this.#extendedOf(found) : NONE;
    // Another call may have asked meanwhile: one object for each characteristic.
    const made =
      this.#characteristics.get(found.handle) ?? new Characteristic(this, found, extended, this.#connection);
    this.#characteristics.set(found.handle, made);
    return made;
  }

  async #extendedOf({ descriptors }: Discovered): Promise<ExtendedProperties> {
    const descriptor = descriptors.find(({ uuid }) => uuid === EXTENDED_PROPERTIES);
    if (descriptor === undefined) return NONE;
    const [bits = 0] = await this.#connection.run((gatt) => gatt.read(descriptor.handle));
    return { reliableWrite: (bits & 1) !== 0, writableAuxiliaries: (bits & 2) !== 0 };
  }

  async #includedFor(method: string, uuid: string | undefined): Promise<[Service, ...Service[]]> {
    await this.#assertUsable("retrieve services");
    if (uuid !== undefined && isBlocked(uuid)) throw blocklistedCall(method);
    const { device } = this;
    if (uuid !== undefined && !device.mayUse(uuid)) throw serviceNotAllowed(false);
    const [first, ...others] = this.#found.included
      .filter((candidate) => (uuid === undefined || candidate.uuid === uuid) && device.mayUse(candidate.uuid))
      .flatMap(({ start }) => device.gatt.serviceAt(start) ?? []);
    if (first === undefined) throw nothingFound("Service", uuid, `Service with UUID ${this.uuid}`);
    return [first, ...others];
  }

  async #assertUsable(doing: string): Promise<void> {
    const { gatt } = this.device;
    await gatt.settled;
    if (!gatt.connected) throw notConnected(doing);
    if (!this.#connection.alive) throw noLongerValid("Service", this.uuid);
    if (this.removed) throw noLongerExists("Service");
  }
}
