/** What a device says about itself: GAP, GATT, Device Information, battery and link. */
import { bits, coded, hexNumber, quantity, words, type Decoder, type Field } from "./values-field.ts";
import { hexOf } from "./values-octets.ts";

/** Appearance (0x2A01): category in the upper 10 bits, subcategory in the lower 6. */
export const appearance: Decoder = (octets) => {
  const raw = octets.unsigned(2);
  const category = raw >> 6;
  const fields = [words("Category", CATEGORIES.get(category) ?? `category ${category}`)];
  if ((raw & 0x3f) !== 0) fields.push(words("Subcategory", String(raw & 0x3f)));
  return fields;
};

const CATEGORIES = new Map([
  [0, "Unknown"],
  [1, "Phone"],
  [2, "Computer"],
  [3, "Watch"],
  [4, "Clock"],
  [5, "Display"],
  [6, "Remote control"],
  [7, "Eye-glasses"],
  [8, "Tag"],
  [9, "Keyring"],
  [10, "Media player"],
  [11, "Barcode scanner"],
  [12, "Thermometer"],
  [13, "Heart rate sensor"],
  [14, "Blood pressure meter"],
  [15, "Human interface device"],
  [16, "Glucose meter"],
  [17, "Running or walking sensor"],
  [18, "Cycling sensor"],
  [19, "Control device"],
  [20, "Network device"],
  [21, "Sensor"],
  [22, "Light fixture"],
  [23, "Fan"],
  [24, "Heating, ventilation, air conditioning"],
  [25, "Air conditioning"],
  [26, "Humidifier"],
  [27, "Heating"],
  [28, "Access control"],
  [29, "Motorised device"],
  [30, "Power device"],
  [31, "Light source"],
  [32, "Window covering"],
  [33, "Audio sink"],
  [34, "Audio source"],
  [35, "Motorised vehicle"],
  [36, "Domestic appliance"],
  [37, "Wearable audio device"],
  [38, "Aircraft"],
  [39, "Audio and video equipment"],
  [40, "Display equipment"],
  [41, "Hearing aid"],
  [42, "Gaming"],
  [43, "Signage"],
  [49, "Pulse oximeter"],
  [50, "Weight scale"],
  [51, "Personal mobility device"],
  [52, "Continuous glucose monitor"],
  [53, "Insulin pump"],
  [54, "Medication delivery"],
  [55, "Spirometer"],
  [81, "Outdoor sports activity"],
]);

/** Peripheral Preferred Connection Parameters (0x2A04) */
export const connectionParameters: Decoder = (octets) => [
  interval("Shortest interval", octets.unsigned(2)),
  interval("Longest interval", octets.unsigned(2)),
  quantity("Latency", octets.unsigned(2), "events"),
  quantity("Supervision timeout", octets.unsigned(2) * 10, "ms"),
];

function interval(name: string, raw: number): Field {
  return raw === 0xffff ? words(name, "no preference") : quantity(name, raw * 1.25, "ms", 2);
}

/** Service Changed (0x2A05) */
export const serviceChanged: Decoder = (octets) => [
  words("First handle", hexNumber(octets.take(2))),
  words("Last handle", hexNumber(octets.take(2))),
];

/** System ID (0x2A23): manufacturer's part 40 bits, organisation 24 bits. */
export const systemId: Decoder = (octets) => [
  words("Manufacturer's part", hexNumber(octets.take(5))),
  words("Organisation", hexNumber(octets.take(3))),
];

/** PnP ID (0x2A50). Versions are binary coded: 0x0213 is 2.1.3. */
export const pnpId: Decoder = (octets) => {
  const source = octets.unsigned(1);
  const vendor = octets.take(2);
  const product = octets.take(2);
  const version = octets.unsigned(2);
  return [
    coded("Vendor id from", source, ["reserved (0)", "Bluetooth SIG", "USB Implementers Forum"]),
    words("Vendor", hexNumber(vendor)),
    words("Product", hexNumber(product)),
    words("Version", `${(version >> 8).toString(16)}.${(version >> 4) & 0xf}.${version & 0xf}`),
  ];
};

/** Database Hash (0x2B2A): printed most significant octet first. */
export const databaseHash: Decoder = (octets) => [
  words("Hash", hexOf(octets.take(16).toReversed()).replaceAll(" ", "")),
];

export const clientFeatures: Decoder = (octets) => [
  bits("Client supports", octets.unsigned(1), [
    "robust caching",
    "enhanced ATT bearer",
    "multiple notifications",
  ]),
];

export const serverFeatures: Decoder = (octets) => [
  bits("Server supports", octets.unsigned(1), ["enhanced ATT bearer"]),
];

export const addressResolution: Decoder = (octets) => [
  coded("Resolves private addresses", octets.unsigned(1), ["no", "yes"]),
];

export const alertLevel: Decoder = (octets) => [coded("Alert", octets.unsigned(1), ["none", "mild", "high"])];

export const bodySensorLocation: Decoder = (octets) => [
  coded("Worn on", octets.unsigned(1), ["other", "chest", "wrist", "finger", "hand", "ear lobe", "foot"]),
];
