import type { Uuid } from "../../../hci/codec/uuid.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import { isBlocked, isBlockedData } from "./blocklist.ts";
import { viewOf } from "./buffer-source.ts";
import type { Device } from "./device.ts";
import type { AllowedDevice } from "./permissions.ts";
import { TreeEvent } from "./tree.ts";

/** BluetoothAdvertisingEvent: of one report, what this page may know. */
export class AdvertisingEvent extends TreeEvent implements BluetoothAdvertisingEvent {
  readonly device: Device;
  readonly uuids: Uuid[];
  readonly name?: string;
  readonly appearance?: number;
  readonly txPower?: number;
  readonly rssi?: number;
  readonly manufacturerData: Map<number, DataView>;
  readonly serviceData: Map<Uuid, DataView>;

  constructor(device: Device, allowed: AllowedDevice, advertisement: Advertisement) {
    super("advertisementreceived");
    const { name, appearance, txPower, services, serviceData, manufacturerData } = advertisement.fields();
    const mayUse = (uuid: Uuid): boolean => allowed.services.includes(uuid) && !isBlocked(uuid);
    this.device = device;
    this.uuids = services.filter(mayUse);
    this.manufacturerData = new Map(
      [...manufacturerData]
        .filter(([company, data]) => allowed.manufacturers.includes(company) && !isBlockedData(company, data))
        .map(([company, data]) => [company, viewOf(data)]),
    );
    this.serviceData = new Map(
      [...serviceData].filter(([uuid]) => mayUse(uuid)).map(([uuid, data]) => [uuid, viewOf(data)]),
    );
    if (name !== undefined) this.name = name;
    if (appearance !== undefined) this.appearance = appearance;
    if (txPower !== undefined) this.txPower = txPower;
    if (advertisement.rssi !== undefined) this.rssi = advertisement.rssi;
  }
}
