import type { AttBearer } from "../att/bearer.ts";
import { GattProtocolError } from "../att/errors.ts";
import { decode, encode } from "../codec/codec.ts";
import { DecodeError } from "../codec/error.ts";
import { u16, u8 } from "../codec/integers.ts";
import { equal } from "../codec/bytes.ts";
import { flags } from "../codec/sets.ts";
import { struct } from "../codec/struct.ts";
import type { Bytes } from "../ports.ts";
import { DatabaseChanged, type Recovery, withRecovery } from "./access.ts";
import { discover, type HandleRange, rediscover } from "./discover.ts";
import type { AttributeTable, Characteristic } from "./table.ts";
import { characteristicsOf } from "./table.ts";
import {
  CLIENT_CONFIGURATION,
  CLIENT_SUPPORTED_FEATURES,
  DATABASE_HASH,
  GENERIC_ATTRIBUTE,
  SERVICE_CHANGED,
} from "./uuids.ts";
import { readByUuid, readValue, writeCommand, writeReliably, writeValue } from "./values.ts";

/** What it gets is its own to keep. */
export type ValueListener = (value: Uint8Array) => void;

const clientConfiguration = flags({ notify: 0x0001, indicate: 0x0002 }, u16);
const clientFeatures = flags({ robustCaching: 0x01, eatt: 0x02, multipleNotifications: 0x04 }, u8);
const serviceChangedRange = struct({ start: u16, end: u16 });

export interface GattClientEvents {
  /** Handles in this range mean something else now; the table has dropped them. Whole database: 1 to 0xFFFF. */
  databaseChanged?(range: HandleRange): void;
  /** A listener threw. The others and the receive path go on. */
  listenerFailed?(error: unknown): void;
}

/** The client side of one bearer. Values pushed by the peer reach nobody before `open` (Vol 3 Part C 10.3.2.2). */
export class GattClient {
  readonly #bearer: AttBearer;
  readonly #recovery: Recovery;
  readonly #events: GattClientEvents;
  readonly #listeners = new Map<number, Set<ValueListener>>();
  readonly #open = new Set<{ readonly handle: number; readonly reject: (error: Error) => void }>();
  #table: AttributeTable | undefined;
  #hash: Bytes | undefined;
  #serviceChanged: number | undefined;
  #accepting = false;

  constructor(bearer: AttBearer, recovery: Pick<Recovery, "raiseSecurity">, events: GattClientEvents = {}) {
    this.#bearer = bearer;
    this.#recovery = { ...recovery, resynchronise: () => this.#sameDatabase() };
    this.#events = events;
    bearer.pushed = {
      notification: (handle, value) => this.#deliver(handle, value),
      indication: (handle, value) => this.#deliver(handle, value),
    };
  }

  /** From now on pushed values are delivered: the link has the security that the bond demands. */
  open(): void {
    this.#accepting = true;
  }

  /** Security was lost: nothing is delivered until the next `open`. */
  shut(): void {
    this.#accepting = false;
  }

  /** Undefined before `discover` or `adopt`, and after the whole database changed. */
  get table(): AttributeTable | undefined {
    return this.#table;
  }

  /** What the peer's Database Hash was when the table was made; 16 octets in the order on the air. */
  get hash(): Bytes | undefined {
    return this.#hash;
  }

