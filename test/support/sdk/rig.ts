/** A page with our Bluetooth object, on a host of the stack rig, and devices round it. */
import assert from "node:assert/strict";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { Peripheral } from "../../../hci/virtual/peripherals/peripheral.ts";
import { type BluetoothOptions, HostedBluetooth } from "../../../src/sdk/web-bluetooth/bluetooth.ts";
import type { RequestOptions } from "../../../src/sdk/web-bluetooth/bluetooth.ts";
import type { ChooserEntry, DeviceChooser } from "../../../src/sdk/web-bluetooth/chooser.ts";
import type { Characteristic } from "../../../src/sdk/web-bluetooth/characteristic.ts";
import type { Device } from "../../../src/sdk/web-bluetooth/device.ts";
import { StackSlot } from "../../../src/sdk/web-bluetooth/host.ts";
import { nodeCrypto } from "../crypto.ts";
import { settle } from "../manual-clock.ts";
import { type HostOptions, type RigHost, StackRig, text } from "../stack-rig.ts";

export class SdkRig {
  readonly stacks = new StackRig();
  readonly slot = new StackSlot();
  readonly choosers: DeviceChooser[] = [];
  readonly devices: Peripheral[] = [];
  /** Whom the person takes; undefined looks on. Default: the first that is shown. */
  pick: (entries: readonly ChooserEntry[]) => ChooserEntry | undefined = ([first]) => first;
  #bluetooth: HostedBluetooth | undefined;
  #page: RigHost | undefined;

  static async create(
    options: Partial<BluetoothOptions> = {},
    host: Partial<HostOptions> = {},
  ): Promise<SdkRig> {
    const rig = new SdkRig();
    rig.#page = await rig.stacks.host("page", { services: null, onEvent: rig.slot.hear, ...host });
    rig.slot.use(rig.#page.stack);
    rig.#bluetooth = new HostedBluetooth({
      host: rig.slot,
      openChooser: (chooser) => rig.#choose(chooser),
      ...options,
    });
    return rig;
  }

  get bluetooth(): HostedBluetooth {
    assert.ok(this.#bluetooth);
    return this.#bluetooth;
  }

  get page(): RigHost {
    assert.ok(this.#page);
    return this.#page;
  }

  /** A device that is on and advertises. */
  async add(definition: PeripheralDefinition): Promise<Peripheral> {
    const seed = this.devices.length + 1;
    const { radio } = this.stacks;
    const device = await this.until(Peripheral.start(definition, { radio, crypto: nodeCrypto, text, seed }));
    this.devices.push(device);
    return device;
  }

  /** Time passes until it settles. */
  until<T>(work: Promise<T>): Promise<T> {
    return this.stacks.until(work);
  }

  request(options: RequestOptions): Promise<Device> {
    return this.until(this.bluetooth.requestDevice(options));
  }

  /** A device that was chosen and is connected. */
  async connected(definition: PeripheralDefinition, options: RequestOptions): Promise<Connected> {
    const peripheral = await this.add(definition);
    const device = await this.request(options);
    await this.until(device.gatt.connect());
    return { peripheral, device };
  }

  async characteristic(device: Device, service: string, uuid: string): Promise<Characteristic> {
    const parent = await this.until(device.gatt.getPrimaryService(service));
    return this.until(parent.getCharacteristic(uuid));
  }

  /** How `work` fails; it must, and with a DOMException. */
  async rejection(work: Promise<unknown>): Promise<DOMException> {
    const error = await this.stacks.failure(work);
    assert.ok(error instanceof DOMException, `${error.name}: ${error.message}`);
    return error;
  }

  /** Everything that is on its way now arrives. */
  async quiet(ms = 500): Promise<void> {
    await this.stacks.clock.advance(ms);
    await settle();
  }

  #choose(chooser: DeviceChooser): void {
    this.choosers.push(chooser);
    const look = (): void => {
      const entry = this.pick(chooser.entries);
      if (entry !== undefined) chooser.choose(entry.key);
    };
    chooser.onChange(look);
  }
}

export interface Connected {
  readonly peripheral: Peripheral;
  readonly device: Device;
}
