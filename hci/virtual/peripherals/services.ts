import { uuidOf } from "../../codec/uuid.ts";
import type { Need } from "../../att/attribute.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";

export const BATTERY_SERVICE = uuidOf(0x180f);
export const BATTERY_LEVEL = uuidOf(0x2a19);

/** Battery Service: a level in percent. */
export function battery(percent: number, read: Need = "none"): ServiceDefinition {
  return {
    uuid: BATTERY_SERVICE,
    characteristics: [
      {
        uuid: BATTERY_LEVEL,
        properties: ["read"],
        value: { read: () => Uint8Array.of(percent) },
        security: { read },
      },
    ],
  };
}
