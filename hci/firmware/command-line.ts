import type { Command } from "../codec/command.ts";
import { DecodeError } from "../codec/error.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import { CommandQueue } from "../host/command-queue.ts";
import { newCounters } from "../host/counters.ts";
import { EventRouter } from "../host/event-router.ts";
import * as events from "../host/events.ts";
import { HciError } from "../host/hci-error.ts";
import type { Abort, Clock } from "../ports.ts";
import { payloadLength } from "../transport/packet.ts";
import type { Transport } from "../transport/transport.ts";
import { FirmwareError } from "./error.ts";

/**
 * Commands and their answers on an adapter that is no host's yet. Every end of it is a FirmwareError; `release` leaves the
 * transport open for the host.
 */
export class CommandLine {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #signal: Abort | undefined;
  readonly #queue: CommandQueue;
  #end: FirmwareError | undefined;
  readonly #abort = (): void => this.#finish(new FirmwareError("cancelled", "Cannot go on: cancelled"));

  constructor(transport: Transport, clock: Clock, signal?: Abort) {
    this.#transport = transport;
    this.#clock = clock;
    this.#signal = signal;
    const counters = newCounters();
    this.#queue = new CommandQueue(
      (bytes) => transport.send({ type: "command", bytes }),
      clock,
      counters,
      (cause) => this.#finish(gone(cause)),
    );
    const router = new EventRouter(counters);
    router.on(events.CommandComplete, ({ credits, opcode, returns }) =>
      this.#queue.complete(credits, opcode, returns),
    );
    router.on(events.CommandStatus, ({ status, credits, opcode }) =>
      this.#queue.status(credits, opcode, status),
    );
    transport.onPacket = ({ type, bytes }) => {
      const whole = bytes.length >= 2 && payloadLength("event", bytes) === bytes.length - 2;
      if (type === "event" && whole) router.dispatch(bytes);
    };
    transport.onClosed = (error) => this.#finish(gone(error));
    if (signal?.aborted === true) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Rejects with FirmwareError: `refused` with the status in its cause, `gone`, `cancelled`. */
  async run<P extends Fields, R extends Fields>(
    command: Command<P, R>,
    parameters: Struct<P>,
  ): Promise<Struct<R>> {
    try {
      return await this.#queue.run(command, parameters);
    } catch (cause) {
      if (cause instanceof HciError || cause instanceof DecodeError)
        throw new FirmwareError("refused", `Cannot load firmware: ${command.name} was refused`, { cause });
      throw cause;
    }
  }

  /** Rejects when the adapter went away meanwhile or the signal aborted. */
  async pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.after(ms, resolve);
    await promise;
    if (this.#end !== undefined) throw this.#end;
  }

  release(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#queue.close(new FirmwareError("gone", "Cannot go on: finished"));
    if (this.#end !== undefined) return;
    this.#transport.onPacket = () => {};
    this.#transport.onClosed = () => {};
  }

  #finish(error: FirmwareError): void {
    this.#end ??= error;
    this.#queue.close(this.#end);
  }
}

function gone(cause: Error | undefined): FirmwareError {
  return new FirmwareError("gone", "Cannot load firmware: the adapter is gone", { cause });
}
