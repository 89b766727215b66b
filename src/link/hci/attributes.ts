/** Attributes as our host has them, as the product names them. */
import type { AttributeTable, Characteristic, CharacteristicProperties } from "../../../hci/gatt/table.ts";
import { DeviceError } from "../failure.ts";
import type { CharacteristicProperty, CharacteristicRef, GattTable } from "../gatt.ts";

const NAMES = [
  "broadcast",
  "read",
  "writeWithoutResponse",
  "write",
  "notify",
  "indicate",
  "authenticatedSignedWrites",
] as const satisfies readonly CharacteristicProperty[];

/** Includes are left out: nothing here follows them. Extended properties have a descriptor of their own. */
export function gattTableOf({ services }: AttributeTable): GattTable {
  return {
    services: services.map(({ uuid, start, characteristics }) => ({
      uuid,
      handle: start,
      characteristics: characteristics.map((each) => ({
        uuid: each.uuid,
        handle: each.handle,
        properties: propertiesOf(each.properties),
        descriptors: each.descriptors.map((descriptor) => ({ uuid: descriptor.uuid })),
      })),
    })),
  };
}

function propertiesOf(properties: CharacteristicProperties): CharacteristicProperty[] {
  return NAMES.filter((name) => properties[name]);
}

/** Throws DeviceError (`not-found`). */
export function findCharacteristic({ services }: AttributeTable, ref: CharacteristicRef): Characteristic {
  const inServices = services.filter(({ uuid }) => uuid === ref.service);
  if (inServices.length === 0) throw new DeviceError({ kind: "not-found", what: "service" });
  const found = inServices
    .flatMap(({ characteristics }) => characteristics)
    .filter(({ uuid }) => uuid === ref.characteristic)[ref.instance];
  if (found === undefined) throw new DeviceError({ kind: "not-found", what: "characteristic" });
  return found;
}

/** Refused here, before a request that the peer can only refuse. */
export function requireProperty(
  { properties }: Characteristic,
  use: "read" | "write" | "writeWithoutResponse" | "push",
): void {
  const has = use === "push" ? properties.notify || properties.indicate : properties[use];
  if (has) return;
  if (use === "push") throw new DeviceError({ kind: "not-supported", what: "operation" });
  throw new DeviceError({ kind: "access-refused", why: "not-permitted", ambiguous: false });
}
