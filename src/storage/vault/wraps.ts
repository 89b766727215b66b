/** The data key under each kind of key-encryption key. Raw octets of a key live here only, and are zeroed. */
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { VaultError, type PrfPort, type SealingKey, type VaultCrypto } from "./ports.ts";
import { bytesOf, type Iterations, type Lock, type Wrapped } from "./vault-row.ts";

/** One way to open the vault. */
export type Credential =
  | { readonly kind: "device" }
  /** Nothing protects the data key but the permissions of the file it stands in. */
  | { readonly kind: "file" }
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "prf" };

export interface WrapPorts {
  readonly crypto: VaultCrypto;
  readonly iterations: Iterations;
  /** Null where there is no WebAuthn PRF. */
  readonly prf: PrfPort | null;
}

/** Characters, after normalisation. */
export const LEAST_PASSPHRASE = 8;
const KEY_OCTETS = 32;
const SALT_OCTETS = 32;
const IV_OCTETS = 12;

/** A lock for the data key `raw`, which stays the caller's to be zeroed. */
export async function makeLock(
  raw: Bytes,
  credential: Credential,
  vault: string,
  ports: WrapPorts,
): Promise<Lock> {
  const { crypto, iterations } = ports;
  switch (credential.kind) {
    case "device": {
      const key = await crypto.generateKey();
      return { kind: "device", key, wrapped: await wrap(crypto, key, raw, [vault, "device"]) };
    }
    case "file":
      return { kind: "file", dataKey: toHex(raw) };
    case "passphrase": {
      const salt = toHex(crypto.random(SALT_OCTETS));
      const key = await passphraseKey(credential.passphrase, salt, iterations.make, ports);
      const bound = [vault, "passphrase", salt, iterations.make];
      return {
        kind: "passphrase",
        salt,
        iterations: iterations.make,
        wrapped: await wrap(crypto, key, raw, bound),
      };
    }
    case "prf": {
      const { credentialId } = await prfPort(ports).create();
      const salt = toHex(crypto.random(SALT_OCTETS));
      const key = await prfKey(credentialId, salt, ports);
      const name = toHex(credentialId);
      return {
        kind: "prf",
        credentialId: name,
        salt,
        wrapped: await wrap(crypto, key, raw, [vault, "prf", name, salt]),
      };
    }
  }
}

/** The raw data key, to be zeroed by the caller. Rejects with `wrong-passphrase`, `refused` or `unreadable`. */
export async function openLock(
  locks: readonly Lock[],
  credential: Credential,
  vault: string,
  ports: WrapPorts,
): Promise<Bytes> {
  const fitting = locks.filter((lock) => lock.kind === credential.kind);
  if (fitting.length === 0)
    throw new VaultError({ kind: "refused", detail: `this vault has no lock of kind ${credential.kind}` });
  for (const lock of fitting) {
    const raw = await tryLock(lock, credential, vault, ports);
    if (raw !== null) return raw;
  }
  if (credential.kind === "passphrase") throw new VaultError({ kind: "wrong-passphrase" });
  if (credential.kind === "prf")
    throw new VaultError({ kind: "refused", detail: "the credential gives another key than before" });
  throw new VaultError({ kind: "unreadable", detail: "the data key does not open" });
}

async function tryLock(
  lock: Lock,
  credential: Credential,
  vault: string,
  ports: WrapPorts,
): Promise<Bytes | null> {
  const { crypto } = ports;
  switch (lock.kind) {
    case "device":
      return unwrap(crypto, lock.key, lock.wrapped, [vault, "device"]);
    case "file":
      return bytesOf(lock.dataKey);
    case "passphrase": {
      if (credential.kind !== "passphrase") return null;
      const { salt, iterations } = lock;
      const key = await passphraseKey(credential.passphrase, salt, iterations, ports);
      return unwrap(crypto, key, lock.wrapped, [vault, "passphrase", salt, iterations]);
    }
    case "prf": {
      const { salt, credentialId } = lock;
      const key = await prfKey(bytesOf(credentialId), salt, ports);
      return unwrap(crypto, key, lock.wrapped, [vault, "prf", credentialId, salt]);
    }
  }
}

/** Throws `weak-passphrase`. The same characters typed on another system may be composed in another way. */
export function checkPassphrase(passphrase: string): void {
  if (Array.from(passphrase.normalize("NFKC")).length < LEAST_PASSPHRASE)
    throw new VaultError({ kind: "weak-passphrase", least: LEAST_PASSPHRASE });
}

async function passphraseKey(
  passphrase: string,
  salt: string,
  iterations: number,
  { crypto }: WrapPorts,
): Promise<SealingKey> {
  const octets = new TextEncoder().encode(passphrase.normalize("NFKC"));
  try {
    return await crypto.keyFromPassphrase(octets, bytesOf(salt), iterations);
  } finally {
    octets.fill(0);
  }
}

async function prfKey(credentialId: Bytes, salt: string, ports: WrapPorts): Promise<SealingKey> {
  const secret = await prfPort(ports).evaluate(credentialId, bytesOf(salt));
  try {
    if (secret.length < KEY_OCTETS)
      throw new VaultError({ kind: "refused", detail: "the credential gives too few octets" });
    return await ports.crypto.keyFromSecret(secret, bytesOf(salt), boundOctets(["bondkeeper.prf"]));
  } finally {
    secret.fill(0);
  }
}

function prfPort({ prf }: WrapPorts): PrfPort {
  if (prf === null) throw new VaultError({ kind: "refused", detail: "there is no WebAuthn PRF here" });
  return prf;
}

type Bound = readonly (string | number)[];

async function wrap(crypto: VaultCrypto, key: SealingKey, raw: Bytes, bound: Bound): Promise<Wrapped> {
  const iv = crypto.random(IV_OCTETS);
  return { iv: toHex(iv), data: toHex(await crypto.seal(key, iv, raw, boundTo(bound))) };
}

async function unwrap(
  crypto: VaultCrypto,
  key: SealingKey,
  { iv, data }: Wrapped,
  bound: Bound,
): Promise<Bytes | null> {
  return crypto.open(key, bytesOf(iv), bytesOf(data), boundTo(bound));
}

const boundTo = (bound: Bound): Bytes => boundOctets(["bondkeeper.vault/1", ...bound]);

/** Additional data of a sealed thing: a list that cannot be read in two ways. */
export function boundOctets(bound: readonly (string | number | boolean | null)[]): Bytes {
  return new TextEncoder().encode(JSON.stringify(bound));
}
