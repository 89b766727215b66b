/** The receiving side of a signed result: everything is checked, in an order in which nothing unverified is read. */
import { Misfit } from "../storage/check.ts";
import {
  decodeClaims,
  isSignatureBy,
  keyIdOf,
  MAX_LIFETIME_MS,
  readPublicKey,
  readSigned,
  type ResultClaims,
} from "./signed-result.ts";

/** Why a result is not believed. */
export type ResultRefusal =
  /** Not of the shape, too long, or claims of another version. */
  | "malformed"
  | "wrong-signature"
  /** Signed for another origin. */
  | "other-audience"
  /** Not the answer to what was asked; also where it was taken before. */
  | "other-nonce"
  | "expired"
  /** Issued in the future, or for longer than any link lives. */
  | "not-yet-valid";

export class ResultRefused extends Error {
  override readonly name = "ResultRefused";
  readonly refusal: ResultRefusal;

  constructor(refusal: ResultRefusal, options?: ErrorOptions) {
    super(`Cannot use the result: ${refusal}`, options);
    this.refusal = refusal;
  }
}

export interface Expected {
  /** As the installation handed it over when this page's return address was allowed: 65 octets in base64url. */
  readonly publicKey: string;
  /** This page's origin. */
  readonly audience: string;
  readonly nonce: string;
  /** Milliseconds since 1970. Default: now. */
  readonly now?: number;
  /** How far the two clocks may differ, milliseconds; both are usually the same clock. Default 30 s. */
  readonly toleranceMs?: number;
}

/**
 * The claims of `PAYLOAD.SIGNATURE`, believed. Rejects with ResultRefused, and with Misfit for a public key that is none.
 * A nonce must be expected once only: see `takeResult`.
 */
export async function verifyResult(value: string, expected: Expected): Promise<ResultClaims> {
  const { publicKey, audience, nonce, now = Date.now(), toleranceMs = 30_000 } = expected;
  const key = await readPublicKey(publicKey);
  const parts = readSigned(value);
  if (parts === undefined) throw new ResultRefused("malformed");
  if (!(await isSignatureBy(key, parts))) throw new ResultRefused("wrong-signature");
  const claims = claimsIn(parts.payload);
  if (claims.keyId !== (await keyIdOf(publicKey))) throw new ResultRefused("wrong-signature");
  if (claims.audience !== audience) throw new ResultRefused("other-audience");
  if (claims.nonce !== nonce) throw new ResultRefused("other-nonce");
  if (claims.expires + toleranceMs < now) throw new ResultRefused("expired");
  const lifetime = claims.expires - claims.issued;
  if (claims.issued - toleranceMs > now || lifetime < 0 || lifetime > MAX_LIFETIME_MS)
    throw new ResultRefused("not-yet-valid");
  return claims;
}

function claimsIn(payload: Uint8Array): ResultClaims {
  try {
    return decodeClaims(payload);
  } catch (error) {
    if (error instanceof Misfit) throw new ResultRefused("malformed", { cause: error });
    throw error;
  }
}
