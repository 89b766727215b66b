import { concat, toHex } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import { findResetAnswer, PartialPacket, RESET_ANSWER_LENGTH } from "./assembler.ts";
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

const INDICATOR = [PacketIndicator.event];

/** The packet with its type octet in front. */
export function h4Frame(packet: Packet): Bytes {
  const framed = new Uint8Array(packet.bytes.length + 1);
  framed[0] = PacketIndicator[packet.type];
  framed.set(packet.bytes, 1);
  return framed;
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
      offset = findResetAnswer(bytes, INDICATOR);
      if (offset < 0) {
        this.#tail = bytes.slice(Math.max(0, bytes.length - INDICATOR.length - RESET_ANSWER_LENGTH + 1));
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
