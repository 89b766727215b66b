import type { Availability } from "../backend.ts";
import { DeviceError } from "../failure.ts";
import type { Failure, Operation } from "../failure.ts";
import type { CharacteristicRef } from "../gatt.ts";
import type { Timers } from "../timers.ts";
import type { VirtualCharacteristic, VirtualDevice } from "./device.ts";
import { recall, remember } from "./memory.ts";
import type { Remembered, TextStore } from "./memory.ts";

/** One characteristic of one virtual device, with the value it holds now. */
export interface Cell {
  readonly ref: CharacteristicRef;
  readonly declared: VirtualCharacteristic;
  value: Uint8Array;
}

/** A link as the radio sees it. */
export interface VirtualLink {
  lost(): void;
  changed(cell: Cell): void;
}

/** The air of the demo: devices, their bonds, and a script of what goes wrong next. */
export class VirtualRadio {
  adapter: Extract<Availability["state"], "ready" | "adapter-missing" | "adapter-off"> = "ready";
  readonly devices: readonly RadioDevice[];
  readonly #store: TextStore;

  constructor(devices: readonly VirtualDevice[], store: TextStore, timers: Timers) {
    this.#store = store;
    const known = recall(
      store,
      devices.map(({ key }) => key),
    );
    this.devices = devices.map(
      (device) => new RadioDevice(device, known.get(device.key), timers, () => this.#remember()),
    );
  }

  /** Throws for a key that no device has: a mistake of the script. */
  device(key: string): RadioDevice {
    const found = this.devices.find(({ declared }) => declared.key === key);
    if (found === undefined) throw new Error(`Cannot find a virtual device: ${key}`);
    return found;
  }

  #remember(): void {
    remember(this.#store, new Map(this.devices.map((device) => [device.declared.key, device.state])));
  }
}

/** One virtual device and everything a script may do to it. */
export class RadioDevice {
  readonly declared: VirtualDevice;
  readonly cells: readonly Cell[];
  link: VirtualLink | undefined;
  readonly #timers: Timers;
  readonly #onState: () => void;
  readonly #plans = new Map<Operation, (Failure | "hang")[]>();
  #state: Remembered;

  constructor(declared: VirtualDevice, known: Remembered | undefined, timers: Timers, onState: () => void) {
    this.declared = declared;
    this.#timers = timers;
    this.#onState = onState;
    this.#state = known ?? { id: null, chosen: 0, ...declared.start };
    this.cells = cellsOf(declared);
  }

  get state(): Remembered {
    return this.#state;
  }

  /** The next operation of this kind fails; several queue up. */
  failNext(operation: Operation, failure: Failure): void {
    this.#plan(operation, failure);
  }

  /** The next operation of this kind is never answered. */
  hangNext(operation: Operation): void {
    this.#plan(operation, "hang");
  }

  dropLink(): void {
    this.link?.lost();
  }

  setInRange(inRange: boolean): void {
    this.change({ inRange });
    if (!inRange) this.dropLink();
  }

  /** The device is reset: it forgets us, the system does not know. */
  loseBond(): void {
    this.change({ deviceBond: false });
    this.dropLink();
  }

  /** What a person does in the system's settings. */
  removeSystemBond(): void {
    this.change({ systemBond: false });
    this.dropLink();
  }

  /** The device has a new value and tells its subscribers. */
  set(cell: Cell, value: readonly number[]): void {
    cell.value = Uint8Array.from(value);
    this.link?.changed(cell);
  }

  /** The person chose it: the page may use it, under a new id unless it had one. */
  grant(): string {
    const chosen = this.#state.chosen + 1;
    const id = this.#state.id ?? `demo-${this.declared.key}-${chosen}`;
    this.change({ id, chosen });
    return id;
  }

  change(part: Partial<Remembered>): void {
    this.#state = { ...this.#state, ...part };
    this.#onState();
  }

  /** Does what the script says for this operation, then lets `ms` pass. */
  async play(operation: Operation, ms: number): Promise<void> {
    const plan = this.#plans.get(operation)?.shift();
    if (plan === "hang") await new Promise<never>(() => {});
    await this.wait(ms);
    if (plan !== undefined && plan !== "hang") throw new DeviceError(plan);
  }

  /**
   * Before a protected operation, as systems do it: without a bond the system pairs; with one it never pairs again,
   * even if the device has lost its half.
   */
  async secure(): Promise<void> {
    if (!this.#state.systemBond) {
      await this.play("pair", this.declared.delays.pairing);
      this.change({ systemBond: true, deviceBond: true });
    }
    if (!this.#state.deviceBond) {
      throw new DeviceError({ kind: "access-refused", why: "not-authorized", ambiguous: false });
    }
  }

  async wait(ms: number): Promise<void> {
    if (ms === 0) return;
    await new Promise<void>((resolve) => {
      this.#timers.after(ms, resolve);
    });
  }

  #plan(operation: Operation, plan: Failure | "hang"): void {
    this.#plans.set(operation, [...(this.#plans.get(operation) ?? []), plan]);
  }
}

function cellsOf(device: VirtualDevice): readonly Cell[] {
  const seen = new Map<string, number>();
  return device.services.flatMap((service) =>
    service.characteristics.map((declared) => {
      const name = `${service.uuid} ${declared.uuid}`;
      const instance = seen.get(name) ?? 0;
      seen.set(name, instance + 1);
      return {
        ref: { service: service.uuid, characteristic: declared.uuid, instance },
        declared,
        value: Uint8Array.from(declared.value),
      };
    }),
  );
}
