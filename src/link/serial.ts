/** A serial port as a person sets it: how fast, and who holds whom back. */

export interface SerialSettings {
  /** Bits per second. Over CDC-ACM it means nothing; over a bridge it is what the firmware says. */
  readonly baudRate: number;
  /** `hardware`: RTS and CTS. */
  readonly flowControl: "none" | "hardware";
}

export const DEFAULT_SERIAL: SerialSettings = { baudRate: 1_000_000, flowControl: "hardware" };

/** What is known of a port; null for one that is no USB device. */
export interface SerialClaim {
  readonly vendorId: number | null;
  readonly productId: number | null;
}
