/** The 128-bit form of a 16-bit UUID, as the Bluetooth base UUID makes it. */
export function uuid(short: number): string {
  return `0000${short.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;
}

/** The attribute types that the tests use, by the names of the assigned numbers. */
export const Uuids = {
  deviceInformation: uuid(0x180a),
  heartRate: uuid(0x180d),
  battery: uuid(0x180f),
  batteryLevel: uuid(0x2a19),
  temperatureMeasurement: uuid(0x2a1c),
  firmwareRevision: uuid(0x2a26),
  manufacturerName: uuid(0x2a29),
  heartRateMeasurement: uuid(0x2a37),
  clientConfiguration: uuid(0x2902),
} as const;
