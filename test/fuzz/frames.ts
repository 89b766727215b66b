/** What a hostile peer may put on the channels of a link: right beginnings, anything behind them. */
import { concat } from "../../hci/codec/bytes.ts";
import type { Bytes } from "../../hci/ports.ts";
import type { Random } from "../support/random.ts";
import { mostlyMutated, plausible } from "./mutate.ts";

/** First octets that the PDUs of each channel begin with. */
const CODES: ReadonlyMap<number, readonly number[]> = new Map([
  [
    4,
    [
      0x01, 0x02, 0x03, 0x04, 0x06, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x10, 0x11, 0x12, 0x16, 0x18, 0x1b, 0x1d,
      0x20, 0x23, 0x52,
    ],
  ],
  [5, [0x01, 0x12, 0x13, 0x14]],
  [6, [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e]],
]);

export interface HostileFrame {
  readonly channel: number;
  readonly payload: Bytes;
}

const PAIRING_REQUEST = Uint8Array.of(0x01, 3, 0, 0x0d, 16, 3, 3);
const SECURITY_REQUEST = Uint8Array.of(0x0b, 0x0d);
const READ_HANDLES = 24;

export function hostileFrame(random: Random): HostileFrame {
  const channel = random.pick([4, 4, 4, 5, 6, 6, 0x20]);
  if (channel === 4 && random.below(3) === 0) {
    const opcode = random.pick([0x0a, 0x0a, 0x0c, 0x1b, 0x1d, 0x12, 0x52]);
    const more = opcode === 0x0a ? [] : [0, 0];
    return { channel, payload: concat([opcode, 1 + random.below(READ_HANDLES), 0], more) };
  }
  if (channel === 6 && random.below(3) === 0) {
    return { channel, payload: mostlyMutated(random, random.pick([PAIRING_REQUEST, SECURITY_REQUEST])) };
  }
  const codes = CODES.get(channel) ?? [0];
  const data = plausible(random, random.below(random.pick([8, 22, 66])));
  return { channel, payload: concat([codes[random.below(codes.length)] ?? 0], data) };
}
