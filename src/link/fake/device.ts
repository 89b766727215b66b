/** What a virtual device is, as data. Times are milliseconds; 0 means at once, without a timer. */
import type { CharacteristicProperty, Uuid } from "../gatt.ts";

export interface VirtualCharacteristic {
  readonly uuid: Uuid;
  readonly properties: readonly CharacteristicProperty[];
  readonly value: readonly number[];
  readonly descriptors?: readonly Uuid[];
  /** The device answers only on a bonded link; the system pairs when it is touched. */
  readonly gated?: boolean;
  /** Notifications while somebody is subscribed. */
  readonly live?: { readonly everyMs: number; readonly value: (count: number) => readonly number[] };
  /** What a write changes elsewhere in the same service; subscribers of those are notified. */
  readonly onWrite?: (value: Uint8Array) => readonly VirtualChange[];
}

export interface VirtualChange {
  readonly characteristic: Uuid;
  readonly value: readonly number[];
}

export interface VirtualService {
  readonly uuid: Uuid;
  readonly characteristics: readonly VirtualCharacteristic[];
}

export interface VirtualDevice {
  /** Stable name in the script and in the memory; never shown. */
  readonly key: string;
  readonly name: string;
  readonly advertises: readonly Uuid[];
  readonly services: readonly VirtualService[];
  readonly delays: {
    readonly connect: number;
    readonly operation: number;
    readonly pairing: number;
    /** Until a connection to a device out of range is given up. */
    readonly unreachable: number;
  };
  /** How things stand when nothing is remembered. */
  readonly start: {
    readonly inRange: boolean;
    /** The system's half and the device's half of the bond. */
    readonly systemBond: boolean;
    readonly deviceBond: boolean;
  };
}
