import type { Clock } from "../ports.ts";
import type { Packet } from "../transport/packet.ts";
import type { Random } from "./random.ts";

/**
 * Events and data on pipes of their own, as over USB: each packet waits for a while of its own, so that data can
 * overtake events and the other way round. Within one pipe the order is kept. Milliseconds, at most.
 */
export interface UsbLikeness {
  readonly eventDelay: number;
  readonly aclDelay: number;
}

/** The way of packets from the controller to its host. */
export class Output {
  /** Where packets go; nowhere while the controller is unplugged. */
  sink: ((packet: Packet) => void) | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #delays: UsbLikeness | undefined;
  readonly #free = { event: 0, acl: 0 };
  #generation = 0;

  constructor(clock: Clock, random: Random, delays: UsbLikeness | undefined) {
    this.#clock = clock;
    this.#random = random;
    this.#delays = delays;
  }

  /** Calls `sent` when the host can have received the packet, or never when it is dropped. */
  send(packet: Packet, sent?: () => void): void {
    if (this.#delays === undefined) {
      this.#deliver(packet, sent);
      return;
    }
    const pipe = packet.type === "acl" ? "acl" : "event";
    const longest = pipe === "acl" ? this.#delays.aclDelay : this.#delays.eventDelay;
    // Never before what went into this pipe earlier.
    const at = Math.max(this.#free[pipe], this.#clock.now() + this.#random.next() * longest);
    this.#free[pipe] = at;
    const generation = this.#generation;
    this.#clock.after(at - this.#clock.now(), () => {
      if (generation === this.#generation) this.#deliver(packet, sent);
    });
  }

  /** Forgets what has not left yet. */
  clear(): void {
    this.#generation++;
    this.#free.event = 0;
    this.#free.acl = 0;
  }

  #deliver(packet: Packet, sent: (() => void) | undefined): void {
    this.sink?.(packet);
    // One turn later, as the transport delivers no sooner: what the host sent before that, it sent without knowing.
    if (sent !== undefined) void Promise.resolve().then(sent);
  }
}
