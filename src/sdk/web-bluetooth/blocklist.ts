/**
 * What no page may touch. Source: gatt_blocklist.txt and manufacturer_data_blocklist.txt of
 * github.com/WebBluetoothCG/registries, which the Web Bluetooth specification names ("The GATT Blocklist").
 */
import type { Uuid } from "../../../hci/codec/uuid.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";

type Exclusion = "exclude" | "exclude-reads" | "exclude-writes";

const BLOCKED = new Map<Uuid, Exclusion>([
  // Human Interface Device: a page would read what is typed.
  [uuidOf(0x1812), "exclude"],
  // Firmware updates whose signature nobody checks: Nordic's legacy DFU, TI's OAD, Cypress's bootloader.
  ["00001530-1212-efde-1523-785feabcd123", "exclude"],
  ["f000ffc0-0451-4000-b000-000000000000", "exclude"],
  [uuidOf(0x0006_0000), "exclude"],
  // FIDO: one site could speak for another.
  [uuidOf(0xfffd), "exclude"],
  [uuidOf(0xfff9), "exclude"],
  [uuidOf(0xfde2), "exclude"],
  // Peripheral Privacy Flag, Reconnection Address, Serial Number String.
  [uuidOf(0x2a02), "exclude-writes"],
  [uuidOf(0x2a03), "exclude"],
  [uuidOf(0x2a25), "exclude"],
  // Client and Server Characteristic Configuration: other pages' notifications.
  [uuidOf(0x2902), "exclude-writes"],
  [uuidOf(0x2903), "exclude-writes"],
]);

export const isBlocked = (uuid: Uuid): boolean => BLOCKED.get(uuid) === "exclude";

export function isBlockedForReads(uuid: Uuid): boolean {
  const exclusion = BLOCKED.get(uuid);
  return exclusion === "exclude" || exclusion === "exclude-reads";
}

export function isBlockedForWrites(uuid: Uuid): boolean {
  const exclusion = BLOCKED.get(uuid);
  return exclusion === "exclude" || exclusion === "exclude-writes";
}

/** Octets of which those under the mask are fixed. */
export interface DataPrefix {
  readonly prefix: Uint8Array;
  /** As long as `prefix`. */
  readonly mask: Uint8Array;
}

/** iBeacon (Apple): where a person is. */
const BLOCKED_DATA = new Map<number, readonly DataPrefix[]>([
  [0x004c, [{ prefix: Uint8Array.of(0x02), mask: Uint8Array.of(0xff) }]],
]);

export function matchesPrefix(data: Uint8Array, { prefix, mask }: DataPrefix): boolean {
  return (
    data.length >= prefix.length &&
    prefix.every((octet, i) => ((octet ^ (data[i] ?? 0)) & (mask[i] ?? 0xff)) === 0)
  );
}

export function isBlockedData(company: number, data: Uint8Array): boolean {
  return (BLOCKED_DATA.get(company) ?? []).some((blocked) => matchesPrefix(data, blocked));
}

/** Whether everything that passes the filter is blocked: the filter could find nothing that may be shown. */
export function isBlockedDataFilter(company: number, filter: DataPrefix): boolean {
  return (BLOCKED_DATA.get(company) ?? []).some(
    ({ prefix, mask }) =>
      filter.prefix.length >= prefix.length &&
      prefix.every((octet, i) => {
        const fixed = mask[i] ?? 0xff;
        const covered = ((filter.mask[i] ?? 0) & fixed) === fixed;
        return covered && ((octet ^ (filter.prefix[i] ?? 0)) & fixed) === 0;
      }),
  );
}
