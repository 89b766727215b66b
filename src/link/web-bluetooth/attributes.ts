import { DeviceError } from "../failure.ts";
import type {
  CharacteristicProperty,
  CharacteristicRef,
  GattCharacteristic,
  GattService,
  GattTable,
  Uuid,
} from "../gatt.ts";
import type { PlatformCharacteristic, PlatformServer, PlatformService } from "./platform.ts";
import { translate } from "./translate.ts";

const PROPERTIES: readonly CharacteristicProperty[] = [
  "broadcast",
  "read",
  "writeWithoutResponse",
  "write",
  "notify",
  "indicate",
  "authenticatedSignedWrites",
  "reliableWrite",
  "writableAuxiliaries",
];

/**
 * The characteristic objects of one connection. They die with it, so a reference by UUID is looked up again on the
 * next one.
 */
export class Attributes {
  readonly #server: PlatformServer;
  readonly #found = new Map<string, readonly PlatformCharacteristic[]>();

  constructor(server: PlatformServer) {
    this.#server = server;
  }

  /** Forgets every object: after Service Changed they may be stale while the link lives. */
  clear(): void {
    this.#found.clear();
  }

  /** Rejects with `not-found`, or as the platform does. */
  async find(ref: CharacteristicRef): Promise<PlatformCharacteristic> {
    const key = keyOf(ref.service, ref.characteristic);
    let all = this.#found.get(key);
    if (all === undefined) {
      const services = await this.#server.getPrimaryServices(ref.service);
      const lists = await inOrder(services, (service) =>
        orNone(service.getCharacteristics(ref.characteristic)),
      );
      all = lists.flat();
      this.#found.set(key, all);
    }
    const characteristic = all[ref.instance];
    if (characteristic === undefined) {
      throw new DeviceError({ kind: "not-found", what: "characteristic" });
    }
    return characteristic;
  }

  /** The whole table. A service without characteristics, or with none that the page may see, is listed empty. */
  async discover(): Promise<GattTable> {
    const found = new Map<string, PlatformCharacteristic[]>();
    const services = await inOrder(await this.#server.getPrimaryServices(), (service) =>
      describeService(service, found),
    );
    this.#found.clear();
    for (const [key, characteristics] of found) this.#found.set(key, characteristics);
    return { services };
  }
}

async function describeService(
  service: PlatformService,
  found: Map<string, PlatformCharacteristic[]>,
): Promise<GattService> {
  const objects = await orNone(service.getCharacteristics());
  for (const object of objects) {
    const key = keyOf(service.uuid, object.uuid);
    found.set(key, [...(found.get(key) ?? []), object]);
  }
  return { uuid: service.uuid, characteristics: await inOrder(objects, describeCharacteristic) };
}

async function describeCharacteristic(object: PlatformCharacteristic): Promise<GattCharacteristic> {
  const descriptors = await orNone(object.getDescriptors());
  return {
    uuid: object.uuid,
    properties: PROPERTIES.filter((name) => object.properties[name]),
    descriptors: descriptors.map(({ uuid }) => ({ uuid })),
  };
}

/** "None found" and "on the blocklist" are answers here: an empty list. */
async function orNone<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    const failure = translate(error, { operation: "discover", linux: false });
    if (failure.kind === "not-found") return [];
    if (failure.kind === "service-not-allowed" && failure.why === "blocklisted") return [];
    throw error;
  }
}

/** One call after the other: a platform may refuse the second while the first is open. */
async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function keyOf(service: Uuid, characteristic: Uuid): string {
  return `${service} ${characteristic}`;
}
