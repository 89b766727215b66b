import type { Packet } from "./packet.ts";

/**
 * One way to one controller, or, seen from a controller, to its host. It gives whole packets in each direction and
 * knows nothing of what they mean.
 *
 * Events and data may come over different pipes and in an order of their own; within one type the order is kept.
 * HCI's own flow control bounds what is under way, so `send` takes the packet at once and never waits.
 */
export interface Transport {
  /** Every received packet, complete. Called synchronously; must not throw. Set it before anything is sent. */
  onPacket: (packet: Packet) => void;
  /** Called exactly once when the transport has ended: `error` tells why, undefined after `close`. */
  onClosed: (error: Error | undefined) => void;
  /** Keeps `packet` until it is on its way. Never throws; a transport that cannot send ends itself. */
  send(packet: Packet): void;
  /** Ends the transport. Resolves when the device or socket is let go; later calls do nothing. */
  close(): Promise<void>;
}

/** The other side, the cable or the framing failed. The transport is over; the owner may open a new one. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}
