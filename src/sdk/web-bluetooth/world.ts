/** What all objects of one Bluetooth share. */
import type { BluetoothHost } from "./host.ts";
import type { AllowedDevice, Permissions } from "./permissions.ts";
import type { TreeTarget } from "./tree.ts";

/** A device that wants a bond for what the page just asked of it. */
export interface PairingWanted {
  readonly id: string;
  readonly name: string | null;
}

export interface World {
  /** Where events end up: the Bluetooth object. */
  readonly root: TreeTarget;
  readonly host: BluetoothHost;
  readonly permissions: Permissions;
  /** Asks the person; false where nobody may be asked. */
  readonly mayPair: (device: PairingWanted) => Promise<boolean>;
  /** A permission changed: an address became known, or it was withdrawn. */
  readonly changed: (device: AllowedDevice) => Promise<void>;
  readonly withdrawn: (id: string) => Promise<void>;
}
