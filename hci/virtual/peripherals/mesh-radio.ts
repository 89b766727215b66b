import type { Uuid } from "../../codec/uuid.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";
import type { Bytes } from "../../ports.ts";
import type { PeripheralDefinition } from "./definition.ts";
import type { Peripheral } from "./peripheral.ts";
import { showsPasskey } from "./policies.ts";
import { battery } from "./services.ts";

export const MESH_SERVICE: Uuid = "6ba1b218-15a8-461f-9fa8-5dcae273eafd";
export const TO_RADIO: Uuid = "f75c76d2-129e-4dad-a1dd-7866124401e7";
export const FROM_RADIO: Uuid = "2c55e69e-4993-11ed-b878-0242ac120002";
export const FROM_NUM: Uuid = "ed9da18c-a800-4f66-a670-aa7547e34453";
/** What mesh radios without a display have as factory setting. */
export const MESH_PASSKEY = "123456";

const LONGEST_PACKET = 512;
const PACKETS_KEPT = 16;

/**
 * A mesh radio whose passkey is always the same. Whatever is written to it comes back: as a packet to be read, announced
 * by its running number.
 */
export function meshRadio(passkey: string = MESH_PASSKEY): PeripheralDefinition {
  const queue: Bytes[] = [];
  let device: Peripheral | undefined;
  let count = 0;
  return {
    name: "Mesh radio",
    advertises: [MESH_SERVICE],
    services: [
      meshService(queue, () => {
        count++;
        device?.notify(FROM_NUM, Uint8Array.of(count & 0xff, (count >> 8) & 0xff, 0, 0));
      }),
      battery(41, "encrypted"),
    ],
    policy: showsPasskey,
    fixedPasskey: passkey,
    allowsNewPairing: true,
    run: (started) => {
      device = started;
      return () => {
        device = undefined;
      };
    },
  };
}

function meshService(queue: Bytes[], announce: () => void): ServiceDefinition {
  const security = { read: "authenticated", write: "authenticated" } as const;
  return {
    uuid: MESH_SERVICE,
    characteristics: [
      {
        uuid: FROM_RADIO,
        properties: ["read"],
        value: { read: () => queue.shift() ?? new Uint8Array(0) },
        security,
      },
      {
        uuid: TO_RADIO,
        properties: ["write"],
        value: {
          write: (_, packet) => {
            if (queue.length >= PACKETS_KEPT) queue.shift();
            queue.push(packet.slice(0, LONGEST_PACKET));
            announce();
          },
        },
        security,
      },
      { uuid: FROM_NUM, properties: ["read", "notify"], value: new Uint8Array(4), security },
    ],
  };
}
