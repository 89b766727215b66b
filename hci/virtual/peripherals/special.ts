import type { Uuid } from "../../codec/uuid.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";
import type { PeripheralDefinition } from "./definition.ts";
import { heartRate } from "./heart-rate.ts";
import { meshRadio } from "./mesh-radio.ts";
import { justWorks } from "./policies.ts";
import { battery } from "./services.ts";

/** A mesh radio that forgets its centrals after every connection, as one does that is flashed anew. */
export function forgetful(): PeripheralDefinition {
  return {
    ...meshRadio(),
    name: "Reset radio",
    onDisconnected: (device) => device.forgetBonds(),
  };
}

export const SHAPE_SERVICE: Uuid = "8e7c1001-2f5b-4b44-9d0b-6a1f3c52d7e4";
export const SHAPE_VALUE: Uuid = "8e7c1002-2f5b-4b44-9d0b-6a1f3c52d7e4";

function shape(version: number): readonly ServiceDefinition[] {
  const own: ServiceDefinition = {
    uuid: SHAPE_SERVICE,
    characteristics: [
      {
        uuid: SHAPE_VALUE,
        properties: ["read"],
        value: { read: () => Uint8Array.of(version) },
        security: { read: "encrypted" },
      },
    ],
  };
  // The same service on other handles: who trusts an old table reads a battery for a value.
  return version % 2 === 1 ? [own, battery(50)] : [battery(50), own];
}

/** A device that changes its attribute table after every connection, as one does with each update of its firmware. */
export function shapeShifter(): PeripheralDefinition {
  let version = 1;
  return {
    name: "Shape shifter",
    advertises: [SHAPE_SERVICE],
    services: shape(version),
    policy: justWorks,
    allowsNewPairing: true,
    onDisconnected: (device) => {
      version++;
      device.replaceServices(shape(version));
    },
  };
}

/** How long the private device keeps one address: short enough to be seen changing. */
export const PRIVATE_ROTATION_MS = 30_000;

/** A pulse belt that shows no address twice: its resolvable addresses change every half minute. */
export function hiding(): PeripheralDefinition {
  return { ...heartRate(), name: "Private belt", privacy: true, rotationMs: PRIVATE_ROTATION_MS };
}
