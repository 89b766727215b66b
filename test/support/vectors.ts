/** Reading values out of the vector files, which are octets as hexadecimal text. */
import { fromHex } from "../../hci/codec/bytes.ts";
import type { Address } from "../../hci/ports.ts";

/** An address over the air: type 0 is public, 1 random. */
export function address(type: number, text: string): Address {
  return { type: type === 0 ? "public" : "random", octets: fromHex(text) };
}
