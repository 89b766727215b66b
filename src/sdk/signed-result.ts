/**
 * A result that travels in the fragment of a return address, signed so that the page it returns to knows who says it,
 * to whom, and in answer to what. The format, version 1:
 *
 *     #bond-result=PAYLOAD.SIGNATURE
 *
 * PAYLOAD is the base64url of the claims as JSON in UTF-8. SIGNATURE is the base64url of 64 octets: ECDSA with P-256 and
 * SHA-256 (r, then s, as WebCrypto writes them) over `bondkeeper.result.v1`, a zero octet, and the octets that PAYLOAD
 * stands for. The signature is checked over the octets as they came, before anything in them is read, so it does not
 * matter how a writer orders them; ours writes the fields in the order of `CLAIMS`.
 *
 * The claims hold no key, no passkey and no address of a radio.
 */
import type { BondResult } from "../bonds/result.ts";
import {
  boolean,
  type Check,
  type Checked,
  exactly,
  fields,
  integer,
  Misfit,
  nullable,
  oneOf,
  pattern,
  text,
} from "../storage/check.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";

/** The name of the fragment's parameter. */
export const RESULT_PARAMETER = "bond-result";
/** A link may be answered this long after it was signed, unless the signer says less. */
export const MAX_LIFETIME_MS = 10 * 60_000;
/** 16 to 64 octets in base64url: chosen by the page that asks, used once. */
export const NONCE = /^[\w-]{22,86}$/u;
/** 65 octets, an uncompressed point, in base64url. */
const PUBLIC_KEY = /^B[\w-]{86}$/u;
/** The largest PAYLOAD that is looked at, in characters. */
const MAX_PAYLOAD = 4096;
const SIGNATURE_OCTETS = 64;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

const word = (max = 60): Check<string> => text(max, 1);
const time = integer(0, 8.64e15);

const code = (value: unknown): BondResult["code"] => {
  const known = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64] as const;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Misfit("not a result code");
  return found;
};

/** What a signed result says. Words of closed sets are checked by their shape only: an older reader meets newer ones. */
const CLAIMS = {
  kind: exactly("bondkeeper.result"),
  v: exactly(1),
  /** Which public key belongs to the signature: see `keyIdOf`. */
  keyId: pattern(/^[\w-]{22}$/u, "a key id"),
  /** The origin that the result is for. */
  audience: text(300, 1),
  nonce: pattern(NONCE, "a nonce"),
  /** Milliseconds since 1970. */
  issued: time,
  expires: time,
  code,
  name: word(),
  reason: nullable(word()),
  mode: oneOf("check", "ensure", "repair"),
  /** The record's id in the installation that signed. */
  bondId: nullable(word(100)),
  /** The device's name: hostile text. */
  device: text(300),
  transport: word(),
  level: nullable(word()),
  keySize: nullable(integer(0, 16)),
  evidence: word(),
  /** ISO 8601. */
  provenAt: nullable(text(40)),
  persisted: boolean,
  bondChanged: word(),
  halfBondSuspected: boolean,
  remedy: word(),
  appVersion: text(100),
};

const claimsCheck = fields(CLAIMS);
export type ResultClaims = Checked<typeof claimsCheck>;

export interface SignedParts {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

export interface Addressee {
  readonly keyId: string;
  readonly audience: string;
  readonly nonce: string;
  readonly issued: number;
  readonly expires: number;
}

/** The claims about `result`: what a consuming page may know, and nothing else. */
export function claimsOf(result: BondResult, addressee: Addressee): ResultClaims {
  return claimsCheck({ kind: "bondkeeper.result", v: 1, ...result, ...addressee });
}

/** The octets that stand in the link; throws `Misfit` for claims that would not be read again. */
export function encodeClaims(claims: ResultClaims): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(claimsCheck(claims)));
}

/** The reverse. Call it only for octets whose signature was verified. Throws `Misfit`. */
export function decodeClaims(payload: Uint8Array): ResultClaims {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return claimsCheck(value);
  } catch (error) {
    if (error instanceof Misfit) throw error;
    throw new Misfit("not JSON");
  }
}

/** What the signature is made over: no signature of this key for anything else fits. */
export function signedOctets(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const domain = new TextEncoder().encode("bondkeeper.result.v1\0");
  const all = new Uint8Array(domain.length + payload.length);
  all.set(domain);
  all.set(payload, domain.length);
  return all;
}

/** `PAYLOAD.SIGNATURE` */
export function printSigned({ payload, signature }: SignedParts): string {
  return `${toBase64url(payload)}.${toBase64url(signature)}`;
}

/** The reverse, without a look at the contents; undefined for anything that is not of this shape. */
export function readSigned(value: string): SignedParts | undefined {
  if (value.length > MAX_PAYLOAD + 100) return undefined;
  const [head = "", tail = "", ...rest] = value.split(".");
  const payload = fromBase64url(head);
  const signature = fromBase64url(tail);
  if (rest.length > 0 || payload === undefined || signature?.length !== SIGNATURE_OCTETS) return undefined;
  return { payload, signature };
}

/** A key for this installation. The private half never leaves the browser: it cannot be exported. */
export function generateSigningKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
}

/** The public key as the text that a person or a page hands over: 65 octets in base64url. */
export async function printPublicKey(key: CryptoKey): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.exportKey("raw", key)));
}

/** The reverse. Rejects with `Misfit` for anything that is no P-256 point. */
export async function readPublicKey(value: string): Promise<CryptoKey> {
  const point = PUBLIC_KEY.test(value) ? fromBase64url(value) : undefined;
  if (point === undefined) throw new Misfit("not a public key");
  try {
    return await crypto.subtle.importKey("raw", point, ALGORITHM, true, ["verify"]);
  } catch {
    throw new Misfit("not a public key");
  }
}

/** The first 16 octets of the SHA-256 of the public key, in base64url. */
export async function keyIdOf(publicKey: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", fromBase64url(publicKey) ?? new Uint8Array());
  return toBase64url(new Uint8Array(digest, 0, 16));
}

/** The value of the parameter: `PAYLOAD.SIGNATURE`. */
export async function signClaims(claims: ResultClaims, privateKey: CryptoKey): Promise<string> {
  const payload = encodeClaims(claims);
  const signature = await crypto.subtle.sign(SIGNING, privateKey, signedOctets(payload));
  return printSigned({ payload, signature: new Uint8Array(signature) });
}

export function isSignatureBy(publicKey: CryptoKey, { payload, signature }: SignedParts): Promise<boolean> {
  return crypto.subtle.verify(SIGNING, publicKey, signature, signedOctets(payload));
}
