/**
 * One encrypted file with everything: see docs/backup.md. PBKDF2 makes a key of the passphrase, AES-GCM seals the
 * contents, and what stands around them is bound to them, so that nothing of the file can be changed unnoticed.
 */
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { exactly, fields, integer, isFields, Misfit, text } from "../../storage/check.ts";
import { hex } from "../../storage/keys/record.ts";
import { time } from "../../storage/rows.ts";
import type { SealingKey, VaultCrypto } from "../../storage/vault/ports.ts";
import { fromBase64 } from "../keys/base64.ts";
import { type BackupContents, readContents } from "./contents.ts";
import { BackupError } from "./problem.ts";

export const BACKUP_FORMAT = "bondkeeper-backup";
export const BACKUP_VERSION = 1;
export const BACKUP_ROUNDS = 600_000;
/** More would keep a page busy for minutes, and an attacker would choose it. Fewer were never written. */
const ROUNDS = { least: 600_000, most: 10_000_000 } as const;
export const MAX_BACKUP_OCTETS = 192 * 2 ** 20;
const SALT_OCTETS = 32;

/** By its first field, also where the rest is damaged: opening it says what is wrong. */
export function looksLikeBackup(file: ArrayBuffer): boolean {
  const start = new TextDecoder().decode(file.slice(0, 200));
  return /^\s*\{\s*"format"\s*:\s*"bondkeeper-backup"/u.test(start);
}

export interface BackupLimits {
  readonly least: number;
  readonly most: number;
}

/** The outside of the file: readable by everybody, and no secret. */
const header = (rounds: BackupLimits) =>
  fields({
    format: exactly(BACKUP_FORMAT),
    version: exactly(BACKUP_VERSION),
    createdAt: time,
    appVersion: text(100),
    kdf: exactly("PBKDF2-HMAC-SHA-256"),
    rounds: integer(rounds.least, rounds.most),
    salt: hex(SALT_OCTETS),
    cipher: exactly("AES-256-GCM"),
    iv: hex(12),
    data: text(MAX_BACKUP_OCTETS, 24),
  });
type Header = ReturnType<ReturnType<typeof header>>;

/** A key of a passphrase, with how it was made: good for as many files as wanted. */
export interface BackupKey {
  readonly key: SealingKey;
  /** Hexadecimal. */
  readonly salt: string;
  readonly rounds: number;
}

export async function makeBackupKey(
  passphrase: string,
  crypto: VaultCrypto,
  rounds = BACKUP_ROUNDS,
): Promise<BackupKey> {
  const salt = toHex(crypto.random(SALT_OCTETS));
  return { key: await keyOf(passphrase, salt, rounds, crypto), salt, rounds };
}

/** The same, where the key has to be kept: 32 octets, which the caller zeroes; `VaultCrypto.importKey` makes it a key. */
export async function makeBackupOctets(
  passphrase: string,
  crypto: VaultCrypto,
  rounds = BACKUP_ROUNDS,
): Promise<{ readonly octets: Bytes; readonly salt: string; readonly rounds: number }> {
  const salt = toHex(crypto.random(SALT_OCTETS));
  const octets = await withPassphrase(passphrase, (typed) =>
    crypto.octetsFromPassphrase(typed, fromHex(salt), rounds),
  );
  return { octets, salt, rounds };
}

/** The text of the file. */
export async function writeBackup(
  contents: BackupContents,
  about: { readonly createdAt: string; readonly appVersion: string },
  { key, salt, rounds }: BackupKey,
  crypto: VaultCrypto,
): Promise<string> {
  const iv = crypto.random(12);
  const outside = {
    format: BACKUP_FORMAT,
    version: BACKUP_VERSION,
    ...about,
    kdf: "PBKDF2-HMAC-SHA-256",
    rounds,
    salt,
    cipher: "AES-256-GCM",
    iv: toHex(iv),
  } as const;
  const plain = new TextEncoder().encode(JSON.stringify(contents));
  try {
    const data = await crypto.seal(key, iv, plain, boundTo({ ...outside, data: "" }));
    return `${JSON.stringify({ ...outside, data: base64Of(data) }, null, 2)}\n`;
  } finally {
    plain.fill(0);
  }
}

export interface OpenedBackup {
  readonly createdAt: string;
  readonly contents: BackupContents;
}

/** Throws BackupError; nothing of a file that does not open as a whole is given. */
export async function readBackup(
  file: Bytes,
  passphrase: string,
  crypto: VaultCrypto,
  rounds: BackupLimits = ROUNDS,
): Promise<OpenedBackup> {
  const outside = headerOf(file, rounds);
  return opened(outside, await keyOf(passphrase, outside.salt, outside.rounds, crypto), crypto);
}

/** The same with the key that it was written with: for looking at what was just written. */
export async function readBackupWith(
  file: Bytes,
  { key, salt, rounds }: BackupKey,
  crypto: VaultCrypto,
): Promise<OpenedBackup> {
  const outside = headerOf(file, { least: rounds, most: rounds });
  if (outside.salt !== salt) throw new BackupError({ kind: "does-not-open" });
  return opened(outside, key, crypto);
}

async function opened(outside: Header, key: SealingKey, crypto: VaultCrypto): Promise<OpenedBackup> {
  const data = octetsOf(outside.data);
  const plain = await crypto.open(key, fromHex(outside.iv), data, boundTo(outside));
  if (plain === null) throw new BackupError({ kind: "does-not-open" });
  const json = new TextDecoder().decode(plain);
  plain.fill(0);
  return { createdAt: outside.createdAt, contents: readContents(json) };
}

function headerOf(file: Bytes, rounds: BackupLimits): Header {
  if (file.length > MAX_BACKUP_OCTETS)
    throw new BackupError({ kind: "too-large", octets: file.length, limit: MAX_BACKUP_OCTETS });
  const text = new TextDecoder().decode(file);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // A file that begins as ours and does not parse was cut; another one is none of ours.
    if (text.slice(0, 200).includes(BACKUP_FORMAT))
      throw new BackupError({ kind: "damaged", detail: "it ends too early, or was changed" });
    throw new BackupError({ kind: "not-a-backup" });
  }
  if (!isFields(found) || found["format"] !== BACKUP_FORMAT) throw new BackupError({ kind: "not-a-backup" });
  const { version } = found;
  if (typeof version === "number" && version > BACKUP_VERSION)
    throw new BackupError({ kind: "newer", version });
  try {
    return header(rounds)(found);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new BackupError({ kind: "damaged", detail: error.describe() });
  }
}

