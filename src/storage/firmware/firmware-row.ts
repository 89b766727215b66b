/** A firmware file that a person brought for a model of dongle. Kept on this computer only; it holds no secret. */
import type { Bytes } from "../../../hci/ports.ts";
import { exactly, fields, Misfit, nullable, oneOf, pattern, text, type Check } from "../check.ts";
import { time } from "../rows.ts";

export const MAX_FIRMWARE = 512 * 1024;
const MAX_CONFIG = 4 * 1024;

function octets(max: number): Check<Bytes> {
  return (value) => {
    if (!(value instanceof Uint8Array)) throw new Misfit("no octets");
    if (value.length === 0 || value.length > max) throw new Misfit(`not between 1 and ${max} octets`);
    return Uint8Array.from(value);
  };
}

const digest = pattern(/^[0-9a-f]{64}$/u, "a SHA-256 in hexadecimal");

export const firmwareRow = fields({
  v: exactly(1),
  /** The model, by vendor and product: `2357:0604`. */
  id: pattern(/^[0-9a-f]{4}:[0-9a-f]{4}$/u, "the ids of a dongle"),
  family: oneOf("realtek", "broadcom"),
  /** As the file was called; hostile text. */
  name: text(200),
  addedAt: time,
  file: octets(MAX_FIRMWARE),
  /** Settings that go with it; null for none. */
  config: nullable(octets(MAX_CONFIG)),
  /** SHA-256 of the file, then of the configuration. */
  digest,
  configDigest: nullable(digest),
});
export type FirmwareRow = ReturnType<typeof firmwareRow>;
