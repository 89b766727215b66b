import { part } from "../codec/bytes.ts";
import { ACL_HEADER, aclBoundary, Boundary } from "./acl.ts";

/** Length and channel in front of every L2CAP frame (Vol 3 Part A 3.1). */
export const FRAME_HEADER = 4;

/** Receives one frame: the channel, and the payload without its header, which is the receiver's to keep. */
export type FrameSink = (channel: number, payload: Uint8Array) => void;

/** Why octets were thrown away. */
export type FrameFault =
  | "continuation-without-start"
  | "start-inside-frame"
  | "too-many-octets"
  | "frame-too-long"
  | "boundary-flag"
  /** Of the signalling channel: a command that cannot be read. */
  | "signalling";

/**
 * Puts the L2CAP frames of one link together again (Vol 3 Part A 7.2). Every fault resets it: what was gathered is
 * thrown away, nothing of it is delivered.
 */
export class Reassembly {
  readonly #limit: (channel: number) => number;
  readonly #onFrame: FrameSink;
  readonly #onFault: (fault: FrameFault) => void;
  /** The frame so far, or its header only as long as that is not complete. */
  #frame: Uint8Array | undefined;
  #length = 0;
  /** Octets still to come of a frame that nobody wants. */
  #skip = 0;

  /** `limit` gives the longest payload a channel takes; 0 lets its frames pass by without gathering them. */
  constructor(limit: (channel: number) => number, onFrame: FrameSink, onFault: (fault: FrameFault) => void) {
    this.#limit = limit;
    this.#onFrame = onFrame;
    this.#onFault = onFault;
  }

  /** Takes one ACL packet whose length has been checked. */
  push(packet: Uint8Array): void {
    const boundary = aclBoundary(packet);
    if (boundary === Boundary.continuing) {
      this.#continue(packet);
    } else if (boundary === Boundary.start || boundary === Boundary.startFromHost) {
      this.#start(packet);
    } else {
      this.reset();
      this.#onFault("boundary-flag");
    }
  }

  reset(): void {
    this.#frame = undefined;
    this.#length = 0;
    this.#skip = 0;
  }

  #start(packet: Uint8Array): void {
    if (this.#frame !== undefined || this.#skip > 0) {
      this.reset();
      this.#onFault("start-inside-frame");
    }
    const octets = packet.length - ACL_HEADER;
    if (octets < FRAME_HEADER) {
      this.#frame = new Uint8Array(FRAME_HEADER); // the header itself is split: legal, and seen on USB
      this.#append(packet, ACL_HEADER);
      return;
    }
    const length = (packet[4] ?? 0) | ((packet[5] ?? 0) << 8);
    if (length === octets - FRAME_HEADER) {
      const channel = (packet[6] ?? 0) | ((packet[7] ?? 0) << 8);
      if (this.#accepts(channel, length)) this.#onFrame(channel, part(packet, ACL_HEADER + FRAME_HEADER));
      return;
    }
    this.#frame = new Uint8Array(FRAME_HEADER);
    this.#continue(packet);
  }

  #continue(packet: Uint8Array): void {
    if (this.#skip > 0) {
      const octets = packet.length - ACL_HEADER;
      if (octets > this.#skip) this.#fault("too-many-octets");
      else this.#skip -= octets;
      return;
    }
    if (this.#frame === undefined) {
      this.#onFault("continuation-without-start");
      return;
    }
    let at = ACL_HEADER;
    if (this.#length < FRAME_HEADER) {
      const end = Math.min(at + FRAME_HEADER - this.#length, packet.length);
      this.#append(packet, at, end);
      at = end;
      if (this.#length < FRAME_HEADER || !this.#openBody(packet.length - at)) return;
    }
    if (packet.length - at > this.#frame.length - this.#length) {
      this.#fault("too-many-octets");
      return;
    }
    this.#append(packet, at);
    if (this.#length === this.#frame.length) this.#deliver(this.#frame);
  }

  /** The header is complete, and `rest` octets came with it: makes room for the payload, or skips it. */
  #openBody(rest: number): boolean {
    const header = this.#frame ?? new Uint8Array(FRAME_HEADER);
    const length = lengthIn(header);
    if (!this.#accepts(channelIn(header), length)) {
      this.reset();
      if (rest > length) this.#onFault("too-many-octets");
      else this.#skip = length - rest;
      return false;
    }
    this.#frame = new Uint8Array(FRAME_HEADER + length);
    this.#frame.set(header);
    return true;
  }

  #accepts(channel: number, length: number): boolean {
    const limit = this.#limit(channel);
    if (length <= limit) return true;
    if (limit > 0) this.#onFault("frame-too-long");
    return false;
  }

  #append(packet: Uint8Array, from: number, to: number = packet.length): void {
    this.#frame?.set(part(packet, from, to), this.#length);
    this.#length += to - from;
  }

  #deliver(frame: Uint8Array): void {
    this.reset();
    this.#onFrame(channelIn(frame), part(frame, FRAME_HEADER));
  }

  #fault(fault: FrameFault): void {
    this.reset();
    this.#onFault(fault);
  }
}

function lengthIn(frame: Uint8Array): number {
  return (frame[0] ?? 0) | ((frame[1] ?? 0) << 8);
}

function channelIn(frame: Uint8Array): number {
  return (frame[2] ?? 0) | ((frame[3] ?? 0) << 8);
}
