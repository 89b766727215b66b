/** The attribute table as the screens show it: every characteristic with the reference that names it. */
import type {
  CharacteristicProperty,
  CharacteristicRef,
  GattCharacteristic,
  GattService,
  GattTable,
  Uuid,
} from "../link/gatt.ts";

export interface ServiceNode {
  /** Unique in its tree, also where a device offers a service twice. */
  readonly key: string;
  readonly uuid: Uuid;
  readonly handle: number | null;
  readonly characteristics: readonly CharacteristicNode[];
}

export interface CharacteristicNode {
  readonly key: string;
  readonly ref: CharacteristicRef;
  readonly uuid: Uuid;
  readonly handle: number | null;
  readonly properties: readonly CharacteristicProperty[];
  readonly descriptors: readonly Uuid[];
  readonly can: Abilities;
}

export interface Abilities {
  readonly read: boolean;
  readonly write: boolean;
  readonly writeWithoutResponse: boolean;
  readonly subscribe: boolean;
}

export function refKey(ref: CharacteristicRef): string {
  return `${ref.service}/${ref.characteristic}/${ref.instance}`;
}

export function gattTree(table: GattTable): readonly ServiceNode[] {
  const services = new Map<Uuid, number>();
  const instances = new Map<string, number>();
  return table.services.map((service) => {
    const nth = next(services, service.uuid);
    return {
      key: `${service.uuid}/${nth}`,
      uuid: service.uuid,
      handle: service.handle ?? null,
      characteristics: service.characteristics.map((characteristic) =>
        node(service, characteristic, next(instances, `${service.uuid}/${characteristic.uuid}`)),
      ),
    };
  });
}

function node(
  service: GattService,
  characteristic: GattCharacteristic,
  instance: number,
): CharacteristicNode {
  const ref = { service: service.uuid, characteristic: characteristic.uuid, instance };
  const has = (property: CharacteristicProperty): boolean => characteristic.properties.includes(property);
  return {
    key: refKey(ref),
    ref,
    uuid: characteristic.uuid,
    handle: characteristic.handle ?? null,
    properties: characteristic.properties,
    descriptors: characteristic.descriptors.map((descriptor) => descriptor.uuid),
    can: {
      read: has("read"),
      write: has("write"),
      writeWithoutResponse: has("writeWithoutResponse"),
      subscribe: has("notify") || has("indicate"),
    },
  };
}

/** How often `key` came before. */
function next(counts: Map<string, number>, key: string): number {
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  return count;
}

export function findCharacteristic(
  tree: readonly ServiceNode[],
  ref: CharacteristicRef,
): CharacteristicNode | undefined {
  const key = refKey(ref);
  for (const service of tree) {
    const found = service.characteristics.find((characteristic) => characteristic.key === key);
    if (found !== undefined) return found;
  }
  return undefined;
}
