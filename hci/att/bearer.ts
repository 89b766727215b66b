import { part } from "../codec/bytes.ts";
import { DecodeError } from "../codec/error.ts";
import type { Body, Pdu } from "../codec/pdu.ts";
import { decodePdu, encodePdu } from "../codec/pdu.ts";
import type { Channel } from "../l2cap/channel.ts";
import type { Bytes, Clock } from "../ports.ts";
import { AttError, AttTimeout, BearerClosed } from "./errors.ts";
import type { Procedure } from "./pdus.ts";
import {
  ErrorRsp,
  ExchangeMtu,
  HandleValueCfm,
  HandleValueInd,
  HandleValueNtf,
  MultipleHandleValueNtf,
} from "./pdus.ts";

/** ATT_MTU on LE before anybody asked for more (3.2.8). */
export const DEFAULT_MTU = 23;
/** 3.3.3 */
export const ATT_TIMEOUT = 30_000;

/** Opcodes of what a server sends in answer; the rest below is for the server side or pushed by the peer. */
const RESPONSES = new Set([0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x17, 0x19, 0x21]);

/** What the peer pushes without being asked. `value` is the receiver's to keep. */
export interface PushedValues {
  notification(handle: number, value: Uint8Array): void;
  /** Confirmed by the bearer at once, whether or not anybody wants the value. */
  indication(handle: number, value: Uint8Array): void;
}

interface Pending {
  readonly request: Pdu;
  readonly response: Pdu;
  readonly bytes: Bytes;
  readonly settle: (answer: Uint8Array | Error) => void;
}

/**
 * One ATT bearer on one link: requests of ours one at a time in the order of the calls (3.3.2), what the peer asks or
 * pushes to whoever serves it. The receive path never waits.
 */
export class AttBearer {
  /** Octets; both directions (3.4.2). */
  mtu = DEFAULT_MTU;
  /** PDUs that were dropped because they were malformed, too long or not asked for. */
  dropped = 0;
  /** Requests sent so far: what discovery costs. */
  requests = 0;
  pushed: PushedValues | undefined;
  /** Requests and commands of the peer, and its confirmations; left out, they are answered as not supported. */
  serve: ((pdu: Uint8Array) => void) | undefined;
  /** Called once when a request timed out: the fixed channel has no other cure than ending the link. */
  onDead: (() => void) | undefined;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #waiting: Pending[] = [];
  #current: Pending | undefined;
  #stopTimer: () => void = () => {};
  #ended: Error | undefined;
  /** What we offered to take; undefined before the one exchange there may be. */
  #mtuOffered: number | undefined;

  constructor(channel: Channel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    channel.onPdu = (pdu) => this.#receive(pdu);
    channel.onClosed = (cause) => this.#end(new BearerClosed("Cannot go on: the link ended", { cause }));
  }

  /** Resolves with the response; rejects with AttError, AttTimeout, BearerClosed, or DecodeError for a malformed one. */
  request<Q extends Pdu, S extends Pdu>(
    { request, response }: Procedure<Q, S>,
    body: Body<Q>,
  ): Promise<Body<S>> {
    const bytes = encodePdu(request, body);
    const { promise, resolve, reject } = Promise.withResolvers<Body<S>>();
    const settle = (answer: Uint8Array | Error): void => {
      if (answer instanceof Error) return reject(answer);
      try {
        resolve(decodePdu(response, answer));
      } catch (error) {
        reject(error);
      }
    };
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#waiting.push({ request, response, bytes, settle });
    this.#next();
    return promise;
  }

