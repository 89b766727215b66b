/** Frames of RFC 6455, as far as a server of binary messages needs them. */

/** Much more than the longest HCI packet; a frame above it ends the connection. */
const LONGEST_FRAME = 1 << 17;
const LONGEST_CONTROL = 125;
const MASK_LENGTH = 4;

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Close codes (7.4.1). */
export const CloseCode = {
  normal: 1000,
  protocol: 1002,
  unsupported: 1003,
  policy: 1008,
  tooBig: 1009,
} as const;

/** The client broke a rule of the protocol. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Cuts a client's octets into frames, unmasked. Throws FrameError; the stream is dead then. */
export class FrameReader {
  #buffer = new Uint8Array(0);
  #inMessage = false;

  push(chunk: Uint8Array): ClientFrame[] {
    const joined = new Uint8Array(this.#buffer.length + chunk.length);
    joined.set(this.#buffer);
    joined.set(chunk, this.#buffer.length);
    this.#buffer = joined;
    const frames: ClientFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): ClientFrame | undefined {
    const [first, second] = this.#buffer;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0)
      throw new FrameError(CloseCode.protocol, "Cannot read a frame: reserved bits are set");
    if ((second & 0x80) === 0)
      throw new FrameError(CloseCode.protocol, "Cannot read a frame: it is not masked");
    const length = this.#length(second & 0x7f);
    if (length === undefined) return undefined;
    if (length.value > LONGEST_FRAME)
      throw new FrameError(CloseCode.tooBig, "Cannot read a frame: it is too long");
    const start = length.end + MASK_LENGTH;
    const end = start + length.value;
    this.#check(opcode, final, length.value);
    if (this.#buffer.length < end) return undefined;
    const mask = this.#buffer.subarray(length.end, start);
    const payload = this.#buffer.slice(start, end).map((octet, i) => octet ^ (mask[i % MASK_LENGTH] ?? 0));
    this.#buffer = this.#buffer.slice(end);
    if (opcode <= Opcode.binary) this.#inMessage = !final;
    return { opcode, payload };
  }

  /** 5.2: 7 bits, or 16, or 64. */
  #length(short: number): { readonly value: number; readonly end: number } | undefined {
    if (short < 126) return { value: short, end: 2 };
    const end = short === 126 ? 4 : 10;
    if (this.#buffer.length < end) return undefined;
    const value = this.#buffer.subarray(2, end).reduce((sum, octet) => sum * 256 + octet, 0);
    return { value, end };
  }

  /** 5.4, 5.5: control frames are short and whole, messages do not begin inside each other. */
  #check(opcode: number, final: boolean, length: number): void {
    const known = Object.values(Opcode).some((value) => value === opcode);
    if (!known) throw new FrameError(CloseCode.protocol, `Cannot read a frame: opcode ${opcode} is unknown`);
    if (opcode >= Opcode.close) {
      if (!final || length > LONGEST_CONTROL)
        throw new FrameError(CloseCode.protocol, "Cannot read a control frame: it is long or in parts");
      return;
    }
    if (opcode === Opcode.text)
      throw new FrameError(CloseCode.unsupported, "Cannot read text: HCI is binary");
    if ((opcode === Opcode.continuation) !== this.#inMessage)
      throw new FrameError(CloseCode.protocol, "Cannot read a frame: it is out of order");
  }
}

/** A frame from the server: whole and not masked. */
export function serverFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const header =
    length < 126
      ? [0x80 | opcode, length]
      : length < 0x1_0000
        ? [0x80 | opcode, 126, length >> 8, length & 0xff]
        : [
            0x80 | opcode,
            127,
            0,
            0,
            0,
            0,
            length >>> 24,
            (length >> 16) & 0xff,
            (length >> 8) & 0xff,
            length & 0xff,
          ];
  const frame = new Uint8Array(header.length + length);
  frame.set(header);
  frame.set(payload, header.length);
  return frame;
}

/** The payload of a close frame: a code, then a reason of at most 123 octets. */
export function closePayload(code: number, reason: string): Uint8Array {
  const text = new TextEncoder().encode(reason).slice(0, LONGEST_CONTROL - 2);
  return Uint8Array.of(code >> 8, code & 0xff, ...text);
}
