import type { Address, Bytes } from "../../ports.ts";
import { LeScanRequestReceived } from "../../host/events.ts";
import { sameAddress } from "../address.ts";
import { announceLink, viewOf } from "../connect.ts";
import type { LinkEnd } from "../link/end.ts";
import type { OwnAddress, OwnAddressType } from "../own-address.ts";
import { findOwnAddress } from "../own-address.ts";
import type { Random } from "../random.ts";
import type { Session } from "../session.ts";
import { Refusal, Status } from "../status.ts";
import type { Acceptance, Advertisement, ConnectRequest } from "./advertisement.ts";

/** advDelay: a random 0 to 10 ms is added to every interval (Vol 6 Part B 4.4.2.2). */
const JITTER_MS = 10;
const HIGH_DUTY_INTERVAL_MS = 3.75;
const HIGH_DUTY_LIMIT_MS = 1280;
const NOTHING = new Uint8Array(0);

export interface AdvertisingParameters {
  readonly legacy: boolean;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly directed: boolean;
  readonly highDuty: boolean;
  readonly anonymous: boolean;
  readonly includeTxPower: boolean;
  readonly intervalMinMs: number;
  readonly intervalMaxMs: number;
  readonly channels: number;
  readonly ownAddressType: OwnAddressType;
  readonly peer: Address;
  readonly filter: "all" | "scanFromAcceptList" | "connectFromAcceptList" | "acceptList";
  readonly primaryPhy: number;
  readonly secondaryPhy: number;
  readonly sid: number;
  readonly txPower: number;
  readonly scanRequestNotification: boolean;
}

/** Why a set stopped by itself. */
export interface Termination {
  readonly status: number;
  readonly handle: number;
  readonly completedEvents: number;
}

/** One advertising set; legacy advertising is the one set that has no number. */
export class AdvertisingSet {
  readonly id: number;
  parameters: AdvertisingParameters;
  data: Bytes = NOTHING;
  scanResponse: Bytes = NOTHING;
  randomAddress: Address | undefined;
  /** Octets of data that came in parts and are not complete yet. */
  dataPending = false;
  readonly #session: Session;
  readonly #random: Random;
  readonly #onTerminated: (set: AdvertisingSet, termination: Termination) => void;
  #stops: (() => void)[] = [];
  #active = false;
  #events = 0;
  #maxEvents = 0;
  #cancelNext: () => void = () => {};

