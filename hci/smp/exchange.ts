import type { Body, Pdu } from "../codec/pdu.ts";
import { decodePdu, encodePdu } from "../codec/pdu.ts";
import { DecodeError } from "../codec/error.ts";
import type { Channel } from "../l2cap/channel.ts";
import type { Abort, Bytes, Clock } from "../ports.ts";
import { AbortSource } from "./abort.ts";
import { PairingError, PairingOver, PairingTimeout } from "./errors.ts";
import type { FailureReason, KeypressType } from "./pdus.ts";
import {
  failureReason,
  PairingFailed,
  PairingKeypressNotification,
  SecurityRequest,
  SMP_PDUS,
} from "./pdus.ts";

/** 3.4 */
export const SMP_TIMEOUT = 30_000;
/** A peer that presses keys for ever would keep the clock from running out for ever. */
const MAX_KEYPRESSES = 64;

/** No command has this code. */
const NONE = -1;

const known = new Set<number>(SMP_PDUS.map(({ opcode }) => opcode));

/**
 * One pairing on one link: `send` and `expect` are all that a pairing procedure uses. The rules that hold in every
 * state (Pairing Failed ends it, 30 s, wrong command, wrong length, too much at once) are here and nowhere else.
 */
export class Exchange {
  readonly #channel: Pick<Channel, "send">;
  readonly #role: "central" | "peripheral";
  readonly #clock: Clock;
  readonly #closed = Promise.withResolvers<never>();
  readonly #abort = new AbortSource();
  #inbox: Bytes[] = [];
  #capacity = 1;
  #reader: ((bytes: Bytes) => void) | undefined;
  /** While a person is asked: the one command that may come before the answer. */
  #early: number | undefined;
  #keypress: ((type: KeypressType) => void) | undefined;
  #keypresses = 0;
  #sending: Promise<void> = Promise.resolve();
  #stopTimer: () => void = () => {};
  #deadline = 0;
  #error: Error | undefined;
  #spoken: boolean;
  #complete = false;
  readonly #heard = new Set<number>();

  /** `underWay`: a PDU of the peer began this pairing. */
  constructor(
    channel: Pick<Channel, "send">,
    role: "central" | "peripheral",
    clock: Clock,
    underWay: boolean,
  ) {
    this.#spoken = underWay;
    this.#channel = channel;
    this.#role = role;
    this.#clock = clock;
    this.#closed.promise.catch(() => {}); // whoever waits sees it through unlessClosed()
    this.#restartTimer();
  }

  /** Fires when the pairing ends, for whatever reason: questions to a person end with it. */
  get abort(): Abort {
    return this.#abort;
  }

  /** What ended it; undefined while it goes on. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Milliseconds until the pairing ends for want of an answer (3.4); 0 when it is over. */
  get remainingMs(): number {
    return this.#error === undefined ? Math.max(0, this.#deadline - this.#clock.now()) : 0;
  }

  /** True once the peer knows of this pairing: only then it is told of its end. */
  get spoken(): boolean {
    return this.#spoken;
  }

  /** Whether the peer has sent such a PDU in this pairing. */
  heard({ opcode }: Pdu): boolean {
    return this.#heard.has(opcode);
  }

  /** Every PDU of the channel while this pairing is under way. */
  receive(bytes: Uint8Array): void {
    const [opcode] = bytes;
    if (this.#error !== undefined || opcode === undefined || !known.has(opcode)) return; // 3.3: reserved codes
    this.#heard.add(opcode);
    if (opcode === PairingFailed.opcode) {
      this.close(new PairingError(failureReason(bytes[1]), "peer"));
    } else if (opcode === SecurityRequest.opcode && this.#role === "central") {
      return; // 2.4.6: a pairing is under way already
    } else if (opcode === PairingKeypressNotification.opcode) {
      this.#receiveKeypress(bytes);
    } else if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader(Uint8Array.from(bytes));
    } else if (this.#inbox.length >= this.#capacity || opcode !== (this.#early ?? opcode)) {
      this.fail("UnspecifiedReason", `unexpected command 0x${opcode.toString(16)}`);
    } else {
      this.#inbox.push(Uint8Array.from(bytes));
    }
  }

  /** Queues one PDU and returns it as sent. A link that ends meanwhile closes the exchange. */
  send<P extends Pdu>(declaration: P, body: Body<P>): Bytes {
    this.#throwIfClosed();
    const bytes = encodePdu(declaration, body);
    this.#restartTimer();
    this.#transmit(bytes);
    return bytes;
  }

  /** As `send`, for what holds a key: its octets are zeroed as soon as nothing below reads them, however that ends. */
  sendKey<P extends Pdu>(declaration: P, body: Body<P>): void {
    const bytes = this.send(declaration, body);
    const wipe = (): void => void bytes.fill(0);
    this.#sending.then(wipe, wipe);
  }

