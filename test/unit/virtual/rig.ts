/** Two or more virtual controllers on one radio, each with a probe in the host's place that sends and reads raw HCI. */
import assert from "node:assert/strict";
import type { Command, Parameters, Returns } from "../../../hci/codec/command.ts";
import { encodeCommand } from "../../../hci/codec/command.ts";
import { decode } from "../../../hci/codec/codec.ts";
import type { EventBody, HciEvent } from "../../../hci/codec/event.ts";
import { decodeEvent } from "../../../hci/codec/event.ts";
import type { Fields, Struct } from "../../../hci/codec/struct.ts";
import * as basic from "../../../hci/host/commands/basic.ts";
import * as advertising from "../../../hci/host/commands/le-advertising.ts";
import * as connection from "../../../hci/host/commands/le-connection.ts";
import * as setup from "../../../hci/host/commands/le-setup.ts";
import * as events from "../../../hci/host/events.ts";
import type { Transport } from "../../../hci/transport/transport.ts";
import { VirtualController } from "../../../hci/virtual/controller.ts";
import type { ControllerOptions } from "../../../hci/virtual/options.ts";
import type { RadioOptions } from "../../../hci/virtual/radio.ts";
import { Radio } from "../../../hci/virtual/radio.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const STEP_MS = 5;

const allEvents = {
  disconnectionComplete: true,
  encryptionChange: true,
  readRemoteVersionInformationComplete: true,
  hardwareError: true,
  dataBufferOverflow: true,
  encryptionKeyRefreshComplete: true,
  leMeta: true,
};

export const allLeEvents = {
  connectionComplete: true,
  advertisingReport: true,
  connectionUpdateComplete: true,
  readRemoteFeaturesComplete: true,
  longTermKeyRequest: true,
  remoteConnectionParameterRequest: true,
  dataLengthChange: true,
  readLocalP256PublicKeyComplete: true,
  generateDhKeyComplete: true,
  enhancedConnectionComplete: false,
  directedAdvertisingReport: true,
  phyUpdateComplete: true,
  extendedAdvertisingReport: true,
  scanTimeout: true,
  advertisingSetTerminated: true,
  scanRequestReceived: true,
  channelSelectionAlgorithm: false,
};

export class Rig {
  readonly clock = new ManualClock();
  readonly radio: Radio;

  constructor(options: Partial<RadioOptions> = {}) {
    this.radio = new Radio({ clock: this.clock, ...options });
  }

  /** A controller with its probe, reset and with all events unmasked. */
  async probe(name: string, options: Partial<ControllerOptions> = {}): Promise<Probe> {
    const probe = this.bare(name, options);
    await probe.open();
    return probe;
  }

  /** A controller as after power-on. */
  bare(name: string, options: Partial<ControllerOptions> = {}): Probe {
    return new Probe(
      new VirtualController({ radio: this.radio, crypto: nodeCrypto, name, ...options }),
      this.clock,
    );
  }
}

export interface Answer<R> {
  readonly status: number;
  readonly returns: R | undefined;
}

export class Probe {
  readonly controller: VirtualController;
  readonly clock: ManualClock;
  transport: Transport;
  /** Events and data in the order of arrival. */
  inbox: { readonly type: string; readonly bytes: Uint8Array }[] = [];
  closed: Error | undefined;

  constructor(controller: VirtualController, clock: ManualClock) {
    this.controller = controller;
    this.clock = clock;
    this.transport = this.plug();
  }

  plug(): Transport {
    this.transport = this.controller.plug();
    this.inbox = [];
    this.transport.onPacket = (packet) => void this.inbox.push(packet);
    this.transport.onClosed = (error) => {
      this.closed = error;
    };
    return this.transport;
  }

  async open(): Promise<void> {
    await this.ok(basic.Reset, {});
    await this.ok(basic.SetEventMask, { mask: allEvents });
    await this.ok(setup.LeSetEventMask, { mask: allLeEvents });
  }

  /** Sends a command and waits for its answer; no time passes if none is needed. */
  async run<P extends Fields, R extends Fields>(
    command: Command<P, R>,
    parameters: Struct<P>,
  ): Promise<Answer<Struct<R>>>;
  async run(command: Command, parameters: Struct<Fields>): Promise<Answer<Struct<Fields>>> {
    this.raw(encodeCommand(command, parameters));
    const { status, octets } = await this.answerTo(command.opcode);
    const returns =
      status === 0 && command.answer === "complete" ? decode(command.returns, octets) : undefined;
    return { status, returns };
  }

  /** Runs a command that must succeed, and gives what it returns. */
  async ok<C extends Command>(command: C, parameters: Parameters<C>): Promise<Returns<C>>;
  async ok(command: Command, parameters: Struct<Fields>): Promise<Struct<Fields> | undefined> {
    const { status, returns } = await this.run(command, parameters);
    assert.equal(status, 0, `${command.name} answered 0x${status.toString(16)}`);
    return returns;
  }

  /** Runs a command that must fail, and gives its status. */
  async refused<C extends Command>(command: C, parameters: Parameters<C>): Promise<number>;
  async refused(command: Command, parameters: Struct<Fields>): Promise<number> {
    const { status } = await this.run(command, parameters);
    assert.notEqual(status, 0, `${command.name} was not refused`);
    return status;
  }

  raw(bytes: Uint8Array): void {
    this.transport.send({ type: "command", bytes });
  }

