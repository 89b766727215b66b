/** Which way round an identity key is: the addresses heard on the air decide, never the file. */
import { toHex } from "../../../hci/codec/bytes.ts";
import { resolvesWith } from "../../../hci/gap/rpa.ts";
import type { Address, Aes128 } from "../../../hci/ports.ts";
import { flip, octetsOfHex } from "./values.ts";

/** Of the key in a record, against wire order. */
export type KeyOrder = "as-is" | "reversed";

export interface IrkMatch {
  /** Null while no address, or addresses of both orders, resolved. */
  readonly order: KeyOrder | null;
  /**
   * `open`: both orders are possible. `likely`: one address fits, which happens by chance once in 2²⁴ tests. `proven`:
   * two different addresses fit.
   */
  readonly standing: "open" | "likely" | "proven";
}

/** `irk` of a record (wire order, hex) against private addresses heard on the air; other addresses do not count. */
export function matchIrk(aes: Aes128, irk: string, heard: readonly Address[]): IrkMatch {
  const addresses = distinct(heard);
  const fits = (key: string): number => {
    // In a record keys are in wire order; `resolvesWith` takes them as printed.
    const printed = octetsOfHex(flip(key));
    return addresses.filter((address) => resolvesWith(aes, printed, address)).length;
  };
  const asIs = fits(irk);
  const reversed = flip(irk) === irk ? 0 : fits(flip(irk));
  if ((asIs === 0) === (reversed === 0)) return { order: null, standing: "open" };
  const matches = Math.max(asIs, reversed);
  return { order: asIs > 0 ? "as-is" : "reversed", standing: matches > 1 ? "proven" : "likely" };
}

function distinct(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [toHex(address.octets), address])).values()];
}
