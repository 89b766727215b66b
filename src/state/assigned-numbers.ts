/** Names of the UUIDs that Bluetooth assigns, and of a few well-known vendors' own. A name is no promise of the contents. */
import type { Uuid } from "../link/gatt.ts";

const BASE = "-0000-1000-8000-00805f9b34fb";

/** The 128-bit form of a 16-bit or 32-bit number. */
export const uuidOf = (number: number): Uuid => number.toString(16).padStart(8, "0") + BASE;

/** The assigned number of a UUID; null for a UUID of a vendor's own. */
export function numberOf(uuid: Uuid): number | null {
  return uuid.endsWith(BASE) && uuid.length === 36 ? Number.parseInt(uuid.slice(0, 8), 16) : null;
}

/** As people write it: "0x180D" where it is assigned, else all 128 bits. */
export function shortUuid(uuid: Uuid): string {
  const number = numberOf(uuid);
  if (number === null) return uuid;
  return `0x${number
    .toString(16)
    .toUpperCase()
    .padStart(number > 0xffff ? 8 : 4, "0")}`;
}

export type ParsedUuid =
  | { readonly kind: "uuid"; readonly uuid: Uuid }
  | {
      readonly kind: "invalid";
      readonly why: "empty" | "not-hex" | "length" | "hyphens";
      /** Hexadecimal digits counted, for `length`. */
      readonly digits: number;
    };

/** Reads what a person typed: 16 or 32 bits ("180D", "0x180d"), or 128 with or without hyphens or braces. */
export function parseUuid(text: string): ParsedUuid {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^(?:urn:uuid:|0x)/, "")
    .replace(/^\{(.*)\}$/, "$1");
  const hex = bare.replaceAll("-", "");
  if (hex === "") return { kind: "invalid", why: "empty", digits: 0 };
  if (!/^[0-9a-f]+$/.test(hex)) return { kind: "invalid", why: "not-hex", digits: 0 };
  if (![4, 8, 32].includes(hex.length)) return { kind: "invalid", why: "length", digits: hex.length };
  if (hex.length < 32) {
    if (bare !== hex) return { kind: "invalid", why: "hyphens", digits: hex.length };
    return { kind: "uuid", uuid: uuidOf(Number.parseInt(hex, 16)) };
  }
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex)?.slice(1).join("-") ?? hex;
  if (bare !== hex && bare !== parts) return { kind: "invalid", why: "hyphens", digits: 32 };
  return { kind: "uuid", uuid: parts };
}

/** Services that Web Bluetooth keeps for the system and refuses to every page. */
const BLOCKED_SERVICES: ReadonlySet<Uuid> = new Set([
  uuidOf(0x1812), // Human Interface Device
  uuidOf(0xfffd), // FIDO
  "00001530-1212-efde-1523-785feabcd123", // Nordic legacy firmware update
  "f000ffc0-0451-4000-b000-000000000000", // TI over-the-air download
]);

export const isBlockedService = (uuid: Uuid): boolean => BLOCKED_SERVICES.has(uuid);

/** Names one after another from a first number; an empty place has no name here. */
function run(first: number, names: string): [number, string][] {
  return names
    .split("|")
    .map((name, index): [number, string] => [first + index, name])
    .filter(([, name]) => name !== "");
}

const SERVICES: ReadonlyMap<number, string> = new Map([
  ...run(
    0x1800,
    "Generic Access|Generic Attribute|Immediate Alert|Link Loss|Tx Power|Current Time|Reference Time Update|Next DST Change|Glucose|Health Thermometer|Device Information|||Heart Rate|Phone Alert Status|Battery|Blood Pressure|Alert Notification|Human Interface Device|Scan Parameters|Running Speed and Cadence|Automation IO|Cycling Speed and Cadence||Cycling Power|Location and Navigation|Environmental Sensing|Body Composition|User Data|Weight Scale|Bond Management|Continuous Glucose Monitoring|Internet Protocol Support|Indoor Positioning|Pulse Oximeter|HTTP Proxy|Transport Discovery|Object Transfer|Fitness Machine|Mesh Provisioning|Mesh Proxy|Reconnection Configuration",
  ),
  ...run(
    0x183a,
    "Insulin Delivery|Binary Sensor|Emergency Configuration|Authorization Control|Physical Activity Monitor|Elapsed Time|Generic Health Sensor|||Audio Input Control|Volume Control|Volume Offset Control|Coordinated Set Identification|Device Time|Media Control|Generic Media Control|Constant Tone Extension|Telephone Bearer|Generic Telephone Bearer|Microphone Control|Audio Stream Control|Broadcast Audio Scan|Published Audio Capabilities|Basic Audio Announcement|Broadcast Audio Announcement|Common Audio|Hearing Access|Telephony and Media Audio|Public Broadcast Announcement|Electronic Shelf Label|Gaming Audio|Mesh Proxy Solicitation",
  ),
  [0xfe59, "Nordic Secure DFU"],
  [0xfeaa, "Eddystone"],
  [0xfffd, "FIDO"],
]);

