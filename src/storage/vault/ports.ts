/** What the vault takes from its surroundings, and how it says no. */
import type { Bytes } from "../../../hci/ports.ts";

/** An AES-256-GCM key that cannot be read, only used. In browsers and in Node it is a CryptoKey. */
export interface SealingKey {
  readonly extractable: boolean;
}

/** The cryptography the vault is made of. All octets in and out are fresh arrays. */
export interface VaultCrypto {
  /** Octets from the platform's secure source. */
  random(octets: number): Bytes;
  sha256(octets: Bytes): Promise<Bytes>;
  /** A key that nobody has ever seen, this program included. */
  generateKey(): Promise<SealingKey>;
  /** `raw`: 32 octets. The caller zeroes them. */
  importKey(raw: Bytes): Promise<SealingKey>;
  /** PBKDF2 with HMAC-SHA-256. */
  keyFromPassphrase(passphrase: Bytes, salt: Bytes, iterations: number): Promise<SealingKey>;
  /** The 32 octets of `keyFromPassphrase`, for a key that has to be kept sealed. The caller zeroes them. */
  octetsFromPassphrase(passphrase: Bytes, salt: Bytes, iterations: number): Promise<Bytes>;
  /** HKDF with SHA-256, for secrets that are as good as random already. */
  keyFromSecret(secret: Bytes, salt: Bytes, info: Bytes): Promise<SealingKey>;
  /** `iv`: 12 octets, never twice with one key. */
  seal(key: SealingKey, iv: Bytes, plain: Bytes, bound: Bytes): Promise<Bytes>;
  /** Null where key, iv, contents or `bound` are not those of `seal`. */
  open(key: SealingKey, iv: Bytes, sealed: Bytes, bound: Bytes): Promise<Bytes | null>;
  /** Whether a stored value is a key of this implementation. */
  isKey(value: unknown): value is SealingKey;
}

/** A WebAuthn credential that gives the same 32 octets for the same salt (the PRF extension). */
export interface PrfPort {
  /** Makes a credential; the person confirms it. Rejects with VaultError `refused`. */
  create(): Promise<{ readonly credentialId: Bytes }>;
  /** The person confirms it each time. Rejects with VaultError `refused`. */
  evaluate(credentialId: Bytes, salt: Bytes): Promise<Bytes>;
}

/** Milliseconds on a clock that never goes backwards; the clock of the host stack fits. */
export interface VaultClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export type LockKind = "device" | "file" | "passphrase" | "prf";

export type VaultFailure =
  /** There are keys, and a person must open the vault first, in one of these ways. */
  | { readonly kind: "locked"; readonly by: readonly LockKind[] }
  /** Nothing was opened and nothing changed. */
  | { readonly kind: "wrong-passphrase" }
  | { readonly kind: "weak-passphrase"; readonly least: number }
  /** The vault does not open in this way; a person said no; or the platform cannot do it. */
  | { readonly kind: "refused"; readonly detail: string }
  /** There is no vault yet. */
  | { readonly kind: "absent" }
  /** Sealed records stand without the vault that opens them: they can only be erased. */
  | { readonly kind: "lost" }
  | { readonly kind: "unreadable"; readonly detail: string }
  /** Another tab erased or made the vault anew: this one must look again. */
  | { readonly kind: "changed" };

/** Never carries a key or a passphrase. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly failure: VaultFailure;

  constructor(failure: VaultFailure, options?: ErrorOptions) {
    super(`Cannot use the vault: ${failure.kind}`, options);
    this.failure = failure;
  }
}
