import type { Packet } from "./packet.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";

/** Two transports joined in memory: what one sends the other receives, in order, never within the call to `send`. */
export function loopback(): { readonly host: Transport; readonly controller: Transport } {
  const host = new LoopbackEnd();
  const controller = new LoopbackEnd();
  host.peer = controller;
  controller.peer = host;
  return { host, controller };
}

const SOON = Promise.resolve();

class LoopbackEnd implements Transport {
  onPacket: (packet: Packet) => void = () => {};
  onClosed: (error: Error | undefined) => void = () => {};
  peer: LoopbackEnd | undefined;
  #inbox: Packet[] = [];
  #scheduled = false;
  #closed = false;

  send(packet: Packet): void {
    if (!this.#closed && this.peer !== undefined) this.peer.#receive(packet);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed(undefined);
    if (this.peer !== undefined) this.peer.#lose();
  }

  #receive(packet: Packet): void {
    if (this.#closed) return;
    this.#inbox.push(packet);
    if (this.#scheduled) return;
    this.#scheduled = true;
    void SOON.then(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#scheduled = false;
    const packets = this.#inbox;
    this.#inbox = [];
    for (const packet of packets) {
      if (this.#closed) return;
      this.onPacket(packet);
    }
  };

  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed(new TransportError("Cannot go on: the other end was closed"));
  }
}
