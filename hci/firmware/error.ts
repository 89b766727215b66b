/**
 * Why firmware was not loaded.
 *
 * `unknown-file`: no firmware of a family that is known. `damaged`: cut short or changed. `too-large`. `wrong-chip`: made
 * for another chip, or not for this version of it. `refused`: the adapter answered with an error. `not-taken`: all was
 * sent, and the adapter is as it was. `gone`: pulled out, or silent. `cancelled`.
 */
export type FirmwareTrouble =
  | "unknown-file"
  | "damaged"
  | "too-large"
  | "wrong-chip"
  | "refused"
  | "not-taken"
  | "gone"
  | "cancelled";

export class FirmwareError extends Error {
  override readonly name = "FirmwareError";
  readonly trouble: FirmwareTrouble;

  constructor(trouble: FirmwareTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

export function damaged(what: string): FirmwareError {
  return new FirmwareError("damaged", `Cannot use this firmware file: ${what}`);
}
