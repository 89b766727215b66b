/**
 * What `@stoprocent/noble` opens in the place of a Bluetooth socket of Linux: its other end is a transport of ours. As the
 * kernel does, it sends one command after the other, each when the one before is answered.
 */
import { EventEmitter } from "node:events";
import { h4Frame } from "../../../hci/transport/h4.ts";
import { PacketIndicator } from "../../../hci/transport/packet.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import type { Transport } from "../../../hci/transport/transport.ts";

/** Handed through by the library as it is. */
export interface BindParams {
  readonly transport: Transport;
}

const COMMAND_COMPLETE = 0x0e;
const COMMAND_STATUS = 0x0f;

class TransportSocket extends EventEmitter {
  #transport: Transport | undefined;
  readonly #commands: Uint8Array<ArrayBuffer>[] = [];
  #answered = true;

  bindUser(_device: unknown, { transport }: BindParams): void {
    this.#transport = transport;
    transport.onPacket = (packet) => this.#receive(packet);
  }

  start(): void {}

  stop(): void {
    this.#transport = undefined;
  }

  write(octets: Buffer): void {
    const bytes = Uint8Array.from(octets.subarray(1));
    if (octets[0] !== PacketIndicator.command) return this.#transport?.send({ type: "acl", bytes });
    this.#commands.push(bytes);
    this.#next();
  }

  #next(): void {
    if (!this.#answered) return;
    const bytes = this.#commands.shift();
    if (bytes === undefined) return;
    this.#answered = false;
    this.#transport?.send({ type: "command", bytes });
  }

  #receive(packet: Packet): void {
    const answer =
      packet.type === "event" && [COMMAND_COMPLETE, COMMAND_STATUS].includes(packet.bytes[0] ?? 0);
    if (answer) this.#answered = true;
    this.emit("data", Buffer.from(h4Frame(packet)));
    if (answer) this.#next();
  }
}

export const loadDriver = (): typeof TransportSocket => TransportSocket;
