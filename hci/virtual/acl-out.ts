import { NumberOfCompletedPackets } from "../host/events.ts";
import type { Session } from "./session.ts";

const HEADER = 4;
const START = 0b00;
const CONTINUATION = 0b01;
const L2CAP_HEADER = 4;

interface Flow {
  /** Packets in the controller's buffers that the host has not got back. */
  inFlight: number;
  /** Of these, how many the peer has acknowledged. */
  completed: number;
  /** The L2CAP message being sent, as far as it has come; undefined between messages. */
  message: Uint8Array[] | undefined;
}

/** Data from the host: its buffers, their return, and the checks of every packet (Vol 4 Part E 4.1, 5.4.2). */
export class AclOut {
  readonly #session: Session;
  readonly #flows = new Map<number, Flow>();
  readonly #length: number;
  #free: number;

  constructor(session: Session) {
    this.#session = session;
    this.#length = session.core.settings.aclLength;
    this.#free = session.core.settings.aclPackets;
  }

  /** One HCI ACL packet. What breaks a rule is noted and dropped. */
  receive(packet: Uint8Array): void {
    const { core, links } = this.#session;
    const word = (packet[0] ?? 0) | ((packet[1] ?? 0) << 8);
    const handle = word & 0x0fff;
    const octets = packet.subarray(HEADER);
    const end = links.find(handle);
    if (end === undefined) {
      core.violation("D4", `data on handle ${handle}, which is not connected`, packet);
      return;
    }
    if (octets.length > this.#length) {
      core.violation("D1", `${octets.length} octets in one packet: ${this.#length} allowed`, packet);
      return;
    }
    if (this.#free === 0) {
      core.violation("D1", "a packet without a free buffer", packet);
      return;
    }
    const flow = this.#flowOf(handle);
    const wrong = wrongFragment(flow, word >> 12, octets);
    if (wrong !== undefined) {
      core.violation("D2", wrong, packet);
      return;
    }
    this.#free--;
    flow.inFlight++;
    end.sendData(word >> 12 === START, octets);
  }

  sent(handle: number): void {
    this.#flowOf(handle).completed++;
  }

  /** At the end of a connection event: reports what was completed, for all links. False when nothing is left over. */
  report(): boolean {
    const done = [...this.#flows].filter(([, flow]) => flow.completed > 0);
    if (done.length === 0) return false;
    const { settings, random, radio } = this.#session.core;
    if (radio.pace !== "immediate" && random.chance(settings.lateCompletion)) return true;
    const links = done.map(([handle, flow]) => ({ handle, completed: flow.completed }));
    for (const [, flow] of done) {
      this.#free += flow.completed;
      flow.inFlight -= flow.completed;
      flow.completed = 0;
    }
    this.#session.emit(NumberOfCompletedPackets, { links });
    return false;
  }

  /** The link is over: its buffers are free, and Disconnection Complete says so. */
  release(handle: number): void {
    this.#free += this.#flows.get(handle)?.inFlight ?? 0;
    this.#flows.delete(handle);
  }

  #flowOf(handle: number): Flow {
    let flow = this.#flows.get(handle);
    if (flow === undefined) {
      flow = { inFlight: 0, completed: 0, message: undefined };
      this.#flows.set(handle, flow);
    }
    return flow;
  }
}

/**
 * Why this fragment must not come now, or undefined. A message that is not finished may be given up for a new start, and
 * may hold less or more than it declares: that is for the other side's L2CAP to find.
 */
function wrongFragment(flow: Flow, flags: number, octets: Uint8Array): string | undefined {
  if (flags !== START && flags !== CONTINUATION)
    return `packet boundary and broadcast flags 0x${flags.toString(16)}`;
  if (octets.length === 0) return "a packet without data";
  if (flags === START) flow.message = [];
  if (flow.message === undefined) return "a continuation without a start";
  flow.message.push(octets);
  if (isComplete(flow.message)) flow.message = undefined;
  return undefined;
}

function isComplete(parts: readonly Uint8Array[]): boolean {
  let length = 0;
  for (const part of parts) length += part.length;
  const [first, second] = parts;
  const low = first?.[0] ?? 0;
  const high = first?.[1] ?? second?.[0] ?? 0;
  return length >= L2CAP_HEADER && length >= (low | (high << 8)) + L2CAP_HEADER;
}
