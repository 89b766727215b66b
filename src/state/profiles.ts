/** Ready-made choices for adding a device: what to look for, and where known, which read proves the bond. */
import type { Uuid } from "../link/gatt.ts";
import type { Level, Probe } from "../storage/records.ts";
import { MESHTASTIC, MESHTASTIC_FROM_NUM, NORDIC_UART, uuidOf } from "./assigned-numbers.ts";

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly examples: string;
  /** The chooser shows devices that advertise all of these. */
  readonly services: readonly Uuid[];
  /** Named besides `services` so that the page may use them. */
  readonly optionalServices: readonly Uuid[];
  /** A characteristic that its maker protects, and that may be read without effect. */
  readonly probe: { readonly service: Uuid; readonly characteristic: Uuid; readonly level: Level } | null;
}

/** Asked for with every device: what it is, its battery, and the Database Hash of its table. */
export const ALWAYS_OPTIONAL: readonly Uuid[] = [0x1800, 0x1801, 0x180a, 0x180f].map(uuidOf);

function standard(id: string, name: string, examples: string, number: number, also: number[] = []): Profile {
  return {
    id,
    name,
    examples,
    services: [uuidOf(number)],
    optionalServices: also.map(uuidOf),
    probe: null,
  };
}

export const PROFILES: readonly Profile[] = [
  standard("heart-rate", "Heart rate", "Chest straps, watches", 0x180d),
  standard("battery", "Battery", "Anything that reports its charge", 0x180f),
  standard("device-information", "Device information", "Maker, model, firmware", 0x180a),
  {
    id: "nordic-uart",
    name: "Nordic UART",
    examples: "MeshCore, Espruino, own firmware",
    services: [NORDIC_UART],
    optionalServices: [],
    probe: null,
  },
  {
    id: "meshtastic",
    name: "Meshtastic",
    examples: "LoRa mesh radios with a PIN",
    services: [MESHTASTIC],
    optionalServices: [],
    probe: { service: MESHTASTIC, characteristic: MESHTASTIC_FROM_NUM, level: "authenticated" },
  },
  standard("cycling-power", "Cycling power", "Pedals, cranks, trainers", 0x1818, [0x1816]),
  standard("cycling-speed", "Cycling speed and cadence", "Wheel and crank sensors", 0x1816, [0x1818]),
  standard("running", "Running", "Foot pods", 0x1814),
  standard("fitness-machine", "Fitness machine", "Treadmills, bikes, rowers", 0x1826, [0x180d]),
  standard("glucose", "Glucose", "Blood glucose meters", 0x1808),
  standard("blood-pressure", "Blood pressure", "Cuff monitors", 0x1810),
  standard("thermometer", "Thermometer", "Body temperature", 0x1809),
  standard("weight-scale", "Weight scale", "Scales, body composition", 0x181d, [0x181b]),
  standard("pulse-oximeter", "Pulse oximeter", "Finger clips", 0x1822),
  standard("environment", "Environment", "Temperature, humidity, pressure", 0x181a),
];

const DEMO_LOCK: Uuid = "8e7c0001-2f5b-4b44-9d0b-6a1f3c52d7e4";

/** Only where the devices are ours. */
export const DEMO_PROFILES: readonly Profile[] = [
  {
    id: "demo-lock",
    name: "Demo lock",
    examples: "A front door that wants a bond",
    services: [DEMO_LOCK],
    optionalServices: [],
    probe: { service: DEMO_LOCK, characteristic: "8e7c0002-2f5b-4b44-9d0b-6a1f3c52d7e4", level: "encrypted" },
  },
];

export const profileOf = (id: string | null): Profile | undefined =>
  [...PROFILES, ...DEMO_PROFILES].find((profile) => profile.id === id);

/** The profile's own probe as a record keeps it. */
export function profileProbe(profile: Profile, now: number): Probe | null {
  if (profile.probe === null) return null;
  const { service, characteristic, level } = profile.probe;
  return {
    ref: { service, characteristic, instance: 0 },
    source: "profile",
    level,
    since: new Date(now).toISOString(),
  };
}