const CHARACTERISTICS: ReadonlyMap<number, string> = new Map([
  ...run(
    0x2a00,
    "Device Name|Appearance|Peripheral Privacy Flag|Reconnection Address|Peripheral Preferred Connection Parameters|Service Changed|Alert Level|Tx Power Level|Date Time|Day of Week|Day Date Time|Exact Time 100|Exact Time 256|DST Offset|Time Zone|Local Time Information||Time with DST|Time Accuracy|Time Source|Reference Time Information||Time Update Control Point|Time Update State|Glucose Measurement|Battery Level|Battery Power State|Battery Level State|Temperature Measurement|Temperature Type|Intermediate Temperature|||Measurement Interval|Boot Keyboard Input Report|System ID|Model Number String|Serial Number String|Firmware Revision String|Hardware Revision String|Software Revision String|Manufacturer Name String|IEEE 11073-20601 Regulatory Certification Data List|Current Time|Magnetic Declination|||||Scan Refresh|Boot Keyboard Output Report|Boot Mouse Input Report|Glucose Measurement Context|Blood Pressure Measurement|Intermediate Cuff Pressure|Heart Rate Measurement|Body Sensor Location|Heart Rate Control Point||||||Alert Status|Ringer Control Point|Ringer Setting|Alert Category ID Bit Mask|Alert Category ID|Alert Notification Control Point|Unread Alert Status|New Alert|Supported New Alert Category|Supported Unread Alert Category|Blood Pressure Feature|HID Information|Report Map|HID Control Point|Report|Protocol Mode|Scan Interval Window|PnP ID|Glucose Feature|Record Access Control Point|RSC Measurement|RSC Feature|SC Control Point|Digital|Digital Output|Analog|Analog Output|Aggregate|CSC Measurement|CSC Feature|Sensor Location|PLX Spot-Check Measurement|PLX Continuous Measurement|PLX Features|||Cycling Power Measurement|Cycling Power Vector|Cycling Power Feature|Cycling Power Control Point|Location and Speed|Navigation|Position Quality|LN Feature|LN Control Point|Elevation|Pressure|Temperature|Humidity|True Wind Speed|True Wind Direction|Apparent Wind Speed|Apparent Wind Direction|Gust Factor|Pollen Concentration|UV Index|Irradiance|Rainfall|Wind Chill|Heat Index|Dew Point||Descriptor Value Changed|Aerobic Heart Rate Lower Limit|Aerobic Threshold|Age|Anaerobic Heart Rate Lower Limit|Anaerobic Heart Rate Upper Limit|Anaerobic Threshold|Aerobic Heart Rate Upper Limit|Date of Birth|Date of Threshold Assessment|Email Address|Fat Burn Heart Rate Lower Limit|Fat Burn Heart Rate Upper Limit|First Name|Five Zone Heart Rate Limits|Gender|Heart Rate Max|Height|Hip Circumference|Last Name|Maximum Recommended Heart Rate|Resting Heart Rate|Sport Type for Thresholds|Three Zone Heart Rate Limits|Two Zone Heart Rate Limits|VO2 Max|Waist Circumference|Weight|Database Change Increment|User Index|Body Composition Feature|Body Composition Measurement|Weight Measurement|Weight Scale Feature|User Control Point|Magnetic Flux Density 2D|Magnetic Flux Density 3D|Language|Barometric Pressure Trend|Bond Management Control Point|Bond Management Feature|Central Address Resolution|CGM Measurement|CGM Feature|CGM Status|CGM Session Start Time|CGM Session Run Time|CGM Specific Ops Control Point|Indoor Positioning Configuration|Latitude|Longitude|Local North Coordinate|Local East Coordinate|Floor Number|Altitude|Uncertainty|Location Name|URI|HTTP Headers|HTTP Status Code|HTTP Entity Body|HTTP Control Point|HTTPS Security|TDS Control Point|OTS Feature|Object Name|Object Type|Object Size|Object First-Created|Object Last-Modified|Object ID|Object Properties|Object Action Control Point|Object List Control Point|Object List Filter|Object Changed|Resolvable Private Address Only|||Fitness Machine Feature|Treadmill Data|Cross Trainer Data|Step Climber Data|Stair Climber Data|Rower Data|Indoor Bike Data|Training Status|Supported Speed Range|Supported Inclination Range|Supported Resistance Level Range|Supported Heart Rate Range|Supported Power Range|Fitness Machine Control Point|Fitness Machine Status|Mesh Provisioning Data In|Mesh Provisioning Data Out|Mesh Proxy Data In|Mesh Proxy Data Out",
  ),
  ...run(
    0x2b20,
    "IDD Status Changed|IDD Status|IDD Annunciation Status|IDD Features|IDD Status Reader Control Point|IDD Command Control Point|IDD Command Data|IDD Record Access Control Point|IDD History Data|Client Supported Features|Database Hash",
  ),
  [0x2b3a, "Server Supported Features"],
  ...run(
    0x2be9,
    "Battery Critical Status|Battery Health Status|Battery Health Information|Battery Information|Battery Level Status|Battery Time Status|Estimated Service Date|Battery Energy Status",
  ),
]);

