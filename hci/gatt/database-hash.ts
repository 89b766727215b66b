import type { Attribute } from "../att/attribute.ts";
import { concat } from "../codec/bytes.ts";
import { encode } from "../codec/codec.ts";
import { u16 } from "../codec/integers.ts";
import { type Uuid, uuid16, uuidOf } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";
import {
  CHARACTERISTIC,
  CLIENT_CONFIGURATION,
  EXTENDED_PROPERTIES,
  INCLUDE,
  PRIMARY_SERVICE,
  SECONDARY_SERVICE,
} from "./uuids.ts";

/** Their values enter the hash; of the others below only handle and type do (7.3.1). */
const WITH_VALUE: ReadonlySet<Uuid> = new Set([
  PRIMARY_SERVICE,
  SECONDARY_SERVICE,
  INCLUDE,
  CHARACTERISTIC,
  EXTENDED_PROPERTIES,
]);
const WITHOUT_VALUE: ReadonlySet<Uuid> = new Set([
  uuidOf(0x2901),
  CLIENT_CONFIGURATION,
  uuidOf(0x2903),
  uuidOf(0x2904),
  uuidOf(0x2905),
]);

/**
 * The message of the Database Hash (Vol 3 Part G 7.3.1): handles and types least significant octet first, as on the
 * air. The hash is its AES-CMAC under a key of zeros.
 */
export function hashMessage<C>(attributes: readonly Attribute<C>[], client: C): Bytes {
  const parts: Bytes[] = [];
  for (const attribute of attributes) {
    const { handle, type } = attribute;
    if (WITH_VALUE.has(type)) parts.push(encode(u16, handle), encode(uuid16, type), attribute.read(client));
    else if (WITHOUT_VALUE.has(type)) parts.push(encode(u16, handle), encode(uuid16, type));
  }
  return concat(...parts);
}
