import type { ChooserState } from "../web-bluetooth/chooser.ts";

/** Every word of the chooser, so that a page can speak its own language. */
export interface ChooserWords {
  readonly heading: string;
  readonly list: string;
  readonly connect: string;
  readonly cancel: string;
  readonly unnamed: string;
  readonly bonded: string;
  /** Nothing was heard yet, or what was heard does not fit. */
  readonly empty: string;
  readonly emptyHint: string;
  readonly problem: Readonly<Record<Exclude<ChooserState, "scanning">, string>>;
  count(devices: number): string;
  /** dBm; null where the adapter could not tell. */
  signal(rssi: number | null): string;
}

export const english: ChooserWords = {
  heading: "Choose a device",
  list: "Devices nearby",
  connect: "Connect",
  cancel: "Cancel",
  unnamed: "Device without a name",
  bonded: "Bonded",
  empty: "Looking for devices …",
  emptyHint:
    "Switch the device on, hold it near, and put it into pairing mode. A device that is connected elsewhere does not show.",
  problem: {
    "adapter-gone": "The Bluetooth adapter is gone. Plug it in again, then start again.",
    failed: "The adapter does not look for devices. Plug it in again, then start again.",
  },
  count: (devices) => (devices === 1 ? "1 device found" : `${devices} devices found`),
  signal: (rssi) => {
    if (rssi === null) return "Signal unknown";
    return ["Weak signal", "Fair signal", "Good signal", "Strong signal"][bars(rssi) - 1] ?? "";
  },
};

/** 1 to 4 bars. Below −85 dBm a link is hard to keep. */
export function bars(rssi: number): number {
  if (rssi >= -55) return 4;
  if (rssi >= -70) return 3;
  return rssi >= -85 ? 2 : 1;
}
