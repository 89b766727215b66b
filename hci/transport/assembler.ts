/** Packets that arrive in pieces, over any way: where each ends is told by its header alone. */
import { concat } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import type { Packet, PacketType } from "./packet.ts";
import { headerLength, payloadLength } from "./packet.ts";

const RESET_OPCODE = 0x0c03;
/** HCI Command Complete for Reset: code, length, credits, opcode, status. */
export const RESET_ANSWER_LENGTH = 6;

export function isReset(packet: Packet): boolean {
  return (
    packet.type === "command" &&
    packet.bytes[0] === (RESET_OPCODE & 0xff) &&
    packet.bytes[1] === RESET_OPCODE >> 8
  );
}

/** Where Command Complete for Reset begins in `bytes`, with `before` in front of it; -1: nowhere yet. */
export function findResetAnswer(bytes: Uint8Array, before: readonly number[] = []): number {
  for (let i = 0; i + before.length + RESET_ANSWER_LENGTH <= bytes.length; i++) {
    const at = i + before.length;
    if (
      before.every((octet, j) => bytes[i + j] === octet) &&
      bytes[at] === 0x0e &&
      bytes[at + 1] === 0x04 &&
      bytes[at + 3] === (RESET_OPCODE & 0xff) &&
      bytes[at + 4] === RESET_OPCODE >> 8
    ) {
      return i;
    }
  }
  return -1;
}

/** A packet that arrives in pieces: every octet is copied once, however small the pieces are. */
export class PartialPacket {
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

/** Cuts what one pipe gives into packets of its one type. Transfers may begin and end anywhere. */
export class PacketAssembler {
  readonly #type: PacketType;
  readonly #emit: (packet: Packet) => void;
  #partial: PartialPacket | undefined;
  #tail: Uint8Array | undefined;
  #deaf = false;

  constructor(type: PacketType, emit: (packet: Packet) => void) {
    this.#type = type;
    this.#emit = emit;
  }

  /** Events: everything before the answer to Reset is of an earlier session, and is dropped. */
  resynchronise(): void {
    this.#partial = undefined;
    this.#tail = new Uint8Array(0);
  }

  /** Data: whether to drop everything, as long as the answer to Reset has not come. */
  set deaf(deaf: boolean) {
    if (this.#deaf === deaf) return;
    this.#deaf = deaf;
    this.#partial = undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#deaf) return;
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
    while (offset < bytes.length) {
      this.#partial ??= new PartialPacket(this.#type);
      offset += this.#partial.take(bytes, offset);
      const { packet } = this.#partial;
      if (packet === undefined) continue;
      this.#partial = undefined;
      this.#emit(packet);
    }
  }
}
