import { LeScanTimeout } from "../../host/events.ts";
import type { Address } from "../../ports.ts";
import { addressKey, isResolvable, sameAddress } from "../address.ts";
import type { Advertisement } from "../advertising/advertisement.ts";
import type { PeerView } from "../connect.ts";
import { viewOf } from "../connect.ts";
import type { OwnAddressType } from "../own-address.ts";
import { findOwnAddress, ownAddress } from "../own-address.ts";
import type { Station } from "../radio.ts";
import type { Random } from "../random.ts";
import type { Session } from "../session.ts";
import type { Heard } from "./report.ts";
import { reportExtended, reportLegacy } from "./report.ts";
import type { Window } from "./window.ts";
import { listens } from "./window.ts";

/** A controller remembers so many advertisers for its duplicate filter; then it starts afresh. */
const DUPLICATES_REMEMBERED = 256;

export interface ScanParameters {
  readonly ownAddressType: OwnAddressType;
  readonly filter: "all" | "acceptList" | "allAndUnresolvedDirected" | "acceptListAndUnresolvedDirected";
  /** By primary PHY, 1 or 3. */
  readonly phys: ReadonlyMap<number, Window & { readonly active: boolean }>;
}

/** What LE Set Scan Enable or LE Set Extended Scan Enable asks for; milliseconds, 0 is without limit. */
export interface ScanRun {
  readonly extended: boolean;
  readonly filterDuplicates: "off" | "on" | "eachPeriod";
  readonly durationMs: number;
  readonly periodMs: number;
}

/** Scanning (Vol 6 Part B 4.4.3). */
export class Scanner {
  parameters: ScanParameters = {
    ownAddressType: "public",
    filter: "all",
    phys: new Map([[1, { intervalMs: 10, windowMs: 10, active: false }]]),
  };
  readonly #session: Session;
  readonly #random: Random;
  readonly #reported = new Set<string>();
  #run: ScanRun | undefined;
  #since = 0;
  #listening = false;
  #stopTimer: () => void = () => {};

  constructor(session: Session) {
    this.#session = session;
    this.#random = session.core.random.stream("scanning");
  }

  get active(): boolean {
    return this.#run !== undefined;
  }

  start(run: ScanRun): void {
    this.stop();
    // Refuses where there is no address to scan with.
    ownAddress(this.#session, this.parameters.ownAddressType, this.#session.randomAddress, undefined);
    this.#run = run;
    this.#since = this.#session.core.clock.now();
    this.#reported.clear();
    this.#beginPeriod(run);
  }

  stop(): void {
    this.#stopTimer();
    this.#run = undefined;
    this.#listening = false;
  }

  hear(advertisement: Advertisement, rssi: number, from: Station): void {
    const run = this.#run;
    if (run === undefined || !this.#listening || (!advertisement.legacy && !run.extended)) return;
    const window = this.parameters.phys.get(advertisement.primaryPhy);
    const elapsed = this.#session.core.clock.now() - this.#since;
    if (window === undefined || !listens(window, elapsed, advertisement.channels)) return;
    const heard = this.#admit(advertisement, rssi);
    if (heard === undefined) return;
    // A scannable extended advertisement carries no data itself: all of it comes with the answer.
    const bare = !advertisement.legacy && advertisement.scannable;
    if (!bare || !window.active) this.#report(run, heard);
    if (advertisement.scannable && window.active) this.#request(run, heard, from);
  }

  #beginPeriod(run: ScanRun): void {
    const { clock } = this.#session.core;
    this.#listening = true;
    if (run.filterDuplicates === "eachPeriod") this.#reported.clear();
    if (run.durationMs === 0) return;
    this.#stopTimer = clock.after(run.durationMs, () => {
      if (run.periodMs === 0) {
        this.stop();
        this.#session.emit(LeScanTimeout, {});
        return;
      }
      this.#listening = false;
      this.#stopTimer = clock.after(run.periodMs - run.durationMs, () => this.#beginPeriod(run));
    });
  }

  /** The scan filter policy, directed advertising and privacy; undefined for what the host must not see. */
  #admit(advertisement: Advertisement, rssi: number): Heard | undefined {
    const { resolvingList, acceptList } = this.#session;
    const { advertiser, target } = advertisement;
    if (advertiser !== undefined && resolvingList.mustIgnore(advertiser)) return undefined;
    const view = advertiser && viewOf(this.#session, advertiser, undefined);
    const { filter } = this.parameters;
    const listed = filter === "acceptList" || filter === "acceptListAndUnresolvedDirected";
    if (listed && !acceptList.has(view?.address)) return undefined;
    const unresolved = target !== undefined && !this.#isUs(target);
    const wanted = filter === "allAndUnresolvedDirected" || filter === "acceptListAndUnresolvedDirected";
    if (unresolved && !(wanted && isResolvable(target))) return undefined;
    return {
      advertisement,
      view,
      rssi,
      unresolvedTarget: unresolved ? target : undefined,
      response: undefined,
    };
  }

  #isUs(target: Address): boolean {
    const { core, randomAddress, resolvingList } = this.#session;
    return (
      sameAddress(target, core.publicAddress) ||
      (randomAddress !== undefined && sameAddress(target, randomAddress)) ||
      resolvingList.resolvesToUs(target)
    );
  }

  /** SCAN_REQ and SCAN_RSP: either may be lost, and then it is tried again at a later advertising event. */
  #request(run: ScanRun, heard: Heard, from: Station): void {
    const { core } = this.#session;
    if (!this.#random.chance(core.settings.scanResponses)) return;
    if (!core.radio.carries(core.station, from)) return;
    const own = this.#ownAddress(heard.view);
    const response = own && heard.advertisement.scan(own);
    if (response === undefined || !core.radio.carries(from, core.station)) return;
    this.#report(run, { ...heard, response });
  }

  #ownAddress(view: PeerView | undefined): Address | undefined {
    const { ownAddressType } = this.parameters;
    return findOwnAddress(this.#session, ownAddressType, this.#session.randomAddress, view?.address)?.address;
  }

  #report(run: ScanRun, heard: Heard): void {
    if (run.filterDuplicates !== "off" && this.#isDuplicate(heard)) return;
    if (run.extended) reportExtended(this.#session, heard, this.#random);
    else reportLegacy(this.#session, heard);
  }

  #isDuplicate({ advertisement, view, response }: Heard): boolean {
    const who = view === undefined ? "anonymous" : addressKey(view.address);
    const key = `${who} ${advertisement.sid} ${response === undefined ? "advertising" : "response"}`;
    if (this.#reported.has(key)) return true;
    if (this.#reported.size >= DUPLICATES_REMEMBERED) this.#reported.clear();
    this.#reported.add(key);
    return false;
  }
}
