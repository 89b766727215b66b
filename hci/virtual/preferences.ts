import type { Core } from "./core.ts";
import type { DataLength, PhySets } from "./link/frame.ts";
import { MINIMUM_LENGTH } from "./link/length.ts";

/** Microseconds on LE 1M for a data PDU of this many octets: preamble to MIC (Vol 6 Part B 4.5.10). */
export function timeOf(octets: number): number {
  return (octets + 14) * 8;
}

/** What the host set as default for links to come. */
export class Preferences {
  readonly maxLength: DataLength;
  suggestedOctets = MINIMUM_LENGTH.txOctets;
  suggestedTime = MINIMUM_LENGTH.txTime;
  phys: PhySets;

  constructor({ profile, settings }: Core) {
    const octets = profile.dataLength ? settings.maxDataOctets : MINIMUM_LENGTH.txOctets;
    const time = Math.max(timeOf(octets), MINIMUM_LENGTH.txTime);
    this.maxLength = { txOctets: octets, txTime: time, rxOctets: octets, rxTime: time };
    this.phys = { tx: profile.phys, rx: profile.phys };
  }
}
