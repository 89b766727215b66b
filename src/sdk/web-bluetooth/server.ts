import type { DeviceLink } from "../../../hci/device/device-link.ts";
import type { Service as DiscoveredService } from "../../../hci/gatt/table.ts";
import { isBlocked } from "./blocklist.ts";
import { GattConnection } from "./connection.ts";
import type { Device } from "./device.ts";
import {
  blocklistedCall,
  exception,
  forgotten,
  noAdapter,
  notConnected,
  nothingFound,
  serviceNotAllowed,
} from "./exceptions.ts";
import { connectException } from "./host-errors.ts";
import { Service } from "./service.ts";
import { TreeEvent } from "./tree.ts";
import { resolveUuid } from "./uuid.ts";
import type { World } from "./world.ts";

/** BluetoothRemoteGATTServer */
export class Server implements BluetoothRemoteGATTServer {
  readonly device: Device;
  readonly #world: World;
  readonly #services = new Map<number, Service>();
  #connection: GattConnection | undefined;
  #attempt: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  /** The end of an earlier link: a peer has one link at a time. */
  #leaving: Promise<unknown> = Promise.resolve();
  /** A database that changed is being discovered again. */
  #settling: Promise<void> = Promise.resolve();

  constructor(device: Device, world: World) {
    this.device = device;
    this.#world = world;
    world.host.onStackEvent((event) => {
      if (event.kind === "database-changed" && event.link === this.link) this.#databaseChanged(event.link);
    });
  }

  get [Symbol.toStringTag](): string {
    return "BluetoothRemoteGATTServer";
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** No discovery after a change of the peer's database is under way. */
  get settled(): Promise<void> {
    return this.#settling;
  }

  /** The link underneath, for `bonding`. */
  get link(): DeviceLink | undefined {
    return this.#connection?.link;
  }

  /** One attempt for all who ask meanwhile. */
  async connect(): Promise<this> {
    if (!this.device.allowed) throw forgotten();
    if (this.connected) return this;
    if (this.#attempt === undefined) {
      const abort = new AbortController();
      const done = this.#connect(abort.signal).finally(() => {
        if (this.#attempt?.abort === abort) this.#attempt = undefined;
      });
      this.#attempt = { abort, done };
    }
    await this.#attempt.done;
    return this;
  }

  /** Synchronous for the page, as on the platform: the radio follows. */
  disconnect(): void {
    this.#attempt?.abort.abort(
      exception("AbortError", "The connection attempt was cancelled by disconnect()."),
    );
    this.#attempt = undefined;
    const { link } = this;
    if (link === undefined) return;
    this.#leaving = link.disconnect().catch(() => {}); // fails only with the adapter, and then it is gone
    this.#ended();
  }

  async getPrimaryService(service: BluetoothServiceUUID): Promise<Service> {
    const [first] = await this.#servicesFor("getPrimaryService", resolveUuid("Service", service));
    return first;
  }

  async getPrimaryServices(service?: BluetoothServiceUUID): Promise<Service[]> {
    const uuid = service === undefined ? undefined : resolveUuid("Service", service);
    return this.#servicesFor("getPrimaryService", uuid);
  }

  /** The one object for the service that starts at this handle; undefined where there is none. */
  serviceAt(start: number): Service | undefined {
    const found = this.link?.gatt.table?.services.find((candidate) => candidate.start === start);
    return found === undefined || this.#connection === undefined
      ? undefined
      : this.#instanceOf(found, this.#connection);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    await this.#leaving;
    const { stack } = this.#world.host;
    if (stack === undefined) throw noAdapter();
    let link: DeviceLink;
    try {
      signal.throwIfAborted();
      link = await stack.reach(this.device.address, { signal });
    } catch (error) {
      throw connectException(error);
    }
    if (signal.aborted || !this.device.allowed) {
      this.#leaving = link.disconnect().catch(() => {});
      throw signal.aborted ? connectException(signal.reason) : forgotten();
    }
    this.#connection = new GattConnection(link, () => this.#mayPair());
    void link.closed.then(() => {
      if (this.link === link) this.#ended();
    });
    this.device.identified(link.peer);
  }

  #mayPair(): Promise<boolean> {
    const { id, name = null } = this.device;
    return this.#world.mayPair({ id, name });
  }

  #ended(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#services.clear();
    connection?.end();
    this.device.dispatchEvent(new TreeEvent("gattserverdisconnected"));
  }

  async #servicesFor(method: string, uuid: string | undefined): Promise<[Service, ...Service[]]> {
    const connection = this.#connection;
    if (connection === undefined) throw notConnected("retrieve services");
    if (uuid !== undefined && isBlocked(uuid)) throw blocklistedCall(method);
    if (this.device.mayUseNothing) throw serviceNotAllowed(true);
    if (uuid !== undefined && !this.device.mayUse(uuid)) throw serviceNotAllowed(false);
    await this.settled;
    if (!connection.alive) throw notConnected("retrieve services");
    const [first, ...others] = (connection.link.gatt.table?.services ?? [])
      .filter((found) => (uuid === undefined || found.uuid === uuid) && this.device.mayUse(found.uuid))
      .map((found) => this.#instanceOf(found, connection));
    if (first === undefined) throw nothingFound("Service", uuid, uuid === undefined ? "device" : "Device");
    return [first, ...others];
  }

  #instanceOf(found: DiscoveredService, connection: GattConnection): Service {
    const service = this.#services.get(found.start) ?? new Service(this.device, found, connection);
    this.#services.set(found.start, service);
    return service;
  }

  #databaseChanged(link: DeviceLink): void {
    this.#settling = this.#settling
      .then(() => link.rediscover())
      .then(({ services }) => {
        if (this.link === link) this.#compare(services);
      })
      .catch(() => {}); // the link's end, which is told by itself; or the next call finds nothing
  }

  /** "Respond to service changes": what went, what came, and what the page holds and is another now. */
  #compare(services: readonly DiscoveredService[]): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const now = new Map(services.map((found) => [found.start, found]));
    for (const [start, service] of this.#services) {
      const found = now.get(start);
      if (found?.uuid === service.uuid) {
        if (service.rediscovered(found)) service.dispatchEvent(new TreeEvent("servicechanged"));
        continue;
      }
      this.#services.delete(start);
      service.dispatchEvent(new TreeEvent("serviceremoved"));
      service.removed = true;
    }
    for (const found of services) {
      if (this.#services.has(found.start) || !this.device.mayUse(found.uuid)) continue;
      this.#instanceOf(found, connection).dispatchEvent(new TreeEvent("serviceadded"));
    }
  }
}
