/** A micro:bit with what a page can see and turn: lights, buttons, temperature and who made it. */
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";

const uuid = (short: string): string => `e95d${short}-251d-470a-a062-fa1922dfa9a8`;
export const MICROBIT_BUTTON_A = uuid("da90");
export const MICROBIT_TEMPERATURE = uuid("9250");
const utf8 = (plain: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(plain);

export function microbit(onText: (text: string) => void): PeripheralDefinition {
  return {
    name: "BBC micro:bit [zuvov]",
    advertises: [],
    services: [
      {
        uuid: uuidOf(0x180a),
        characteristics: [
          { uuid: uuidOf(0x2a24), properties: ["read"], value: utf8("BBC micro:bit") },
          { uuid: uuidOf(0x2a25), properties: ["read"], value: utf8("not for pages") },
          { uuid: uuidOf(0x2a26), properties: ["read"], value: utf8("2.1.1") },
        ],
      },
      {
        uuid: uuid("9882"),
        characteristics: [
          { uuid: MICROBIT_BUTTON_A, properties: ["read", "notify"], value: Uint8Array.of(0) },
          { uuid: uuid("da91"), properties: ["read", "notify"], value: Uint8Array.of(0) },
        ],
      },
      {
        uuid: uuid("d91d"),
        characteristics: [
          { uuid: uuid("7b77"), properties: ["read", "write"], value: new Uint8Array(5), maxLength: 5 },
          {
            uuid: uuid("93ee"),
            properties: ["write"],
            value: { write: (_client, value) => onText(new TextDecoder().decode(value)) },
          },
          { uuid: uuid("0d2d"), properties: ["read", "write"], value: Uint8Array.of(120, 0), maxLength: 2 },
        ],
      },
      {
        uuid: uuid("6100"),
        characteristics: [
          { uuid: MICROBIT_TEMPERATURE, properties: ["read", "notify"], value: Uint8Array.of(21) },
          { uuid: uuid("1b25"), properties: ["read", "write"], value: Uint8Array.of(0xe8, 3), maxLength: 2 },
        ],
      },
    ],
    policy: justWorks,
    allowsNewPairing: true,
  };
}
