import type { Bytes, Clock } from "../ports.ts";
import type { Packet, PacketType } from "../transport/packet.ts";
import type { Transport } from "../transport/transport.ts";
import type { Direction } from "./redact.ts";
import { Redactor } from "./redact.ts";

/** One packet that passed by. */
export interface TraceRecord {
  /** Milliseconds since 1970. */
  readonly unixMs: number;
  readonly direction: Direction;
  readonly type: PacketType;
  /** Without the type octet; secrets are blanked already unless the trace is a full one. */
  readonly bytes: Bytes;
}

export interface TraceOptions {
  readonly clock: Clock;
  /** The wall clock at this moment, in milliseconds since 1970. */
  readonly unixMs: number;
  /** The oldest records go first. Default 4 MiB of packets, and 50 000 of them. */
  readonly maxOctets?: number;
  readonly maxRecords?: number;
  /** Keep keys and passkeys readable. Only after a person confirmed exactly that. */
  readonly full?: boolean;
}

/** The last packets between host and controller: what other programs call their log. */
export class Trace {
  readonly full: boolean;
  /** How many records were pushed out by newer ones. */
  dropped = 0;
  readonly #clock: Clock;
  readonly #offset: number;
  readonly #maxOctets: number;
  readonly #maxRecords: number;
  readonly #redactor = new Redactor();
  #records: TraceRecord[] = [];
  /** Index of the oldest record that is still kept. */
  #first = 0;
  #octets = 0;

  constructor(options: TraceOptions) {
    this.full = options.full === true;
    this.#clock = options.clock;
    this.#offset = options.unixMs - options.clock.now();
    this.#maxOctets = options.maxOctets ?? 4 * 1024 * 1024;
    this.#maxRecords = options.maxRecords ?? 50_000;
  }

  /** Oldest first. */
  get records(): readonly TraceRecord[] {
    return this.#records.slice(this.#first);
  }

  record(packet: Packet, direction: Direction): void {
    const bytes = this.full ? Uint8Array.from(packet.bytes) : this.#redactor.redact(packet, direction);
    const unixMs = this.#offset + this.#clock.now();
    this.#records.push({ unixMs, direction, type: packet.type, bytes });
    this.#octets += bytes.length;
    while (this.#octets > this.#maxOctets || this.#records.length - this.#first > this.#maxRecords)
      this.#drop();
  }

  clear(): void {
    this.#records = [];
    this.#first = 0;
    this.#octets = 0;
    this.dropped = 0;
  }

  #drop(): void {
    this.#octets -= this.#records[this.#first]?.bytes.length ?? 0;
    this.#first++;
    this.dropped++;
    if (this.#first * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** The same transport, seen from the host, with everything that passes recorded. */
export function traced(transport: Transport, trace: Pick<Trace, "record">): Transport {
  const wrapper: Transport = {
    onPacket: () => {},
    onClosed: () => {},
    send(packet) {
      trace.record(packet, "sent");
      transport.send(packet);
    },
    close: () => transport.close(),
  };
  transport.onPacket = (packet) => {
    trace.record(packet, "received");
    wrapper.onPacket(packet);
  };
  transport.onClosed = (error) => wrapper.onClosed(error);
  return wrapper;
}
