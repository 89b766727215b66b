/** What discovery found, as plain data that can be stored and compared. Handles are 1 to 0xFFFF. */
import type { Codec } from "../codec/codec.ts";
import { decode } from "../codec/codec.ts";
import { DecodeError } from "../codec/error.ts";
import { u16, u8 } from "../codec/integers.ts";
import { flags } from "../codec/sets.ts";
import type { Flags } from "../codec/sets.ts";
import type { Uuid } from "../codec/uuid.ts";
import { uuid16, uuid128 } from "../codec/uuid.ts";

/** Characteristic Properties (Vol 3 Part G Table 3.5). */
export const Properties = {
  broadcast: 0x01,
  read: 0x02,
  writeWithoutResponse: 0x04,
  write: 0x08,
  notify: 0x10,
  indicate: 0x20,
  authenticatedSignedWrites: 0x40,
  extended: 0x80,
} as const;
export type CharacteristicProperties = Flags<typeof Properties>;
export const properties: Codec<CharacteristicProperties> = flags(Properties, u8);

export interface Descriptor {
  readonly handle: number;
  readonly uuid: Uuid;
}

export interface Characteristic {
  /** Of the declaration; the value is at `handle`. */
  readonly declaration: number;
  readonly handle: number;
  /** The last handle that belongs to it. */
  readonly end: number;
  readonly uuid: Uuid;
  readonly properties: CharacteristicProperties;
  readonly descriptors: readonly Descriptor[];
}

export interface IncludedService {
  readonly declaration: number;
  readonly start: number;
  readonly end: number;
  /** Left out on the air for 128-bit UUIDs; then found by a read of its own. */
  readonly uuid: Uuid;
}

export interface Service {
  readonly start: number;
  readonly end: number;
  readonly uuid: Uuid;
  readonly included: readonly IncludedService[];
  readonly characteristics: readonly Characteristic[];
}

export interface AttributeTable {
  readonly services: readonly Service[];
}

/** A service UUID as a group's value: 2 or 16 octets. */
export function uuidFrom(value: Uint8Array): Uuid {
  if (value.length === 2) return decode(uuid16, value);
  if (value.length === 16) return decode(uuid128, value);
  throw new DecodeError(`Cannot decode a UUID of ${value.length} octets`);
}

/** Value of a characteristic declaration (3.3.1). */
export function declarationFrom(value: Uint8Array): {
  readonly properties: CharacteristicProperties;
  readonly handle: number;
  readonly uuid: Uuid;
} {
  if (value.length !== 5 && value.length !== 19)
    throw new DecodeError(`Cannot decode a characteristic declaration of ${value.length} octets`);
  return {
    properties: decode(properties, value.subarray(0, 1)),
    handle: decode(u16, value.subarray(1, 3)),
    uuid: uuidFrom(value.subarray(3)),
  };
}

/** Every characteristic with this UUID, in handle order. */
export function characteristicsOf(
  table: AttributeTable,
  service: Uuid,
  uuid: Uuid,
): readonly Characteristic[] {
  return table.services
    .filter((candidate) => candidate.uuid === service)
    .flatMap(({ characteristics }) => characteristics.filter((candidate) => candidate.uuid === uuid));
}
