import type { Clock } from "../ports.ts";
import type { Packet } from "../transport/packet.ts";
import { headerLength } from "../transport/packet.ts";
import type { Transport } from "../transport/transport.ts";
import type { Random } from "./random.ts";

/** What becomes of one packet: these are delivered instead of it, each after a while. An empty list drops it. */
export interface Delivery {
  readonly packet: Packet;
  readonly delayMs: number;
}

export type Fate = (packet: Packet) => readonly Delivery[];

export interface Interception {
  readonly clock: Clock;
  /** To the side that this transport leads to; undelayed and unchanged where left out. */
  readonly outgoing?: Fate;
  readonly incoming?: Fate;
}

/** Something between the two ends of a cable that loses, delays, repeats or changes packets. */
export function intercept(inner: Transport, { clock, outgoing, incoming }: Interception): Transport {
  const outer: Transport = {
    onPacket: () => {},
    onClosed: () => {},
    send: (packet) => pass(outgoing, packet, (each) => inner.send(each)),
    close: () => inner.close(),
  };
  const pass = (fate: Fate | undefined, packet: Packet, deliver: (packet: Packet) => void): void => {
    if (fate === undefined) {
      deliver(packet);
      return;
    }
    for (const each of fate(packet)) {
      if (each.delayMs === 0) deliver(each.packet);
      else clock.after(each.delayMs, () => deliver(each.packet));
    }
  };
  inner.onPacket = (packet) => pass(incoming, packet, (each) => outer.onPacket(each));
  inner.onClosed = (error) => outer.onClosed(error);
  return outer;
}

/** The share of packets, 0 to 1, that meet each fate; at most one fate per packet. */
export interface FaultRates {
  readonly drop?: number;
  readonly duplicate?: number;
  readonly corrupt?: number;
  readonly delay?: number;
  /** Milliseconds, at most. */
  readonly longestDelay?: number;
}

/** A cable that fails by chance; the same seed fails the same way. */
export function faults(rates: FaultRates, random: Random): Fate {
  const unharmed = (packet: Packet): Delivery => ({ packet, delayMs: 0 });
  return (packet) => {
    if (random.chance(rates.drop ?? 0)) return [];
    if (random.chance(rates.duplicate ?? 0)) return [unharmed(packet), unharmed(packet)];
    if (random.chance(rates.corrupt ?? 0)) return [unharmed(corrupted(packet, random))];
    if (random.chance(rates.delay ?? 0)) {
      return [{ packet, delayMs: random.next() * (rates.longestDelay ?? 100) }];
    }
    return [unharmed(packet)];
  };
}

/** One bit flipped behind the header: the packet still ends where it did. */
function corrupted(packet: Packet, random: Random): Packet {
  const from = headerLength[packet.type];
  const bytes = packet.bytes.slice();
  if (bytes.length === from) return packet;
  const at = from + random.below(bytes.length - from);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return { type: packet.type, bytes };
}
