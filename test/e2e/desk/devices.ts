/** One device in the room for each way to pair, with a value that only a bond of that kind may read. */
import { BATTERY_LEVEL, BATTERY_SERVICE } from "../../../hci/virtual/peripherals/services.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { heartRate } from "../../../hci/virtual/peripherals/heart-rate.ts";
import { Keypad } from "../../../hci/virtual/peripherals/keypad.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import { lock } from "../../../hci/virtual/peripherals/lock.ts";
import {
  comparesNumbers,
  justWorks,
  showsPasskey,
  typesPasskey,
} from "../../../hci/virtual/peripherals/policies.ts";
import type { Need } from "../../../hci/att/attribute.ts";

export const METHODS = [
  "just works",
  "passkey typed here",
  "passkey shown here",
  "numeric comparison",
  "legacy passkey",
] as const;
export type Method = (typeof METHODS)[number];

export interface DeskDevice {
  readonly name: string;
  /** What its battery level needs of the link, and what that is: in percent. */
  readonly need: Need;
  readonly level: number;
  /** It has buttons for digits. */
  readonly keypad?: boolean;
  readonly base: Omit<PeripheralDefinition, "name" | "services">;
}

const { features } = legacyDevice();
const common = { advertises: [BATTERY_SERVICE], allowsNewPairing: true } as const;

export const DESK_DEVICES: Readonly<Record<Method, DeskDevice>> = {
  "just works": {
    name: heartRate().name,
    need: "encrypted",
    level: 87,
    base: { ...common, policy: justWorks },
  },
  "passkey typed here": {
    name: "Display radio",
    need: "authenticated",
    level: 41,
    base: { ...common, policy: showsPasskey },
  },
  "passkey shown here": {
    name: "Keypad",
    need: "authenticated",
    level: 33,
    keypad: true,
    base: { ...common, policy: typesPasskey },
  },
  // Like the ready-made lock: a central that it knows cannot pair anew without its key.
  "numeric comparison": {
    name: lock().name,
    need: "secure",
    level: 64,
    base: { ...common, policy: comparesNumbers, allowsNewPairing: false },
  },
  "legacy passkey": {
    name: legacyDevice().name,
    need: "encrypted",
    level: 12,
    base: {
      ...common,
      policy: { ...showsPasskey, legacy: true },
      ...(features !== undefined && { features }),
    },
  },
};

/** `read` is called for each value that the device hands out, which it does over a protected link only. */
export function definitionOf(
  { name, need, level, keypad, base }: DeskDevice,
  hooks: { readonly read: () => void; readonly disconnected: () => void },
): PeripheralDefinition {
  const value = {
    read: () => {
      hooks.read();
      return Uint8Array.of(level);
    },
  };
  return {
    ...base,
    name,
    ...(keypad === true && { keypad: new Keypad() }),
    services: [
      {
        uuid: BATTERY_SERVICE,
        characteristics: [{ uuid: BATTERY_LEVEL, properties: ["read"], value, security: { read: need } }],
      },
    ],
    onDisconnected: () => hooks.disconnected(),
  };
}
