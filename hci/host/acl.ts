import { u16 } from "../codec/integers.ts";
import { rest } from "../codec/octets.ts";
import { struct } from "../codec/struct.ts";
import type { Codec } from "../codec/codec.ts";
import type { Bytes } from "../ports.ts";

/** HCI ACL data packets (Vol 4 Part E 5.4.2). */

/** Highest connection handle; the values above are reserved. */
export const MAX_HANDLE = 0x0eff;

/** Packet_Boundary_Flag. */
export const Boundary = {
  /** Host to controller: start of a frame. */
  startFromHost: 0b00,
  continuing: 0b01,
  /** Controller to host: start of a frame. */
  start: 0b10,
} as const;

/** The declaration; the functions below read the same fields without an object per packet. */
export const AclData: Codec<{ readonly header: number; readonly length: number; readonly data: Bytes }> =
  struct({
    /** Handle in bits 0 to 11, boundary flag in 12 and 13, broadcast flag in 14 and 15. */
    header: u16,
    length: u16,
    data: rest,
  });

export const ACL_HEADER = 4;

export function aclHandle(packet: Uint8Array): number {
  return (packet[0] ?? 0) | (((packet[1] ?? 0) & 0x0f) << 8);
}

export function aclBoundary(packet: Uint8Array): number {
  return ((packet[1] ?? 0) >> 4) & 0b11;
}

export function aclBroadcast(packet: Uint8Array): number {
  return (packet[1] ?? 0) >> 6;
}

/** Whether the length in the header is that of the packet. */
export function aclLengthFits(packet: Uint8Array): boolean {
  return (
    packet.length >= ACL_HEADER && ((packet[2] ?? 0) | ((packet[3] ?? 0) << 8)) === packet.length - ACL_HEADER
  );
}

/** A packet with its header set and `length` octets of data still zero. */
export function newAclPacket(handle: number, boundary: number, length: number): Bytes {
  const packet = new Uint8Array(ACL_HEADER + length);
  packet[0] = handle;
  packet[1] = (handle >> 8) | (boundary << 4);
  packet[2] = length;
  packet[3] = length >> 8;
  return packet;
}
