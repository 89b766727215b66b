/** The vault's cryptography by WebCrypto, in pages, workers and Node. */
import type { Bytes } from "../../../hci/ports.ts";
import { VaultError, type SealingKey, type VaultCrypto } from "./ports.ts";

const AES = { name: "AES-GCM", length: 256 } as const;
const USES = ["encrypt", "decrypt"] as const;

/** Throws VaultError `refused` where the page is not in a secure context: there is no WebCrypto then. */
export function webVaultCrypto(from: Crypto = globalThis.crypto): VaultCrypto {
  const subtle: SubtleCrypto | undefined = from.subtle;
  if (subtle === undefined)
    throw new VaultError({ kind: "refused", detail: "this page is not served securely" });
  return {
    random: (octets) => from.getRandomValues(new Uint8Array(octets)),
    sha256: async (octets) => new Uint8Array(await subtle.digest("SHA-256", octets)),
    generateKey: () => subtle.generateKey(AES, false, USES),
    importKey: (raw) => subtle.importKey("raw", raw, AES, false, USES),
    async keyFromPassphrase(passphrase, salt, iterations) {
      const material = await subtle.importKey("raw", passphrase, "PBKDF2", false, ["deriveKey"]);
      const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
      return subtle.deriveKey(how, material, AES, false, USES);
    },
    async octetsFromPassphrase(passphrase, salt, iterations) {
      const material = await subtle.importKey("raw", passphrase, "PBKDF2", false, ["deriveBits"]);
      const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
      return new Uint8Array(await subtle.deriveBits(how, material, AES.length));
    },
    async keyFromSecret(secret, salt, info) {
      const material = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
      return subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info }, material, AES, false, USES);
    },
    async seal(key, iv, plain, bound) {
      const how = { name: "AES-GCM", iv, additionalData: bound };
      return new Uint8Array(await subtle.encrypt(how, platformKey(key), plain));
    },
    open: (key, iv, sealed, bound) => open(subtle, platformKey(key), iv, sealed, bound),
    isKey,
  };
}

async function open(
  subtle: SubtleCrypto,
  key: CryptoKey,
  iv: Bytes,
  sealed: Bytes,
  bound: Bytes,
): Promise<Bytes | null> {
  try {
    return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound }, key, sealed));
  } catch (error) {
    // What does not authenticate is an OperationError; everything else is a fault that must not look like a wrong key.
    if (error instanceof Error && error.name === "OperationError") return null;
    throw error;
  }
}

function isKey(value: unknown): value is CryptoKey {
  if (!(value instanceof CryptoKey) || value.extractable || value.type !== "secret") return false;
  const { name } = value.algorithm;
  const bits: unknown = Reflect.get(value.algorithm, "length");
  return name === AES.name && bits === AES.length && USES.every((use) => value.usages.includes(use));
}

function platformKey(key: SealingKey): CryptoKey {
  if (!isKey(key)) throw new TypeError("Cannot use this key: it was made by another implementation");
  return key;
}
