import { part } from "../codec/bytes.ts";
import { ACL_HEADER, Boundary, newAclPacket } from "./acl.ts";
import type { Counters } from "./counters.ts";
import { FRAME_HEADER } from "./reassembly.ts";

/** The controller's buffers for ACL data, as it reported them. */
export interface AclBuffers {
  /** Data octets per packet, without the header. */
  readonly length: number;
  readonly packets: number;
}

/** A link that sends faster than its peer takes is not allowed to fill our memory. */
export const QUEUE_LIMIT = 512 * 1024;

type Waiter = PromiseWithResolvers<void>;

interface Frame {
  readonly channel: number;
  readonly payload: Uint8Array;
  /** The controller took the last fragment. */
  taken: boolean;
  /** Whoever waits for that; nobody where it was taken at once. */
  waiter: Waiter | undefined;
}

/** The L2CAP channel over which keys are handed out (Vol 3 Part A 2.1). */
const SECURITY_MANAGER = 0x0006;

const TAKEN = Promise.resolve();

/** A packet that may hold a key. */
interface Secret {
  readonly packet: Uint8Array;
  /** Which packet of its link it is, from 1. */
  readonly number: number;
}

/** What one link has waiting and under way. Only AclOutput changes it. */
interface Lane {
  readonly handle: number;
  readonly frames: Frame[];
  /** Octets of the first frame that were sent, its header included. */
  sent: number;
  queued: number;
  inFlight: number;
  /** Packets that were sent on this link, ever. */
  packets: number;
  /** Those of them that the controller may still have to read, in order. */
  readonly secrets: Secret[];
  /** Whoever waits until nothing is waiting or under way. */
  readonly idle: Waiter[];
  /** Why nothing can be sent any more. */
  closed: Error | undefined;
}

/**
 * Shares the controller's data buffers over all links (Vol 4 Part E 4.1.1). Links take turns, packet by packet, and one
 * buffer stays free for each link that has none in use: a peer that stopped listening cannot silence the others.
 */
export class AclOutput {
  readonly #buffers: AclBuffers;
  readonly #send: (packet: Uint8Array) => void;
  readonly #counters: Counters;
  readonly #lanes = new Map<number, Lane>();
  #free: number;
  /** In the order of their turns. */
  readonly #lanesInOrder: Lane[] = [];
  /** Whose turn it is. */
  #turn = 0;
  /** Links that have no buffer in use. */
  #resting = 0;

  constructor(buffers: AclBuffers, send: (packet: Uint8Array) => void, counters: Counters) {
    this.#buffers = buffers;
    this.#send = send;
    this.#counters = counters;
    this.#free = buffers.packets;
  }

  /** Buffers that hold something now. */
  get inFlight(): number {
    return this.#buffers.packets - this.#free;
  }

  open(handle: number): void {
    const lane: Lane = {
      handle,
      frames: [],
      sent: 0,
      queued: 0,
      inFlight: 0,
      packets: 0,
      secrets: [],
      idle: [],
      closed: undefined,
    };
    this.#lanes.set(handle, lane);
    this.#lanesInOrder.push(lane);
    this.#resting++;
  }

