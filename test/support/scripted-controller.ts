import { concat } from "../../hci/codec/bytes.ts";
import { encode } from "../../hci/codec/codec.ts";
import type { Command } from "../../hci/codec/command.ts";
import { decodeCommand } from "../../hci/codec/command.ts";
import type { EventBody, HciEvent } from "../../hci/codec/event.ts";
import { encodeEvent } from "../../hci/codec/event.ts";
import type { Fields, Struct } from "../../hci/codec/struct.ts";
import { aclHandle, newAclPacket } from "../../hci/host/acl.ts";
import { ReadBdAddr, ReadBufferSize, ReadLocalSupportedCommands } from "../../hci/host/commands/basic.ts";
import { ReadLocalSupportedFeatures, ReadLocalVersionInformation } from "../../hci/host/commands/basic.ts";
import { LeReadMaximumDataLength } from "../../hci/host/commands/le-connection.ts";
import { LeReadResolvingListSize } from "../../hci/host/commands/le-privacy.ts";
import { LeReadFilterAcceptListSize } from "../../hci/host/commands/le-scanning.ts";
import { LeReadBufferSize, LeReadLocalSupportedFeatures } from "../../hci/host/commands/le-setup.ts";
import {
  CommandComplete,
  CommandStatus,
  DisconnectionComplete,
  LeConnectionComplete,
  NumberOfCompletedPackets,
} from "../../hci/host/events.ts";
import { Host } from "../../hci/host/host.ts";
import { commandsByOpcode, supportedCommandsMask } from "../../hci/host/supported.ts";
import { loopback } from "../../hci/transport/loopback.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { ManualClock, settle } from "./manual-clock.ts";

/** What the script does with one command: its return parameters, an error code, or silence. */
export type Answer = { readonly returns: Uint8Array } | { readonly status: number } | "silence";

interface Sent {
  readonly name: string;
  readonly opcode: number;
  readonly packet: Uint8Array;
}

/** 37: no BR/EDR; 38: LE. */
export const LE_ONLY = Uint8Array.of(0, 0, 0, 0, 0x60, 0, 0, 0);
export const ALL_LE_FEATURES = new Uint8Array(8).fill(0xff);

/**
 * The controller's side of a loopback that says what the test tells it to. It checks nothing: the strict controller is
 * in hci/virtual. Commands without a script succeed, with the answers of a small Bluetooth 5 controller.
 */
export class ScriptedController {
  readonly commands: Sent[] = [];
  readonly acl: Uint8Array[] = [];
  credits = 1;
  readonly #transport: Transport;
  readonly #answers = new Map<number, Answer | ((packet: Uint8Array) => Answer)>();

  constructor(transport: Transport) {
    this.#transport = transport;
    this.returns(ReadLocalVersionInformation, {
      hciVersion: 0x0d,
      hciSubversion: 1,
      lmpVersion: 0x0d,
      companyIdentifier: 0xffff,
      lmpSubversion: 1,
    });
    this.returns(ReadLocalSupportedCommands, { commands: supportedCommandsMask(commandsByOpcode.values()) });
    this.returns(ReadLocalSupportedFeatures, { features: LE_ONLY });
    this.returns(LeReadLocalSupportedFeatures, { features: ALL_LE_FEATURES });
    this.returns(ReadBdAddr, { address: Uint8Array.of(0xa0, 0, 0, 0, 0, 1) });
    this.returns(LeReadBufferSize, { aclLength: 27, aclPackets: 3 });
    this.returns(ReadBufferSize, {
      aclLength: 0,
      synchronousLength: 0,
      aclPackets: 0,
      synchronousPackets: 0,
    });
    this.returns(LeReadFilterAcceptListSize, { size: 8 });
    this.returns(LeReadResolvingListSize, { size: 8 });
    this.returns(LeReadMaximumDataLength, { txOctets: 251, txTime: 2120, rxOctets: 251, rxTime: 2120 });
    transport.onPacket = ({ type, bytes }) => {
      if (type === "acl") this.acl.push(bytes.slice());
      else if (type === "command") this.#command(bytes.slice());
    };
  }

  /** From now on this command succeeds with these return parameters. */
  returns<P extends Fields, R extends Fields>(command: Command<P, R>, values: Struct<R>): void {
    this.#answers.set(command.opcode, { returns: concat([0], encode(command.returns, values)) });
  }

  /** From now on this command is answered so. */
  script(command: { readonly opcode: number }, answer: Answer | ((packet: Uint8Array) => Answer)): void {
    this.#answers.set(command.opcode, answer);
  }