  async discover(): Promise<AttributeTable> {
    // Read before and after: a database that changes meanwhile would leave a table that never existed.
    for (let attempt = 1; ; attempt++) {
      const before = await this.readDatabaseHash();
      const table = await discover(this.#bearer);
      const after = before === undefined ? undefined : await this.readDatabaseHash();
      const stable = before === undefined || (after !== undefined && equal(before, after));
      if (stable) return this.#use(table, before);
      if (attempt === 3) throw new GattProtocolError("Cannot discover: the database keeps changing");
    }
  }

  /** A table from the cache, after its hash was found equal (or on the word of a bonded server without one). */
  adopt(table: AttributeTable, hash: Bytes | undefined): void {
    this.#use(table, hash);
  }

  /** After `databaseChanged` for a part of the handles: discovers that part and puts it into the table. */
  async rediscover(range: HandleRange): Promise<AttributeTable> {
    const known = this.#table;
    if (known === undefined) return this.discover();
    const found = await rediscover(this.#bearer, range);
    const kept = known.services.filter(({ start, end }) => end < range.start || start > range.end);
    const services = [...kept, ...found.services].sort((a, b) => a.start - b.start);
    return this.#use({ services }, await this.readDatabaseHash());
  }

  /**
   * Over the whole range, the form that always works, also for a client the server holds for change-unaware. A hash of
   * another length counts as none.
   */
  async readDatabaseHash(): Promise<Bytes | undefined> {
    try {
      const [first] = await readByUuid(this.#bearer, DATABASE_HASH);
      return first?.value.length === 16 ? first.value : undefined;
    } catch (error) {
      if (isAnswer(error)) return undefined;
      throw error;
    }
  }

  read(handle: number): Promise<Bytes> {
    return this.#on(handle, () => readValue(this.#bearer, handle), true);
  }

  /** With response, over several requests where it must be. Up to 512 octets. */
  write(handle: number, value: Uint8Array): Promise<void> {
    return this.#on(handle, () => writeValue(this.#bearer, handle, value), false);
  }

  writeWithoutResponse(handle: number, value: Uint8Array): Promise<void> {
    return writeCommand(this.#bearer, handle, value);
  }

  writeAll(writes: readonly { readonly handle: number; readonly value: Uint8Array }[]): Promise<void> {
    return this.#on(writes[0]?.handle ?? 0, () => writeReliably(this.#bearer, writes), false);
  }

  /** Listens, and on the first listener turns on notifications (or indications, where there are no others). */
  async subscribe(characteristic: Characteristic, listener: ValueListener): Promise<() => Promise<void>> {
    const { handle } = characteristic;
    const listeners = this.#listeners.get(handle) ?? new Set();
    this.#listeners.set(handle, listeners);
    listeners.add(listener);
    const first = listeners.size === 1;
    try {
      if (first) await this.#configure(characteristic, true);
    } catch (error) {
      listeners.delete(listener);
      throw error;
    }
    return async () => {
      if (listeners.delete(listener) && listeners.size === 0) await this.#configure(characteristic, false);
    };
  }

  /** Asks for 0x12 when our handles are stale, and for Service Changed. True when the server has robust caching. */
  async enableRobustCaching(): Promise<boolean> {
    const table = this.#required();
    const [changed] = characteristicsOf(table, GENERIC_ATTRIBUTE, SERVICE_CHANGED);
    if (changed !== undefined) {
      this.#serviceChanged = changed.handle;
      await this.#configure(changed, true);
    }
    const [features] = characteristicsOf(table, GENERIC_ATTRIBUTE, CLIENT_SUPPORTED_FEATURES);
    if (features === undefined) return false;
    const wanted = { robustCaching: true, eatt: false, multipleNotifications: true };
    await this.write(features.handle, encode(clientFeatures, wanted));
    return true;
  }

  #required(): AttributeTable {
    if (this.#table === undefined) throw new DatabaseChanged("Cannot use handles: discover first");
    return this.#table;
  }

  #use(table: AttributeTable, hash: Bytes | undefined): AttributeTable {
    this.#table = table;
    this.#hash = hash;
    this.#serviceChanged = characteristicsOf(table, GENERIC_ATTRIBUTE, SERVICE_CHANGED)[0]?.handle;
    return table;
  }

  async #configure({ descriptors, properties, uuid }: Characteristic, on: boolean): Promise<void> {
    const descriptor = descriptors.find((candidate) => candidate.uuid === CLIENT_CONFIGURATION);
    if (descriptor === undefined || !(properties.notify || properties.indicate))
      throw new GattProtocolError("Cannot subscribe: the characteristic does not push values", { uuid });
    const value = { notify: on && properties.notify, indicate: on && !properties.notify };
    await this.write(descriptor.handle, encode(clientConfiguration, value));
  }

  /** A request on a handle: fails at once when Service Changed takes the handle away meanwhile. */
  #on<T>(handle: number, work: () => Promise<T>, repeatable: boolean): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const entry = { handle, reject };
    this.#open.add(entry);
    withRecovery(work, this.#recovery, repeatable)
      .then(resolve, reject)
      .finally(() => this.#open.delete(entry));
    return promise;
  }

  #deliver(handle: number, value: Uint8Array): void {
    if (!this.#accepting) return;
    if (handle === this.#serviceChanged) this.#changed(value);
    const listeners = this.#listeners.get(handle);
    if (listeners === undefined) return;
    const shared = listeners.size > 1;
    for (const listener of listeners) {
      try {
        listener(shared ? value.slice() : value);
      } catch (error) {
        this.#events.listenerFailed?.(error);
      }
    }
  }

  #changed(value: Uint8Array): void {
    try {
      this.#drop(decode(serviceChangedRange, value));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#drop({ start: 1, end: 0xffff }); // whatever it meant, nothing is certain any more
    }
  }

  #drop(range: HandleRange): void {
    const whole = range.start <= 1 && range.end === 0xffff;
    const table = this.#table;
    if (whole || table === undefined) this.#table = undefined;
    else
      this.#table = {
        services: table.services.filter(({ start, end }) => end < range.start || start > range.end),
      };
    this.#hash = undefined;
    for (const { handle, reject } of this.#open) {
      if (handle >= range.start && handle <= range.end)
        reject(new DatabaseChanged(`Cannot use handle ${handle}: the peer changed its database`));
    }
    this.#events.databaseChanged?.(range);
  }

  /** 0x12: the same hash means that only the server forgot that we know; another means that we know nothing. */
  async #sameDatabase(): Promise<boolean> {
    const known = this.#hash;
    const now = await this.readDatabaseHash();
    if (known !== undefined && now !== undefined && equal(known, now)) return true;
    this.#drop({ start: 1, end: 0xffff });
    return false;
  }
}

/** The server answered, if only with a refusal: it has no hash for us. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && (error.name === "AttError" || error.name === "DecodeError");
}
