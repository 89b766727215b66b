/** A side whose peer is the test itself: PDUs go in and come out as hexadecimal text. */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Channel } from "../../../hci/l2cap/channel.ts";
import { settle } from "../manual-clock.ts";
import { FakeLink } from "./fake-link.ts";
import type { SideOptions } from "./side.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS, Side } from "./side.ts";
import type { Address } from "../../../hci/ports.ts";

export interface ScriptedOptions extends SideOptions {
  /** Addresses over the air. */
  readonly own?: Address;
  readonly other?: Address;
}

export class Scripted {
  readonly side: Side;
  readonly link: FakeLink;
  /** Everything that our side sent. */
  readonly sent: string[] = [];
  readonly #channel: Channel;

  constructor(role: "central" | "peripheral", options: ScriptedOptions = {}) {
    const [own, other] =
      role === "central" ? [CENTRAL_ADDRESS, PERIPHERAL_ADDRESS] : [PERIPHERAL_ADDRESS, CENTRAL_ADDRESS];
    this.link = new FakeLink(role, options.own ?? own, options.other ?? other);
    this.#channel = {
      onPdu: () => {},
      onClosed: () => {},
      send: async (pdu) => void this.sent.push(toHex(pdu)),
    };
    this.side = new Side(this.link, this.#channel, options);
  }

  get last(): string | undefined {
    return this.sent.at(-1);
  }

  /** The peer sends these, in one burst; then everything that can happen now has happened. */
  async receive(...pdus: readonly string[]): Promise<void> {
    this.burst(...pdus);
    await settle();
  }

  /** As `receive`, without waiting. */
  burst(...pdus: readonly string[]): void {
    for (const pdu of pdus) this.#channel.onPdu(fromHex(pdu));
  }

  /** The link ends. */
  async close(reason = new Error("Connection Timeout")): Promise<void> {
    this.#channel.onClosed(reason);
    await settle();
  }
}
