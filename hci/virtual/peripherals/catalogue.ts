import type { PeripheralDefinition } from "./definition.ts";
import { heartRate } from "./heart-rate.ts";
import { legacyDevice } from "./legacy-device.ts";
import { lock } from "./lock.ts";
import { meshRadio } from "./mesh-radio.ts";
import { forgetful, hiding, shapeShifter } from "./special.ts";

/** The ready-made devices by the names that people type. Each call makes a new one. */
export const catalogue: Readonly<Record<string, () => PeripheralDefinition>> = {
  "mesh-radio": meshRadio,
  "heart-rate": heartRate,
  lock,
  legacy: legacyDevice,
  forgetful,
  "shape-shifter": shapeShifter,
  private: hiding,
};
