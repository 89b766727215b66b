import { uuidOf } from "../../codec/uuid.ts";
import { seededRandom } from "../random.ts";
import type { PeripheralDefinition } from "./definition.ts";
import type { Peripheral } from "./peripheral.ts";
import { justWorks } from "./policies.ts";
import { battery } from "./services.ts";

export const HEART_RATE_SERVICE = uuidOf(0x180d);
export const HEART_RATE_MEASUREMENT = uuidOf(0x2a37);
const BODY_SENSOR_LOCATION = uuidOf(0x2a38);
const HEART_RATE_SENSOR = 0x0341;
const CHEST = 1;
const BEAT_MS = 1000;

/** A pulse belt: Just Works, and a measurement every second for whoever is encrypted. */
export function heartRate(): PeripheralDefinition {
  return {
    name: "Pulse belt",
    appearance: HEART_RATE_SENSOR,
    advertises: [HEART_RATE_SERVICE],
    services: [
      {
        uuid: HEART_RATE_SERVICE,
        characteristics: [
          {
            uuid: HEART_RATE_MEASUREMENT,
            properties: ["notify"],
            value: {},
            security: { read: "encrypted", write: "encrypted" },
          },
          { uuid: BODY_SENSOR_LOCATION, properties: ["read"], value: { read: () => Uint8Array.of(CHEST) } },
        ],
      },
      battery(87),
    ],
    policy: justWorks,
    allowsNewPairing: true,
    run: beat,
  };
}

function beat(device: Peripheral): () => void {
  const { clock } = device.gap.host;
  const random = seededRandom(1, "heart");
  let rate = 68;
  let stop = (): void => {};
  const next = (): void => {
    rate = Math.min(140, Math.max(55, rate + random.below(7) - 3));
    // Flags: the rate is one octet, and the sensor has contact to skin.
    if (device.connected) device.notify(HEART_RATE_MEASUREMENT, Uint8Array.of(0x06, rate));
    stop = clock.after(BEAT_MS, next);
  };
  stop = clock.after(BEAT_MS, next);
  return () => stop();
}