const DESCRIPTORS: ReadonlyMap<number, string> = new Map(
  run(
    0x2900,
    "Characteristic Extended Properties|Characteristic User Description|Client Characteristic Configuration|Server Characteristic Configuration|Characteristic Presentation Format|Characteristic Aggregate Format|Valid Range|External Report Reference|Report Reference|Number of Digitals|Value Trigger Setting|Environmental Sensing Configuration|Environmental Sensing Measurement|Environmental Sensing Trigger Setting|Time Trigger Setting",
  ),
);

export const NORDIC_UART: Uuid = "6e400001-b5a3-f393-e0a9-e50e24dcca9e";
export const MESHTASTIC: Uuid = "6ba1b218-15a8-461f-9fa8-5dcae273eafd";
/** Counts the packets waiting in a Meshtastic node; reading it takes none of them away. */
export const MESHTASTIC_FROM_NUM: Uuid = "ed9da18c-a800-4f66-a670-aa7547e34453";

/** Vendors' own, services and characteristics. */
const VENDOR: ReadonlyMap<Uuid, string> = new Map([
  [NORDIC_UART, "Nordic UART"],
  ["6e400002-b5a3-f393-e0a9-e50e24dcca9e", "Nordic UART receive"],
  ["6e400003-b5a3-f393-e0a9-e50e24dcca9e", "Nordic UART transmit"],
  [MESHTASTIC, "Meshtastic"],
  [MESHTASTIC_FROM_NUM, "Meshtastic packet number"],
  ["f75c76d2-129e-4dad-a1dd-7866124401e7", "Meshtastic to radio"],
  ["2c55e69e-4993-11ed-b878-0242ac120002", "Meshtastic from radio"],
  ["7905f431-b5ce-4e99-a40f-4b1e122d00d0", "Apple Notification Center"],
  ["89d3502b-0f36-433a-8ef4-c502ad55f8dc", "Apple Media"],
  ["8d53dc1d-1db7-4cd3-868b-8a527460aa84", "MCU management (SMP)"],
  ["00001523-1212-efde-1523-785feabcd123", "Nordic LED and Button"],
  ["00001530-1212-efde-1523-785feabcd123", "Nordic legacy DFU"],
  ["8e400001-f315-4f60-9fb8-838830daea50", "Nordic buttonless DFU"],
  ["e95d0753-251d-470a-a062-fa1922dfa9a8", "micro:bit Accelerometer"],
  ["e95df2d8-251d-470a-a062-fa1922dfa9a8", "micro:bit Magnetometer"],
  ["e95d9882-251d-470a-a062-fa1922dfa9a8", "micro:bit Button"],
  ["e95d127b-251d-470a-a062-fa1922dfa9a8", "micro:bit IO Pin"],
  ["e95dd91d-251d-470a-a062-fa1922dfa9a8", "micro:bit LED"],
  ["e95d93af-251d-470a-a062-fa1922dfa9a8", "micro:bit Event"],
  ["e95d6100-251d-470a-a062-fa1922dfa9a8", "micro:bit Temperature"],
]);

const lookUp = (table: ReadonlyMap<number, string>, uuid: Uuid): string | undefined =>
  table.get(numberOf(uuid) ?? -1) ?? VENDOR.get(uuid);

/** The assigned name; undefined where there is none. */
export const serviceName = (uuid: Uuid): string | undefined => lookUp(SERVICES, uuid);
export const characteristicName = (uuid: Uuid): string | undefined => lookUp(CHARACTERISTICS, uuid);
export const descriptorName = (uuid: Uuid): string | undefined => lookUp(DESCRIPTORS, uuid);
