import type { AdvertiseOptions, AdvertisingEnd } from "../gap/advertiser.ts";
import { applyPolicy } from "../gap/connection-parameters.ts";
import type { ParameterPolicy } from "../gap/connection-parameters.ts";
import { addressKey } from "../gap/address.ts";
import { resolvingListSize } from "../gap/capabilities.ts";
import type { ConnectTarget } from "../gap/connect-target.ts";
import type { ConnectOptions } from "../gap/connector.ts";
import { Gap } from "../gap/gap.ts";
import type { LocalIdentity } from "../gap/own-address.ts";
import type { HashSearch } from "../gap/resolver.ts";
import type { Scanner } from "../gap/scanner.ts";
import type { GattServer } from "../gatt/server.ts";
import { ErrorCode, HciError } from "../host/hci-error.ts";
import { Host } from "../host/host.ts";
import type { Link } from "../host/link.ts";
import { MAX_ATT_MTU } from "../l2cap/l2cap.ts";
import type { Address, Clock, Crypto, KeyStore, TextPort } from "../ports.ts";
import { Backoff } from "../smp/backoff.ts";
import type { PairingDelegate } from "../smp/delegate.ts";
import { asError } from "../smp/errors.ts";
import type { OobMaterial } from "../smp/oob.ts";
import type { PairingPolicy } from "../smp/policy.ts";
import type { Features } from "../smp/settings.ts";
import { wipeBond } from "../smp/wipe.ts";
import { BondWatch } from "./bond-watch.ts";
import type { ClientMemory } from "./clients.ts";
import { MemoryClients } from "./clients.ts";
import type { Context } from "./context.ts";
import { DeviceLink } from "./device-link.ts";
import type { StackEvent } from "./events.ts";
import { LinkChannels } from "./link-channels.ts";
import { Peers } from "./peers.ts";
import type { TableCache } from "./table-cache.ts";
import { type ControllerUsage, usageOf } from "./usage.ts";

export interface StackOptions extends HostOptions {
  /** The way to the adapter. */
  readonly transport: Parameters<typeof Host.start>[0];
  readonly clock: Clock;
}

/** What a stack needs beside a host that was started. */
export interface HostOptions {
  readonly crypto: Crypto;
  readonly text: TextPort;
  readonly keys: KeyStore;
  /** Who we are to bonded peers: one for each adapter and profile. */
  readonly identity: LocalIdentity;
  /** Show private addresses instead of the identity. Default true. */
  readonly privacy?: boolean;
  /** How long one private address is used; see OwnAddressOptions. */
  readonly rotationMs?: number;
  /** One for all, or by peer: what a person allowed for one device is not allowed for others. */
  readonly policy: PairingPolicy | ((peer: Address) => PairingPolicy);
  readonly delegate: PairingDelegate;
  /** Our own attributes, served to every peer. */
  readonly server?: GattServer;
  /** Waiting times after failed pairings, and what was observed of bonds: given on from a stack that was restarted. */
  readonly backoff?: Backoff;
  readonly watch?: BondWatch;
  readonly tables?: TableCache;
  /** What bonded clients of our server leave; in memory by default. */
  readonly clients?: ClientMemory;
  /** For pairings that the peer begins. */
  readonly oob?: (peer: Address) => OobMaterial;
  /** Which connection parameters a peripheral may have. */
  readonly parameters?: ParameterPolicy;
  /** 23 to 517, which is the default. */
  readonly mtu?: number;
  readonly search?: HashSearch;
  /** Only to imitate other devices: what we offer in a pairing. */
  readonly features?: Features;
  readonly onEvent?: (event: StackEvent) => void;
}

/** One adapter and everything on it: whom it finds, whom it serves, whom it trusts. */
export class Stack {
  readonly host: Host;
  readonly gap: Gap;
  /** A central connected to us. Without a listener such links are ended. Must not throw. */
  onConnection: ((link: DeviceLink) => void) | undefined;
  readonly #context: Context;
  readonly #peers: Peers;
  readonly #parameters: ParameterPolicy | undefined;
  readonly #opening = new Map<Link, Promise<DeviceLink>>();
  readonly #links = new Set<DeviceLink>();
  readonly #held = new Set<number>();

