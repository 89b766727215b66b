import type { Attribute, Need } from "../att/attribute.ts";
import { AttRefusal } from "../att/attribute.ts";
import { AttErrorCode } from "../att/errors.ts";
import { typeSize } from "../att/fields.ts";
import { concat } from "../codec/bytes.ts";
import type { Codec } from "../codec/codec.ts";
import { encode } from "../codec/codec.ts";
import { EncodeError } from "../codec/error.ts";
import { u16 } from "../codec/integers.ts";
import type { Uuid } from "../codec/uuid.ts";
import { uuid16, uuid128 } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";
import { properties, type CharacteristicProperties } from "./table.ts";
import {
  CHARACTERISTIC,
  CLIENT_CONFIGURATION,
  INCLUDE,
  PRIMARY_SERVICE,
  SECONDARY_SERVICE,
} from "./uuids.ts";

/** One connected client: what a value may ask about who reads it. */
export interface GattServerClient {
  /** Client Characteristic Configuration by the handle of its characteristic's value; bit 0 notify, bit 1 indicate. */
  readonly configurations: Map<number, number>;
  /** Client Supported Features (7.2); bits once set stay set. */
  features: number;
}

/** A value that the application computes. */
export interface DynamicValue {
  read?(client: GattServerClient): Bytes;
  /** Throw AttRefusal to refuse. */
  write?(client: GattServerClient, value: Bytes): void;
}

export interface DescriptorDefinition {
  readonly uuid: Uuid;
  readonly value: Bytes;
}

export interface CharacteristicDefinition {
  readonly uuid: Uuid;
  readonly properties: readonly (keyof CharacteristicProperties)[];
  /** Octets that are kept, or functions. */
  readonly value: Bytes | DynamicValue;
  /** What reading, writing and being notified demand; `none` by default. */
  readonly security?: { readonly read?: Need; readonly write?: Need };
  readonly descriptors?: readonly DescriptorDefinition[];
  /** For kept values; 512 by default. */
  readonly maxLength?: number;
}

export interface ServiceDefinition {
  readonly uuid: Uuid;
  readonly secondary?: boolean;
  /** The very definitions of the services it includes; they must be in the same list. */
  readonly includes?: readonly ServiceDefinition[];
  readonly characteristics: readonly CharacteristicDefinition[];
}

/** A characteristic as it stands in the database. */
export interface ServedCharacteristic {
  readonly uuid: Uuid;
  readonly handle: number;
  readonly notifyNeed: Need;
  readonly attribute: Attribute<GattServerClient>;
}

export interface GattDatabase {
  readonly attributes: readonly Attribute<GattServerClient>[];
  /** The first characteristic with each UUID. */
  readonly byUuid: ReadonlyMap<Uuid, ServedCharacteristic>;
}

const anyUuid: Codec<Uuid> = {
  read: (r) => (r.remaining === 2 ? uuid16 : uuid128).read(r),
  write: (w, uuid) => (typeSize(uuid) === 2 ? uuid16 : uuid128).write(w, uuid),
};