  /** A command, a confirmation or something pushed: nothing answers it. Resolves when the controller took it. */
  send<P extends Pdu>(declaration: P, body: Body<P>): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return this.#channel.send(encodePdu(declaration, body));
  }

  /** As `send`, for an opcode, a handle and a value that is cut to the MTU: what is sent most, in one copy. */
  sendValue({ opcode }: Pdu, handle: number, value: Uint8Array): Promise<void> {
    const length = Math.min(3 + value.length, this.mtu);
    const bytes = new Uint8Array(length);
    bytes[0] = opcode;
    bytes[1] = handle;
    bytes[2] = handle >> 8;
    bytes.set(value.length === length - 3 ? value : part(value, 0, length - 3), 3);
    return this.sendBytes(bytes);
  }

  /** Octets made by the server side. */
  sendBytes(pdu: Uint8Array): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return this.#channel.send(pdu);
  }

  /** Once per connection (3.4.2.1); a peer that refuses or lies about a value below 23 leaves it at 23. */
  async exchangeMtu(ours: number): Promise<number> {
    if (this.#mtuOffered !== undefined) return this.mtu;
    this.#mtuOffered = ours;
    try {
      await this.request(ExchangeMtu, { mtu: ours });
    } catch (error) {
      if (!(error instanceof AttError) && !(error instanceof DecodeError)) throw error;
    }
    return this.mtu;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#current = next;
    this.requests++;
    this.#stopTimer = this.#clock.after(ATT_TIMEOUT, () => this.#timeOut());
    // A link that ends meanwhile rejects through onClosed.
    this.#channel.send(next.bytes).catch(() => {});
  }

  #receive(pdu: Uint8Array): void {
    const [opcode] = pdu;
    if (opcode === undefined || pdu.length > this.mtu) return this.#drop();
    if (RESPONSES.has(opcode)) return this.#answered(opcode, pdu);
    if (opcode === HandleValueNtf.opcode) return this.#notified(pdu);
    if (opcode === HandleValueInd.opcode) return this.#indicated(pdu);
    if (opcode === MultipleHandleValueNtf.opcode) return this.#notifiedOfSeveral(pdu);
    if (this.serve !== undefined) return this.serve(pdu);
    this.#refuse(opcode);
  }

  #answered(opcode: number, pdu: Uint8Array): void {
    const current = this.#current;
    if (current === undefined) return this.#drop();
    if (opcode === ErrorRsp.opcode) {
      if (pdu.length !== 5 || pdu[1] !== current.request.opcode) return this.#drop();
      const { handle, code } = decodePdu(ErrorRsp, pdu);
      return this.#settle(current, new AttError(code, current.request.name, handle));
    }
    if (opcode !== current.response.opcode) return this.#drop();
    if (opcode === ExchangeMtu.response.opcode) this.#agree(pdu);
    this.#settle(current, pdu);
  }

  /** At once: the next PDU may be as long already (3.4.2.2). A response of the wrong length agrees to nothing. */
  #agree(pdu: Uint8Array): void {
    if (pdu.length !== 3 || this.#mtuOffered === undefined) return;
    this.mtu = Math.max(DEFAULT_MTU, Math.min(this.#mtuOffered, handleAt1(pdu)));
  }

  #settle(current: Pending, answer: Uint8Array | Error): void {
    this.#stopTimer();
    this.#current = undefined;
    current.settle(answer);
    this.#next();
  }

  #notified(pdu: Uint8Array): void {
    if (pdu.length < 3) return this.#drop();
    this.pushed?.notification(handleAt1(pdu), part(pdu, 3));
  }

  #indicated(pdu: Uint8Array): void {
    if (pdu.length < 3) return this.#drop();
    this.#channel.send(encodePdu(HandleValueCfm, {})).catch(() => {}); // the link ended: nobody waits for it
    this.pushed?.indication(handleAt1(pdu), part(pdu, 3));
  }

  #notifiedOfSeveral(pdu: Uint8Array): void {
    let values: Body<typeof MultipleHandleValueNtf>["values"];
    try {
      ({ values } = decodePdu(MultipleHandleValueNtf, pdu));
    } catch {
      return this.#drop();
    }
    for (const { handle, value } of values) this.pushed?.notification(handle, value);
  }

  /** Without a server of ours every request is answered, every command ignored (3.3). */
  #refuse(opcode: number): void {
    this.#drop();
    const command = (opcode & 0x40) !== 0;
    if (command || opcode === HandleValueCfm.opcode) return;
    const refusal = encodePdu(ErrorRsp, { request: opcode, handle: 0, code: 0x06 });
    this.#channel.send(refusal).catch(() => {}); // the link ended: nobody waits for it
  }

  #drop(): void {
    this.dropped++;
  }

  #timeOut(): void {
    const name = this.#current?.request.name ?? "request";
    this.#end(new AttTimeout(`Cannot wait for the answer to ${name}: 30 s passed`));
    this.onDead?.();
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#stopTimer();
    const open = this.#current === undefined ? this.#waiting : [this.#current, ...this.#waiting];
    this.#current = undefined;
    for (const { settle } of open.splice(0)) settle(error);
    this.#waiting.length = 0;
  }
}

/** The 16 bits after the opcode. */
function handleAt1(pdu: Uint8Array): number {
  return (pdu[1] ?? 0) | ((pdu[2] ?? 0) << 8);
}