  private constructor(options: HostOptions, gap: Gap) {
    const { policy, onEvent, oob } = options;
    this.host = gap.host;
    this.gap = gap;
    this.#parameters = options.parameters;
    this.#context = {
      gap,
      clock: gap.host.clock,
      crypto: options.crypto,
      keys: options.keys,
      identity: options.identity,
      delegate: options.delegate,
      backoff: options.backoff ?? new Backoff(gap.host.clock),
      watch: options.watch ?? new BondWatch(gap.host.clock),
      server: options.server,
      tables: options.tables,
      clients: options.clients ?? new MemoryClients(),
      features: options.features,
      mtu: Math.min(MAX_ATT_MTU, Math.max(23, options.mtu ?? MAX_ATT_MTU)),
      policyFor: typeof policy === "function" ? policy : () => policy,
      oobFor: oob ?? (() => ({})),
      bondMade: (bond) => this.#peers.made(bond),
      holdsRequests: (peer) => this.#held.has(addressKey(peer)),
      bondUsed: (bond) => this.#peers.used(bond),
      emit: (event) => onEvent?.(event),
    };
    this.#peers = new Peers(this.#context);
    if (options.server !== undefined)
      options.server.resolvesAddresses = resolvingListSize(gap.host.controller) > 0;
    this.#watchLinks();
    this.host.onClosed = (error) => {
      gap.close();
      this.#peers.forget();
      this.#context.emit({ kind: "closed", error });
    };
  }

  /** Takes over an adapter. Rejects as Host.start does, and where the key store cannot be read. */
  static async start(options: StackOptions): Promise<Stack> {
    return Stack.on(await Host.start(options.transport, options.clock), options);
  }

  /**
   * On an adapter that was reset and told what it is, and that may have `keys` and `identity`. Rejects where the key
   * store cannot be read; the host is closed then.
   */
  static async on(host: Host, options: HostOptions): Promise<Stack> {
    const { crypto, text, identity, privacy = true, search, rotationMs } = options;
    try {
      const more = {
        ...(search === undefined ? {} : { search }),
        ...(rotationMs === undefined ? {} : { rotationMs }),
      };
      const gap = await Gap.start(host, { identity, privacy, crypto, text, ...more });
      const stack = new Stack(options, gap);
      await stack.refreshBonds();
      return stack;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  get scanner(): Scanner {
    return this.gap.scanner;
  }

  get identity(): LocalIdentity {
    return this.#context.identity;
  }

  get keys(): KeyStore {
    return this.#context.keys;
  }

  get links(): readonly DeviceLink[] {
    return [...this.#links].filter(({ link }) => link.end === undefined);
  }

  /** What of the controller is in use now. */
  get usage(): ControllerUsage {
    return usageOf(this.gap);
  }

  /** After bonds were added or removed by others than us: whom to recognise behind private addresses. */
  refreshBonds(): Promise<void> {
    return this.#peers.refresh();
  }

  /** Somebody is about to encrypt or pair: until the result is called this peer's Security Requests get no answer. */
  holdRequests(peer: Address): () => void {
    const key = addressKey(peer);
    this.#held.add(key);
    return () => this.#held.delete(key);
  }

  /**
   * Stops recognising one peer, here and in the controller, before its bond is deleted. `refreshBonds` brings it back where
   * the bond is still there.
   */
  withdraw(peer: Address): Promise<void> {
    return this.#peers.refresh(peer);
  }

  /**
   * Connects as central, to an identity wherever its private address is now, or to an address on the air. Nothing is
   * asked of the peer yet. Rejects as Gap.connect does, and where the key store cannot be read.
   */
  async connect(peer: Address, options: ConnectOptions = {}): Promise<DeviceLink> {
    const target = await this.#peers.targetOf(peer);
    const link = await this.#connected(target, options);
    const opening = this.#opening.get(link);
    if (opening === undefined)
      throw link.end?.error ?? new Error("Cannot connect: the link was not announced");
    return opening;
  }

  async #connected(target: ConnectTarget, options: ConnectOptions): Promise<Link> {
    try {
      return await this.gap.connect(target, options);
    } catch (error) {
      if (error instanceof HciError && error.status === ErrorCode.connectionLimitExceeded)
        this.#context.emit({ kind: "links-full", held: this.links.length });
      throw error;
    } finally {
      if ("irk" in target) target.irk?.fill(0);
    }
  }

  /** Milliseconds until `peer` may be paired with: the waiting time after failures, its own and everybody's. */
  pairingWait(peer: Address): number {
    return this.#context.backoff.remaining(peer);
  }

  /** `connect`, and for a bonded peer `secure`, else `explore`. A link that does not get so far is ended. */
  async reach(peer: Address, options: ConnectOptions = {}): Promise<DeviceLink> {
    const link = await this.connect(peer, options);
    try {
      await (link.bond === undefined ? link.explore(options.signal) : link.secure(options.signal));
      return link;
    } catch (error) {
      await link.disconnect();
      throw error;
    }
  }

  /** Resolves when it is on the air. It ends with the link that comes of it. */
  advertise(options: AdvertiseOptions, onEnd: (end: AdvertisingEnd) => void = () => {}): Promise<void> {
    return this.gap.advertiser.start(options, onEnd);
  }

  /** Ends all links and lets go of the adapter. */
  async close(): Promise<void> {
    this.gap.close();
    await this.host.close();
  }

  /** In the very moment a link opens, before its first packet. */
  #watchLinks(): void {
    const { links } = this.host;
    const take = links.onOutcome;
    links.onOutcome = (outcome) => {
      if (!("link" in outcome)) return take(outcome);
      const { link } = outcome;
      if (link.role === "peripheral" && this.onConnection === undefined) {
        take(outcome);
        return false;
      }
      this.#open(link);
      return take(outcome);
    };
  }

  #open(link: Link): void {
    const channels = new LinkChannels(link, this.#context.clock);
    applyPolicy(link, channels.l2cap.signalling, this.#parameters);
    const opening = this.#identify(channels);
    this.#opening.set(link, opening);
    void link.closed.then(() => this.#opening.delete(link));
    opening.catch(() => {}); // told as an event; a central's caller hears of it too
  }

  async #identify(channels: LinkChannels): Promise<DeviceLink> {
    const { link } = channels;
    try {
      const known = await this.#peers.identify(link);
      if (link.end !== undefined) {
        if (known.bond !== undefined) wipeBond(known.bond);
        throw link.end.error;
      }
      const device = new DeviceLink(this.#context, channels, known);
      this.#links.add(device);
      void link.closed.then(() => this.#links.delete(device));
      if (link.role === "peripheral") this.onConnection?.(device);
      this.#context.emit({ kind: "link-opened", link: device });
      channels.release();
      return device;
    } catch (thrown) {
      const error = asError(thrown);
      this.#context.emit({ kind: "not-identified", peer: link.peerAddress, error });
      void link.disconnect(ErrorCode.remoteUserTerminated);
      throw error;
    }
  }
}
