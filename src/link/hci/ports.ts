/** What a session with an adapter takes from its surroundings. Structural: storage fits without knowing this layer. */
import type { TableCache } from "../../../hci/device/table-cache.ts";
import type { LocalIdentity } from "../../../hci/gap/own-address.ts";
import type { HashSearch } from "../../../hci/gap/resolver.ts";
import type { StandingWait } from "../../../hci/smp/backoff.ts";
import type { Address, Bond, Clock, Crypto, KeyStore, TextPort } from "../../../hci/ports.ts";
import type { Transport as HciTransport } from "../../../hci/transport/transport.ts";
import type { Transport } from "../backend.ts";
import type { PairingPrompts } from "../pairing.ts";
import type { DevicePolicy, PairingMethod, StoredBondState } from "../security.ts";

/** What an adapter says of itself, and what the bus says of it. All of it is a claim. */
export interface AdapterClaim {
  /** `02:5A:10:00:00:01`; null where it has none. */
  readonly address: string | null;
  readonly hciVersion: number;
  readonly hciSubversion: number;
  readonly lmpVersion: number;
  readonly lmpSubversion: number;
  /** Company identifier of the manufacturer. */
  readonly manufacturer: number;
  /** LE features, 8 octets, hex. */
  readonly features: string;
  readonly usb: UsbClaim | null;
}

export interface UsbClaim {
  readonly vendorId: number;
  readonly productId: number;
  readonly serial: string | null;
}

/** One way to one adapter, which can be opened again: after a Reset that went wrong, after a replug. */
export interface AdapterPort {
  /** Rejects with DeviceError (`adapter`, `blocked`, `needs-gesture`) or TransportError. Listens to `signal` only while it opens. */
  open(signal: AbortSignal): Promise<OpenAdapter>;
}

export interface OpenAdapter {
  readonly transport: HciTransport;
  /** Null where the way to it does not say, as over a network. */
  readonly usb: UsbClaim | null;
}

/**
 * Whether this adapter may have keys, and which. Asks a person where it is new or differs. Rejects with DeviceError
 * (`adapter`, state `not-admitted`; `vault-locked`; `key-store`), or with the store's own errors.
 */
export interface Admission {
  admit(claim: AdapterClaim, signal: AbortSignal): Promise<Admitted>;
}

export interface Admitted {
  /** Our id of the adapter. */
  readonly adapter: string;
  readonly label: string;
  readonly keys: SessionKeys;
  /** Zeroed when the session ends. */
  readonly identity: LocalIdentity;
}

/** What the store says of one bond, without keys. */
export interface KeyListing {
  readonly peer: { readonly address: string; readonly type: string };
  readonly name: string;
  readonly state: StoredBondState;
  readonly method: PairingMethod | null;
  readonly keySize: number | null;
  readonly authenticated: boolean | null;
  readonly secureConnections: boolean;
  readonly createdAt: string | null;
  readonly provenAt: string | null;
  readonly imported: { readonly accepted: boolean } | null;
  readonly alternatives: number;
}

/** The keys of one adapter. */
export interface SessionKeys extends KeyStore {
  /** What happens to a bond that cannot be stored, until it is set anew. */
  unstored: "refuse" | "this-session";
  /** Kept in memory only. */
  isUnstored(local: Address, peer: Address): boolean;
  readiness(): Promise<"ready" | "vault-locked" | "not-writable">;
  pairingEnded(local: Address, peer: Address): Promise<void>;
  promote(bond: Bond): Promise<"active" | "unknown">;
  /** Resolves false where nothing was pending. */
  giveUp(local: Address, peer: Address): Promise<boolean>;
  /** Resolves false where nothing was given up. */
  reconsider(local: Address, peer: Address): Promise<boolean>;
  rename(local: Address, peer: Address, name: string): Promise<void>;
  list(local: Address): Promise<readonly KeyListing[]>;
  about(local: Address, peer: Address): Promise<KeyListing | undefined>;
}

/** One line of a chooser, as far as it was heard. Hostile text. */
export interface Sighting {
  /** As `Peer.id`. */
  readonly id: string;
  readonly name: string | undefined;
  /** dBm */
  readonly rssi: number | undefined;
  readonly services: readonly string[];
  readonly connectable: boolean;
  readonly bonded: boolean;
}

/** What is heard while a chooser is open. */
export interface Sightings {
  /** Those that fit, in the order in which they were first heard. */
  readonly all: readonly Sighting[];
  /** Called after each change until the chooser closes. */
  onChange: (() => void) | undefined;
}

/** Lets a person choose: resolves with the id of one, or null where the person closed it. */
export type Chooser = (sightings: Sightings, signal: AbortSignal) => Promise<string | null>;

/** Waiting times after failed pairings, over restarts. Neither call rejects: what is lost costs an attacker less time. */
export interface WaitStore {
  load(): Promise<readonly StandingWait[]>;
  save(waits: readonly StandingWait[]): Promise<void>;
}

export interface SessionPorts {
  readonly adapter: AdapterPort;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly text: TextPort;
  /** `dongle`, or `simulator` for one made of code. */
  readonly transport: Extract<Transport, "dongle" | "simulator">;
  /** Who speaks for the person, unless a pairing names somebody else. */
  readonly prompts: PairingPrompts;
  readonly chooser: Chooser;
  readonly tables?: TableCache;
  readonly waits?: WaitStore;
  /** Takes the place of one AES after the other when many IRKs are tried. */
  readonly search?: HashSearch;
  /** What is demanded of one peer; the default where it does not say. Asked often: must not wait. */
  readonly policyOf?: (peerId: string) => DevicePolicy | undefined;
  /** Hide our identity behind addresses that change. Default true. */
  readonly privacy?: boolean;
}
