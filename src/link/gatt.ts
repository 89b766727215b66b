/** What a peer offers over GATT, in the order in which it was discovered. Plain data: stored, compared, exported. */

/** A 128-bit UUID in lower case with hyphens, as Web Bluetooth writes it. */
export type Uuid = string;

/** Characteristic properties (Core 6.2, Vol 3 Part G 3.3.1.1), in camel case. */
export type CharacteristicProperty =
  | "broadcast"
  | "read"
  | "writeWithoutResponse"
  | "write"
  | "notify"
  | "indicate"
  | "authenticatedSignedWrites"
  | "reliableWrite"
  | "writableAuxiliaries";

export interface GattDescriptor {
  readonly uuid: Uuid;
}

export interface GattCharacteristic {
  readonly uuid: Uuid;
  readonly properties: readonly CharacteristicProperty[];
  readonly descriptors: readonly GattDescriptor[];
  /** Value handle; only where `capabilities.reports.attributeHandles` is true. */
  readonly handle?: number;
}

export interface GattService {
  readonly uuid: Uuid;
  readonly characteristics: readonly GattCharacteristic[];
  readonly handle?: number;
}

export interface GattTable {
  readonly services: readonly GattService[];
}

/**
 * Names one characteristic across connections. A device may offer the same UUIDs twice; `instance` counts the
 * characteristics with this service and characteristic UUID in table order, from 0.
 */
export interface CharacteristicRef {
  readonly service: Uuid;
  readonly characteristic: Uuid;
  readonly instance: number;
}
