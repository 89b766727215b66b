/** A thermometer as the web-platform-tests use one, with what pages must not see beside it. */
import { AttRefusal } from "../../../hci/att/attribute.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import type { ServiceDefinition } from "../../../hci/gatt/database.ts";
import type { PeripheralDefinition } from "../../../hci/virtual/peripherals/definition.ts";
import { justWorks } from "../../../hci/virtual/peripherals/policies.ts";

export const HEALTH_THERMOMETER = uuidOf(0x1809);
export const DEVICE_INFORMATION = uuidOf(0x180a);
export const HUMAN_INTERFACE = uuidOf(0x1812);
/** A service of its own, for everything that may go wrong. */
export const ODDITIES = "5e900000-7a55-4a0e-8f1e-0b5c1d2e3f40";
export const ODDITY = (n: number): string =>
  `5e9000${n.toString(16).padStart(2, "0")}-7a55-4a0e-8f1e-0b5c1d2e3f40`;
export const EMPTY_SERVICE = "5e910000-7a55-4a0e-8f1e-0b5c1d2e3f40";

export const MEASUREMENT_INTERVAL = uuidOf(0x2a21);
export const TEMPERATURE = uuidOf(0x2a1c);
export const SECURED = ODDITY(1);
export const WRITE_ONLY = ODDITY(2);
export const REFUSING = ODDITY(3);
export const COMMANDED = ODDITY(4);
export const LONG = ODDITY(5);
export const EXTENDED = ODDITY(6);

const bytes = (...octets: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(octets);
const utf8 = (plain: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(plain);

const interval = (minutes: number): ServiceDefinition => ({
  uuid: HEALTH_THERMOMETER,
  characteristics: [
    {
      uuid: MEASUREMENT_INTERVAL,
      properties: ["read", "write", "notify"],
      value: bytes(minutes, 0),
      maxLength: 4,
      descriptors: [{ uuid: uuidOf(0x2901), value: utf8("Minutes between two readings") }],
    },
    { uuid: TEMPERATURE, properties: ["indicate"], value: bytes(0) },
  ],
});

/** The second one is there so that lists have two of a kind. `refuse`: the ATT error of REFUSING. */
export function thermometerServices(refuse: () => number = () => 0x0e): readonly ServiceDefinition[] {
  const first = interval(1);
  return [
    first,
    interval(2),
    {
      uuid: DEVICE_INFORMATION,
      characteristics: [
        { uuid: uuidOf(0x2a24), properties: ["read"], value: utf8("T-1") },
        { uuid: uuidOf(0x2a25), properties: ["read"], value: utf8("secret serial number") },
      ],
    },
    {
      uuid: HUMAN_INTERFACE,
      characteristics: [{ uuid: uuidOf(0x2a4d), properties: ["read"], value: bytes(4) }],
    },
    {
      uuid: ODDITIES,
      includes: [first],
      characteristics: [
        { uuid: uuidOf(0x2a02), properties: ["read", "write"], value: bytes(1) },
        { uuid: SECURED, properties: ["read"], value: bytes(42), security: { read: "encrypted" } },
        { uuid: WRITE_ONLY, properties: ["write"], value: bytes() },
        {
          uuid: REFUSING,
          properties: ["read", "write"],
          value: {
            read: () => {
              throw new AttRefusal(refuse());
            },
            write: () => {
              throw new AttRefusal(refuse());
            },
          },
        },
        { uuid: COMMANDED, properties: ["writeWithoutResponse", "notify"], value: bytes() },
        { uuid: LONG, properties: ["read", "write"], value: bytes() },
        {
          uuid: EXTENDED,
          properties: ["read", "extended"],
          value: bytes(1),
          descriptors: [{ uuid: uuidOf(0x2900), value: bytes(0b11, 0) }],
        },
      ],
    },
    { uuid: EMPTY_SERVICE, characteristics: [] },
  ];
}

export function thermometer(refuse?: () => number): PeripheralDefinition {
  return {
    name: "Thermometer",
    advertises: [HEALTH_THERMOMETER],
    services: thermometerServices(refuse),
    policy: justWorks,
    allowsNewPairing: true,
  };
}
