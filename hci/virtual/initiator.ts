import type { Address, Clock } from "../ports.ts";
import { sameAddress } from "./address.ts";
import type { Advertisement } from "./advertising/advertisement.ts";
import { announceFailure, announceLink, viewOf } from "./connect.ts";
import { ghost } from "./link/ghost.ts";
import type { LinkParameters } from "./link/frame.ts";
import { Link } from "./link/link.ts";
import type { OwnAddress, OwnAddressType } from "./own-address.ts";
import { findOwnAddress, ownAddress } from "./own-address.ts";
import type { Station } from "./radio.ts";
import type { Window } from "./scanning/window.ts";
import { listens } from "./scanning/window.ts";
import type { Session } from "./session.ts";
import { Refusal, Status } from "./status.ts";

/** How long a connection may still win against its cancellation, by switch. */
const RACE_MS = 1000;
const UNKNOWN_CONNECTION = 0x02;

export interface InitiatingParameters {
  readonly extended: boolean;
  /** Undefined: anybody on the accept list. */
  readonly peer: Address | undefined;
  readonly ownAddressType: OwnAddressType;
  /** By primary PHY, 1 or 3, where to listen, and what the link shall be. */
  readonly phys: ReadonlyMap<number, Window & { readonly link: LinkParameters }>;
}

/** LE Create Connection: listens until the peer advertises connectably to us (Vol 6 Part B 4.4.4). */
export class Initiator {
  readonly #session: Session;
  readonly #clock: Clock;
  #attempt: InitiatingParameters | undefined;
  #since = 0;
  #cancelled = false;
  #stopTimer: () => void = () => {};

  constructor(session: Session) {
    this.#session = session;
    this.#clock = session.core.clock;
  }

  get active(): boolean {
    return this.#attempt !== undefined;
  }

  get usesAcceptList(): boolean {
    return this.#attempt !== undefined && this.#attempt.peer === undefined;
  }

  start(parameters: InitiatingParameters): void {
    // Refuses where there is no address to connect with.
    ownAddress(this.#session, parameters.ownAddressType, this.#session.randomAddress, parameters.peer);
    this.#attempt = parameters;
    this.#since = this.#clock.now();
    this.#cancelled = false;
  }

  /** LE Create Connection Cancel: the attempt ends with a Connection Complete of its own. */
  cancel(): void {
    if (this.#attempt === undefined || this.#cancelled) throw new Refusal(Status.CommandDisallowed);
    this.#cancelled = true;
    const end = (): void => {
      this.abandon();
      announceFailure(this.#session, UNKNOWN_CONNECTION, "central");
    };
    if (this.#session.core.settings.cancelRace === "cancel wins") this.#session.afterAnswer(end);
    else this.#stopTimer = this.#clock.after(RACE_MS, end);
  }

  /** Stops without a word. */
  abandon(): void {
    this.#stopTimer();
    this.#attempt = undefined;
  }

  hear(advertisement: Advertisement, from: Station): void {
    const session = this.#session;
    const attempt = this.#attempt;
    const { advertiser } = advertisement;
    if (attempt === undefined || advertiser === undefined || !advertisement.connectable) return;
    if (!advertisement.legacy && !attempt.extended) return;
    const phy = attempt.phys.get(advertisement.primaryPhy);
    const elapsed = this.#clock.now() - this.#since;
    if (phy === undefined || !listens(phy, elapsed, advertisement.channels)) return;
    if (session.resolvingList.mustIgnore(advertiser)) return;
    const { address } = viewOf(session, advertiser, undefined);
    const wanted =
      attempt.peer === undefined ? session.acceptList.has(address) : sameAddress(address, attempt.peer);
    if (!wanted) return;
    const own = findOwnAddress(session, attempt.ownAddressType, session.randomAddress, address);
    if (own === undefined) return;
    if (advertisement.target !== undefined && !this.#isUs(advertisement.target, own.address)) return;
    this.#connect(advertisement, advertiser, own, phy.link, from);
  }

  /**
   * With legacy PDUs nothing confirms CONNECT_IND: this side believes in the connection, and finds out within six
   * events when nobody is there. AUX_CONNECT_REQ is answered, or the attempt goes on.
   */
  #connect(
    advertisement: Advertisement,
    target: Address,
    own: OwnAddress,
    parameters: LinkParameters,
    from: Station,
  ): void {
    const session = this.#session;
    const { core } = session;
    const view = viewOf(session, target, own.resolvable ? own.address : undefined);
    const arrives = core.radio.carries(core.station, from);
    const acceptance = arrives
      ? advertisement.connect({ initiator: own.address, target, parameters })
      : undefined;
    if (acceptance === undefined && !advertisement.legacy) return;
    this.abandon();
    const peer = acceptance?.owner ?? ghost(session.reports);
    const link = new Link(core.radio, parameters, session.reports, peer);
    announceLink(session, link.central, view, !advertisement.legacy);
    if (acceptance === undefined) link.peripheral.vanish();
    else acceptance.begin(link.peripheral);
  }

  #isUs(target: Address, own: Address): boolean {
    return sameAddress(target, own) || this.#session.resolvingList.resolvesToUs(target);
  }
}
