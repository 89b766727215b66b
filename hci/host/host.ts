import type { Command } from "../codec/command.ts";
import type { HciEvent } from "../codec/event.ts";
import { LE_META } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Clock } from "../ports.ts";
import type { Packet } from "../transport/packet.ts";
import { payloadLength } from "../transport/packet.ts";
import type { Transport } from "../transport/transport.ts";
import { TransportError } from "../transport/transport.ts";
import { CommandQueue } from "./command-queue.ts";
import { Reset } from "./commands/basic.ts";
import { Controller } from "./controller.ts";
import type { Counters } from "./counters.ts";
import { newCounters } from "./counters.ts";
import { EventRouter } from "./event-router.ts";
import * as events from "./events.ts";
import { Links } from "./links.ts";
import { readController } from "./start.ts";

/** The host has ended: closed by us, or by a failure that is its `cause`. */
export class HostClosedError extends Error {
  override readonly name = "HostClosedError";
}

/** An adapter that does not take Reset in this time is left as it is when we go. */
const FAREWELL_MS = 1000;

const ADVERTISING_REPORT = events.LeAdvertisingReport.subevent;
const EXTENDED_ADVERTISING_REPORT = events.LeExtendedAdvertisingReport.subevent;
const connectionSubevents = new Set([
  events.LeConnectionComplete.subevent,
  events.LeEnhancedConnectionComplete.subevent,
]);

/**
 * One adapter: its commands, its events and its links. Everything from the transport is checked here; what is wrong is
 * counted, and nothing that arrives makes it throw.
 */
export class Host {
  readonly clock: Clock;
  readonly counters: Counters = newCounters();
  /** Advertising reports as they came, for the cursors of advertising-reports.ts: they are too many to decode twice. */
  onAdvertisingEvent: (packet: Uint8Array, extended: boolean) => void = () => {};
  /** Called once when the host has ended; undefined after `close`. */
  onClosed: (error: HostClosedError | undefined) => void = () => {};
  readonly #transport: Transport;
  readonly #router = new EventRouter(this.counters);
  readonly #commands: CommandQueue;
  #links: Links | undefined;
  #controller: Controller | undefined;
  #state: "resetting" | "running" | "closed" = "resetting";
  #closing: Promise<void> | undefined;

  private constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.clock = clock;
    this.#commands = new CommandQueue(
      (bytes) => transport.send({ type: "command", bytes }),
      clock,
      this.counters,
      (error) => this.#fail(error),
    );
    transport.onPacket = (packet) => this.#receive(packet);
    transport.onClosed = (error) =>
      this.#fail(error ?? new TransportError("Cannot go on: the transport was closed"));
    this.#router.on(events.CommandComplete, ({ credits, opcode, returns }) =>
      this.#commands.complete(credits, opcode, returns),
    );
    this.#router.on(events.CommandStatus, ({ status, credits, opcode }) =>
      this.#commands.status(credits, opcode, status),
    );
    this.#router.on(events.HardwareError, ({ code }) =>
      this.#fail(
        new TransportError(`Cannot go on: the adapter reports hardware error 0x${code.toString(16)}`),
      ),
    );
  }

  /**
   * Resets the adapter and reads what it is. Rejects with AdapterRefusedError, HciError, DecodeError or HostClosedError;
   * the transport is closed then.
   */
  static async start(transport: Transport, clock: Clock): Promise<Host> {
    const host = new Host(transport, clock);
    try {
      await host.run(Reset, {});
      const facts = await readController((command, parameters) => host.run(command, parameters));
      host.#controller = new Controller(facts);
      host.#links = new Links(host, facts, (bytes) => transport.send({ type: "acl", bytes }));
      return host;
    } catch (error) {
      host.#end(new HostClosedError("Cannot go on: the adapter could not be started", { cause: error }));
      throw error;
    }
  }

  get controller(): Controller {
    if (this.#controller === undefined) throw new Error("Cannot tell yet: the adapter is being started");
    return this.#controller;
  }

  get links(): Links {
    if (this.#links === undefined) throw new Error("Cannot tell yet: the adapter is being started");
    return this.#links;
  }

  /** Sends one command. Rejects with HciError when the adapter answers with an error, HostClosedError when it is gone. */
  run<P extends Fields, R extends Fields>(command: Command<P, R>, parameters: Struct<P>): Promise<Struct<R>> {
    return this.#commands.run(command, parameters);
  }

  /** Every event of this kind, decoded. Listeners must not throw. The result stops listening. */
  on<F extends Fields>(event: HciEvent<F>, listener: (body: Struct<F>) => void): () => void {
    return this.#router.on(event, listener);
  }

  sendFrame(handle: number, channel: number, payload: Uint8Array): Promise<void> {
    return this.links.output.send(handle, channel, payload);
  }

  delivered(handle: number): Promise<void> {
    return this.links.output.delivered(handle);
  }

  /** Resets the adapter, so that it keeps no link and no scan, and lets go of the transport. */
  close(): Promise<void> {
    this.#closing ??= this.#farewell();
    return this.#closing;
  }

  async #farewell(): Promise<void> {
    if (this.#state !== "closed") {
      const late = Promise.withResolvers<void>();
      const stop = this.clock.after(FAREWELL_MS, late.resolve);
      try {
        await Promise.race([this.run(Reset, {}), late.promise]);
      } catch {
        // It is on its way out; Reset was only a courtesy.
      }
      stop();
    }
    this.#end(undefined);
    await this.#transport.close();
  }

  #receive(packet: Packet): void {
    try {
      this.#dispatch(packet);
    } catch (error) {
      // A mistake of ours, or of a listener: to go on with half of the work done would be worse than to stop.
      this.#fail(error);
    }
  }

  #dispatch({ type, bytes }: Packet): void {
    if (this.#state === "closed") return;
    if (type === "event") this.#event(bytes);
    else if (type !== "acl") this.counters.unusedPackets++;
    else if (this.#state === "running" && this.#links !== undefined) this.#links.receive(bytes);
    else this.counters.strayData++;
  }

  #event(bytes: Uint8Array): void {
    if (bytes.length < 2 || payloadLength("event", bytes) !== bytes.length - 2) {
      this.counters.malformedEvents++;
      return;
    }
    if (this.#state === "resetting") {
      if (!answersReset(bytes)) return; // of an earlier session
      this.#state = "running";
    }
    if (
      bytes[0] === LE_META &&
      (bytes[2] === ADVERTISING_REPORT || bytes[2] === EXTENDED_ADVERTISING_REPORT)
    ) {
      this.onAdvertisingEvent(bytes, bytes[2] === EXTENDED_ADVERTISING_REPORT);
    } else if (isFailedConnection(bytes)) {
      this.#links?.failed(bytes[3] ?? 0);
    } else {
      this.#router.dispatch(bytes);
    }
  }

  #fail(cause: unknown): void {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    this.#end(new HostClosedError(`The adapter is gone${why}`, { cause }));
  }

  #end(error: HostClosedError | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const reason = error ?? new HostClosedError("The adapter was closed");
    this.#commands.close(reason);
    this.#links?.close(reason);
    void this.#transport.close();
    this.onClosed(error);
  }
}

function isFailedConnection(bytes: Uint8Array): boolean {
  return (
    bytes[0] === LE_META && connectionSubevents.has(bytes[2]) && bytes[3] !== undefined && bytes[3] !== 0
  );
}

function answersReset(bytes: Uint8Array): boolean {
  const at =
    bytes[0] === events.CommandComplete.code ? 3 : bytes[0] === events.CommandStatus.code ? 4 : undefined;
  return at !== undefined && ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) === Reset.opcode;
}
