/** BluetoothUUID: names, aliases and UUIDs as pages write them. */
import type { Uuid } from "../../../hci/codec/uuid.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { characteristicNames, descriptorNames, type Names, serviceNames } from "./assigned-names.ts";
import type { Kind } from "./exceptions.ts";

/** Lower case only: the specification compares text, and so do maps. */
const VALID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

const REGISTRY: Readonly<Record<Kind, { readonly names: Names; readonly page: string }>> = {
  Service: { names: serviceNames, page: "services" },
  Characteristic: { names: characteristicNames, page: "characteristics" },
  Descriptor: { names: descriptorNames, page: "descriptors" },
};

/** ToUint32 with [EnforceRange] (Web IDL). Throws TypeError. */
function enforceUint32(value: number): number {
  const whole = Math.trunc(value);
  if (!Number.isFinite(value) || whole < 0 || whole > 0xffff_ffff)
    throw new TypeError(`Cannot use ${value} as a UUID alias: it must fit in 32 bits`);
  return whole;
}

/** "Resolving a UUID name". Throws TypeError for a name that no registry holds and a UUID in another form. */
export function resolveUuid(kind: Kind, name: unknown): Uuid {
  if (typeof name === "number") return uuidOf(enforceUint32(name));
  const text = String(name);
  if (VALID.test(text)) return text;
  const { names, page } = REGISTRY[kind];
  const number = names.get(text);
  if (number !== undefined) return uuidOf(number);
  throw new TypeError(
    `Invalid ${kind} name: '${text.slice(0, 100)}'. It must be a valid UUID alias (e.g. 0x1234), UUID (lowercase hex characters e.g. '00001234-0000-1000-8000-00805f9b34fb'), or recognized standard name from https://www.bluetooth.com/specifications/gatt/${page}`,
  );
}

/** The object that pages know as the global of this name. */
export const BluetoothUUID = {
  getService: (name: number | string): Uuid => resolveUuid("Service", name),
  getCharacteristic: (name: number | string): Uuid => resolveUuid("Characteristic", name),
  getDescriptor: (name: number | string): Uuid => resolveUuid("Descriptor", name),
  canonicalUUID: (alias: number): Uuid => uuidOf(enforceUint32(alias)),
} as const;
