/** Characteristics of the assigned numbers whose format we know, by 16-bit UUID. */
import { numberOf } from "./assigned-numbers.ts";
import * as device from "./values-device.ts";
import { quantity, scaled, text, type Decoder, type Field } from "./values-field.ts";
import * as health from "./values-health.ts";
import { hexOf, Octets, ShortValue } from "./values-octets.ts";
import * as time from "./values-time.ts";

export type Known =
  /** `rest`: octets, in hex, that the format does not explain; empty when there are none. */
  | { readonly kind: "decoded"; readonly fields: readonly Field[]; readonly rest: string }
  /** The UUID promises a format that these octets do not have. */
  | { readonly kind: "too-short"; readonly octets: number }
  | { readonly kind: "unknown" };

/** What the octets say if the characteristic is a known one. Never throws, whatever the octets are. */
export function decodeKnown(uuid: string, bytes: Uint8Array): Known {
  const decoder = DECODERS.get(numberOf(uuid) ?? -1);
  if (decoder === undefined) return { kind: "unknown" };
  const octets = new Octets(bytes);
  try {
    const fields = decoder(octets);
    return { kind: "decoded", fields, rest: hexOf(octets.rest()) };
  } catch (error) {
    if (error instanceof ShortValue) return { kind: "too-short", octets: bytes.length };
    throw error;
  }
}

const percent: Decoder = (octets) => [quantity("Level", octets.unsigned(1), "%")];

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [0x2a00, text("Name")],
  [0x2a01, device.appearance],
  [0x2a04, device.connectionParameters],
  [0x2a05, device.serviceChanged],
  [0x2a06, device.alertLevel],
  [0x2a07, scaled("Transmit power", { size: 1, signed: true, step: 1, unit: "dBm" })],
  [0x2a08, time.dateTime],
  [0x2a0a, time.dayDateTime],
  [0x2a0f, time.localTime],
  [0x2a18, health.glucose],
  [0x2a19, percent],
  [0x2a1c, health.temperatureMeasurement],
  [0x2a1d, health.temperatureType],
  [0x2a1e, health.temperatureMeasurement],
  [0x2a21, scaled("Measurement interval", { size: 2, step: 1, unit: "s" })],
  [0x2a23, device.systemId],
  [0x2a24, text("Model")],
  [0x2a25, text("Serial number")],
  [0x2a26, text("Firmware")],
  [0x2a27, text("Hardware")],
  [0x2a28, text("Software")],
  [0x2a29, text("Manufacturer")],
  [0x2a2b, time.currentTime],
  [0x2a35, health.bloodPressure],
  [0x2a36, health.bloodPressure],
  [0x2a37, health.heartRate],
  [0x2a38, device.bodySensorLocation],
  [0x2a50, device.pnpId],
  [0x2a53, health.runningSpeed],
  [0x2a5b, health.cyclingSpeed],
  [0x2a5e, health.oximeter],
  [0x2a5f, health.oximeter],
  [0x2a63, health.cyclingPower],
  [0x2a6c, scaled("Elevation", { size: 3, signed: true, step: 0.01, unit: "m", decimals: 2 })],
  [0x2a6d, scaled("Pressure", { size: 4, step: 0.001, unit: "hPa", decimals: 3 })],
  [
    0x2a6e,
    scaled("Temperature", { size: 2, signed: true, step: 0.01, unit: "°C", decimals: 2, unknown: -0x8000 }),
  ],
  [0x2a6f, scaled("Humidity", { size: 2, step: 0.01, unit: "%", decimals: 2, unknown: 0xffff })],
  [0x2a70, scaled("Wind speed", { size: 2, step: 0.01, unit: "m/s", decimals: 2 })],
  [0x2a71, scaled("Wind direction", { size: 2, step: 0.01, unit: "°", decimals: 2 })],
  [0x2a76, scaled("UV index", { size: 1, step: 1, unit: null })],
  [0x2a77, scaled("Irradiance", { size: 2, step: 0.1, unit: "W/m²", decimals: 1 })],
  [0x2a78, scaled("Rainfall", { size: 2, step: 0.001, unit: "m", decimals: 3 })],
  [0x2a7a, scaled("Heat index", { size: 1, signed: true, step: 1, unit: "°C" })],
  [0x2a7b, scaled("Dew point", { size: 1, signed: true, step: 1, unit: "°C" })],
  [0x2a98, scaled("Weight", { size: 2, step: 0.005, unit: "kg", decimals: 3 })],
  [0x2a9d, health.weightMeasurement],
  [0x2aa6, device.addressResolution],
  [0x2aee, scaled("Electric current", { size: 2, step: 0.01, unit: "A", decimals: 2, unknown: 0xffff })],
  [0x2afb, scaled("Illuminance", { size: 3, step: 0.01, unit: "lx", decimals: 2, unknown: 0xffffff })],
  [0x2b18, scaled("Voltage", { size: 2, step: 1 / 64, unit: "V", decimals: 3, unknown: 0xffff })],
  [0x2b29, device.clientFeatures],
  [0x2b2a, device.databaseHash],
  [0x2b3a, device.serverFeatures],
]);
