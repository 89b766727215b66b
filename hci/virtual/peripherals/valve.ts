import type { Uuid } from "../../codec/uuid.ts";
import type { PeripheralDefinition } from "./definition.ts";
import { handsOver } from "./policies.ts";
import { battery } from "./services.ts";

export const VALVE_SERVICE: Uuid = "8e7c3001-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const VALVE_STATE: Uuid = "8e7c3002-2f5b-4b44-9d0b-6a1f3c52d7e4";
const CLOSED = 0;

/**
 * A valve with neither display nor buttons, and with a tag that hands over a code. Paired without it, nobody can tell who
 * stands between, and its state stays closed. Somebody has to read the tag, so it stands in no catalogue of devices that
 * work alone.
 */
export function valve(): PeripheralDefinition {
  return {
    name: "Water valve",
    advertises: [VALVE_SERVICE],
    services: [
      {
        uuid: VALVE_SERVICE,
        characteristics: [
          {
            uuid: VALVE_STATE,
            properties: ["read"],
            value: { read: () => Uint8Array.of(CLOSED) },
            security: { read: "authenticated" },
          },
        ],
      },
      battery(91, "encrypted"),
    ],
    policy: handsOver,
    handsOverCode: true,
    allowsNewPairing: true,
  };
}
