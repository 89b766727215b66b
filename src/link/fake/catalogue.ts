/** The devices of the demo: one of each kind that the product has an answer for. */
import type { Uuid } from "../gatt.ts";
import type { VirtualCharacteristic, VirtualDevice, VirtualService } from "./device.ts";

const short = (number: number): Uuid =>
  `0000${number.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;
const text = (words: string): readonly number[] => [...new TextEncoder().encode(words)];

const DELAYS = { connect: 700, operation: 60, pairing: 2_500, unreachable: 4_000 };
const BONDED = { inRange: true, systemBond: false, deviceBond: false };

const CCCD = [short(0x2902)];
const LOCK_SERVICE: Uuid = "8e7c0001-2f5b-4b44-9d0b-6a1f3c52d7e4";
const LOCK_STATE: Uuid = "8e7c0002-2f5b-4b44-9d0b-6a1f3c52d7e4";
const LOCK_COMMAND: Uuid = "8e7c0003-2f5b-4b44-9d0b-6a1f3c52d7e4";
const MESH_SERVICE: Uuid = "6ba1b218-15a8-461f-9fa8-5dcae273eafd";
const MESH_TO_RADIO: Uuid = "f75c76d2-129e-4dad-a1dd-7866124401e7";
const MESH_FROM_RADIO: Uuid = "2c55e69e-4993-11ed-b878-0242ac120002";
const MESH_FROM_NUM: Uuid = "ed9da18c-a800-4f66-a670-aa7547e34453";

export const DEMO_DEVICES: readonly VirtualDevice[] = [
  {
    key: "heart-rate",
    name: "Pulse belt (demo)",
    advertises: [short(0x180d)],
    services: [heartRate(), battery(87), information("Demo Works", "PB-1", "1.4.2")],
    delays: DELAYS,
    start: BONDED,
  },
  {
    key: "lock",
    name: "Front door (demo)",
    advertises: [LOCK_SERVICE, short(0x180f)],
    services: [lock(), battery(64), information("Demo Works", "Lock 2", "3.0.1")],
    delays: DELAYS,
    start: BONDED,
  },
  {
    key: "mesh",
    name: "Mesh radio (demo)",
    advertises: [MESH_SERVICE],
    services: [mesh(), battery(41)],
    delays: { ...DELAYS, pairing: 4_000 },
    start: BONDED,
  },
  {
    key: "lost-bond",
    name: "Reset radio (demo)",
    advertises: [MESH_SERVICE],
    services: [mesh(), battery(100)],
    delays: DELAYS,
    start: { inRange: true, systemBond: true, deviceBond: false },
  },
  {
    key: "far-away",
    name: "Garden sensor (demo)",
    advertises: [short(0x181a)],
    services: [environment(), battery(12)],
    delays: DELAYS,
    start: { inRange: false, systemBond: false, deviceBond: false },
  },
];

function heartRate(): VirtualService {
  // Heart Rate Measurement: flags 0x00, then the rate in one octet. A slow wave, the same in every run.
  const beat = (count: number): readonly number[] => [0x00, Math.round(72 + 9 * Math.sin(count / 6))];
  return {
    uuid: short(0x180d),
    characteristics: [
      {
        uuid: short(0x2a37),
        properties: ["notify"],
        value: beat(0),
        descriptors: CCCD,
        live: { everyMs: 1_000, value: beat },
      },
      { uuid: short(0x2a38), properties: ["read"], value: [0x01] },
    ],
  };
}

function battery(percent: number): VirtualService {
  return {
    uuid: short(0x180f),
    characteristics: [
      {
        uuid: short(0x2a19),
        properties: ["read", "notify"],
        value: [percent],
        descriptors: CCCD,
        live: { everyMs: 15_000, value: (count) => [Math.max(1, percent - (count % percent))] },
      },
    ],
  };
}

function information(maker: string, model: string, firmware: string): VirtualService {
  const line = (number: number, words: string): VirtualCharacteristic => ({
    uuid: short(number),
    properties: ["read"],
    value: text(words),
  });
  return {
    uuid: short(0x180a),
    characteristics: [line(0x2a29, maker), line(0x2a24, model), line(0x2a26, firmware)],
  };
}

/** State 0 is locked, 1 is open; a command of one octet sets it. */
function lock(): VirtualService {
  return {
    uuid: LOCK_SERVICE,
    characteristics: [
      {
        uuid: LOCK_STATE,
        properties: ["read", "notify"],
        value: [0],
        descriptors: CCCD,
        gated: true,
      },
      {
        uuid: LOCK_COMMAND,
        properties: ["write"],
        value: [],
        gated: true,
        onWrite: ([command]) =>
          command === 0 || command === 1 ? [{ characteristic: LOCK_STATE, value: [command] }] : [],
      },
    ],
  };
}

function mesh(): VirtualService {
  const counter = (count: number): readonly number[] => [count % 256, Math.floor(count / 256) % 256, 0, 0];
  return {
    uuid: MESH_SERVICE,
    characteristics: [
      { uuid: MESH_TO_RADIO, properties: ["write"], value: [], gated: true },
      { uuid: MESH_FROM_RADIO, properties: ["read"], value: [], gated: true },
      {
        uuid: MESH_FROM_NUM,
        properties: ["read", "notify", "write"],
        value: counter(0),
        descriptors: CCCD,
        gated: true,
        live: { everyMs: 3_000, value: counter },
      },
    ],
  };
}

/** Temperature in hundredths of a degree and humidity in hundredths of a percent, least significant octet first. */
function environment(): VirtualService {
  return {
    uuid: short(0x181a),
    characteristics: [
      { uuid: short(0x2a6e), properties: ["read"], value: [0xd0, 0x07] },
      { uuid: short(0x2a6f), properties: ["read"], value: [0x88, 0x13] },
    ],
  };
}
