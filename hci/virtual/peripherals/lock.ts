import { AttRefusal } from "../../att/attribute.ts";
import { AttErrorCode } from "../../att/errors.ts";
import type { Uuid } from "../../codec/uuid.ts";
import type { PeripheralDefinition } from "./definition.ts";
import type { Peripheral } from "./peripheral.ts";
import { comparesNumbers } from "./policies.ts";
import { battery } from "./services.ts";

export const LOCK_SERVICE: Uuid = "8e7c0001-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const LOCK_STATE: Uuid = "8e7c0002-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const LOCK_COMMAND: Uuid = "8e7c0003-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const LockState = { locked: 1, unlocked: 2 } as const;

/**
 * A door lock: Secure Connections with Numeric Comparison and nothing less. A central that it knows cannot pair anew
 * without its key.
 */
export function lock(): PeripheralDefinition {
  let state: number = LockState.locked;
  let device: Peripheral | undefined;
  const security = { read: "secure", write: "secure" } as const;
  return {
    name: "Front door",
    advertises: [LOCK_SERVICE],
    services: [
      {
        uuid: LOCK_SERVICE,
        characteristics: [
          {
            uuid: LOCK_STATE,
            properties: ["read", "notify"],
            value: { read: () => Uint8Array.of(state) },
            security,
          },
          {
            uuid: LOCK_COMMAND,
            properties: ["write"],
            value: {
              write: (_, value) => {
                const [wanted] = value;
                const known = wanted === LockState.locked || wanted === LockState.unlocked;
                if (!known || value.length !== 1) throw new AttRefusal(AttErrorCode.ValueNotAllowed);
                state = wanted;
                device?.notify(LOCK_STATE, Uint8Array.of(state));
              },
            },
            security,
          },
        ],
      },
      battery(64),
    ],
    policy: comparesNumbers,
    allowsNewPairing: false,
    run: (started) => {
      device = started;
      return () => {
        device = undefined;
      };
    },
  };
}
