/**
 * Bonds whose keys are ours: what a backend with `capabilities.pairing === "explicit"` offers beside the rest of
 * `backend.ts`. No key, passkey or identity resolving key is in anything here but where a person types or reads one.
 */
import type { Peer } from "./backend.ts";
import type { OutOfBand } from "./out-of-band.ts";
import type { PairingPrompts } from "./pairing.ts";

/** LE security mode 1, levels 2, 3 and 4 (Core 6.2, Vol 3 Part C 10.2.1). A legacy key never gives more than the first. */
export type SecurityLevel = "encrypted" | "authenticated" | "secure";

export type PairingMethod =
  | "just-works"
  | "numeric-comparison"
  | "passkey"
  | "oob"
  | "legacy-just-works"
  | "legacy-passkey"
  | "legacy-oob";

/** What protects a link now. Null is what cannot be known; `level` null on a link in clear, too. */
export interface LinkSecurity {
  readonly encrypted: boolean | null;
  /** Nobody can have been in the middle when the key was made. */
  readonly authenticated: boolean | null;
  readonly secureConnections: boolean | null;
  /** Octets, 7 to 16. */
  readonly keySize: number | null;
  readonly level: SecurityLevel | null;
}

/**
 * `active`: it has encrypted a link other than the one it was made on. `half-bond`: stored, and nobody said that the
 * pairing ended well. `unproven`: paired or imported, not tried yet. `failed`: tried in vain, kept. `spare`: came beside
 * a proven one. `erased`: only its name is left.
 */
export type StoredBondState = "active" | "half-bond" | "unproven" | "failed" | "spare" | "erased";

/** What the store has for one peer, without keys. Nothing in it proves anything. */
export interface StoredBond {
  /** Id of the peer as `Peer.id` has it: its identity. */
  readonly peerId: string;
  readonly state: StoredBondState;
  /** Null where nobody said (imports). */
  readonly method: PairingMethod | null;
  readonly level: SecurityLevel | null;
  readonly authenticated: boolean | null;
  readonly secureConnections: boolean;
  readonly keySize: number | null;
  /** Its levels are claims of a file until a person accepts them. */
  readonly imported: boolean;
  /** False: kept in memory until this page or process ends. */
  readonly persisted: boolean;
  /** ISO 8601. */
  readonly createdAt: string | null;
  readonly provenAt: string | null;
  /** Older or failed keys that are kept beside the one that counts. */
  readonly alternatives: number;
}

/** What a device is asked for, and what is taken from it. */
export interface DevicePolicy {
  /** `secure` is Secure Connections Only mode (Vol 3 Part C 10.2.4). */
  readonly minimumLevel: SecurityLevel;
  /** Legacy pairing: a listener can recover its keys. Only by a person's choice for this one device. */
  readonly legacyAllowed: boolean;
}

export const DEFAULT_DEVICE_POLICY: DevicePolicy = { minimumLevel: "encrypted", legacyAllowed: false };

export interface PairOptions {
  /** Left out: whoever speaks for the person on this backend. */
  readonly prompts?: PairingPrompts;
  readonly policy: DevicePolicy;
  /** `Peer.id` of the bond that a person allows to be replaced; without it a bonded device is never paired again. */
  readonly replaces?: string;
  readonly outOfBand?: OutOfBand;
  /**
   * Where the bond cannot be stored. `refuse`: the pairing fails before its last PDU, and both sides keep what they had.
   * `this-session`: a person was told, and goes on without.
   */
  readonly unstored: "refuse" | "this-session";
  readonly signal: AbortSignal;
}

/** How a pairing ended well. It proves nothing yet: see `LinkBonding.promote`. */
export interface PairOutcome {
  readonly method: PairingMethod;
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** 7 to 16 octets. */
  readonly keySize: number;
  readonly level: SecurityLevel;
  /** False: one side does not bond, or the device has no address to be found under again. Good for this link only. */
  readonly bonded: boolean;
  readonly persisted: boolean;
  /** The device under its identity, which the pairing may have told. */
  readonly peer: Peer;
}

export interface Encrypted {
  readonly security: LinkSecurity;
  /** Milliseconds from the call to the encrypted link, the look-up of the key included. */
  readonly encMs: number;
  /** In what the link falls short of the policy: its attributes stay closed then. */
  readonly short: "level" | "key-size" | "legacy" | null;
}

/** The security of one link. */
export interface LinkBonding {
  /** What protects the link now. Changes with time: ask each time. */
  readonly security: LinkSecurity;
  /**
   * Encrypts with the stored key, before any ATT request. Rejects with `not-bonded`, `key-refused` (the link has ended,
   * the bond is as it was), `vault-locked`, `key-store`, `link-lost`, `cancelled`. Never pairs.
   */
  encrypt(policy: DevicePolicy, signal: AbortSignal): Promise<Encrypted>;
  /**
   * Pairs on this link. Rejects with `pairing-failed`, `bond-exists`, `not-persisted`, `vault-locked`, `key-store`,
   * `below-level` (the device offers less than the policy or the bond to be replaced; nothing was exchanged),
   * `link-lost`, `cancelled`. The store then has what it had.
   */
  pair(options: PairOptions): Promise<PairOutcome>;
  /**
   * The stored key has encrypted this link, which it was not made on: it counts from now on, and what it replaced is
   * released. Rejects with `usage` on a link where that is not so.
   */
  promote(): Promise<StoredBond>;
}

export type BondRemoval = "removed" | "notFound" | "failed" | "pending";

/** Bonds by peer, without a link. Every call rejects with `vault-locked` or `key-store` where the store cannot answer. */
export interface BondAdministration {
  /** Whose half of the bonds this is: transport and our own identity on the adapter, for `BondRecord.localIdentity`. */
  readonly localIdentity: string;
  /** Whether a bond made now could be kept. Asked before a pairing begins. */
  readiness(): Promise<"ready" | "vault-locked" | "not-writable">;
  bondOf(peerId: string): Promise<StoredBond | undefined>;
  all(): Promise<readonly StoredBond[]>;
  /** The newest key that was not proven is given up and kept; resolves with the bond that counts again. */
  rollback(peerId: string): Promise<StoredBond | undefined>;
  /** The newest key that was given up counts again: the one before it did not work either. */
  reconsider(peerId: string): Promise<StoredBond | undefined>;
  /**
   * Ends the link, takes the peer off the controller's list, then deletes every key. `pending`: the link or the list did
   * not let go, the keys are still there and go when it does. `failed`: the store did not delete them.
   */
  remove(peerId: string, signal: AbortSignal): Promise<BondRemoval>;
  /**
   * Until the result is called, what this device asks for by itself gets no answer: a procedure is about to encrypt or to
   * pair, and is the answer. The stored key, tried too early, could make the link useless for a new pairing.
   */
  holdRequests(peerId: string): () => void;
  /** Table, hash and what was configured at the peer. */
  clearTable(peerId: string): Promise<"removed" | "notFound" | "failed">;
}
