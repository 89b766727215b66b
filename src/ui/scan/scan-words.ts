import type { AddressKind } from "../../link/scan.ts";
import type { ScanSort } from "../../state/scan/room.ts";

export const ADDRESS_WORDS: Readonly<Record<AddressKind, { readonly short: string; readonly long: string }>> =
  {
    public: { short: "public", long: "Public: given by the maker, it never changes." },
    static: {
      short: "static",
      long: "Static random: it stays the same until the device is reset or switched on again.",
    },
    resolvable: {
      short: "private",
      long: "Resolvable private: it changes about every quarter of an hour. Only who is bonded with the device can recognise it.",
    },
    "non-resolvable": {
      short: "private, not resolvable",
      long: "Private and not resolvable: it changes, and nobody can recognise it.",
    },
    reserved: { short: "reserved", long: "A kind of address that does not exist." },
  };

export const SORT_WORDS: Readonly<Record<ScanSort, string>> = {
  heard: "First heard",
  signal: "Signal",
  name: "Name",
};

const AD_TYPES: ReadonlyMap<number, string> = new Map([
  [0x01, "Flags"],
  [0x02, "Some 16-bit services"],
  [0x03, "16-bit services"],
  [0x04, "Some 32-bit services"],
  [0x05, "32-bit services"],
  [0x06, "Some 128-bit services"],
  [0x07, "128-bit services"],
  [0x08, "Shortened name"],
  [0x09, "Name"],
  [0x0a, "Transmit power"],
  [0x10, "Security Manager TK, or device id"],
  [0x11, "Security Manager out-of-band flags"],
  [0x12, "Wanted connection interval"],
  [0x16, "Service data, 16-bit"],
  [0x19, "Appearance"],
  [0x1a, "Advertising interval"],
  [0x1b, "LE address"],
  [0x1c, "LE role"],
  [0x20, "Service data, 32-bit"],
  [0x21, "Service data, 128-bit"],
  [0x24, "URI"],
  [0x27, "LE features"],
  [0x2d, "Broadcast name"],
  [0xff, "Manufacturer data"],
]);

/** The name of an AD structure, or its number. */
export function adTypeWords(type: number): string {
  return AD_TYPES.get(type) ?? `Type 0x${type.toString(16).toUpperCase().padStart(2, "0")}`;
}

const FLAG_WORDS: Readonly<Record<string, string>> = {
  limitedDiscoverable: "discoverable for a while",
  generalDiscoverable: "discoverable",
  brEdrNotSupported: "Low Energy only",
};

export function flagWords(flags: readonly string[]): string {
  return flags.map((flag) => FLAG_WORDS[flag] ?? flag).join(", ");
}

/** "−61 dBm", with a real minus sign; a dash where it is not known. */
export function dbm(value: number | undefined): string {
  return value === undefined ? "–" : `${String(Math.round(value)).replace("-", "−")} dBm`;
}

/** In words, for who does not think in decibels. */
export function nearness(level: number | undefined): string {
  if (level === undefined) return "signal not known";
  if (level >= -55) return "very near";
  if (level >= -70) return "near";
  if (level >= -85) return "in the room";
  return "far";
}

/** At most this many octets of one structure are written out. */
const MOST_OCTETS = 64;

export function hex(data: Uint8Array): string {
  const shown = Array.from(data.subarray(0, MOST_OCTETS), (octet) => octet.toString(16).padStart(2, "0"));
  return shown.join(" ") + (data.length > MOST_OCTETS ? ` … ${data.length} octets` : "");
}
