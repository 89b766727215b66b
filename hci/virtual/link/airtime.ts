import type { Frame } from "./frame.ts";
import type { PhyNumber } from "./phy.ts";

/** Microseconds between two packets of one connection event (Vol 6 Part B 4.1.1). */
export const T_IFS = 150;

const MIC = 4;
/** The longest Link Layer control PDU (Vol 6 Part B 2.4.2), opcode included. */
const CONTROL = 27;

/**
 * Microseconds of one data channel PDU on the air (Vol 6 Part B 2.1, 2.2): preamble, access address, header, `octets` of
 * payload with its MIC, CRC. LE Coded with eight symbols per bit.
 */
export function airtime(phy: PhyNumber, octets: number): number {
  if (phy === 3) return 400 + 64 * (5 + octets);
  return phy === 2 ? 4 * (11 + octets) : 8 * (10 + octets);
}

/** Of the PDU that carries this frame; of an empty one where there is none. */
export function airtimeOf(phy: PhyNumber, frame: Frame | undefined): number {
  if (frame === undefined) return airtime(phy, 0);
  return airtime(phy, (frame.data?.length ?? CONTROL) + (frame.key === undefined ? 0 : MIC));
}