  /** The link is gone: its buffers are free again (Vol 4 Part E 4.3) and whoever waits to send is told. */
  close(handle: number, error: Error): void {
    const lane = this.#lanes.get(handle);
    if (lane === undefined) return;
    lane.closed = error;
    this.#lanes.delete(handle);
    const at = this.#lanesInOrder.indexOf(lane);
    this.#lanesInOrder.splice(at, 1);
    if (at < this.#turn) this.#turn--;
    if (lane.inFlight === 0) this.#resting--;
    this.#free += lane.inFlight;
    for (const { packet } of lane.secrets.splice(0)) packet.fill(0);
    for (const { waiter } of lane.frames) waiter?.reject(error);
    for (const { reject } of lane.idle) reject(error);
    this.#pump();
  }

  /**
   * Resolves when the controller took the last fragment; rejects when the link ends first. `payload` must stay as it is
   * until then.
   */
  send(handle: number, channel: number, payload: Uint8Array): Promise<void> {
    const lane = this.#lanes.get(handle);
    if (lane === undefined) return Promise.reject(new Error("Cannot send: the link has ended"));
    if (lane.queued + payload.length > QUEUE_LIMIT) {
      return Promise.reject(new Error(`Cannot send: ${lane.queued} octets wait already`));
    }
    const frame: Frame = { channel, payload, taken: false, waiter: undefined };
    lane.frames.push(frame);
    lane.queued += payload.length;
    this.#pump();
    if (frame.taken) return TAKEN;
    if (lane.closed !== undefined) return Promise.reject(lane.closed); // the adapter failed under the pump
    frame.waiter = Promise.withResolvers();
    return frame.waiter.promise;
  }

  /** Resolves when the peer's link layer has all that was sent on this link so far; rejects when the link ends first. */
  delivered(handle: number): Promise<void> {
    const lane = this.#lanes.get(handle);
    if (lane === undefined) return Promise.reject(new Error("Cannot deliver: the link has ended"));
    if (isIdle(lane)) return Promise.resolve();
    const waiter: Waiter = Promise.withResolvers();
    lane.idle.push(waiter);
    return waiter.promise;
  }

  /** Number Of Completed Packets for one handle. */
  completed(handle: number, count: number): void {
    const lane = this.#lanes.get(handle);
    const credited = Math.min(count, lane?.inFlight ?? 0);
    if (credited < count) this.#counters.excessCompletions++;
    if (lane === undefined || credited === 0) return;
    lane.inFlight -= credited;
    if (lane.inFlight === 0) this.#resting++;
    this.#free += credited;
    if (lane.secrets.length > 0) wipeCompleted(lane);
    if (isIdle(lane)) for (const { resolve } of lane.idle.splice(0)) resolve();
    this.#pump();
  }

  #pump(): void {
    const lanes = this.#lanesInOrder;
    let refused = 0;
    while (this.#free > 0 && refused < lanes.length) {
      if (this.#turn >= lanes.length) this.#turn = 0;
      const lane = lanes[this.#turn++];
      if (lane !== undefined && lane.frames.length > 0 && this.#mayTake(lane)) {
        this.#sendFragment(lane);
        refused = 0;
      } else {
        refused++;
      }
    }
  }

  #mayTake({ inFlight }: Lane): boolean {
    return inFlight === 0 || this.#free > this.#resting;
  }

  #sendFragment(lane: Lane): void {
    const [frame] = lane.frames;
    if (frame === undefined) return;
    const { handle } = lane;
    const { channel, payload } = frame;
    const total = FRAME_HEADER + payload.length;
    const length = Math.min(this.#buffers.length, total - lane.sent);
    const first = lane.sent === 0;
    const packet = newAclPacket(handle, first ? Boundary.startFromHost : Boundary.continuing, length);
    if (first) {
      packet[ACL_HEADER] = payload.length;
      packet[ACL_HEADER + 1] = payload.length >> 8;
      packet[ACL_HEADER + 2] = channel;
      packet[ACL_HEADER + 3] = channel >> 8;
      const whole = length === total;
      packet.set(whole ? payload : part(payload, 0, length - FRAME_HEADER), ACL_HEADER + FRAME_HEADER);
    } else {
      const from = lane.sent - FRAME_HEADER;
      packet.set(part(payload, from, from + length), ACL_HEADER);
    }
    this.#free--;
    if (lane.inFlight++ === 0) this.#resting--;
    lane.sent += length;
    lane.packets++;
    if (channel === SECURITY_MANAGER) lane.secrets.push({ packet, number: lane.packets });
    frame.taken = lane.sent === total;
    if (frame.taken) {
      lane.frames.shift();
      lane.sent = 0;
      lane.queued -= payload.length;
    }
    this.#send(packet);
    if (frame.taken) frame.waiter?.resolve();
  }
}

/**
 * A transport reads a packet when it can; that the controller is done with it is the first that is known of that here.
 * Packets of one link are completed in their order.
 */
function wipeCompleted({ secrets, packets, inFlight }: Lane): void {
  const waiting = secrets.findIndex(({ number }) => number > packets - inFlight);
  for (const { packet } of secrets.splice(0, waiting < 0 ? secrets.length : waiting)) packet.fill(0);
}

function isIdle({ frames, inFlight }: Lane): boolean {
  return frames.length === 0 && inFlight === 0;
}