/** Lays services out from handle 1 on, without holes, in the order given (Vol 3 Part G 3). */
export function buildDatabase(services: readonly ServiceDefinition[]): GattDatabase {
  const attributes: Attribute<GattServerClient>[] = [];
  const byUuid = new Map<Uuid, ServedCharacteristic>();
  const ranges = rangesOf(services);
  for (const service of services) {
    const { start, end } = rangeOf(ranges, service);
    const type = service.secondary === true ? SECONDARY_SERVICE : PRIMARY_SERVICE;
    attributes.push({ ...fixed(start, type, encode(anyUuid, service.uuid)), groupEnd: end });
    for (const included of service.includes ?? [])
      attributes.push(
        fixed(attributes.length + 1, INCLUDE, includeValue(included, rangeOf(ranges, included))),
      );
    for (const definition of service.characteristics) {
      const added = layOut(definition, attributes.length + 1);
      attributes.push(...added.attributes);
      if (!byUuid.has(definition.uuid)) byUuid.set(definition.uuid, added.characteristic);
    }
  }
  return { attributes, byUuid };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangesOf(services: readonly ServiceDefinition[]): ReadonlyMap<ServiceDefinition, Range> {
  const ranges = new Map<ServiceDefinition, Range>();
  let start = 1;
  for (const service of services) {
    const size = service.characteristics.reduce((sum, definition) => sum + sizeOf(definition), 0);
    const end = start + (service.includes?.length ?? 0) + size;
    ranges.set(service, { start, end });
    start = end + 1;
  }
  if (start > 0x1_0000) throw new EncodeError(`Cannot serve ${start - 1} attributes: 65535 allowed`);
  return ranges;
}

function rangeOf(ranges: ReadonlyMap<ServiceDefinition, Range>, service: ServiceDefinition): Range {
  const range = ranges.get(service);
  if (range === undefined) throw new EncodeError(`Cannot include ${service.uuid}: not in the same list`);
  return range;
}

/** 3.2: a 128-bit UUID is left out. */
function includeValue({ uuid }: ServiceDefinition, { start, end }: Range): Bytes {
  const head = concat(encode(u16, start), encode(u16, end));
  return typeSize(uuid) === 2 ? concat(head, encode(uuid16, uuid)) : head;
}

const pushes = (definition: CharacteristicDefinition): boolean =>
  definition.properties.includes("notify") || definition.properties.includes("indicate");

const sizeOf = (definition: CharacteristicDefinition): number =>
  2 + (pushes(definition) ? 1 : 0) + (definition.descriptors?.length ?? 0);

function layOut(definition: CharacteristicDefinition, declaration: number) {
  const handle = declaration + 1;
  const bits = propertyBits(definition.properties);
  const value = valueAttribute(definition, handle);
  const notifyNeed = definition.security?.read ?? "none";
  const attributes = [
    fixed(declaration, CHARACTERISTIC, concat(bits, encode(u16, handle), encode(anyUuid, definition.uuid))),
    value,
  ];
  if (pushes(definition))
    attributes.push(configuration(handle + 1, handle, definition.properties, notifyNeed));
  for (const descriptor of definition.descriptors ?? [])
    attributes.push(fixed(declaration + attributes.length, descriptor.uuid, descriptor.value));
  return { attributes, characteristic: { uuid: definition.uuid, handle, notifyNeed, attribute: value } };
}

function propertyBits(names: readonly (keyof CharacteristicProperties)[]): Bytes {
  const has = (name: keyof CharacteristicProperties): boolean => names.includes(name);
  return encode(properties, {
    broadcast: has("broadcast"),
    read: has("read"),
    writeWithoutResponse: has("writeWithoutResponse"),
    write: has("write"),
    notify: has("notify"),
    indicate: has("indicate"),
    authenticatedSignedWrites: has("authenticatedSignedWrites"),
    extended: has("extended"),
  });
}

/** Declarations and constant descriptors: readable by everybody, never written (3.3.1). */
function fixed(handle: number, type: Uuid, value: Bytes): Attribute<GattServerClient> {
  return {
    handle,
    type,
    readNeed: "none",
    writeNeed: null,
    commands: false,
    read: () => value,
    write: refuseWrite,
  };
}

function refuseWrite(): never {
  throw new AttRefusal(AttErrorCode.WriteNotPermitted);
}

function valueAttribute(definition: CharacteristicDefinition, handle: number): Attribute<GattServerClient> {
  const { uuid, value, security = {}, maxLength = 512 } = definition;
  const has = (name: keyof CharacteristicProperties): boolean => definition.properties.includes(name);
  const attribute = {
    handle,
    type: uuid,
    readNeed: has("read") ? (security.read ?? "none") : null,
    writeNeed: has("write") || has("writeWithoutResponse") ? (security.write ?? "none") : null,
    commands: has("writeWithoutResponse"),
  };
  if (!(value instanceof Uint8Array)) {
    return {
      ...attribute,
      read: (client) => value.read?.(client) ?? new Uint8Array(0),
      write(client, octets) {
        if (value.write === undefined) refuseWrite();
        value.write(client, octets);
      },
    };
  }
  let kept = value;
  return {
    ...attribute,
    read: () => kept,
    write(_client, octets) {
      if (octets.length > maxLength) throw new AttRefusal(AttErrorCode.InvalidAttributeValueLength);
      kept = octets;
    },
  };
}

/** 3.3.3.3: one value per client, behind the same security as the value it turns on. */
function configuration(
  handle: number,
  of: number,
  names: readonly (keyof CharacteristicProperties)[],
  need: Need,
): Attribute<GattServerClient> {
  const allowed = (names.includes("notify") ? 1 : 0) | (names.includes("indicate") ? 2 : 0);
  return {
    handle,
    type: CLIENT_CONFIGURATION,
    readNeed: "none",
    writeNeed: need,
    commands: false,
    read: (client) => encode(u16, client.configurations.get(of) ?? 0),
    write(client, octets) {
      if (octets.length !== 2) throw new AttRefusal(AttErrorCode.InvalidAttributeValueLength);
      const bits = (octets[0] ?? 0) | ((octets[1] ?? 0) << 8);
      if ((bits & ~allowed) !== 0) throw new AttRefusal(AttErrorCode.CccdImproperlyConfigured);
      if (bits === 0) client.configurations.delete(of);
      else client.configurations.set(of, bits);
    },
  };
}
