import { concat, toHex } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import type { Packet, PacketType } from "./packet.ts";
import { headerLength, PacketIndicator, payloadLength } from "./packet.ts";
import { TransportError } from "./transport.ts";

const types = new Map<number, PacketType>([
  [PacketIndicator.command, "command"],
  [PacketIndicator.acl, "acl"],
  [PacketIndicator.synchronous, "synchronous"],
  [PacketIndicator.event, "event"],
  [PacketIndicator.iso, "iso"],
]);

/** HCI Command Complete for Reset, as far as it is always the same: then come the credits, the opcode and a status. */
const RESET_OPCODE = 0x0c03;
const RESET_ANSWER_LENGTH = 7;

/** The packet with its type octet in front. */
export function h4Frame(packet: Packet): Bytes {
  const framed = new Uint8Array(packet.bytes.length + 1);
  framed[0] = PacketIndicator[packet.type];
  framed.set(packet.bytes, 1);
  return framed;
}

export function isReset(packet: Packet): boolean {
  return (
    packet.type === "command" &&
    packet.bytes[0] === (RESET_OPCODE & 0xff) &&
    packet.bytes[1] === RESET_OPCODE >> 8
  );
}

/**
 * Cuts an octet stream into packets (H4, Vol 4 Part A 2). Chunks may end anywhere.
 *
 * An unknown type octet throws TransportError: where the next packet starts can only be guessed, and a wrong guess
 * would turn a peer's data into events. The stream is dead then; the way back is to close, open and reset. The one
 * exact way into a running stream is `resynchronise`.
 */
export class H4Parser {
  readonly #allowed: ReadonlySet<PacketType>;
  readonly #emit: (packet: Packet) => void;
  #partial: PartialPacket | undefined;
  #tail: Uint8Array | undefined;

  /** `allowed`: what the other side may send. A controller must not send commands, a host no events. */
  constructor(allowed: readonly PacketType[], emit: (packet: Packet) => void) {
    this.#allowed = new Set(allowed);
    this.#emit = emit;
  }

  /**
   * Reset is on its way: everything before its Command Complete belongs to an earlier session, may begin in the middle
   * of a packet, and is dropped.
   */
  resynchronise(): void {
    this.#partial = undefined;
    this.#tail = new Uint8Array(0);
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    let bytes = chunk;
    if (this.#tail !== undefined) {
      bytes = concat(this.#tail, chunk);
      offset = findResetAnswer(bytes);
      if (offset < 0) {
        this.#tail = bytes.slice(Math.max(0, bytes.length - RESET_ANSWER_LENGTH + 1));
        return;
      }
      this.#tail = undefined;
    }
    while (offset < bytes.length) offset = this.#step(bytes, offset);
  }

  /** Takes one packet, or a part of one, and gives the offset behind it. */
  #step(bytes: Uint8Array, offset: number): number {
    if (this.#partial !== undefined) {
      const taken = this.#partial.take(bytes, offset);
      const { packet } = this.#partial;
      if (packet !== undefined) {
        this.#partial = undefined;
        this.#emit(packet);
      }
      return offset + taken;
    }
    const type = this.#typeAt(bytes, offset);
    const body = offset + 1 + headerLength[type];
    const end = body <= bytes.length ? body + payloadLength(type, bytes, offset + 1) : Infinity;
    if (end <= bytes.length) {
      this.#emit({ type, bytes: bytes.subarray(offset + 1, end) });
      return end;
    }
    this.#partial = new PartialPacket(type);
    return offset + 1;
  }

  #typeAt(bytes: Uint8Array, offset: number): PacketType {
    const type = types.get(bytes[offset] ?? 0);
    if (type !== undefined && this.#allowed.has(type)) return type;
    const found = toHex(bytes.subarray(offset, offset + 1));
    throw new TransportError(`Cannot find the next packet: type octet is 0x${found}`);
  }
}

/** A packet that arrives in pieces: every octet is copied once, however small the pieces are. */
class PartialPacket {
  readonly #type: PacketType;
  #buffer: Bytes;
  #length = 0;
  #hasHeader = false;

  constructor(type: PacketType) {
    this.#type = type;
    this.#buffer = new Uint8Array(headerLength[type]);
  }

  /** The packet when it is complete. */
  get packet(): Packet | undefined {
    return this.#hasHeader && this.#length === this.#buffer.length
      ? { type: this.#type, bytes: this.#buffer }
      : undefined;
  }

  /** Copies what belongs to this packet and gives the count of octets taken. */
  take(bytes: Uint8Array, offset: number): number {
    const count = Math.min(this.#buffer.length - this.#length, bytes.length - offset);
    this.#buffer.set(bytes.subarray(offset, offset + count), this.#length);
    this.#length += count;
    if (!this.#hasHeader && this.#length === this.#buffer.length) {
      this.#hasHeader = true;
      const whole = new Uint8Array(this.#length + payloadLength(this.#type, this.#buffer));
      whole.set(this.#buffer);
      this.#buffer = whole;
    }
    return count;
  }
}

function findResetAnswer(bytes: Uint8Array): number {
  for (let i = 0; i + RESET_ANSWER_LENGTH <= bytes.length; i++) {
    if (
      bytes[i] === PacketIndicator.event &&
      bytes[i + 1] === 0x0e &&
      bytes[i + 2] === 0x04 &&
      bytes[i + 4] === (RESET_OPCODE & 0xff) &&
      bytes[i + 5] === RESET_OPCODE >> 8
    ) {
      return i;
    }
  }
  return -1;
}
