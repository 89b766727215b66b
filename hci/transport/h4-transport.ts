import type { Bytes } from "../ports.ts";
import type { PacketType, Packet } from "./packet.ts";
import { isReset } from "./assembler.ts";
import { H4Parser, h4Frame } from "./h4.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";

/** A stream of octets in both directions: a socket, a serial port, a bulk pipe. */
export interface OctetPipe {
  /** Takes the octets at once. May throw when the pipe is broken. */
  write(octets: Bytes): void;
  /** Lets go of the pipe; resolves when that is done. */
  close(): Promise<void> | void;
}

/** What a host may hear from a controller, and a controller from a host. */
export const fromController: readonly PacketType[] = ["acl", "synchronous", "event", "iso"];
export const fromHost: readonly PacketType[] = ["command", "acl", "synchronous", "iso"];

/** A broken peer may send faster than it is read; a pipe that reports its backlog is given up above this. */
export const BACKLOG_LIMIT = 16 * 1024 * 1024;

/** H4 over any pipe. The owner of the pipe calls `receive` and `fail`. */
export class H4Transport implements Transport {
  onPacket: (packet: Packet) => void = () => {};
  onClosed: (error: Error | undefined) => void = () => {};
  readonly #pipe: OctetPipe;
  readonly #parser: H4Parser;
  #closing: Promise<void> | undefined;

  constructor(pipe: OctetPipe, allowed: readonly PacketType[] = fromController) {
    this.#pipe = pipe;
    this.#parser = new H4Parser(allowed, (packet) => {
      if (this.#closing === undefined) this.onPacket(packet);
    });
  }

  send(packet: Packet): void {
    if (this.#closing !== undefined) return;
    try {
      if (isReset(packet)) this.#parser.resynchronise();
      this.#pipe.write(h4Frame(packet));
    } catch (cause) {
      this.fail(new TransportError("Cannot send: the other side is gone", { cause }));
    }
  }

  /** Octets from the other side, cut anywhere. */
  receive(chunk: Uint8Array): void {
    if (this.#closing !== undefined) return;
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.fail(error);
    }
  }

  /** The pipe broke or ended. */
  fail(error: Error): void {
    void this.#end(error);
  }

  close(): Promise<void> {
    return this.#end(undefined);
  }

  #end(reason: Error | undefined): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    const closed = Promise.withResolvers<void>();
    this.#closing = closed.promise; // first: closing the pipe may call `fail` at once
    closed.resolve(this.#closePipe());
    this.onClosed(reason);
    return this.#closing;
  }

  async #closePipe(): Promise<void> {
    try {
      await this.#pipe.close();
    } catch {
      // What cannot be closed is already gone; the reason that matters was given to onClosed.
    }
  }
}
