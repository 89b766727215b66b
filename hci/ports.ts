/**
 * Everything the host stack takes from its surroundings. Pages pass WebCrypto and timers, Node its own, tests fixed
 * ones. No name of the DOM or of Node appears in `hci/`.
 *
 * Octets in memory are in the order in which the specification prints a value (most significant first); only the
 * codec knows the order on the air.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

/** FIPS-197 on one block of 16 octets, most significant octet first. Synchronous: it is called thousands of times. */
export interface Aes128 {
  encrypt(key: Uint8Array, block: Uint8Array): Bytes;
}

export interface P256KeyPair {
  /** 32 octets. */
  readonly x: Bytes;
  /** 32 octets. */
  readonly y: Bytes;
  /** 32 octets. The caller has checked the point; this rejects a point that is not on the curve all the same. */
  dhKey(x: Uint8Array, y: Uint8Array): Promise<Bytes>;
}

export interface Crypto extends Aes128 {
  /** Octets from the platform's secure source, never from the controller alone. */
  random(octets: number): Bytes;
  generateP256(): Promise<P256KeyPair>;
}

export interface Clock {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number;
  /** Runs `run` once after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The part of AbortSignal that the stack uses. A real AbortSignal fits. */
export interface Abort {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** UTF-8 to text for names heard on the air. Never throws: broken sequences become U+FFFD. */
export interface TextPort {
  decode(utf8: Uint8Array): string;
  encode(text: string): Bytes;
}

export interface Address {
  readonly type: "public" | "random";
  /** Six octets, most significant first, as the address is written. */
  readonly octets: Bytes;
}

/** One long-term key as it goes into LE Enable Encryption. */
export interface LongTermKey {
  /** 16 octets, most significant first. */
  readonly value: Bytes;
  /** 0 with Secure Connections. */
  readonly ediv: number;
  /** 8 octets, most significant first; zero with Secure Connections. */
  readonly rand: Bytes;
  /** 7 to 16 octets. */
  readonly keySize: number;
}

/** What one pairing left behind, and what re-encryption needs. */
export interface Bond {
  /** Our own identity address when it was made. */
  readonly local: Address;
  /** The peer's identity address. */
  readonly peer: Address;
  /** The key we use as central, and as peripheral; the same key with Secure Connections. */
  readonly asCentral: LongTermKey | null;
  readonly asPeripheral: LongTermKey | null;
  /** The peer's identity resolving key, 16 octets, most significant first. */
  readonly irk: Bytes | null;
  readonly secureConnections: boolean;
  readonly authenticated: boolean;
  readonly method: PairingMethod;
}

export type PairingMethod =
  | "just-works"
  | "numeric-comparison"
  | "passkey"
  | "oob"
  | "legacy-just-works"
  | "legacy-passkey"
  | "legacy-oob";

/**
 * Where bonds live. `get` and `all` give octets of their own each time, and `put` keeps none of those it was given: the
 * stack zeroes keys that it does not need any more. A failing call rejects and is never read as "no bond". `put` resolves after the bond is as safe as
 * this store can make it.
 */
export interface KeyStore {
  get(local: Address, peer: Address): Promise<Bond | undefined>;
  all(local: Address): Promise<readonly Bond[]>;
  put(bond: Bond): Promise<{ readonly persisted: boolean }>;
  /** Resolves false when there was none. Only a person's act leads here. */
  delete(local: Address, peer: Address): Promise<boolean>;
}

/** What SMP and GAP need of a link to secure it; `host/link` fulfils it. */
export interface SecureLink {
  readonly role: "central" | "peripheral";
  /** The addresses that were used over the air when the link was made (they enter c1, f5 and f6). */
  readonly localAddress: Address;
  readonly peerAddress: Address;
  /** True while the controller reports the link as encrypted. */
  readonly encrypted: boolean;
  /**
   * Central only: LE Enable Encryption and the wait for Encryption Change or Encryption Key Refresh Complete. Rejects
   * with HciError carrying the status, or when the link ends.
   */
  encrypt(key: LongTermKey): Promise<void>;
  /** Peripheral only: answers LE Long Term Key Request; null is a Negative Reply, so is no handler. */
  onLongTermKeyRequest:
    | ((rand: Bytes, ediv: number) => LongTermKey | null | Promise<LongTermKey | null>)
    | undefined;
  /** Called on every change of encryption, the loss of it included, and on a key refresh. */
  onEncryptionChange:
    | ((change: { readonly encrypted: boolean; readonly status: number }) => void)
    | undefined;
  /** Ends the link; resolves when it is gone. */
  disconnect(reason: number): Promise<void>;
}
