import type { Command } from "../codec/command.ts";
import type { EventBody, HciEvent } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Address, Clock, LongTermKey, SecureLink } from "../ports.ts";
import { Disconnect } from "./commands/basic.ts";
import type { LeRemoteConnectionParameterRequest } from "./events.ts";
import { ErrorCode, HciError } from "./hci-error.ts";
import { LinkEncryption } from "./link-encryption.ts";
import { Procedures } from "./procedures.ts";
import type { FrameFault } from "./reassembly.ts";
import { Reassembly } from "./reassembly.ts";

/** Intervals in units of 1.25 ms, latency in connection events, supervision timeout in units of 10 ms. */
export interface LinkTiming {
  readonly interval: number;
  readonly latency: number;
  readonly supervisionTimeout: number;
}

/** What Connection Complete said. */
export interface LinkFacts extends LinkTiming {
  readonly handle: number;
  readonly role: "central" | "peripheral";
  /** The addresses over the air. */
  readonly localAddress: Address;
  readonly peerAddress: Address;
  /** The peer's identity, where the controller says that it resolved the address. A claim until encryption proves it. */
  readonly peerIdentity: Address | undefined;
}

/** What a link needs of the host it belongs to. */
export interface LinkHost {
  readonly clock: Clock;
  run<P extends Fields, R extends Fields>(command: Command<P, R>, parameters: Struct<P>): Promise<Struct<R>>;
  sendFrame(handle: number, channel: number, payload: Uint8Array): Promise<void>;
  delivered(handle: number): Promise<void>;
}

/** How a link ended. */
export interface LinkEnd {
  /** Vol 1 Part F; undefined when the adapter went away with it. */
  readonly reason: number | undefined;
  readonly error: LinkClosedError;
}

/** The link ended before what was asked of it was done. */
export class LinkClosedError extends Error {
  override readonly name = "LinkClosedError";
  readonly reason: number | undefined;

  constructor(message: string, reason: number | undefined, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** A peer that sends this many frames that cannot be read is not worth a link. */
export const FAULT_LIMIT = 16;

/** Beyond its own supervision timeout the controller has no reason left to keep a link that we ended. */
const DISCONNECT_SLACK_MS = 1000;
const MAX_SUPERVISION_TIMEOUT = 3200;

/** One connection to one peer. It exists from Connection Complete to Disconnection Complete. */
export class Link implements SecureLink {
  readonly handle: number;
  readonly role: "central" | "peripheral";
  readonly localAddress: Address;
  readonly peerAddress: Address;
  readonly peerIdentity: Address | undefined;
  /** Resolves when the link is gone; never rejects. */
  readonly closed: Promise<LinkEnd>;
  /** As last reported by the controller. */
  timing: LinkTiming;
  /** Longest payload on the air, in octets, as last reported. */
  dataLength: { readonly tx: number; readonly rx: number } = { tx: 27, rx: 27 };
  /** Faults of the peer by kind: frames that were thrown away. */
  readonly faults = new Map<FrameFault, number>();
  /** Every complete L2CAP frame. Called synchronously; must not throw. */
  onFrame: (channel: number, payload: Uint8Array) => void = () => {};
  /** The longest payload a channel takes; 0 for channels that do not exist. */
  frameLimit: (channel: number) => number = () => 0;
  /** Decides on the peripheral's request for other parameters (LL procedure); false refuses it. */
  onParameterRequest:
    | ((request: EventBody<typeof LeRemoteConnectionParameterRequest>) => boolean)
    | undefined;

  readonly #host: LinkHost;
  readonly #encryption: LinkEncryption;
  readonly #procedures: Procedures;
  readonly #reassembly: Reassembly;
  readonly #closed = Promise.withResolvers<LinkEnd>();
  #end: LinkEnd | undefined;
  #disconnecting = false;
  #faultCount = 0;
  #stopTimer: () => void = () => {};

  constructor(host: LinkHost, facts: LinkFacts) {
    this.#host = host;
    this.handle = facts.handle;
    this.role = facts.role;
    this.localAddress = facts.localAddress;
    this.peerAddress = facts.peerAddress;
    this.peerIdentity = facts.peerIdentity;
    this.timing = facts;
    this.closed = this.#closed.promise;
    this.#procedures = new Procedures(host.clock);
    this.#reassembly = new Reassembly(
      (channel) => this.frameLimit(channel),
      (channel, payload) => this.onFrame(channel, payload),
      (fault) => this.countFault(fault),
    );
    this.#encryption = new LinkEncryption(this, host, (packet) => this.#reassembly.push(packet));
  }

  /** How it ended; undefined while it lives. */
  get end(): LinkEnd | undefined {
    return this.#end;
  }

  get encrypted(): boolean {
    return this.#encryption.encrypted;
  }

  /** Octets of the key in use, where the controller tells (Encryption Change [v2]). */
  get keySize(): number | undefined {
    return this.#encryption.keySize;
  }

  encrypt(key: LongTermKey): Promise<void> {
    return this.#encryption.start(key);
  }

  get onLongTermKeyRequest(): SecureLink["onLongTermKeyRequest"] {
    return this.#encryption.onLongTermKeyRequest;
  }

  set onLongTermKeyRequest(handler: SecureLink["onLongTermKeyRequest"]) {
    this.#encryption.onLongTermKeyRequest = handler;
  }

  get onEncryptionChange(): SecureLink["onEncryptionChange"] {
    return this.#encryption.onChange;
  }

  set onEncryptionChange(handler: SecureLink["onEncryptionChange"]) {
    this.#encryption.onChange = handler;
  }

  /** As `onEncryptionChange`, for any number of listeners, which are called after it. The result stops listening. */
  watchEncryption(listener: NonNullable<SecureLink["onEncryptionChange"]>): () => void {
    return this.#encryption.watch(listener);
  }

  /**
   * Sends one L2CAP frame. Resolves when the controller took the last fragment, rejects when the link ends first.
   * `payload` must stay as it is until then.
   */
  send(channel: number, payload: Uint8Array): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    if (this.#disconnecting)
      return Promise.reject(new LinkClosedError("Cannot send: the link is being ended", undefined));
    return this.#host.sendFrame(this.handle, channel, payload);
  }

  /** Resolves when the peer's link layer acknowledged everything that was sent so far; rejects when the link ends first. */
  delivered(): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return this.#host.delivered(this.handle);
  }

