import type { Bytes, Clock } from "../ports.ts";
import { isReset, PacketAssembler } from "./assembler.ts";
import { BACKLOG_LIMIT, fromController } from "./h4-transport.ts";
import { H4Parser, h4Frame } from "./h4.ts";
import type { Packet } from "./packet.ts";
import type { Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";
import type { InEndpoint, UsbLayout } from "./usb-layout.ts";

/** An opened device with its interface claimed. A `USBDevice` fits, and so does the one of the npm package `usb`. */
export interface UsbPort {
  controlTransferOut(setup: ControlSetup, data: Bytes): Promise<UsbOutResult>;
  transferIn(endpointNumber: number, length: number): Promise<UsbInResult>;
  transferOut(endpointNumber: number, data: Bytes): Promise<UsbOutResult>;
  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void>;
}

export interface ControlSetup {
  readonly requestType: "class";
  readonly recipient: "device";
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

type Status = "ok" | "stall" | "babble";
export interface UsbInResult {
  readonly status?: Status | undefined;
  readonly data?: DataView | undefined;
}
export interface UsbOutResult {
  readonly status?: Status | undefined;
}

export interface UsbOptions {
  readonly port: UsbPort;
  readonly layout: UsbLayout;
  readonly clock: Clock;
  /** Lets go of the interface and the device. */
  readonly release: () => Promise<void>;
}

/** bmRequestType 0x20 (Vol 4 Part B 2.2.2). */
const COMMAND: ControlSetup = { requestType: "class", recipient: "device", request: 0, value: 0, index: 0 };
/** Transfers that wait on each IN endpoint, so that none of its packets finds nobody. */
const IN_FLIGHT = 4;
/** A multiple of every packet size; several packets may come in one transfer. */
const READ_LENGTH = 1_024;
/** A controller takes a command or a data packet at once. */
const SEND_MS = 5_000;
/** Stalls in a row on one endpoint, each cleared, before the device is given up. */
const MAX_STALLS = 3;

/**
 * HCI over USB. Events and data come over different pipes and in no common order. Where a packet ends is told by its
 * header, never by the end of a transfer: some devices end a full packet without a short one. What was under way
 * before Reset is dropped.
 */
export class UsbTransport implements Transport {
  onPacket: (packet: Packet) => void = () => {};
  onClosed: (error: Error | undefined) => void = () => {};
  readonly #options: UsbOptions;
  readonly #events: PacketAssembler;
  readonly #acl: PacketAssembler;
  readonly #h4: H4Parser;
  #backlog = 0;
  #closing: Promise<void> | undefined;

  constructor(options: UsbOptions) {
    this.#options = options;
    const { layout } = options;
    this.#events = new PacketAssembler("event", (packet) => {
      this.#acl.deaf = false; // whatever comes after the answer to Reset is of this session
      this.#emit(packet);
    });
    this.#acl = new PacketAssembler("acl", (packet) => this.#emit(packet));
    this.#h4 = new H4Parser(fromController, (packet) => this.#emit(packet));
    this.#resynchronise(); // what comes before our first packet, which is Reset, is of an earlier session
    if (layout.kind === "h4") {
      this.#listen(layout.input, (octets) => this.#h4.push(octets));
    } else {
      this.#listen(layout.events, (octets) => this.#events.push(octets));
      this.#listen(layout.aclIn, (octets) => this.#acl.push(octets));
    }
  }

  send(packet: Packet): void {
    if (this.#closing !== undefined) return;
    if (isReset(packet)) this.#resynchronise();
    const { layout, port } = this.#options;
    // A copy: the caller's buffer may be a part of a larger one, or be used again.
    if (layout.kind === "h4") {
      const octets = h4Frame(packet);
      return this.#out(octets, layout.output, () => port.transferOut(layout.output, octets));
    }
    const octets = Uint8Array.from(packet.bytes);
    if (packet.type === "command") this.#out(octets, 0, () => port.controlTransferOut(COMMAND, octets));
    else if (packet.type === "acl")
      this.#out(octets, layout.aclOut, () => port.transferOut(layout.aclOut, octets));
    else this.fail(new TransportError(`Cannot send: this device has no endpoint for ${packet.type} packets`));
  }

  /** The device is gone, or its owner knows that it is of no use any more. */
  fail(error: Error): void {
    void this.#end(error);
  }

  close(): Promise<void> {
    return this.#end(undefined);
  }

  #resynchronise(): void {
    this.#h4.resynchronise();
    this.#events.resynchronise();
    this.#acl.deaf = true;
  }

  #emit(packet: Packet): void {
    if (this.#closing === undefined) this.onPacket(packet);
  }

  #out(octets: Bytes, endpoint: number, transfer: () => Promise<UsbOutResult>): void {
    if (this.#backlog > BACKLOG_LIMIT)
      return this.fail(new TransportError("Cannot send: the device does not take what is sent"));
    this.#backlog += octets.length;
    void this.#transferred(endpoint, transfer).finally(() => {
      this.#backlog -= octets.length;
      octets.fill(0); // a command may have carried a key
    });
  }

  async #transferred(endpoint: number, transfer: () => Promise<UsbOutResult>): Promise<void> {
    const late = Promise.withResolvers<never>();
    const stop = this.#options.clock.after(SEND_MS, () =>
      late.reject(new TransportError(`Cannot send: the device took nothing for ${SEND_MS / 1_000} s`)),
    );
    try {
      const { status } = await Promise.race([transfer(), late.promise]);
      if (status === undefined || status === "ok") return;
      // What stalled was lost, and the layers above count on its answer: only a new start helps.
      if (status === "stall" && endpoint !== 0) await this.#options.port.clearHalt("out", endpoint);
      this.fail(new TransportError(`Cannot send: the device refused a transfer (${status})`));
    } catch (cause) {
      this.fail(asTransportError("Cannot send: the transfer failed", cause));
    } finally {
      stop();
    }
  }

  /** Reads for as long as the transport lives. Transfers of one endpoint are taken in the order they were asked for. */
  #listen(endpoint: InEndpoint, take: (octets: Uint8Array) => void): void {
    const length = Math.max(READ_LENGTH, endpoint.packetSize);
    const read = async (): Promise<UsbInResult> => this.#options.port.transferIn(endpoint.number, length);
    const ask = (): Promise<UsbInResult | Error> =>
      read().catch((cause: unknown) => asTransportError("Cannot go on: the device is gone", cause));
    void this.#readAll(endpoint, ask, take);
  }

  async #readAll(
    endpoint: InEndpoint,
    ask: () => Promise<UsbInResult | Error>,
    take: (octets: Uint8Array) => void,
  ): Promise<void> {
    const waiting = Array.from({ length: IN_FLIGHT }, ask);
    let stalls = 0;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await next;
      if (this.#closing !== undefined) return;
      if (result instanceof Error) return this.fail(result);
      if (result.status === "babble")
        return this.fail(new TransportError("Cannot go on: the device sent more than was asked for"));
      if (result.status === "stall") {
        if (++stalls > MAX_STALLS * IN_FLIGHT)
          return this.fail(new TransportError("Cannot go on: the device stalls again and again"));
        if (!(await this.#cleared(endpoint))) return;
      } else {
        stalls = 0;
        if (!this.#taken(result, take)) return;
      }
      waiting.push(ask());
    }
  }

  async #cleared(endpoint: InEndpoint): Promise<boolean> {
    try {
      await this.#options.port.clearHalt("in", endpoint.number);
      return this.#closing === undefined;
    } catch (cause) {
      this.fail(asTransportError("Cannot go on: the device is gone", cause));
      return false;
    }
  }

  #taken({ data }: UsbInResult, take: (octets: Uint8Array) => void): boolean {
    if (data === undefined || data.byteLength === 0) return true;
    try {
      take(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return true;
    } catch (error) {
      this.fail(asTransportError("Cannot go on: what the device sends is not HCI", error));
      return false;
    }
  }

  #end(reason: Error | undefined): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    const closed = Promise.withResolvers<void>();
    this.#closing = closed.promise; // first: letting go may call `fail` at once
    closed.resolve(this.#release());
    this.onClosed(reason);
    return this.#closing;
  }

  async #release(): Promise<void> {
    try {
      await this.#options.release();
    } catch {
      // What cannot be released is already gone; the reason that matters was given to onClosed.
    }
  }
}

function asTransportError(message: string, cause: unknown): TransportError {
  return cause instanceof TransportError ? cause : new TransportError(message, { cause });
}