  constructor(
    session: Session,
    id: number,
    parameters: AdvertisingParameters,
    onTerminated: (set: AdvertisingSet, termination: Termination) => void,
  ) {
    this.id = id;
    this.parameters = parameters;
    this.#session = session;
    this.#random = session.core.random.stream(`advertising ${id}`);
    this.#onTerminated = onTerminated;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Starts, or starts again, for `durationMs` and at most `maxEvents` events; 0 is without limit. */
  start(durationMs: number, maxEvents: number): void {
    this.stop();
    this.#active = true;
    this.#events = 0;
    this.#maxEvents = maxEvents;
    const limit = this.parameters.highDuty
      ? Math.min(durationMs || Infinity, HIGH_DUTY_LIMIT_MS)
      : durationMs;
    const { clock } = this.#session.core;
    if (limit > 0) this.#stops.push(clock.after(limit, () => this.#terminate(Status.AdvertisingTimeout)));
    this.#schedule(this.#random.next() * JITTER_MS);
  }

  stop(): void {
    this.#active = false;
    this.#cancelNext();
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Refuses when there is no address to advertise with. */
  checkAddress(): void {
    if (this.#own === undefined) throw new Refusal(Status.InvalidParameters);
  }

  get #own(): OwnAddress | undefined {
    const { ownAddressType, peer } = this.parameters;
    const random = this.id < 0 ? this.#session.randomAddress : this.randomAddress;
    return findOwnAddress(this.#session, ownAddressType, random, peer);
  }

  #schedule(delayMs: number): void {
    this.#cancelNext = this.#session.core.clock.after(delayMs, () => this.#event());
  }

  #event(): void {
    const { core } = this.#session;
    const { parameters } = this;
    this.#events++;
    // Scheduled first: an answer to this event may stop the set.
    const span = parameters.intervalMaxMs - parameters.intervalMinMs;
    const interval = parameters.intervalMinMs + this.#random.next() * (span + JITTER_MS);
    this.#schedule(parameters.highDuty ? HIGH_DUTY_INTERVAL_MS : interval);
    const own = this.#own;
    if (own !== undefined) core.radio.broadcast(core.station, this.#advertisement(own));
    if (this.#active && this.#events === this.#maxEvents) this.#terminate(Status.LimitReached);
  }

  #advertisement(own: OwnAddress): Advertisement {
    const { parameters } = this;
    return {
      legacy: parameters.legacy,
      connectable: parameters.connectable,
      scannable: parameters.scannable,
      target: this.#target(),
      advertiser: parameters.anonymous ? undefined : own.address,
      data: parameters.legacy && parameters.directed ? NOTHING : this.data,
      channels: parameters.channels,
      primaryPhy: parameters.primaryPhy,
      secondaryPhy: parameters.secondaryPhy,
      sid: parameters.sid,
      txPower: parameters.includeTxPower ? parameters.txPower : 127,
      scan: (scanner) => this.#scanned(scanner),
      connect: (request) => this.#connected(request, own),
    };
  }

  /** TargetA: a resolvable address where the peer's IRK is known and ours are resolvable too. */
  #target(): Address | undefined {
    const { directed, peer, ownAddressType } = this.parameters;
    if (!directed) return undefined;
    const entry = this.#session.resolvingList.find(peer);
    const privately = ownAddressType === "resolvableOrPublic" || ownAddressType === "resolvableOrRandom";
    return entry !== undefined && privately ? this.#session.resolvingList.peerAddressFor(entry) : peer;
  }

  #scanned(scanner: Address): Bytes | undefined {
    const { filter } = this.parameters;
    const { address, identity } = viewOf(this.#session, scanner, undefined);
    if (!this.#active || this.#session.resolvingList.mustIgnore(scanner)) return undefined;
    const listed = filter === "scanFromAcceptList" || filter === "acceptList";
    if (listed && !this.#session.acceptList.has(address)) return undefined;
    if (this.parameters.scanRequestNotification) {
      const identityType = address.type === "public" ? "publicIdentity" : "randomIdentity";
      this.#session.emit(LeScanRequestReceived, {
        set: this.id,
        scannerAddressType: identity ? identityType : address.type,
        scannerAddress: address.octets,
      });
    }
    return this.scanResponse;
  }

  #connected(request: ConnectRequest, own: OwnAddress): Acceptance | undefined {
    const { parameters } = this;
    const session = this.#session;
    const peer = viewOf(session, request.initiator, own.resolvable ? own.address : undefined);
    if (!this.#active || !parameters.connectable || session.links.full) return undefined;
    if (!sameAddress(request.target, own.address)) return undefined;
    if (session.resolvingList.mustIgnore(request.initiator)) return undefined;
    if (parameters.directed) {
      if (!sameAddress(peer.address, parameters.peer)) return undefined;
    } else if (parameters.filter === "connectFromAcceptList" || parameters.filter === "acceptList") {
      if (!session.acceptList.has(peer.address)) return undefined;
    }
    return { owner: session.reports, begin: (end) => this.#begin(end, peer) };
  }

  #begin(end: LinkEnd, peer: ReturnType<typeof viewOf>): void {
    this.stop();
    const handle = announceLink(this.#session, end, peer, !this.parameters.legacy);
    this.#onTerminated(this, { status: Status.Success, handle, completedEvents: this.#events & 0xff });
  }

  #terminate(status: number): void {
    this.stop();
    const limited = status === Status.LimitReached;
    this.#onTerminated(this, { status, handle: 0, completedEvents: limited ? this.#events & 0xff : 0 });
  }
}
