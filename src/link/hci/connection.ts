import type { DeviceLink } from "../../../hci/device/device-link.ts";
import { ErrorCode } from "../../../hci/host/hci-error.ts";
import type { AttributeTable, Characteristic } from "../../../hci/gatt/table.ts";
import type { GattClient } from "../../../hci/gatt/client.ts";
import type { AccessOptions, Connection, LinkLost, TimeLimits, WriteOptions } from "../backend.ts";
import { DeviceError } from "../failure.ts";
import type { Operation } from "../failure.ts";
import type { CharacteristicRef, GattTable } from "../gatt.ts";
import { LinkQueue } from "../link-queue.ts";
import { findCharacteristic, gattTableOf, requireProperty } from "./attributes.ts";
import { HciLinkBonding } from "./bonding.ts";
import type { PeerDirectory } from "./peer.ts";
import { Securing } from "./securing.ts";
import type { AdapterSession } from "./session.ts";
import { deviceError } from "./translate.ts";

/** The longest value an attribute can have (Core 6.2, Vol 3 Part F 3.2.9). */
const MAX_VALUE = 512;

/** One link of our own host. With a bonded peer nothing is asked before the stored key has encrypted it. */
export class HciConnection implements Connection {
  readonly bonding: HciLinkBonding;
  readonly closed: Promise<LinkLost>;
  readonly #link: DeviceLink;
  readonly #limits: TimeLimits;
  readonly #queue: LinkQueue;
  readonly #securing = new Securing();
  #closing: Promise<void> | undefined;

  constructor(session: AdapterSession, peers: PeerDirectory, link: DeviceLink, limits: TimeLimits) {
    this.#link = link;
    this.#limits = limits;
    this.#queue = new LinkQueue(session.ports.clock, () => void this.#close());
    this.closed = this.#queue.closed;
    const securing = this.#securing;
    this.bonding = new HciLinkBonding({ session, peers, link, limits, queue: this.#queue, securing });
    void link.closed.then(async ({ reason }) => {
      await securing.over();
      this.#queue.end(reason === ErrorCode.localHostTerminated ? "us" : "peer");
    });
  }

  get ended(): boolean {
    return this.#queue.ended;
  }

  discover(signal: AbortSignal): Promise<GattTable> {
    return this.#run("discover", signal, this.#limits.discover, async () => {
      const client = await this.#client(signal);
      // Who asks for the table wants to know what is there: a known one is compared with the device first.
      await this.#link.verifyTable();
      return gattTableOf(client.table ?? (await this.#link.rediscover()));
    });
  }

  read(ref: CharacteristicRef, { signal }: AccessOptions): Promise<Uint8Array> {
    return this.#access("read", ref, signal, (client, characteristic) => {
      requireProperty(characteristic, "read");
      return client.read(characteristic.handle);
    });
  }

  async write(ref: CharacteristicRef, value: Uint8Array, { signal, response }: WriteOptions): Promise<void> {
    if (value.length > MAX_VALUE) throw new DeviceError({ kind: "invalid-length" });
    const copy = value.slice();
    await this.#access("write", ref, signal, (client, characteristic) => {
      requireProperty(characteristic, response ? "write" : "writeWithoutResponse");
      return response
        ? client.write(characteristic.handle, copy)
        : client.writeWithoutResponse(characteristic.handle, copy);
    });
  }

  async subscribe(
    ref: CharacteristicRef,
    onValue: (value: Uint8Array) => void,
    { signal }: AccessOptions,
  ): Promise<() => Promise<void>> {
    const heard = { over: false };
    const listener = (value: Uint8Array): void => {
      // In a turn of its own: a listener that throws disturbs nobody else, and none hears what came after its end.
      queueMicrotask(() => {
        if (!heard.over && !this.#queue.ended) onValue(value);
      });
    };
    const stop = await this.#access("subscribe", ref, signal, async (client, characteristic) => {
      requireProperty(characteristic, "push");
      const unsubscribe = await client.subscribe(characteristic, listener);
      if (signal.aborted) await unsubscribe(); // given up meanwhile: nobody holds what ends it
      return unsubscribe;
    });
    return async () => {
      heard.over = true;
      if (this.#queue.ended) return;
      const never = new AbortController().signal;
      // What cannot be told to the peer ends with the link.
      await this.#run("subscribe", never, this.#limits.subscribe, stop).catch(() => {});
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  #close(): Promise<void> {
    this.#queue.end("us");
    this.#closing ??= this.#link.disconnect();
    return this.#closing;
  }

  #access<T>(
    operation: "read" | "write" | "subscribe",
    ref: CharacteristicRef,
    signal: AbortSignal,
    work: (client: GattClient, characteristic: Characteristic) => Promise<T>,
  ): Promise<T> {
    return this.#run(operation, signal, this.#limits[operation], async () => {
      const client = await this.#client(signal);
      const table: AttributeTable = client.table ?? (await this.#link.rediscover());
      return work(client, findCharacteristic(table, ref));
    });
  }

  /** Encrypts first where there is a bond. Without one the link stays as it is, and pairing is a call of its own. */
  #client(signal: AbortSignal): Promise<GattClient> {
    const { bond } = this.#link;
    return bond === undefined ? this.#link.explore(signal) : this.#link.secure(signal);
  }

  #run<T>(operation: Operation, signal: AbortSignal, ms: number, work: () => Promise<T>): Promise<T> {
    const running = this.#queue.run(operation, signal, (step) =>
      step(operation, ms, async () => {
        try {
          return await work();
        } catch (error) {
          const secured = this.#link.security !== null;
          throw deviceError(error, { during: operation, secured });
        }
      }),
    );
    const { bond, security } = this.#link;
    return bond !== undefined && security === null ? this.#securing.while(running) : running;
  }
}