/** By parts: a call takes only so many arguments. */
function base64Of(octets: Bytes): string {
  const part = 3 * 8_192;
  let text = "";
  for (let at = 0; at < octets.length; at += part)
    text += btoa(String.fromCharCode(...octets.subarray(at, at + part)));
  return text;
}

function octetsOf(data: string): Bytes {
  const octets = fromBase64(data);
  if (octets === undefined) throw new BackupError({ kind: "damaged", detail: "data: not base64" });
  return octets;
}

/** Everything around the contents, in one order. */
function boundTo(outside: Omit<Header, "data"> & { readonly data: string }): Bytes {
  const { format, version, createdAt, appVersion, kdf, rounds, salt, cipher, iv } = outside;
  const bound = [format, version, createdAt, appVersion, kdf, rounds, salt, cipher, iv];
  return new TextEncoder().encode(JSON.stringify(bound));
}

function keyOf(passphrase: string, salt: string, rounds: number, crypto: VaultCrypto): Promise<SealingKey> {
  return withPassphrase(passphrase, (typed) => crypto.keyFromPassphrase(typed, fromHex(salt), rounds));
}

/** The same characters typed on another system may be composed in another way. */
async function withPassphrase<T>(passphrase: string, work: (typed: Bytes) => Promise<T>): Promise<T> {
  const octets = new TextEncoder().encode(passphrase.normalize("NFKC"));
  try {
    return await work(octets);
  } finally {
    octets.fill(0);
  }
}