  /**
   * Runs a command whose outcome comes as `event`: rejects with HciError when either carries an error, after 40 s
   * without the event, and when the link ends.
   */
  procedure<P extends Fields, F extends Fields>(
    command: Command<P, {}>,
    parameters: Struct<P>,
    event: HciEvent<F>,
  ): Promise<Struct<F>> {
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return this.#procedures.run(command.name, event, () => this.#host.run(command, parameters));
  }

  /**
   * Ends the link; resolves when it is gone. From the first call on nothing is sent and nothing more is heard.
   * `reason` goes to the peer: 0x05, 0x13, 0x14, 0x15, 0x1A, 0x29 or 0x3B (7.1.6).
   */
  async disconnect(reason: number): Promise<void> {
    if (this.#end === undefined && !this.#disconnecting) {
      this.#disconnecting = true;
      this.#reassembly.reset();
      this.#stopTimer = this.#host.clock.after(
        10 * Math.min(this.timing.supervisionTimeout, MAX_SUPERVISION_TIMEOUT) + DISCONNECT_SLACK_MS,
        () => this.finish(ErrorCode.connectionTimeout),
      );
      try {
        await this.#host.run(Disconnect, { handle: this.handle, reason });
      } catch (error) {
        if (!(error instanceof HciError)) this.finish(undefined, error);
        // Unknown handle: the link is gone. Anything else: it is going, and the timer above is the last word.
        else if (error.status === ErrorCode.unknownConnection) this.finish(error.status);
      }
    }
    await this.#closed.promise;
  }

  /** Counts something the peer sent that could not be used; at `FAULT_LIMIT` the link ends. */
  countFault(fault: FrameFault): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.#faultCount++;
    if (this.#faultCount === FAULT_LIMIT) void this.disconnect(ErrorCode.remoteUserTerminated);
  }

  /** For the host: one ACL packet whose header was checked. */
  receive(packet: Uint8Array): void {
    if (this.#disconnecting || this.#end !== undefined) return;
    if (!this.#encryption.hold(packet)) this.#reassembly.push(packet);
  }

  /** For the host: an event that names this link. False when nothing waited for it. */
  settle<F extends Fields>(event: HciEvent<F>, body: Struct<F>): boolean {
    return this.#procedures.settle(event, body);
  }

  /** For the host: Encryption Change. False when the link could not expect it. */
  encryptionChanged(status: number, enabled: boolean, keySize?: number): boolean {
    return this.#encryption.changed(status, enabled, keySize);
  }

  /** For the host: Encryption Key Refresh Complete. */
  keyRefreshed(status: number): boolean {
    return this.#encryption.refreshed(status);
  }

  /** For the host: LE Long Term Key Request. */
  longTermKeyRequested(rand: Uint8Array<ArrayBuffer>, ediv: number): void {
    this.#encryption.requested(rand, ediv);
  }

  /** For the host: the link is gone. Releases everyone who waits for it. */
  finish(reason: number | undefined, cause?: unknown): void {
    if (this.#end !== undefined) return;
    const why = reason === undefined ? "the adapter is gone" : new HciError(reason, "go on").message;
    const error = new LinkClosedError(`The link ended: ${why}`, reason, { cause });
    this.#end = { reason, error };
    this.#stopTimer();
    this.#reassembly.reset();
    this.#procedures.close(error);
    this.#encryption.close(error);
    this.onFinished();
    this.#closed.resolve(this.#end);
  }

  /** For the host: called once, before `closed` resolves. */
  onFinished: () => void = () => {};
}