  event<F extends Fields>(event: HciEvent<F>, body: Struct<F>): void {
    this.raw(encodeEvent(event, body));
  }

  /** An event packet, right or wrong. */
  raw(bytes: Uint8Array): void {
    this.#transport.send({ type: "event", bytes });
  }

  /** One ACL packet with this boundary flag. */
  data(handle: number, boundary: number, octets: Uint8Array): void {
    const bytes = newAclPacket(handle, boundary, octets.length);
    bytes.set(octets, 4);
    this.rawData(bytes);
  }

  rawData(bytes: Uint8Array): void {
    this.#transport.send({ type: "acl", bytes });
  }

  /** A whole L2CAP frame in one packet. */
  frame(handle: number, channel: number, payload: Uint8Array): void {
    this.data(handle, 0b10, concat([payload.length & 0xff, payload.length >> 8, channel, 0], payload));
  }

  connected(handle: number, changes: Partial<EventBody<typeof LeConnectionComplete>> = {}): void {
    this.event(LeConnectionComplete, {
      status: 0,
      handle,
      role: "central",
      peerAddressType: "random",
      peerAddress: Uint8Array.of(0xc0, 0, 0, 0, 0, handle & 0xff),
      interval: 24,
      latency: 0,
      supervisionTimeout: 72,
      centralClockAccuracy: 0,
      ...changes,
    });
  }

  disconnected(handle: number, reason: number): void {
    this.event(DisconnectionComplete, { status: 0, handle, reason });
  }

  completed(handle: number, completed: number): void {
    this.event(NumberOfCompletedPackets, { links: [{ handle, completed }] });
  }

  /** The parameters of the last command of this kind. */
  last<P extends Fields, R extends Fields>(command: Command<P, R>): Struct<P> {
    const sent = this.commands.findLast(({ opcode }) => opcode === command.opcode);
    if (sent === undefined) throw new Error(`The host never sent ${command.name}`);
    return decodeCommand(command, sent.packet);
  }

  /** Names of the commands since the last call. */
  take(): readonly string[] {
    return this.commands.splice(0).map(({ name }) => name);
  }

  /** Data octets sent to a handle since the last call, packet by packet, without headers. */
  takeData(handle: number): readonly Uint8Array[] {
    const mine = this.acl.filter((packet) => aclHandle(packet) === handle);
    this.acl.splice(0, this.acl.length, ...this.acl.filter((packet) => aclHandle(packet) !== handle));
    return mine.map((packet) => packet.subarray(4));
  }

  #command(packet: Uint8Array): void {
    const opcode = (packet[0] ?? 0) | ((packet[1] ?? 0) << 8);
    const command = commandsByOpcode.get(opcode);
    this.commands.push({ name: command?.name ?? `0x${opcode.toString(16)}`, opcode, packet });
    const script = this.#answers.get(opcode);
    const answer = typeof script === "function" ? script(packet) : script;
    if (answer === "silence") return;
    if (answer === undefined && command?.answer === "status") this.#status(opcode, 0);
    else if (answer === undefined) this.#complete(opcode, zeros(command));
    else if ("returns" in answer) this.#complete(opcode, answer.returns);
    else this.#status(opcode, answer.status);
  }

  #status(opcode: number, status: number): void {
    this.event(CommandStatus, { status, credits: this.credits, opcode });
  }

  #complete(opcode: number, returns: Uint8Array): void {
    this.event(CommandComplete, { credits: this.credits, opcode, returns: Uint8Array.from(returns) });
  }
}

function zeros(command: Command | undefined): Uint8Array {
  return new Uint8Array(1 + (command?.returns.size ?? 0));
}

export interface StartedHost {
  readonly host: Host;
  readonly controller: ScriptedController;
  readonly clock: ManualClock;
}

/** A host that went through its start-up with a scripted controller. */
export async function startHost(
  prepare: (controller: ScriptedController) => void = () => {},
): Promise<StartedHost> {
  const clock = new ManualClock();
  const ends = loopback();
  const controller = new ScriptedController(ends.controller);
  prepare(controller);
  const host = await Host.start(ends.host, clock);
  controller.take();
  return { host, controller, clock };
}

/** A started host with one wanted link. */
export async function linked(handle = 0x40, changes: Partial<EventBody<typeof LeConnectionComplete>> = {}) {
  const started = await startHost();
  started.host.links.onOutcome = () => true;
  started.controller.connected(handle, changes);
  await settle();
  const link = started.host.links.get(handle);
  if (link === undefined) throw new Error("The host made no link");
  return { ...started, link };
}
