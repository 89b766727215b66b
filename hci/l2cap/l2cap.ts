import type { Clock } from "../ports.ts";
import type { Channel } from "./channel.ts";
import { ChannelId, FixedChannel } from "./fixed-channel.ts";
import { Signalling, SIGNALLING_MTU } from "./signalling.ts";

/** The part of a link that L2CAP stands on; `host/link` fulfils it. */
export interface FrameLink {
  readonly role: "central" | "peripheral";
  readonly closed: Promise<{ readonly error: Error }>;
  onFrame: (channel: number, payload: Uint8Array) => void;
  frameLimit: (channel: number) => number;
  send(channel: number, payload: Uint8Array): Promise<void>;
  countFault(fault: "signalling"): void;
}

/** Longest SMP PDU: the public key (Vol 3 Part H 3.2). */
export const SMP_MTU = 65;
/** Longest ATT PDU we ever offer to take; until an MTU is negotiated ATT itself refuses what is above 23. */
export const MAX_ATT_MTU = 517;

/**
 * The fixed channels of one link. Frames on any other channel are ignored without a trace of an answer
 * (L2CAP/LE/CID/BI-01-C).
 */
export class L2cap {
  readonly attribute: FixedChannel;
  readonly securityManager: FixedChannel;
  readonly signalling: Signalling;

  constructor(link: FrameLink, clock: Clock) {
    const open = (id: number, limit: number): FixedChannel =>
      new FixedChannel(limit, (pdu) => link.send(id, pdu));
    this.attribute = open(ChannelId.attribute, MAX_ATT_MTU);
    this.securityManager = open(ChannelId.securityManager, SMP_MTU);
    const signalling = open(ChannelId.signalling, SIGNALLING_MTU);
    this.signalling = new Signalling(signalling, link.role, clock, () => link.countFault("signalling"));

    const channelOf = (id: number): FixedChannel | undefined => {
      if (id === ChannelId.attribute) return this.attribute;
      if (id === ChannelId.securityManager) return this.securityManager;
      return id === ChannelId.signalling ? signalling : undefined;
    };
    link.frameLimit = (id) => channelOf(id)?.limit ?? 0;
    link.onFrame = (id, payload) => channelOf(id)?.onPdu(payload);
    void link.closed.then(({ error }) => {
      const channels: readonly Channel[] = [this.attribute, this.securityManager, signalling];
      for (const channel of channels) channel.onClosed(error);
    });
  }
}
