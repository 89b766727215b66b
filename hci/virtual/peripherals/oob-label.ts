import { concat, reversed } from "../../codec/bytes.ts";
import type { Address, Bytes } from "../../ports.ts";

const PERIPHERAL_ONLY = 0x00;

/**
 * The LE OOB data block of a device, as its label or its NFC tag has it (Supplement to the Core Specification, Part A 1;
 * payload of `application/vnd.bluetooth.le.oob`). `confirm` and `random`: 16 octets each, most significant first.
 */
export function oobLabel(
  { type, octets }: Address,
  { confirm, random }: { readonly confirm: Bytes; readonly random: Bytes },
  name: Bytes,
): Bytes {
  return concat(
    structure(0x1b, [...reversed(octets), type === "random" ? 1 : 0]),
    structure(0x1c, [PERIPHERAL_ONLY]),
    structure(0x22, reversed(confirm)),
    structure(0x23, reversed(random)),
    structure(0x09, name),
  );
}

function structure(type: number, data: ArrayLike<number>): Bytes {
  return concat([data.length + 1, type], data);
}
