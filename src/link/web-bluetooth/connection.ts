import { PAIRING_DIALOG_MS } from "../backend.ts";
import type { AccessOptions, Connection, LinkLost, TimeLimits, WriteOptions } from "../backend.ts";
import type { Operation } from "../failure.ts";
import type { CharacteristicRef, GattTable } from "../gatt.ts";
import { LinkQueue } from "../link-queue.ts";
import type { Step } from "../link-queue.ts";
import type { Timers } from "../timers.ts";
import { Attributes } from "./attributes.ts";
import type { PlatformCharacteristic, PlatformDevice, PlatformServer } from "./platform.ts";
import { octets, Subscriptions } from "./subscriptions.ts";
import { deviceError, translate } from "./translate.ts";

export interface ConnectionSettings {
  readonly limits: TimeLimits;
  readonly timers: Timers;
  readonly linux: boolean;
}

/** One link over Web Bluetooth. The platform's attribute objects belong to it and never leave it. */
export class WebBluetoothConnection implements Connection {
  readonly closed: Promise<LinkLost>;
  readonly #device: PlatformDevice;
  readonly #server: PlatformServer;
  readonly #settings: ConnectionSettings;
  readonly #queue: LinkQueue;
  readonly #attributes: Attributes;
  readonly #subscriptions = new Subscriptions();
  readonly #onDisconnected = (): void => {
    this.#end("peer");
  };

  constructor(device: PlatformDevice, server: PlatformServer, settings: ConnectionSettings) {
    this.#device = device;
    this.#server = server;
    this.#settings = settings;
    this.#attributes = new Attributes(server);
    this.#queue = new LinkQueue(settings.timers, () => {
      this.close();
    });
    this.closed = this.#queue.closed;
    device.addEventListener("gattserverdisconnected", this.#onDisconnected);
    // The link can be lost before anybody listened.
    if (!server.connected) this.#end("peer");
  }

  get ended(): boolean {
    return this.#queue.ended;
  }

  discover(signal: AbortSignal): Promise<GattTable> {
    return this.#run("discover", signal, (step) =>
      step("discover", this.#settings.limits.discover, () => this.#attributes.discover()),
    );
  }

  read(ref: CharacteristicRef, options: AccessOptions): Promise<Uint8Array> {
    return this.#access("read", ref, options, async (characteristic) =>
      octets(await this.#subscriptions.read(characteristic)),
    );
  }

  write(ref: CharacteristicRef, value: Uint8Array, options: WriteOptions): Promise<void> {
    const copy = value.slice(); // the caller may change its buffer while the write waits its turn
    return this.#access("write", ref, options, (characteristic) =>
      options.response
        ? characteristic.writeValueWithResponse(copy)
        : characteristic.writeValueWithoutResponse(copy),
    );
  }

  async subscribe(
    ref: CharacteristicRef,
    onValue: (value: Uint8Array) => void,
    options: AccessOptions,
  ): Promise<() => Promise<void>> {
    let active: PlatformCharacteristic | undefined;
    let givenUp = false;
    const listener = (value: Uint8Array): void => {
      if (!givenUp) onValue(value);
    };
    const stop = async (): Promise<void> => {
      const characteristic = active;
      active = undefined;
      if (characteristic !== undefined) await this.#unsubscribe(characteristic, listener);
    };
    try {
      await this.#access("subscribe", ref, options, async (characteristic) => {
        if (this.#subscriptions.add(characteristic, listener)) await this.#start(characteristic, listener);
        active = characteristic;
        // Its caller went away while the platform was starting, and nobody else can stop it.
        if (givenUp) stop().catch(noOneToTell);
      });
    } catch (error) {
      givenUp = true;
      throw error;
    }
    return stop;
  }

  async #start(characteristic: PlatformCharacteristic, listener: (value: Uint8Array) => void): Promise<void> {
    try {
      await characteristic.startNotifications();
    } catch (error) {
      this.#subscriptions.remove(characteristic, listener);
      throw error;
    }
  }

  async #unsubscribe(
    characteristic: PlatformCharacteristic,
    listener: (value: Uint8Array) => void,
  ): Promise<void> {
    if (!this.#subscriptions.remove(characteristic, listener) || this.ended) return;
    const { limits } = this.#settings;
    try {
      await this.#run("subscribe", new AbortController().signal, (step) =>
        step("subscribe", limits.subscribe, () => characteristic.stopNotifications()),
      );
    } catch (error) {
      // A subscription whose link ended has ended too.
      if (translate(error, this.#context("subscribe")).kind !== "link-lost") throw error;
    }
  }

  close(): void {
    if (this.ended) return;
    this.#end("us");
    this.#server.disconnect();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #end(by: LinkLost["by"]): void {
    this.#device.removeEventListener("gattserverdisconnected", this.#onDisconnected);
    this.#subscriptions.clear();
    this.#attributes.clear();
    this.#queue.end(by);
  }

  /** Finds the characteristic, then does `work`. An object that went stale on a living link is looked up once more. */
  #access<T>(
    operation: "read" | "write" | "subscribe",
    ref: CharacteristicRef,
    { signal, mayPair = false }: AccessOptions,
    work: (characteristic: PlatformCharacteristic) => Promise<T>,
  ): Promise<T> {
    const { limits } = this.#settings;
    const ms = limits[operation] + (mayPair ? PAIRING_DIALOG_MS : 0);
    return this.#run(operation, signal, async (step) => {
      const attempt = async (): Promise<T> => {
        const characteristic = await step("discover", limits.discover, () => this.#attributes.find(ref));
        return step(operation, ms, () => work(characteristic));
      };
      try {
        return await attempt();
      } catch (error) {
        // The platform refuses a stale object before it sends anything, so a write is not sent twice.
        if (translate(error, this.#context(operation)).kind !== "stale-handle") throw error;
        this.#attributes.clear();
        return attempt();
      }
    });
  }

  async #run<T>(operation: Operation, signal: AbortSignal, work: (step: Step) => Promise<T>): Promise<T> {
    try {
      return await this.#queue.run(operation, signal, work);
    } catch (error) {
      throw deviceError(error, this.#context(operation));
    }
  }

  #context(operation: Operation): { operation: Operation; linux: boolean } {
    return { operation, linux: this.#settings.linux };
  }
}

/** The caller was told already; a failure to stop ends with the link. */
function noOneToTell(): void {}
