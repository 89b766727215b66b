import type { Packet } from "../../../hci/transport/packet.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { TransportError } from "../../../hci/transport/transport.ts";

/**
 * A transport that outlives the hosts on it: each host closes its lease, the owner closes the transport. So an adapter can
 * be reset without being let go of, which on some ways to it would need a person.
 */
export class LeasedTransport {
  readonly #inner: Transport;
  #lease: Lease | undefined;
  #ended: Error | undefined;

  constructor(inner: Transport) {
    this.#inner = inner;
    inner.onPacket = (packet) => this.#lease?.onPacket(packet);
    inner.onClosed = (error) => this.#end(error);
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** For the next host; the one before hears nothing any more. Throws TransportError when the transport has ended. */
  lease(): Transport {
    if (this.#ended !== undefined) throw this.#ended;
    const lease = new Lease(this.#inner, (ended) => {
      if (this.#lease === ended) this.#lease = undefined;
    });
    this.#lease = lease;
    return lease;
  }

  close(): Promise<void> {
    this.#end(undefined);
    return this.#inner.close();
  }

  #end(error: Error | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = error ?? new TransportError("Cannot go on: the transport was closed");
    const lease = this.#lease;
    this.#lease = undefined;
    lease?.onClosed(this.#ended);
  }
}

class Lease implements Transport {
  onPacket: (packet: Packet) => void = () => {};
  onClosed: (error: Error | undefined) => void = () => {};
  readonly #inner: Transport;
  readonly #onClose: (lease: Lease) => void;
  #closed = false;

  constructor(inner: Transport, onClose: (lease: Lease) => void) {
    this.#inner = inner;
    this.#onClose = onClose;
  }

  send(packet: Packet): void {
    if (!this.#closed) this.#inner.send(packet);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose(this);
    this.onClosed(undefined);
  }
}