  /** Resolves when everything that was sent is on its way. */
  sent(): Promise<void> {
    return this.unlessClosed(this.#sending);
  }

  async expect<P extends Pdu>(declaration: P): Promise<Body<P>> {
    return (await this.expectWithOctets(declaration)).body;
  }

  /** The next PDU, decoded and as received: some enter a confirm value with the bits that we do not know. */
  async expectWithOctets<P extends Pdu>(
    declaration: P,
  ): Promise<{ readonly body: Body<P>; readonly octets: Bytes }> {
    const octets = await this.#next();
    if (octets[0] !== declaration.opcode) {
      throw new PairingError("UnspecifiedReason", "local", `the peer did not send ${declaration.name}`);
    }
    return { body: decoded(declaration, octets), octets };
  }

  /** Settles as `work` does, or rejects first if the peer fails the pairing, time runs out or the link drops. */
  unlessClosed<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#closed.promise, work]);
  }

  /**
   * Waits for a person. Where it is the peer's turn it may send one PDU meanwhile, `next`, which is kept; any other
   * ends the pairing now and not after the answer.
   */
  async whileAsking<T>(next: Pdu | undefined, question: Promise<T>): Promise<T> {
    this.#early = next?.opcode ?? NONE;
    for (const bytes of this.#inbox) {
      if (bytes[0] !== this.#early) this.fail("UnspecifiedReason", "unexpected command");
    }
    try {
      return await this.unlessClosed(question);
    } finally {
      this.#early = undefined;
    }
  }

  /** From now on the peer may tell about key presses; undefined ends that. */
  hearKeypresses(listener: ((type: KeypressType) => void) | undefined): void {
    this.#keypress = listener;
  }

  /**
   * From here to `allow` the peer has nothing to say: what it sent too early, or sends now, ends the pairing, so that
   * it is never taken for a PDU of the next phase.
   */
  silence(): void {
    if (this.#inbox.length > 0) this.fail("UnspecifiedReason", "a command came too early");
    this.#throwIfClosed();
    this.#capacity = 0;
  }

  /** How many PDUs may wait from now on: keys come in one burst. */
  allow(count: number): void {
    this.#capacity = count;
  }

  /** Ends the pairing because of a fault that we found; the procedure then tells the peer. */
  fail(reason: FailureReason, why: string): void {
    this.close(new PairingError(reason, "local", why));
  }

  /** The pairing is over and was good. */
  end(): void {
    this.close(new PairingOver());
  }

  /**
   * Both sides have all keys and the peer knows it: what is left is ours alone. The peer may hang up at once, and has
   * not failed the pairing with that.
   */
  complete(): void {
    this.#throwIfClosed();
    this.#complete = true;
  }

  /** The link is gone, and with it the pairing, unless that was complete. */
  linkEnded(error: Error): void {
    if (!this.#complete) this.close(error);
  }

  /** Ends the pairing; every waiter rejects with `error`. Only the first call counts. */
  close(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#stopTimer();
    this.#inbox = [];
    this.#closed.reject(error);
    this.#abort.abort(error);
  }

  /** The last word to the peer. Not after it, or time, or the link has ended the pairing: the caller knows. */
  sendFailed(reason: number): void {
    this.#transmit(encodePdu(PairingFailed, { reason }));
  }

  #throwIfClosed(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #transmit(bytes: Bytes): void {
    this.#spoken = true;
    this.#sending = this.#channel.send(bytes);
    this.#sending.catch((error: unknown) =>
      this.linkEnded(
        error instanceof Error ? error : new Error("Cannot send: the link ended", { cause: error }),
      ),
    );
  }

  #next(): Promise<Bytes> {
    const waiting = this.#inbox.shift();
    if (this.#error !== undefined || waiting === undefined) {
      const next = Promise.withResolvers<Bytes>();
      this.#reader = next.resolve;
      return this.unlessClosed(next.promise);
    }
    return Promise.resolve(waiting);
  }

  #receiveKeypress(bytes: Uint8Array): void {
    if (this.#keypress === undefined || ++this.#keypresses > MAX_KEYPRESSES) {
      this.fail("UnspecifiedReason", "unexpected Pairing Keypress Notification");
      return;
    }
    try {
      const { type } = decodePdu(PairingKeypressNotification, bytes);
      this.#restartTimer();
      this.#keypress(type);
    } catch (cause) {
      if (cause instanceof DecodeError) this.fail("InvalidParameters", cause.message);
      else this.close(new PairingError("UnspecifiedReason", "local", "a listener failed", { cause }));
    }
  }

  #restartTimer(): void {
    this.#stopTimer();
    this.#deadline = this.#clock.now() + SMP_TIMEOUT;
    this.#stopTimer = this.#clock.after(SMP_TIMEOUT, () => this.close(new PairingTimeout()));
  }
}

/** Throws PairingError where the peer's octets are not what they should be. */
export function decoded<P extends Pdu>(declaration: P, bytes: Uint8Array): Body<P> {
  try {
    return decodePdu(declaration, bytes);
  } catch (cause) {
    if (cause instanceof DecodeError) {
      throw new PairingError("InvalidParameters", "local", cause.message, { cause });
    }
    throw cause;
  }
}
