import * as events from "../host/events.ts";
import type { Bytes } from "../ports.ts";
import type { LinkEnd } from "./link/end.ts";
import type { DataLength, ParameterRange, PhySets, Version } from "./link/frame.ts";
import type { LinkOwner } from "./link/owner.ts";
import type { Random } from "./random.ts";
import type { Session } from "./session.ts";
import { Status } from "./status.ts";

/** The company identifier that is reserved for tests: no real manufacturer is imitated. */
const COMPANY = 0xffff;
const phyNames = { 1: "1M", 2: "2M", 3: "coded" } as const;

/** What happens on links, told to the host. */
export class LinkReports implements LinkOwner {
  readonly #session: Session;
  readonly station;
  readonly aes;
  readonly random: Random;
  readonly version: Version;
  readonly features: Bytes;
  readonly phys: number;
  readonly packetsPerEvent: number;
  readonly silentMicFailure: boolean;

  constructor(session: Session) {
    const { core } = session;
    this.#session = session;
    this.station = core.station;
    this.aes = core.crypto;
    this.random = core.random.stream("links");
    this.version = { version: core.profile.version, company: COMPANY, subversion: 1 };
    this.features = core.profile.features;
    this.phys = core.profile.phys;
    this.packetsPerEvent = core.settings.packetsPerEvent;
    this.silentMicFailure = core.settings.silentMicFailure;
  }

  get maxLength(): DataLength {
    return this.#session.preferences.maxLength;
  }

  preferredPhys(): PhySets {
    return this.#session.preferences.phys;
  }

  takesData(octets: number): boolean {
    return this.#session.aclIn.hasRoom(octets);
  }

  onData(end: LinkEnd, first: boolean, octets: Uint8Array): void {
    const handle = this.#session.links.handleOf(end);
    if (handle !== undefined) this.#session.aclIn.deliver(handle, first, octets);
  }

  onSent(end: LinkEnd): void {
    const handle = this.#session.links.handleOf(end);
    if (handle !== undefined) this.#session.aclOut.sent(handle);
  }

  onEventEnd(): boolean {
    return this.#session.aclOut.report();
  }

  onEnded(end: LinkEnd, reason: number): void {
    const { links, aclOut, aclIn } = this.#session;
    const handle = links.handleOf(end);
    if (handle === undefined) return;
    links.remove(end);
    aclOut.release(handle);
    aclIn.release(handle);
    this.#session.emit(events.DisconnectionComplete, { status: Status.Success, handle, reason });
  }

  onEncryption(end: LinkEnd, status: number, refresh: boolean): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    if (refresh) {
      this.#session.emit(events.EncryptionKeyRefreshComplete, { status, handle });
    } else {
      const enabled = status === Status.Success ? 1 : 0;
      this.#session.emit(events.EncryptionChange, { status, handle, enabled });
    }
  }

  onKeyRequest(end: LinkEnd, rand: Bytes, ediv: number): boolean {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined || !this.#session.masks.allows(events.LeLongTermKeyRequest)) return false;
    this.#session.emit(events.LeLongTermKeyRequest, { handle, rand, ediv });
    return true;
  }

  onParameters(end: LinkEnd, status: number): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    const { interval, latency, timeout } = end.update.current;
    const body = { status, handle, interval, latency, supervisionTimeout: timeout };
    this.#session.emit(events.LeConnectionUpdateComplete, body);
  }

  onParameterRequest(end: LinkEnd, range: ParameterRange): boolean {
    const handle = this.#session.links.handleOf(end);
    const event = events.LeRemoteConnectionParameterRequest;
    if (handle === undefined || !this.#session.masks.allows(event)) return false;
    const { intervalMin, intervalMax, latency, timeout } = range;
    this.#session.emit(event, { handle, intervalMin, intervalMax, latency, supervisionTimeout: timeout });
    return true;
  }

  onDataLength(end: LinkEnd): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    const { txOctets, txTime, rxOctets, rxTime } = end.length.effective;
    this.#session.emit(events.LeDataLengthChange, {
      handle,
      maxTxOctets: txOctets,
      maxTxTime: txTime,
      maxRxOctets: rxOctets,
      maxRxTime: rxTime,
    });
  }

  onPhy(end: LinkEnd, status: number): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    const { tx, rx } = end.phy;
    this.#session.emit(events.LePhyUpdateComplete, { status, handle, tx: phyNames[tx], rx: phyNames[rx] });
  }

  onFeatures(end: LinkEnd, status: number, features: Bytes): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    this.#session.emit(events.LeReadRemoteFeaturesComplete, { status, handle, features });
  }

  onVersion(end: LinkEnd, status: number, { version, company, subversion }: Version): void {
    const handle = this.#session.links.handleOf(end);
    if (handle === undefined) return;
    const body = { status, handle, version, companyIdentifier: company, subversion };
    this.#session.emit(events.ReadRemoteVersionInformationComplete, body);
  }
}
