/** Two ends of one fixed channel in memory: what one sends the other receives, in order and never synchronously. */
import { toHex } from "../../hci/codec/bytes.ts";
import type { Channel } from "../../hci/l2cap/channel.ts";

/** What becomes of a PDU on its way: itself, another, several, or nothing. */
export type Tamper = (pdu: Uint8Array, from: "a" | "b") => readonly Uint8Array[];

export interface ChannelPair {
  readonly a: Channel;
  readonly b: Channel;
  /** Every PDU that was sent, `a:` or `b:` and its octets in hexadecimal, in order. */
  readonly log: string[];
  /** Changes what is delivered from now on. */
  tamper: Tamper;
  /** Ends the link for both. */
  close(reason: Error): void;
}

class End implements Channel {
  onPdu: (pdu: Uint8Array) => void = () => {};
  onClosed: (reason: Error) => void = () => {};
  readonly #transmit: (pdu: Uint8Array) => Promise<void>;

  constructor(transmit: (pdu: Uint8Array) => Promise<void>) {
    this.#transmit = transmit;
  }

  send(pdu: Uint8Array): Promise<void> {
    return this.#transmit(pdu);
  }
}

export function channelPair(): ChannelPair {
  const log: string[] = [];
  let closed: Error | undefined;
  const deliver = async (pdu: Uint8Array, from: "a" | "b", to: Channel): Promise<void> => {
    if (closed !== undefined) throw closed;
    log.push(`${from}:${toHex(pdu)}`);
    const delivered = pair.tamper(pdu, from);
    await Promise.resolve();
    for (const octets of closed === undefined ? delivered : []) to.onPdu(octets);
  };
  const pair: ChannelPair = {
    a: new End((pdu) => deliver(pdu, "a", pair.b)),
    b: new End((pdu) => deliver(pdu, "b", pair.a)),
    log,
    tamper: (pdu) => [pdu],
    close(reason) {
      if (closed !== undefined) return;
      closed = reason;
      pair.a.onClosed(reason);
      pair.b.onClosed(reason);
    },
  };
  return pair;
}
