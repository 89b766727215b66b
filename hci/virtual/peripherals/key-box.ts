import type { Uuid } from "../../codec/uuid.ts";
import type { PeripheralDefinition } from "./definition.ts";
import type { Keypad } from "./keypad.ts";
import { typesPasskey } from "./policies.ts";
import { battery } from "./services.ts";

export const KEY_BOX_SERVICE: Uuid = "8e7c2001-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const KEY_BOX_STATE: Uuid = "8e7c2002-2f5b-4b44-9d0b-6a1f3c52d7e4";
const CLOSED = 1;

/**
 * A box for keys with buttons and no display: the passkey that the central shows is typed into it. Somebody has to press
 * the buttons of `keypad`, so it stands in no catalogue of devices that work alone.
 */
export function keyBox(keypad: Keypad): PeripheralDefinition {
  return {
    name: "Key box",
    advertises: [KEY_BOX_SERVICE],
    services: [
      {
        uuid: KEY_BOX_SERVICE,
        characteristics: [
          {
            uuid: KEY_BOX_STATE,
            properties: ["read"],
            value: { read: () => Uint8Array.of(CLOSED) },
            security: { read: "authenticated" },
          },
        ],
      },
      battery(58, "encrypted"),
    ],
    policy: typesPasskey,
    keypad,
    allowsNewPairing: true,
  };
}