  /** One HCI ACL packet; `flags` 0 starts a message, 1 goes on with it. */
  data(handle: number, flags: number, octets: Uint8Array): void {
    const header = [handle & 0xff, (handle >> 8) | (flags << 4), octets.length & 0xff, octets.length >> 8];
    this.transport.send({ type: "acl", bytes: Uint8Array.from([...header, ...octets]) });
  }

  async answerTo(opcode: number): Promise<{ readonly status: number; readonly octets: Uint8Array }> {
    const found = await this.until(
      () => {
        const at = this.inbox.findIndex(({ type, bytes }) => type === "event" && answers(bytes, opcode));
        return at < 0 ? undefined : this.inbox.splice(at, 1)[0];
      },
      `an answer to 0x${opcode.toString(16)}`,
    );
    const { bytes } = found;
    if (bytes[0] === 0x0f) return { status: bytes[2] ?? -1, octets: new Uint8Array(0) };
    return { status: bytes[5] ?? -1, octets: bytes.slice(6) };
  }

  /** Takes the first event of this kind out of the inbox; time passes until there is one, at most `limitMs`. */
  async next<E extends HciEvent>(event: E, limitMs?: number): Promise<EventBody<E>>;
  async next(event: HciEvent, limitMs = 10_000): Promise<Struct<Fields>> {
    return this.until(() => this.take(event), event.name, limitMs);
  }

  take<E extends HciEvent>(event: E): EventBody<E> | undefined;
  take(event: HciEvent): Struct<Fields> | undefined {
    const at = this.inbox.findIndex(({ type, bytes }) => type === "event" && isEvent(event, bytes));
    const found = at < 0 ? undefined : this.inbox.splice(at, 1)[0];
    return found && decodeEvent(event, found.bytes);
  }

  all<E extends HciEvent>(event: E): EventBody<E>[] {
    const found: EventBody<E>[] = [];
    for (let body = this.take(event); body !== undefined; body = this.take(event)) found.push(body);
    return found;
  }

  count(event: HciEvent): number {
    return this.inbox.filter(({ type, bytes }) => type === "event" && isEvent(event, bytes)).length;
  }

  /** The data packets received so far, taken out of the inbox. */
  received(): { readonly handle: number; readonly flags: number; readonly octets: Uint8Array }[] {
    const packets = this.inbox.filter(({ type }) => type === "acl");
    this.inbox = this.inbox.filter(({ type }) => type !== "acl");
    return packets.map(({ bytes }) => ({
      handle: ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)) & 0x0fff,
      flags: (bytes[1] ?? 0) >> 4,
      octets: bytes.slice(4),
    }));
  }

  async until<T>(look: () => T | undefined, what: string, limitMs = 10_000): Promise<T> {
    await settle();
    for (let passed = 0; ; passed += STEP_MS) {
      const found = look();
      if (found !== undefined) return found;
      assert.ok(passed < limitMs, `${this.controller.name}: ${what} did not come within ${limitMs} ms`);
      await this.clock.advance(STEP_MS);
    }
  }
}

function isEvent(event: HciEvent, bytes: Uint8Array): boolean {
  return bytes[0] === event.code && (event.subevent === undefined || bytes[2] === event.subevent);
}

function answers(bytes: Uint8Array, opcode: number): boolean {
  const at = bytes[0] === 0x0e ? 3 : bytes[0] === 0x0f ? 4 : -1;
  return at > 0 && ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) === opcode;
}

const everyChannel = { 37: true, 38: true, 39: true };
const nobody = new Uint8Array(6);

export const advertisingParameters: Parameters<typeof advertising.LeSetAdvertisingParameters> = {
  intervalMin: 0x20,
  intervalMax: 0x20,
  type: "connectableUndirected",
  ownAddressType: "public",
  peerAddressType: "public",
  peerAddress: nobody,
  channels: everyChannel,
  filter: "all",
};

export function connectTo(peer: Uint8Array<ArrayBuffer>): Parameters<typeof connection.LeCreateConnection> {
  return {
    scanInterval: 0x10,
    scanWindow: 0x10,
    filter: "all",
    peerAddressType: "public",
    peerAddress: peer,
    ownAddressType: "public",
    intervalMin: 24,
    intervalMax: 24,
    latency: 0,
    supervisionTimeout: 100,
    minEventLength: 0,
    maxEventLength: 0,
  };
}

export interface Handles {
  readonly central: number;
  readonly peripheral: number;
}

/** Connects two probes with legacy commands. */
export async function connect(
  central: Probe,
  peripheral: Probe,
  change: Partial<Parameters<typeof connection.LeCreateConnection>> = {},
): Promise<Handles> {
  await peripheral.ok(advertising.LeSetAdvertisingParameters, advertisingParameters);
  await peripheral.ok(advertising.LeSetAdvertisingEnable, { enable: "on" });
  const parameters = { ...connectTo(peripheral.controller.publicAddress.octets), ...change };
  await central.ok(connection.LeCreateConnection, parameters);
  const here = await central.next(events.LeConnectionComplete);
  const there = await peripheral.next(events.LeConnectionComplete);
  assert.equal(here.status, 0);
  assert.equal(there.status, 0);
  return { central: here.handle, peripheral: there.handle };
}

/** An L2CAP message with a correct length, cut into packets for the controller's buffers. */
export function message(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: length + 4 }, (_, i) =>
    i === 0 ? length & 0xff : i === 1 ? length >> 8 : i === 2 ? 4 : i === 3 ? 0 : i & 0xff,
  );
}
