/** The one stored row of the vault: the data key, wrapped once for each way to open it. */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { exactly, fields, integer, listOf, Misfit, oneOf, pattern, text, type Check } from "../check.ts";
import { id, time } from "../rows.ts";
import { VaultError, type LockKind, type SealingKey, type VaultCrypto } from "./ports.ts";

export const VAULT_ID = "vault";

/** How often PBKDF2 runs: `make` for new passphrases; a stored count outside `least` and `most` is refused unread. */
export interface Iterations {
  readonly make: number;
  readonly least: number;
  readonly most: number;
}

export const ITERATIONS: Iterations = { make: 600_000, least: 600_000, most: 10_000_000 };

/** The data key under one key-encryption key. Octets are lower-case hexadecimal. */
export interface Wrapped {
  readonly iv: string;
  readonly data: string;
}

export type Lock =
  /** The key-encryption key stands beside it; it can be used by this browser profile and not be read. */
  | { readonly kind: "device"; readonly key: SealingKey; readonly wrapped: Wrapped }
  /** The data key itself, for a file that only its permissions protect. */
  | { readonly kind: "file"; readonly dataKey: string }
  | {
      readonly kind: "passphrase";
      readonly salt: string;
      readonly iterations: number;
      readonly wrapped: Wrapped;
    }
  | {
      readonly kind: "prf";
      readonly credentialId: string;
      readonly salt: string;
      readonly wrapped: Wrapped;
    };

export interface VaultRow {
  readonly v: 1;
  readonly id: typeof VAULT_ID;
  readonly rev: number;
  /** Names this data key. A vault that was erased and made again has another name. */
  readonly vault: string;
  readonly createdAt: string;
  readonly locks: readonly Lock[];
  /** SHA-256 of the rest, hex: tells a damaged row from a wrong passphrase. Protects against nobody. */
  readonly digest: string;
}

/** Where the vault keeps its one row. */
export interface VaultRows {
  read(): Promise<unknown>;
  /**
   * Writes with strict durability if what stands there still has revision `expected` (null: nothing stands there).
   * False when it has not, and nothing was written.
   */
  replace(row: VaultRow, expected: number | null): Promise<boolean>;
  /** Whether there are records that were sealed by a vault. */
  anySealed(): Promise<boolean>;
}

const octets = (least: number, most: number): Check<string> =>
  pattern(
    new RegExp(`^(?:[\\da-f]{2}){${least},${most}}$`, "u"),
    `${least} to ${most} octets in lower-case hexadecimal`,
  );
const wrapped: Check<Wrapped> = fields({ iv: octets(12, 12), data: octets(48, 48) });

const kind = fields({ kind: oneOf("device", "file", "passphrase", "prf") });
const file = fields({ kind: exactly("file"), dataKey: octets(32, 32) });
const prf = fields({
  kind: exactly("prf"),
  credentialId: octets(1, 1_023),
  salt: octets(32, 32),
  wrapped,
});

function lockCheck(crypto: VaultCrypto, { least, most }: Iterations): Check<Lock> {
  const key: Check<SealingKey> = (value) => {
    if (!crypto.isKey(value)) throw new Misfit("not a key");
    return value;
  };
  const device = fields({ kind: exactly("device"), key, wrapped });
  const passphrase = fields({
    kind: exactly("passphrase"),
    salt: octets(16, 64),
    iterations: integer(least, most),
    wrapped,
  });
  return (value, unknown) => {
    switch (kind(value).kind) {
      case "device":
        return device(value, unknown);
      case "file":
        return file(value, unknown);
      case "passphrase":
        return passphrase(value, unknown);
      case "prf":
        return prf(value, unknown);
    }
  };
}

/** Throws VaultError `unreadable` for a row that does not fit or was changed after it was written. */
export async function readVaultRow(
  value: unknown,
  crypto: VaultCrypto,
  iterations: Iterations,
): Promise<VaultRow> {
  const check: Check<VaultRow> = fields({
    v: exactly(1),
    id: exactly(VAULT_ID),
    rev: integer(1, Number.MAX_SAFE_INTEGER),
    vault: id,
    createdAt: time,
    locks: listOf(lockCheck(crypto, iterations), 10),
    digest: text(64, 64),
  });
  try {
    const row = check(value);
    if (row.locks.length === 0) throw new Misfit("locks: none");
    if (row.digest !== (await digestOf(row, crypto))) throw new Misfit("digest: the row was changed");
    return row;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new VaultError({ kind: "unreadable", detail: error.describe() }, { cause: error });
  }
}

/** The row with its digest. */
export async function sealedVaultRow(row: Omit<VaultRow, "digest">, crypto: VaultCrypto): Promise<VaultRow> {
  return { ...row, digest: await digestOf(row, crypto) };
}

async function digestOf(row: Omit<VaultRow, "digest">, crypto: VaultCrypto): Promise<string> {
  const { v, rev, vault, createdAt, locks } = row;
  // A device key has no octets to be counted in.
  const words = JSON.stringify([v, rev, vault, createdAt, locks.map(wordsOf)]);
  return toHex(await crypto.sha256(new TextEncoder().encode(words)));
}

function wordsOf(lock: Lock): readonly (string | number)[] {
  switch (lock.kind) {
    case "device":
      return [lock.kind, lock.wrapped.iv, lock.wrapped.data];
    case "file":
      return [lock.kind, lock.dataKey];
    case "passphrase":
      return [lock.kind, lock.salt, lock.iterations, lock.wrapped.iv, lock.wrapped.data];
    case "prf":
      return [lock.kind, lock.credentialId, lock.salt, lock.wrapped.iv, lock.wrapped.data];
  }
}

export const kindsOf = ({ locks }: VaultRow): readonly LockKind[] => [
  ...new Set(locks.map((lock) => lock.kind)),
];

export const bytesOf = (hex: string): Bytes => fromHex(hex);
