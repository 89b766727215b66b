import { concat } from "../codec/bytes.ts";
import type { Bytes } from "../ports.ts";
import type { Transport } from "../transport/transport.ts";
import type { Random } from "./random.ts";

/** Octets per packet of the interrupt and the bulk endpoint at full speed (Vol 4 Part B 2.1). */
export const EVENT_PACKET = 16;
export const ACL_PACKET = 64;

/** The share of USB packets in the middle of an HCI packet that are cut short, so that a read ends anywhere. */
const SHORT_BY_CHANCE = 0.1;

export type TransferStatus = "ok" | "babble" | "cancelled" | "disconnected";

export interface Transfer {
  readonly status: TransferStatus;
  readonly octets: Bytes;
}

/**
 * One IN endpoint as a host controller sees it. HCI packets are cut into USB packets; a transfer ends with a packet that
 * is not full, or when its buffer is full. An HCI packet that ends with a full USB packet ends no transfer: there is no
 * empty packet after it.
 */
export class InPipe {
  readonly #packetSize: number;
  readonly #random: Random;
  readonly #packets: Uint8Array[] = [];
  readonly #readers: { readonly length: number; readonly resolve: (transfer: Transfer) => void }[] = [];
  #collected: Uint8Array[] = [];
  #gone = false;

  constructor(packetSize: number, random: Random) {
    this.#packetSize = packetSize;
    this.#random = random;
  }

  /** One whole HCI packet, to be sent to the host. */
  push(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; ) {
      const left = bytes.length - offset;
      const full = Math.min(this.#packetSize, left);
      const size = left > full && this.#random.chance(SHORT_BY_CHANCE) ? 1 + this.#random.below(full) : full;
      this.#packets.push(bytes.slice(offset, offset + size));
      offset += size;
    }
    this.#serve();
  }

  /** One transfer into a buffer of this length. Several may be open; they are filled in order. */
  read(length: number): Promise<Transfer> {
    if (this.#gone) return Promise.resolve({ status: "disconnected", octets: new Uint8Array(0) });
    const { promise, resolve } = Promise.withResolvers<Transfer>();
    this.#readers.push({ length, resolve });
    this.#serve();
    return promise;
  }

  /** The host gives up its open reads; what comes later waits for the next ones. */
  cancel(): void {
    this.#endReads("cancelled");
  }

  /** The device was pulled out: every open read fails. */
  disconnect(): void {
    this.#gone = true;
    this.#endReads("disconnected");
  }

  #endReads(status: TransferStatus): void {
    for (const { resolve } of this.#readers.splice(0)) resolve({ status, octets: new Uint8Array(0) });
  }

  #serve(): void {
    for (let reader = this.#readers[0]; reader !== undefined; reader = this.#readers[0]) {
      const packet = this.#packets.shift();
      if (packet === undefined) return;
      this.#collected.push(packet);
      const octets = concat(...this.#collected);
      if (packet.length === this.#packetSize && octets.length < reader.length) continue;
      this.#collected = [];
      this.#readers.shift();
      const babble = octets.length > reader.length;
      reader.resolve({ status: babble ? "babble" : "ok", octets: octets.slice(0, reader.length) });
    }
  }
}

/** A dongle's endpoints: control OUT and bulk OUT take whole packets, interrupt IN and bulk IN are pipes. */
export interface UsbEndpoints {
  command(bytes: Uint8Array): void;
  data(bytes: Uint8Array): void;
  readonly events: InPipe;
  readonly acl: InPipe;
}

/** Puts USB endpoints before a controller's cable. */
export function usbEndpoints(transport: Transport, random: Random): UsbEndpoints {
  const events = new InPipe(EVENT_PACKET, random.stream("events"));
  const acl = new InPipe(ACL_PACKET, random.stream("acl"));
  transport.onPacket = ({ type, bytes }) => (type === "acl" ? acl : events).push(bytes);
  transport.onClosed = () => {
    events.disconnect();
    acl.disconnect();
  };
  return {
    command: (bytes) => transport.send({ type: "command", bytes }),
    data: (bytes) => transport.send({ type: "acl", bytes }),
    events,
    acl,
  };
}
