import type { Descriptor as Discovered } from "../../../hci/gatt/table.ts";
import { isBlockedForReads, isBlockedForWrites } from "./blocklist.ts";
import { octetsIn, viewOf } from "./buffer-source.ts";
import type { Characteristic } from "./characteristic.ts";
import type { GattConnection } from "./connection.ts";
import {
  blocklistedUse,
  noLongerExists,
  noLongerValid,
  notConnected,
  PERFORM,
  tooLong,
} from "./exceptions.ts";

/** BluetoothRemoteGATTDescriptor */
export class Descriptor implements BluetoothRemoteGATTDescriptor {
  readonly characteristic: Characteristic;
  readonly uuid: string;
  /** Null before the first read or write, as on the platform; the type package says undefined. */
  declare readonly value?: DataView;
  readonly #connection: GattConnection;
  readonly #handle: number;
  #value: DataView | null = null;

  static {
    Object.defineProperty(this.prototype, "value", {
      configurable: true,
      enumerable: true,
      get(this: Descriptor) {
        return this.#value;
      },
    });
  }

  constructor(characteristic: Characteristic, { uuid, handle }: Discovered, connection: GattConnection) {
    this.characteristic = characteristic;
    this.uuid = uuid;
    this.#handle = handle;
    this.#connection = connection;
  }

  get [Symbol.toStringTag](): string {
    return "BluetoothRemoteGATTDescriptor";
  }

  async readValue(): Promise<DataView> {
    await this.#assertUsable();
    if (isBlockedForReads(this.uuid)) throw blocklistedUse("readValue", "exclude-reads");
    const octets = await this.#connection.run((gatt) => gatt.read(this.#handle));
    this.#value = viewOf(octets);
    return this.#value;
  }

  async writeValue(value: BufferSource): Promise<void> {
    const octets = octetsIn(value);
    await this.#assertUsable();
    if (octets.length > 512) throw tooLong();
    if (isBlockedForWrites(this.uuid)) throw blocklistedUse("writeValue", "exclude-writes");
    await this.#connection.run((gatt) => gatt.write(this.#handle, octets));
    this.#value = viewOf(octets);
  }

  async #assertUsable(): Promise<void> {
    const { service, removed } = this.characteristic;
    const { gatt } = service.device;
    await gatt.settled;
    if (!gatt.connected) throw notConnected(PERFORM);
    if (!this.#connection.alive) throw noLongerValid("Descriptor", this.uuid);
    if (service.removed) throw noLongerExists("Service");
    if (removed || !this.characteristic.has(this.#handle, this.uuid)) throw noLongerExists("Descriptor");
  }
}
