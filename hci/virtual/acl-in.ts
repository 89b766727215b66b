import type { Session } from "./session.ts";

const FIRST = 0b10;
const CONTINUATION = 0b01;

/** Data to the host: cut to what it takes, and no more than it has room for (Vol 4 Part E 4.2). */
export class AclIn {
  readonly #session: Session;
  readonly #pending = new Map<number, number>();
  #length = Number.MAX_SAFE_INTEGER;
  #packets = Number.MAX_SAFE_INTEGER;
  #flowControl = false;
  #room = Number.MAX_SAFE_INTEGER;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Host Buffer Size. */
  setBuffers(length: number, packets: number): void {
    this.#length = length;
    this.#packets = packets;
    this.#room = packets;
  }

  /** Set Controller To Host Flow Control. */
  setFlowControl(on: boolean): void {
    this.#flowControl = on;
    this.#room = this.#packets;
    this.#pending.clear();
  }

  /** Whether a data PDU of this length fits now. */
  hasRoom(octets: number): boolean {
    const needed = Math.ceil(octets / this.#length);
    return !this.#flowControl || this.#room >= Math.min(needed, this.#packets);
  }

  deliver(handle: number, first: boolean, octets: Uint8Array): void {
    for (let offset = 0; offset < octets.length; offset += this.#length) {
      const part = octets.length <= this.#length ? octets : octets.subarray(offset, offset + this.#length);
      const flags = first && offset === 0 ? FIRST : CONTINUATION;
      const bytes = new Uint8Array(4 + part.length);
      bytes[0] = handle;
      bytes[1] = (handle >> 8) | (flags << 4);
      bytes[2] = part.length;
      bytes[3] = part.length >> 8;
      bytes.set(part, 4);
      if (this.#flowControl) this.#take(handle);
      this.#session.core.output.send({ type: "acl", bytes });
    }
  }

  /** Host Number Of Completed Packets. False when it gives back more than it got. */
  giveBack(handle: number, packets: number): boolean {
    const pending = this.#pending.get(handle) ?? 0;
    if (packets > pending) return false;
    this.#pending.set(handle, pending - packets);
    this.#room += packets;
    return true;
  }

  release(handle: number): void {
    this.#room += this.#pending.get(handle) ?? 0;
    this.#pending.delete(handle);
  }

  #take(handle: number): void {
    this.#pending.set(handle, (this.#pending.get(handle) ?? 0) + 1);
    this.#room--;
  }
}
