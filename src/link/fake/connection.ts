import { PAIRING_DIALOG_MS } from "../backend.ts";
import type { AccessOptions, Connection, LinkLost, TimeLimits, WriteOptions } from "../backend.ts";
import { DeviceError } from "../failure.ts";
import type { CharacteristicProperty, CharacteristicRef, GattTable } from "../gatt.ts";
import { LinkQueue } from "../link-queue.ts";
import type { Timers } from "../timers.ts";
import type { Cell, RadioDevice, VirtualLink } from "./virtual-radio.ts";

type Listener = (value: Uint8Array) => void;

interface Feed {
  readonly listeners: Set<Listener>;
  stopLive: () => void;
}

/** The longest value an attribute can have (Core 6.2, Vol 3 Part F 3.2.9). */
const MAX_VALUE = 512;

/** One link to a virtual device: the same queue, limits and aborts as over the air. */
export class VirtualConnection implements Connection, VirtualLink {
  readonly closed: Promise<LinkLost>;
  readonly #device: RadioDevice;
  readonly #limits: TimeLimits;
  readonly #timers: Timers;
  readonly #queue: LinkQueue;
  readonly #feeds = new Map<Cell, Feed>();

  constructor(device: RadioDevice, limits: TimeLimits, timers: Timers) {
    this.#device = device;
    this.#limits = limits;
    this.#timers = timers;
    this.#queue = new LinkQueue(timers, () => {
      this.close();
    });
    this.closed = this.#queue.closed;
    device.link = this;
  }

  discover(signal: AbortSignal): Promise<GattTable> {
    const { services, delays } = this.#device.declared;
    return this.#queue.run("discover", signal, (step) =>
      step("discover", this.#limits.discover, async () => {
        await this.#device.play("discover", delays.operation * 5);
        return {
          services: services.map(({ uuid, characteristics }) => ({
            uuid,
            characteristics: characteristics.map((each) => ({
              uuid: each.uuid,
              properties: [...each.properties],
              descriptors: (each.descriptors ?? []).map((descriptor) => ({ uuid: descriptor })),
            })),
          })),
        };
      }),
    );
  }

  read(ref: CharacteristicRef, options: AccessOptions): Promise<Uint8Array> {
    return this.#access("read", "read", ref, options, (cell) => cell.value.slice());
  }

  write(ref: CharacteristicRef, value: Uint8Array, options: WriteOptions): Promise<void> {
    if (value.length > MAX_VALUE) return Promise.reject(new DeviceError({ kind: "invalid-length" }));
    const copy = value.slice();
    const property = options.response ? "write" : "writeWithoutResponse";
    return this.#access("write", property, ref, options, (cell) => {
      cell.value = copy;
      for (const change of cell.declared.onWrite?.(copy.slice()) ?? []) {
        const other = this.#cell({ ...ref, characteristic: change.characteristic, instance: 0 });
        this.#device.set(other, change.value);
      }
    });
  }

  async subscribe(
    ref: CharacteristicRef,
    onValue: Listener,
    options: AccessOptions,
  ): Promise<() => Promise<void>> {
    const listener: Listener = (value) => {
      onValue(value);
    };
    const cell = await this.#access("subscribe", "notify", ref, options, (found) => {
      if (!options.signal.aborted) this.#listen(found, listener);
      return found;
    });
    return () => {
      this.#unlisten(cell, listener);
      return Promise.resolve();
    };
  }

  lost(): void {
    this.#end("peer");
  }

  changed(cell: Cell): void {
    for (const listener of this.#feeds.get(cell)?.listeners ?? []) {
      const value = cell.value.slice();
      // In a turn of its own, as from a real radio: a listener that throws disturbs nobody else.
      queueMicrotask(() => {
        if (!this.#queue.ended) listener(value);
      });
    }
  }

  close(): void {
    this.#end("us");
  }

  get ended(): boolean {
    return this.#queue.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #end(by: LinkLost["by"]): void {
    for (const feed of this.#feeds.values()) feed.stopLive();
    this.#feeds.clear();
    if (this.#device.link === this) this.#device.link = undefined;
    this.#queue.end(by);
  }

  #access<T>(
    operation: "read" | "write" | "subscribe",
    property: CharacteristicProperty,
    ref: CharacteristicRef,
    { signal, mayPair = false }: AccessOptions,
    work: (cell: Cell) => T,
  ): Promise<T> {
    const ms = this.#limits[operation] + (mayPair ? PAIRING_DIALOG_MS : 0);
    return this.#queue.run(operation, signal, (step) =>
      step(operation, ms, async () => {
        const cell = this.#cell(ref);
        await this.#device.play(operation, this.#device.declared.delays.operation);
        requireProperty(cell, property);
        if (cell.declared.gated === true) await this.#device.secure();
        // The link may have ended while this call was on its way: then it has no effect either.
        if (this.#queue.ended) throw new DeviceError({ kind: "link-lost", during: operation });
        return work(cell);
      }),
    );
  }

  #cell(ref: CharacteristicRef): Cell {
    const found = this.#device.cells.find(
      (cell) =>
        cell.ref.service === ref.service &&
        cell.ref.characteristic === ref.characteristic &&
        cell.ref.instance === ref.instance,
    );
    if (found === undefined) throw new DeviceError({ kind: "not-found", what: "characteristic" });
    return found;
  }

  #listen(cell: Cell, listener: Listener): void {
    const feed = this.#feeds.get(cell);
    if (feed !== undefined) {
      feed.listeners.add(listener);
      return;
    }
    const created: Feed = { listeners: new Set([listener]), stopLive: () => {} };
    this.#feeds.set(cell, created);
    const { live } = cell.declared;
    if (live === undefined) return;
    let count = 0;
    const beat = (): void => {
      created.stopLive = this.#timers.after(live.everyMs, () => {
        this.#device.set(cell, live.value(++count));
        beat();
      });
    };
    beat();
  }

  #unlisten(cell: Cell, listener: Listener): void {
    const feed = this.#feeds.get(cell);
    if (feed === undefined) return;
    feed.listeners.delete(listener);
    if (feed.listeners.size > 0) return;
    feed.stopLive();
    this.#feeds.delete(cell);
  }
}

function requireProperty({ declared: { properties } }: Cell, property: CharacteristicProperty): void {
  if (properties.includes(property)) return;
  if (property === "notify") {
    if (properties.includes("indicate")) return;
    throw new DeviceError({ kind: "not-supported", what: "operation" });
  }
  throw new DeviceError({ kind: "access-refused", why: "not-permitted", ambiguous: false });
}
