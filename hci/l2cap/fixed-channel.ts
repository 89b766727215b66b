import type { Channel } from "./channel.ts";

/** Channel identifiers on an LE link (Vol 3 Part A 2.1). */
export const ChannelId = { attribute: 0x0004, signalling: 0x0005, securityManager: 0x0006 } as const;

/** One fixed channel. What arrives while nobody listens is dropped. */
export class FixedChannel implements Channel {
  onPdu: (pdu: Uint8Array) => void = () => {};
  onClosed: (reason: Error) => void = () => {};
  /**
   * The longest payload that is taken, in octets; longer ones are dropped and count as a fault of the peer. ATT lowers
   * or raises it to the MTU it negotiated.
   */
  limit: number;
  readonly #send: (payload: Uint8Array) => Promise<void>;

  constructor(limit: number, send: (payload: Uint8Array) => Promise<void>) {
    this.limit = limit;
    this.#send = send;
  }

  send(pdu: Uint8Array): Promise<void> {
    return this.#send(pdu);
  }
}
