import { AttBearer, DEFAULT_MTU } from "../att/bearer.ts";
import { quicken } from "../gap/link-tuning.ts";
import { GattClient } from "../gatt/client.ts";
import { discoverPrimaryServices } from "../gatt/discover.ts";
import type { HandleRange } from "../gatt/discover.ts";
import type { AttributeTable, Service } from "../gatt/table.ts";
import { ErrorCode } from "../host/hci-error.ts";
import type { Link, LinkEnd } from "../host/link.ts";
import type { Abort, Address, Bond } from "../ports.ts";
import type { PairingResult } from "../smp/bonding.ts";
import { asError } from "../smp/errors.ts";
import type { PairOptions } from "../smp/plans.ts";
import type { LinkSecurity } from "../smp/settings.ts";
import { unlessAborted } from "./abort.ts";
import type { Context } from "./context.ts";
import { NotReadyError } from "./errors.ts";
import type { LinkChannels } from "./link-channels.ts";
import { LinkGuard } from "./link-guard.ts";
import { prepareAttributes } from "./prepare.ts";
import { Serving } from "./serving.ts";
import type { CachedTable } from "./table-cache.ts";

/** Who the peer is, and what the stores say about it, as it was when the link opened. */
export interface KnownPeer {
  readonly peer: Address;
  readonly bond: Bond | undefined;
  /** Read before it is needed: nothing may come between encryption and its use. */
  readonly cached: CachedTable | undefined;
}

/**
 * One link to one peer: its security, and its attributes once they may be used. With a bonded peer nothing is asked and
 * nothing is heard before the stored key has encrypted the link; where that fails the link ends, and nothing is paired.
 */
export class DeviceLink {
  readonly link: Link;
  readonly #context: Context;
  readonly #guard: LinkGuard;
  readonly #bearer: AttBearer;
  readonly #client: GattClient;
  readonly #serving: Serving | undefined;
  #cached: CachedTable | undefined;
  /** The table in use was not discovered on this link. */
  #fromCache = false;
  #hashLies: boolean;
  #ready = false;
  /** A bond was made since the attributes were prepared. */
  #stale = false;
  #preparing: Promise<GattClient> | undefined;
  #quick = false;

