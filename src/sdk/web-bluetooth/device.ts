import { sameAddress } from "../../../hci/gap/address.ts";
import type { Scan } from "../../../hci/gap/scanner.ts";
import type { Address } from "../../../hci/ports.ts";
import { AdvertisingEvent } from "./advertising-event.ts";
import { isBlocked } from "./blocklist.ts";
import { Bonding } from "./bonding.ts";
import { exception, forgotten, noAdapter } from "./exceptions.ts";
import type { AllowedDevice } from "./permissions.ts";
import { Server } from "./server.ts";
import { defineHandlers, TreeTarget } from "./tree.ts";
import { watchDevice } from "./watch.ts";
import type { World } from "./world.ts";

type Handler<E extends Event = Event> = (this: unknown, event: E) => unknown;

/** BluetoothDevice */
export class Device extends TreeTarget implements BluetoothDevice {
  readonly gatt: Server;
  readonly bonding: Bonding;
  /** Null where nobody knows it, as on the platform; the type package says undefined. */
  declare readonly name?: string;
  declare oncharacteristicvaluechanged: Handler;
  declare onserviceadded: Handler;
  declare onservicechanged: Handler;
  declare onserviceremoved: Handler;
  declare ongattserverdisconnected: Handler;
  declare onadvertisementreceived: Handler<BluetoothAdvertisingEvent>;
  /** False after `forget`. */
  allowed = true;
  readonly #world: World;
  #facts: AllowedDevice;
  #watching: { readonly scan: Promise<Scan>; started: boolean } | undefined;

  static {
    defineHandlers(this.prototype, [
      "characteristicvaluechanged",
      "serviceadded",
      "servicechanged",
      "serviceremoved",
      "gattserverdisconnected",
      "advertisementreceived",
    ]);
    Object.defineProperty(this.prototype, "name", {
      configurable: true,
      enumerable: true,
      get(this: Device) {
        return this.#facts.name;
      },
    });
  }

  constructor(facts: AllowedDevice, world: World) {
    super();
    this.#facts = facts;
    this.#world = world;
    this.gatt = new Server(this, world);
    this.bonding = new Bonding(this, world);
    world.host.onStackChange(() => this.#stopWatching());
  }

  get [Symbol.toStringTag](): string {
    return "BluetoothDevice";
  }

  get id(): string {
    return this.#facts.id;
  }

  get address(): Address {
    return this.#facts.address;
  }

  get facts(): AllowedDevice {
    return this.#facts;
  }

  get watchingAdvertisements(): boolean {
    return this.#watching?.started === true;
  }

  protected override get parent(): TreeTarget {
    return this.#world.root;
  }

  mayUse(service: string): boolean {
    return this.#facts.services.includes(service) && !isBlocked(service);
  }

  get mayUseNothing(): boolean {
    return this.#facts.services.length === 0;
  }

  /** A permission that was widened, or a name that became known. */
  update(facts: AllowedDevice): void {
    this.#facts = facts;
  }

  /** Under which identity the peer is found from now on. */
  identified(address: Address): void {
    if (sameAddress(address, this.#facts.address)) return;
    this.#facts = { ...this.#facts, address };
    void this.#world.changed(this.#facts);
  }

  async watchAdvertisements({ signal }: WatchAdvertisementsOptions = {}): Promise<void> {
    if (!this.allowed) throw forgotten();
    throwIfAborted(signal);
    if (this.#watching?.started === false)
      throw exception("InvalidStateError", "A watchAdvertisements() operation is already in progress.");
    const watching = this.#watching ?? this.#startWatching();
    signal?.addEventListener("abort", () => this.#stopWatching(), { once: true });
    try {
      await watching.scan;
    } catch (error) {
      if (this.#watching === watching) this.#watching = undefined;
      throw exception("InvalidStateError", "Cannot watch advertisements.", error);
    }
    throwIfAborted(signal);
    watching.started = true;
  }

  async forget(): Promise<void> {
    if (!this.allowed) return;
    this.allowed = false;
    this.gatt.disconnect();
    this.#stopWatching();
    await this.#world.withdrawn(this.id);
  }

  #startWatching(): { readonly scan: Promise<Scan>; started: boolean } {
    const { stack } = this.#world.host;
    if (stack === undefined) throw noAdapter();
    const scan = watchDevice(
      stack,
      () => this.address,
      (advertisement) => {
        if (this.#watching === watching)
          this.dispatchEvent(new AdvertisingEvent(this, this.#facts, advertisement));
      },
    );
    const watching = { scan, started: false };
    this.#watching = watching;
    return watching;
  }

  #stopWatching(): void {
    const watching = this.#watching;
    this.#watching = undefined;
    void watching?.scan.then(
      (scan) => scan.stop(),
      () => {}, // it never began: its caller hears of that
    );
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const { reason } = signal;
  throw reason instanceof DOMException
    ? reason
    : exception("AbortError", "The operation was aborted.", reason);
}
