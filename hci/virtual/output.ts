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

interface Waiting {
  /** Its place among all packets of this controller. */
  readonly number: number;
  readonly packet: Packet;
  readonly sent: (() => void) | undefined;
}

interface Pipe {
  /** When the packet that went in last comes out. */
  freeAt: number;
  readonly waiting: Waiting[];
}

/** The way of packets from the controller to its host. */
export class Output {
  /** Where packets go; nowhere while the controller is unplugged. */
  sink: ((packet: Packet) => void) | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #delays: UsbLikeness | undefined;
  readonly #pipes = { event: emptyPipe(), acl: emptyPipe() };
  #generation = 0;
  #sent = 0;
  #newest = 0;
  #overtaken = 0;

  constructor(clock: Clock, random: Random, delays: UsbLikeness | undefined) {
    this.#clock = clock;
    this.#random = random;
    this.#delays = delays;
  }

  /** How many packets left after one of the other pipe that was sent later. */
  get overtaken(): number {
    return this.#overtaken;
  }

  /** Calls `sent` when the host can have received the packet, or never when it is dropped. */
  send(packet: Packet, sent?: () => void): void {
    if (this.#delays === undefined) {
      this.#deliver(packet, sent);
      return;
    }
    const name = packet.type === "acl" ? "acl" : "event";
    const pipe = this.#pipes[name];
    const longest = name === "acl" ? this.#delays.aclDelay : this.#delays.eventDelay;
    const now = this.#clock.now();
    // Never before what went into this pipe earlier.
    pipe.freeAt = Math.max(pipe.freeAt, now + this.#random.next() * longest);
    pipe.waiting.push({ number: ++this.#sent, packet, sent });
    const generation = this.#generation;
    // Timers of a real clock may fire in another order than they are due: whichever fires lets the first one out.
    this.#clock.after(pipe.freeAt - now, () => {
      if (generation === this.#generation) this.#letOut(pipe);
    });
  }

  /** Forgets what has not left yet. */
  clear(): void {
    this.#generation++;
    for (const pipe of Object.values(this.#pipes)) {
      pipe.freeAt = 0;
      pipe.waiting.length = 0;
    }
  }

  #letOut({ waiting }: Pipe): void {
    const next = waiting.shift();
    if (next === undefined) return;
    if (next.number < this.#newest) this.#overtaken++;
    else this.#newest = next.number;
    this.#deliver(next.packet, next.sent);
  }

  #deliver(packet: Packet, sent: (() => void) | undefined): void {
    this.sink?.(packet);
    // One turn later, as the transport delivers no sooner: what the host sent before that, it sent without knowing.
    if (sent !== undefined) void Promise.resolve().then(sent);
  }
}

function emptyPipe(): Pipe {
  return { freeAt: 0, waiting: [] };
}
