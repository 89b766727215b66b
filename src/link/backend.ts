import type { Operation } from "./failure.ts";
import type { CharacteristicRef, GattTable, Uuid } from "./gatt.ts";
import type { BondAdministration, LinkBonding } from "./security.ts";

/**
 * The one interface the product has to Bluetooth. Every rejection is a `DeviceError`; an aborted signal rejects with
 * `{ kind: "cancelled", by: "caller" }` at once, also where the platform call itself never settles.
 */
export interface Backend {
  readonly capabilities: Capabilities;
  /** Exactly where `capabilities.pairing` is `explicit`. */
  readonly bonds?: BondAdministration;
  /** Whether there is a radio to use now. Never rejects because of the radio: that is an answer. */
  availability(signal: AbortSignal): Promise<Availability>;
  /** Opens the chooser; must be called from a user gesture. No time limit: choosers may stay open for ever. */
  choose(request: ChooseRequest, signal: AbortSignal): Promise<Peer>;
  /** Peers this backend can reach again without a chooser; empty where it cannot know. */
  known(signal: AbortSignal): Promise<readonly Peer[]>;
  /**
   * Where a device can be reached by its identity alone, without a chooser and without a bond: that peer, else undefined.
   * Only with `capabilities.pairing` `explicit`.
   */
  reach?(peerId: string): Peer | undefined;
}

/** `simulator`: our own host stack over a controller and devices that are made of code. It proves nothing real. */
export type Transport = "web-bluetooth" | "dongle" | "demo" | "simulator";

/** What a backend can honestly say. Screens ask this, never which backend they have. */
export interface Capabilities {
  readonly transport: Transport;
  /** `on-demand`: there is no pairing call; a protected read makes the system pair. */
  readonly pairing: "explicit" | "on-demand";
  /** Known devices come back after a reload and a restart without a chooser. */
  readonly remembersPeers: boolean;
  /** Who keeps the keys, and so who can remove a bond. */
  readonly keysOwnedBy: "system" | "bondkeeper";
  readonly reports: {
    readonly encryption: boolean;
    readonly bond: boolean;
    readonly attributeHandles: boolean;
    readonly adapterPower: boolean;
    readonly attErrors: boolean;
  };
}

export type Availability =
  | { readonly state: "ready" }
  | { readonly state: "adapter-missing" }
  | { readonly state: "adapter-off" }
  /** The dongle was pulled out or stopped answering; the session over it is over. */
  | { readonly state: "adapter-lost" }
  /** The keys of this adapter cannot be used before a person opens the vault. */
  | { readonly state: "vault-locked" }
  | { readonly state: "api-missing"; readonly why: "browser" | "insecure-context" | "disabled" }
  | { readonly state: "blocked"; readonly by: "site-setting" | "system-permission" | "permissions-policy" };

export interface ChooseRequest {
  /** Show only devices that advertise all of these. Empty: every device (with `namePrefix`, those it fits). */
  readonly services: readonly Uuid[];
  readonly namePrefix?: string;
  /** Services the page may use after choosing, besides `services`. */
  readonly optionalServices: readonly Uuid[];
}

export interface Peer {
  /** The platform's id. A hint: it may change, and the same id is no proof of the same device. */
  readonly id: string;
  /** As the system gives it; hostile text, may be missing. */
  readonly name: string | undefined;
  /**
   * One link per peer: rejects with `busy` while an attempt or a link of this page is open. `signal` also ends an
   * attempt that hangs.
   */
  connect(signal: AbortSignal): Promise<Connection>;
  /**
   * Drops the permission to reach this peer. On Web Bluetooth the system's bond stays. `unsupported` where the
   * platform has no such call.
   */
  forget(signal: AbortSignal): Promise<"forgotten" | "unsupported">;
}

export interface LinkLost {
  readonly by: "us" | "peer";
}

/**
 * One link. All operations queue per device; values are octets as the peer sent them. An operation that was aborted
 * rejects at once but keeps its place until the platform answers. One that reaches its time limit ends the link.
 */
export interface Connection extends AsyncDisposable {
  /** Settles once, when the link ends for whatever reason. Never rejects. */
  readonly closed: Promise<LinkLost>;
  /** Exactly where `capabilities.pairing` is `explicit`. */
  readonly bonding?: LinkBonding;
  /** With a bonded peer of an explicit backend: encrypts first, where that was not done yet. */
  discover(signal: AbortSignal): Promise<GattTable>;
  /** `mayPair`: a system pairing dialog may appear, so the time limit is longer. */
  read(ref: CharacteristicRef, options: AccessOptions): Promise<Uint8Array>;
  write(ref: CharacteristicRef, value: Uint8Array, options: WriteOptions): Promise<void>;
  /** Resolves when subscribed; the result ends the subscription. */
  subscribe(
    ref: CharacteristicRef,
    onValue: (value: Uint8Array) => void,
    options: AccessOptions,
  ): Promise<() => Promise<void>>;
}

export interface AccessOptions {
  readonly signal: AbortSignal;
  readonly mayPair?: boolean;
}

export interface WriteOptions extends AccessOptions {
  readonly response: boolean;
}

/** Milliseconds after which we stop waiting for the platform. The chooser has none. */
export type TimeLimits = Readonly<Record<Exclude<Operation, "choose">, number>>;

/** Connect 25 s, discovery 15 s, ATT 30 s plus margin; 60 s more where a pairing dialog may be open. */
export const DEFAULT_LIMITS: TimeLimits = {
  availability: 5_000,
  connect: 25_000,
  discover: 15_000,
  read: 35_000,
  write: 35_000,
  subscribe: 35_000,
  pair: 95_000,
  encrypt: 35_000,
  forget: 5_000,
  disconnect: 5_000,
};
/** Where the radio is ours, an attempt to connect is ours as well: a device that is there answers within a second or two. */
export const DONGLE_LIMITS: TimeLimits = { ...DEFAULT_LIMITS, connect: 10_000 };
/** Added to read, write and subscribe where `mayPair` is set. */
export const PAIRING_DIALOG_MS = 60_000;
