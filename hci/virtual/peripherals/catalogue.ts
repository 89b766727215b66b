import type { Radio } from "../radio.ts";
import type { PeripheralDefinition, Surroundings } from "./definition.ts";
import { heartRate } from "./heart-rate.ts";
import { legacyDevice } from "./legacy-device.ts";
import { lock } from "./lock.ts";
import { meshRadio } from "./mesh-radio.ts";
import type { PeripheralEvent } from "./peripheral.ts";
import { Peripheral } from "./peripheral.ts";
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

export interface StartOptions extends Omit<Surroundings, "radio"> {
  readonly onEvent?: (event: PeripheralEvent) => void;
}

/** Puts one of them into the room and switches it on. Rejects for a name that the catalogue lacks. */
export async function startPeripheral(
  name: string,
  radio: Radio,
  { onEvent, ...surroundings }: StartOptions,
): Promise<Peripheral> {
  const definition = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (definition === undefined)
    throw new Error(`Cannot start ${JSON.stringify(name)}: known are ${Object.keys(catalogue).join(", ")}`);
  const device = await Peripheral.start(definition(), { ...surroundings, radio });
  if (onEvent !== undefined) device.onEvent = onEvent;
  return device;
}
