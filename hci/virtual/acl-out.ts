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
  /** An L2CAP message has begun and is not complete. */
  open: boolean;
  /** Octets of that message so far. */
  octets: number;
  /** Its length as its first two octets give it, as far as they have come. */
  length: number;
}

/** Data from the host: its buffers, their return, and the checks of every packet (Vol 4 Part E 4.1, 5.4.2). */
export class AclOut {
  readonly #session: Session;
  readonly #flows = new Map<number, Flow>();
  readonly #length: number;
  #free: number;
  /** Packets that were acknowledged and not reported yet, of all links. */
  #completed = 0;

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
    const length = packet.length - HEADER;
    const end = links.find(handle);
    if (end === undefined) {
      core.violation("D4", `data on handle ${handle}, which is not connected`, packet);
      return;
    }
    if (length > this.#length) {
      core.violation("D1", `${length} octets in one packet: ${this.#length} allowed`, packet);
      return;
    }
    if (this.#free === 0) {
      core.violation("D1", "a packet without a free buffer", packet);
      return;
    }
    const flow = this.#flowOf(handle);
    const wrong = wrongFragment(flow, word >> 12, packet);
    if (wrong !== undefined) {
      core.violation("D2", wrong, packet);
      return;
    }
    this.#free--;
    flow.inFlight++;
    end.sendData(word >> 12 === START, packet, HEADER);
  }

  sent(handle: number): void {
    this.#flowOf(handle).completed++;
    this.#completed++;
  }

  /** At the end of a connection event: reports what was completed, for all links. False when nothing is left over. */
  report(): boolean {
    if (this.#completed === 0) return false;
    const { settings, random, radio } = this.#session.core;
    if (radio.pace !== "immediate" && random.chance(settings.lateCompletion)) return true;
    const links: { readonly handle: number; readonly completed: number }[] = [];
    for (const [handle, flow] of this.#flows) {
      const { completed } = flow;
      if (completed === 0) continue;
      links.push({ handle, completed });
      flow.inFlight -= completed;
      flow.completed = 0;
    }
    this.#free += this.#completed;
    this.#completed = 0;
    this.#session.emit(NumberOfCompletedPackets, { links });
    return false;
  }

  /** The link is over: its buffers are free, and Disconnection Complete says so. */
  release(handle: number): void {
    const flow = this.#flows.get(handle);
    if (flow === undefined) return;
    this.#free += flow.inFlight;
    this.#completed -= flow.completed;
    this.#flows.delete(handle);
  }

  #flowOf(handle: number): Flow {
    let flow = this.#flows.get(handle);
    if (flow === undefined) {
      flow = { inFlight: 0, completed: 0, open: false, octets: 0, length: 0 };
      this.#flows.set(handle, flow);
    }
    return flow;
  }
}

/**
 * Why this fragment must not come now, or undefined. A message that is not finished may be given up for a new start, and
 * may hold less or more than it declares: that is for the other side's L2CAP to find.
 */
function wrongFragment(flow: Flow, flags: number, packet: Uint8Array): string | undefined {
  if (flags !== START && flags !== CONTINUATION)
    return `packet boundary and broadcast flags 0x${flags.toString(16)}`;
  if (packet.length <= HEADER) return "a packet without data";
  if (flags === START) {
    flow.open = true;
    flow.octets = 0;
    flow.length = 0;
  }
  if (!flow.open) return "a continuation without a start";
  if (flow.octets === 0) flow.length = packet[HEADER] ?? 0;
  if (flow.octets < 2) flow.length |= (packet[HEADER + 1 - flow.octets] ?? 0) << 8;
  flow.octets += packet.length - HEADER;
  flow.open = flow.octets < L2CAP_HEADER || flow.octets < flow.length + L2CAP_HEADER;
  return undefined;
}