  constructor(context: Context, channels: LinkChannels, known: KnownPeer) {
    const { link, l2cap } = channels;
    this.link = link;
    this.#context = context;
    this.#cached = known.cached;
    this.#hashLies = known.cached?.hashLies === true;
    this.#bearer = new AttBearer(l2cap.attribute, context.clock);
    channels.limitAttribute(() => this.#bearer.mtu);
    this.#bearer.onDead = () => {
      context.emit({ kind: "att-timeout", link: this });
      void link.disconnect(ErrorCode.remoteUserTerminated);
    };
    this.#client = new GattClient(
      this.#bearer,
      { raiseSecurity: (error) => this.#guard.raise(error) },
      {
        databaseChanged: (range) => this.#changed(range),
        listenerFailed: (error) => context.emit({ kind: "listener-failed", error }),
      },
    );
    this.#guard = new LinkGuard(context, link, l2cap.securityManager, known, {
      secured: (enough) => this.#secured(enough),
      paired: (result) => this.#paired(result),
      lost: () => this.#shut(),
      event: (event) => context.emit({ kind: "security", link: this, event }),
    });
    const { server } = context;
    this.#serving = server && new Serving(server, this.#bearer, () => this.#servedSecurity());
    void link.closed.then((end) => this.#ended(end));
  }

  get role(): "central" | "peripheral" {
    return this.link.role;
  }

  /** The identity once it is known, else the address over the air. */
  get peer(): Address {
    return this.#guard.peer;
  }

  get bond(): Bond | undefined {
    return this.#guard.bond;
  }

  /** What protects the link now; null in clear. */
  get security(): LinkSecurity | null {
    return this.#guard.security;
  }

  /** Octets of the longest ATT PDU, as agreed. */
  get mtu(): number {
    return this.#bearer.mtu;
  }

  /** ATT requests sent on this link so far. */
  get requests(): number {
    return this.#bearer.requests;
  }

  /** The peer's attributes. Throws NotReadyError before `secure` or `explore` resolved, and after security was lost. */
  get gatt(): GattClient {
    if (!this.#ready) throw new NotReadyError("Cannot use attributes: the link is not ready for them");
    return this.#client;
  }

  /** Resolves when the link is gone; never rejects. */
  get closed(): Promise<LinkEnd> {
    return this.link.closed;
  }

  /**
   * For a bonded peer: encrypts with the stored key, then MTU, hash, known table or discovery. Resolves when the
   * attributes may be used. Rejects with NotBondedError, WeakBondError, BondFailedError (the link has ended), the
   * store's error, the link's, or the reason of `abort`, which ends the link. Never pairs.
   */
  secure(abort?: Abort): Promise<GattClient> {
    return this.#prepare(abort, () => this.#guard.secure());
  }

  /**
   * Encrypts with the stored key and does nothing else: no attribute is asked for, and what the policy demands is the
   * caller's to judge. Rejects as `secure` does, except with WeakBondError.
   */
  encrypt(abort?: Abort): Promise<void> {
    return unlessAborted(this.#guard.encrypt(), abort, () => void this.disconnect());
  }

  /** The bond whose stored key encrypted this link; undefined before, and on a link that was only paired on. */
  get proven(): Bond | undefined {
    return this.#guard.provenByStore;
  }

  /** For a peer without a bond: the same in clear. Rejects with NotReadyError where there is a bond. */
  explore(abort?: Abort): Promise<GattClient> {
    return this.#prepare(abort, async () => {
      if (this.security !== null) return;
      if (this.bond !== undefined)
        throw new NotReadyError("Cannot use attributes in clear: this device is bonded");
      this.#open();
    });
  }

  /**
   * Central: pairs, at a person's wish, on this link as it is. The bond is not proven before its key, read back from
   * the store, has encrypted another link: see `proveBond`. Rejects as SecurityManager.pair does.
   */
  pair(options: PairOptions = {}, abort?: Abort): Promise<PairingResult> {
    return this.#guard.pair(options, abort);
  }

  /**
   * Central: encrypts anew with the stored key on the link as it is, as after a legacy pairing, whose own key is for one
   * link. Rejects as `secure` does.
   */
  refresh(): Promise<void> {
    return this.#guard.refresh();
  }

  /**
   * A person wants a bond with this device: where a request is refused for want of security, one pairing may cure it.
   * Without this an error of the peer never starts a pairing.
   */
  wantPairing(options: PairOptions = {}): void {
    this.#guard.wantPairing(options);
  }

  /** Peripheral: asks the central to secure the link; it encrypts, or pairs. */
  requestSecurity(): Promise<LinkSecurity> {
    return this.#guard.requestSecurity();
  }

  /**
   * Structure probe: compares the services of a table that came from the cache with those of the device, a few requests.
   * Where they differ the table is made anew and the peer's hash marked as worthless. Does nothing for a table that was
   * discovered on this link.
   */
  async verifyTable(): Promise<"same" | "changed"> {
    const { table } = this.gatt;
    if (!this.#fromCache || table === undefined) return "same";
    const services = await discoverPrimaryServices(this.#bearer);
    if (this.#client.table !== table) return "same"; // Service Changed came meanwhile: that is another matter
    this.#fromCache = false;
    if (sameServices(table, services)) return "same";
    const lies = this.#client.hash !== undefined;
    if (lies) this.#context.emit({ kind: "hash-lied", link: this });
    this.#hashLies ||= lies;
    await this.rediscover();
    return "changed";
  }

  /** After the database changed, or at a person's wish: everything anew. */
  async rediscover(): Promise<AttributeTable> {
    const client = this.gatt;
    const table = await client.discover();
    const configured = await client.enableRobustCaching();
    const lies = this.#hashLies ? { hashLies: true } : {};
    await this.#keep({ table, hash: client.hash, configured: configured && this.#isBonded, ...lies });
    return table;
  }

  disconnect(reason: number = ErrorCode.remoteUserTerminated): Promise<void> {
    return this.link.disconnect(reason);
  }

  get #isBonded(): boolean {
    return this.#guard.proven !== undefined && this.security !== null;
  }

  /** One preparation at a time; a second caller gets the first one's end. */
  #prepare(abort: Abort | undefined, begin: () => Promise<void>): Promise<GattClient> {
    if (this.#ready && !this.#stale) return Promise.resolve(this.#client);
    this.#preparing ??= this.#run(begin).finally(() => {
      this.#preparing = undefined;
    });
    return unlessAborted(this.#preparing, abort, () => void this.disconnect());
  }

  async #run(begin: () => Promise<void>): Promise<GattClient> {
    await begin();
    await this.#bearer.exchangeMtu(this.#context.mtu);
    this.#quicken();
    const cached = this.#cached;
    const prepared = await prepareAttributes({
      client: this.#client,
      cached,
      bonded: this.#isBonded,
    });
    const same = cached?.table === prepared.table && cached.configured === prepared.configured;
    if (!same) await this.#keep(prepared);
    this.#fromCache = cached !== undefined && cached.table === prepared.table;
    if (this.link.end !== undefined) throw this.link.end.error;
    this.#ready = true;
    this.#stale = false;
    return this.#client;
  }

  /**
   * Once, after encryption, so that no other procedure of the link layer comes between; and only where the peer takes
   * PDUs that long packets are of use for: those that do not are the old ones, which better see nothing new.
   */
  #quicken(): void {
    if (this.#quick || this.mtu <= DEFAULT_MTU) return;
    this.#quick = true;
    void quicken(this.#context.gap.host, this.link);
  }

  async #keep(entry: CachedTable): Promise<void> {
    const { tables, identity } = this.#context;
    this.#cached = entry;
    try {
      await tables?.put(identity.address, this.peer, entry);
    } catch (error) {
      this.#context.emit({ kind: "keeping-failed", what: "tables", error: asError(error) });
    }
  }

  async #drop(peer: Address): Promise<void> {
    const { tables, identity } = this.#context;
    this.#cached = undefined;
    try {
      await tables?.delete(identity.address, peer);
    } catch (error) {
      this.#context.emit({ kind: "keeping-failed", what: "tables", error: asError(error) });
    }
  }

  /** Pushed values are delivered from now on, and a Service Changed among them finds the table it speaks of. */
  #open(): void {
    if (this.#client.table === undefined && this.#cached !== undefined)
      this.#client.adopt(this.#cached.table, this.#cached.hash);
    this.#client.open();
  }

  #shut(): void {
    this.#ready = false;
    this.#client.shut();
  }

  #secured(enough: boolean): void {
    const { proven } = this.#guard;
    const remembered = proven && this.#context.clients.get(proven.peer);
    if (remembered !== undefined) this.#serving?.restore(remembered);
    if (enough) this.#open();
  }

  /** Another bond: what was cached under the old one counts for nothing (Vol 3 Part G 2.5.2). */
  #paired({ bond }: PairingResult): void {
    if (bond === null) return;
    this.#stale = true;
    this.#context.clients.delete(bond.peer);
    void this.#drop(bond.peer);
  }

  #changed(range: HandleRange): void {
    void this.#drop(this.peer);
    this.#context.emit({ kind: "database-changed", link: this, range });
  }

  #ended({ reason, error }: LinkEnd): void {
    this.#shut();
    const { proven } = this.#guard;
    if (this.#serving !== undefined) {
      if (proven !== undefined) this.#context.clients.set(proven.peer, this.#serving.remember());
      this.#serving.end(error);
    }
    this.#context.emit({ kind: "link-ended", link: this, reason });
  }

  #servedSecurity() {
    const { security } = this;
    const keyKnown = this.bond !== undefined;
    if (security === null)
      return { encrypted: false, keySize: 0, authenticated: false, secureConnections: false, keyKnown };
    const { keySize, authenticated, secureConnections } = security;
    return { encrypted: true, keySize, authenticated, secureConnections, keyKnown };
  }
}

function sameServices(
  { services }: AttributeTable,
  found: readonly Pick<Service, "start" | "end" | "uuid">[],
): boolean {
  return (
    services.length === found.length &&
    services.every(({ start, end, uuid }, i) => {
      const other = found[i];
      return other?.start === start && other.end === end && other.uuid === uuid;
    })
  );
}
