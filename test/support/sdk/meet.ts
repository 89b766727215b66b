/** A page that holds one characteristic of the thermometer, and what tests look at. */
import {
  DEVICE_INFORMATION,
  HEALTH_THERMOMETER,
  MEASUREMENT_INTERVAL,
  ODDITIES,
  TEMPERATURE,
  thermometer,
} from "./thermometer.ts";
import { SdkRig } from "./rig.ts";

export const REQUEST = {
  filters: [{ services: [HEALTH_THERMOMETER] }],
  optionalServices: ["generic_access", ODDITIES, DEVICE_INFORMATION],
};

/** `refuse`: the ATT error with which REFUSING answers. */
export async function meetCharacteristic(uuid = MEASUREMENT_INTERVAL, refuse?: () => number) {
  const rig = await SdkRig.create();
  const { device, peripheral } = await rig.connected(thermometer(refuse), REQUEST);
  const service = uuid === MEASUREMENT_INTERVAL || uuid === TEMPERATURE ? HEALTH_THERMOMETER : ODDITIES;
  const characteristic = await rig.characteristic(device, service, uuid);
  return { rig, device, peripheral, characteristic };
}

export const octets = (view: DataView | null | undefined): number[] | undefined =>
  view === null || view === undefined
    ? undefined
    : [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];

/** Octets whose buffer was given away. */
export function detached(): Uint8Array<ArrayBuffer> {
  const made = Uint8Array.of(1, 2);
  structuredClone(made.buffer, { transfer: [made.buffer] });
  return made;
}
