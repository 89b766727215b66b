/** The packets that cross HCI (Vol 4 Part A 2), without the type octet of H4. */
export type PacketType = "command" | "acl" | "synchronous" | "event" | "iso";

export interface Packet {
  readonly type: PacketType;
  /** Header and payload, complete. Belongs to the receiver: no transport uses a buffer again. */
  readonly bytes: Uint8Array;
}

/** The type octets of H4 (Vol 4 Part A 2). */
export const PacketIndicator = { command: 1, acl: 2, synchronous: 3, event: 4, iso: 5 } as const;

/** Octets before the payload. */
export const headerLength = { command: 3, acl: 4, synchronous: 3, event: 2, iso: 4 } as const;

/** The payload's length as the header gives it; `bytes` holds at least the header from `offset` on. */
export function payloadLength(type: PacketType, bytes: Uint8Array, offset = 0): number {
  const at = (i: number): number => bytes[offset + i] ?? 0;
  switch (type) {
    case "command":
    case "synchronous":
      return at(2);
    case "event":
      return at(1);
    case "acl":
      return at(2) | (at(3) << 8);
    case "iso":
      return at(2) | ((at(3) & 0x3f) << 8);
  }
}
