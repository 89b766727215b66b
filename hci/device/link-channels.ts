import type { Link } from "../host/link.ts";
import { ChannelId } from "../l2cap/fixed-channel.ts";
import type { FixedChannel } from "../l2cap/fixed-channel.ts";
import { L2cap } from "../l2cap/l2cap.ts";
import type { Clock } from "../ports.ts";

/** PDUs per channel that a peer may send before we know who it is. More has no honest reason. */
const MAX_HELD = 16;

/**
 * What a link needs in the very moment it opens. To find out who the peer is takes a moment longer; what it says or asks
 * until then is kept, not lost, and not judged by the wrong bond either.
 */
export class LinkChannels {
  readonly link: Link;
  readonly l2cap: L2cap;
  readonly #known = Promise.withResolvers<void>();
  readonly #held: { readonly channel: FixedChannel; readonly pdu: Uint8Array }[] = [];

  constructor(link: Link, clock: Clock) {
    this.link = link;
    this.l2cap = new L2cap(link, clock);
    for (const channel of [this.l2cap.attribute, this.l2cap.securityManager]) {
      channel.onPdu = (pdu) => {
        if (this.#held.length < 2 * MAX_HELD) this.#held.push({ channel, pdu: Uint8Array.from(pdu) });
      };
    }
    const early: Link["onLongTermKeyRequest"] = async (rand, ediv) => {
      await this.#known.promise;
      const handler = link.onLongTermKeyRequest;
      return handler === early ? null : ((await handler?.(rand, ediv)) ?? null);
    };
    link.onLongTermKeyRequest = early;
  }

  /** The ATT channel takes what was negotiated, at every moment: `mtu` is asked for each frame. */
  limitAttribute(mtu: () => number): void {
    const { link } = this;
    const inner = link.frameLimit;
    link.frameLimit = (id) => (id === ChannelId.attribute ? mtu() : inner(id));
  }

  /** Everybody listens now: what was kept goes on, in order. */
  release(): void {
    this.#known.resolve();
    for (const { channel, pdu } of this.#held.splice(0)) channel.onPdu(pdu);
  }
}
