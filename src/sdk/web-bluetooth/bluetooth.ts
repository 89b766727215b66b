/** An object shaped like `navigator.bluetooth` over our own host. */
import type { Address } from "../../../hci/ports.ts";
import { addressKey } from "../../../hci/gap/address.ts";
import { Choosing, type Chosen, type DeviceChooser, type KnownDevice } from "./chooser.ts";
import { Device } from "./device.ts";
import { chooserClosed, exception, noAdapter, noGesture } from "./exceptions.ts";
import { canonicalRequest, type DeviceRequest } from "./filters.ts";
import type { BluetoothHost } from "./host.ts";
import { type AllowedDevice, MemoryPermissions, type Permissions } from "./permissions.ts";
import { defineHandlers, TreeEvent, TreeTarget } from "./tree.ts";
import type { PairingWanted, World } from "./world.ts";

type Handler<E extends Event = Event> = (this: unknown, event: E) => unknown;

export interface BluetoothOptions {
  readonly host: BluetoothHost;
  /** Shows the list to a person; it may end the choice at any time later. A listener that throws cancels. */
  readonly openChooser: (chooser: DeviceChooser) => void;
  /** Default: in memory. */
  readonly permissions?: Permissions;
  /** Whether the page handles a person's act now. Default: `navigator.userActivation`, true where that is missing. */
  readonly hasGesture?: () => boolean;
  /**
   * A page used something that wants a bond, and there is none: asks the person whether to pair, as the browser does.
   * Default: nobody is asked, the page gets a NetworkError and may offer `device.bonding.pair()`.
   */
  readonly mayPair?: (device: PairingWanted) => Promise<boolean>;
}

/** The type package's, and what it lacks. */
export type RequestOptions =
  | RequestDeviceOptions
  | {
      readonly filters: readonly BluetoothLEScanFilter[];
      readonly exclusionFilters?: readonly BluetoothLEScanFilter[];
      readonly optionalServices?: readonly BluetoothServiceUUID[];
      readonly optionalManufacturerData?: readonly number[];
    };

/** `availabilitychanged` carries the new value. */
export class AvailabilityEvent extends TreeEvent {
  readonly value: boolean;

  constructor(value: boolean) {
    super("availabilitychanged");
    this.value = value;
  }
}

/** Bluetooth */
export class HostedBluetooth extends TreeTarget implements Bluetooth {
  readonly referringDevice?: Device;
  declare onavailabilitychanged: Handler;
  declare oncharacteristicvaluechanged: Handler;
  declare onserviceadded: Handler;
  declare onservicechanged: Handler;
  declare onserviceremoved: Handler;
  declare ongattserverdisconnected: Handler;
  declare onadvertisementreceived: Handler<BluetoothAdvertisingEvent>;
  readonly #options: BluetoothOptions;
  readonly #world: World;
  readonly #devices = new Map<string, Device>();
  #choosing: Choosing | undefined;
  #available: boolean;

  static {
    defineHandlers(this.prototype, [
      "availabilitychanged",
      "characteristicvaluechanged",
      "serviceadded",
      "servicechanged",
      "serviceremoved",
      "gattserverdisconnected",
      "advertisementreceived",
    ]);
  }

  constructor(options: BluetoothOptions) {
    super();
    const { host, permissions = new MemoryPermissions(), mayPair = async () => false } = options;
    this.#options = options;
    this.#world = {
      root: this,
      host,
      permissions,
      mayPair,
      // Not kept now: the identity is learned again with the next connection.
      changed: (device) => permissions.put(device).catch(() => {}),
      withdrawn: (id) => {
        this.#devices.delete(id);
        return permissions.delete(id);
      },
    };
    this.#available = host.stack !== undefined;
    host.onStackChange(() => this.#stackChanged());
  }

  get [Symbol.toStringTag](): string {
    return "Bluetooth";
  }

  protected override get parent(): undefined {
    return undefined;
  }

  async getAvailability(): Promise<boolean> {
    return this.#available;
  }

  /** Every device that the person allowed before, whether or not it is in range. */
  async getDevices(): Promise<Device[]> {
    return (await this.#world.permissions.all()).map((facts) => this.#deviceOf(facts));
  }

  /** Must be called from a person's act. A second call closes the chooser of the first. */
  async requestDevice(options?: RequestOptions): Promise<Device> {
    const request = canonicalRequest(options);
    const { hasGesture = userIsActive, openChooser } = this.#options;
    if (!hasGesture()) throw noGesture();
    const { stack } = this.#world.host;
    if (stack === undefined) throw noAdapter();
    this.#choosing?.cancel();
    const bonds = await stack.keys.all(stack.identity.address);
    const choosing = new Choosing(stack, request, {
      bonded: bonds.map(({ peer }) => peer),
      known: [...this.#devices.values()].filter(({ gatt }) => gatt.connected).map(linked),
    });
    this.#choosing?.cancel();
    this.#choosing = choosing;
    const answer = choosing.answer();
    try {
      openChooser(choosing);
    } catch (error) {
      choosing.cancel();
      throw exception("UnknownError", "The chooser could not be opened.", error);
    }
    const chosen = await answer;
    if (this.#choosing === choosing) this.#choosing = undefined;
    if (chosen === undefined) throw chooserClosed();
    return this.#allow(chosen, request);
  }

  /** Scanning for a page's own use is a proposal of its own, which this object does not follow. */
  async requestLEScan(): Promise<BluetoothLEScan> {
    throw exception("NotSupportedError", "requestLEScan() is not supported: use watchAdvertisements().");
  }

  async #allow({ address, name }: Chosen, { services, manufacturers }: DeviceRequest): Promise<Device> {
    const known = (await this.#world.permissions.all()).find((one) => isAt(one, address));
    const facts: AllowedDevice = {
      id: known?.id ?? newId(),
      address,
      name: name ?? known?.name ?? null,
      services: [...new Set([...(known?.services ?? []), ...services])],
      manufacturers: [...new Set([...(known?.manufacturers ?? []), ...manufacturers])],
    };
    await this.#world.permissions.put(facts);
    const device = this.#deviceOf(facts);
    device.update(facts);
    return device;
  }

  #deviceOf(facts: AllowedDevice): Device {
    const device = this.#devices.get(facts.id) ?? new Device(facts, this.#world);
    this.#devices.set(facts.id, device);
    return device;
  }

  #stackChanged(): void {
    const available = this.#world.host.stack !== undefined;
    if (!available) this.#choosing?.adapterGone();
    if (available === this.#available) return;
    this.#available = available;
    this.dispatchEvent(new AvailabilityEvent(available));
  }
}

/** What a connected device would advertise, as far as its attributes tell. */
const linked = (device: Device): KnownDevice => ({
  address: device.address,
  name: device.facts.name,
  services: device.gatt.link?.gatt.table?.services.map(({ uuid }) => uuid) ?? [],
});

const isAt = (device: AllowedDevice, address: Address): boolean =>
  addressKey(device.address) === addressKey(address);

const userIsActive = (): boolean =>
  typeof navigator === "undefined" || !("userActivation" in navigator) || navigator.userActivation.isActive;

/** 16 random octets in base64, as browsers make them. */
const newId = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
